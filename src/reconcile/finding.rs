//! The catalogue of findings: what can be wrong with a home's own affairs,
//! beside what is in the way.

use serde::{Serialize, Serializer};

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// Another process has the home's lock.
    Locked,
    /// A run was killed, or cut off by a power cut.
    InterruptedRun,
    /// The journal of such a run cannot be read.
    JournalDamaged,
    /// The journal needs a newer nhmt.
    JournalTooNew,
    /// There are generations, and no anchor.
    AnchorMissing,
    /// The anchor leads to a tree that is gone.
    AnchorDangling,
    /// The index of the tree in force cannot be read.
    IndexDamaged,
    /// The tree in force needs a newer nhmt.
    TreeTooNew,
    /// The tree in force belongs to no generation.
    TreeUnregistered,
    /// Something that is no profile has the profile's name.
    ProfileForeign,
    /// The profile names another generation than the one in force.
    ProfileApart,
    /// A generation has lost its GC root.
    RootMissing,
    /// A collection took a generation's tree.
    GenerationGone,
    /// A link in its place leads nowhere.
    DanglingLink,
    /// A link of nhmt's that is declared no more.
    LeftOverLink,
    /// A secret is not in memory.
    SecretMissing,
    /// A managed path is not what it was left as.
    Drift,
    /// The private folder of a run that is over.
    LeftOverWork,
    /// The bridge of a run that is over.
    LeftOverBridge,
    /// A backup is recorded and not there.
    BackupMissing,
    /// A backup is there and not recorded.
    BackupUnrecorded,
    /// One of nhmt's own records is damaged.
    MemoryDamaged,
    /// A hook has not run, or has failed.
    HookPending,
    /// Others may change or read the state directory.
    StateMode,
    /// The state directory belongs to another user.
    StateOwner,
    /// The state directory is on another mount than the home.
    StateApart,
    /// The filesystem cannot exchange names.
    NoExchange,
    /// Programs of the generation are not found.
    PathLacksPackages,
    /// Programs of the system outrank those of the generation.
    PathOrder,
    /// Desktop entries and icons of the generation are not found.
    DataLacksPackages,
    /// The session's file was not read.
    SessionUnread,
    /// The session's file was read in another generation.
    SessionStale,
    /// A login reads nothing of it.
    LoginShellUnaware,
    /// The user's systemd has other variables.
    ManagerUnread,
    /// Applications in Flatpak's sandbox see links that lead nowhere.
    FlatpakCannotRead,
}

impl FindingKind {
    /// All kinds, for documentation.
    pub const ALL: [Self; 35] = [
        Self::Locked,
        Self::InterruptedRun,
        Self::JournalDamaged,
        Self::JournalTooNew,
        Self::AnchorMissing,
        Self::AnchorDangling,
        Self::IndexDamaged,
        Self::TreeTooNew,
        Self::TreeUnregistered,
        Self::ProfileForeign,
        Self::ProfileApart,
        Self::RootMissing,
        Self::GenerationGone,
        Self::DanglingLink,
        Self::LeftOverLink,
        Self::SecretMissing,
        Self::Drift,
        Self::LeftOverWork,
        Self::LeftOverBridge,
        Self::BackupMissing,
        Self::BackupUnrecorded,
        Self::MemoryDamaged,
        Self::HookPending,
        Self::StateMode,
        Self::StateOwner,
        Self::StateApart,
        Self::NoExchange,
        Self::PathLacksPackages,
        Self::PathOrder,
        Self::DataLacksPackages,
        Self::SessionUnread,
        Self::SessionStale,
        Self::LoginShellUnaware,
        Self::ManagerUnread,
        Self::FlatpakCannotRead,
    ];

    /// What was found, as the rest of a sentence that starts with its subject.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Locked => "is in use by another process",
            Self::InterruptedRun => "was cut off before its end",
            Self::JournalDamaged => {
                "is damaged, so that it is not known what a run that was cut off has changed"
            }
            Self::JournalTooNew => "was written by a newer nhmt, whose run was cut off",
            Self::AnchorMissing => "is not there, so that every link of nhmt's leads nowhere",
            Self::AnchorDangling => {
                "leads to a home tree that is gone, so that every link of nhmt's leads nowhere"
            }
            Self::IndexDamaged => "is damaged, so that what is managed is not known",
            Self::TreeTooNew => "was built by a newer nhmt, and this one cannot read it",
            Self::TreeUnregistered => {
                "is in force and belongs to no generation, so that a collection may take it"
            }
            Self::ProfileForeign => "is no profile of nhmt's",
            Self::ProfileApart => "does not name the generation that the home is on",
            Self::RootMissing => "has lost its GC root, so that a collection would take its tree",
            Self::GenerationGone => "is gone: a garbage collection took its tree",
            Self::DanglingLink => "is in its place, and what it leads to is gone",
            Self::LeftOverLink => "is a link of nhmt's that no longer is declared",
            Self::SecretMissing => "is not in memory, so that what leads to it leads nowhere",
            Self::Drift => "is no longer what nhmt left there",
            Self::LeftOverWork => "is the private folder of a run that is over",
            Self::LeftOverBridge => "is the bridge of a run that is over",
            Self::BackupMissing => "is recorded as a backup, and is not there",
            Self::BackupUnrecorded => {
                "lies among the backups and is not recorded, so that `nhmt backups` does not know it"
            }
            Self::MemoryDamaged => "is damaged",
            Self::HookPending => "has not succeeded yet",
            Self::StateMode => "can be read or changed by other users",
            Self::StateOwner => "belongs to another user, who could make every link lead elsewhere",
            Self::StateApart => {
                "is on another mount than the home, so that what is in the way is copied instead \
                 of moved"
            }
            Self::NoExchange => {
                "is on a filesystem that cannot exchange names, so that for a moment nothing is at \
                 a name that nhmt replaces"
            }
            Self::PathLacksPackages => {
                "is not on PATH, so that the packages of the generation are not found"
            }
            Self::PathOrder => {
                "comes after the system's directories on PATH, so that the system's programs win"
            }
            Self::DataLacksPackages => {
                "is not on XDG_DATA_DIRS, so that desktop entries and icons of packages are not found"
            }
            Self::SessionUnread | Self::ManagerUnread => "has not read the home's variables",
            Self::SessionStale => "has the variables of another generation",
            Self::LoginShellUnaware => "does not read the home's variables when it starts",
            Self::FlatpakCannotRead => {
                "keeps its applications from reading what links of the home lead to"
            }
        }
    }

    /// What a person can do.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Locked => "wait until it has ended; a run that is on its way was not looked at",
            Self::InterruptedRun => {
                "`nhmt doctor --repair`, or any command that changes the home, takes it back or \
                 finishes it"
            }
            Self::JournalDamaged => {
                "`nhmt doctor --repair` moves it away; then `nhmt realize` sets the links right, \
                 and what was moved out of the way is in the backups"
            }
            Self::JournalTooNew => "run `doctor --repair` of that one",
            Self::AnchorMissing => {
                "`nhmt doctor --repair` turns it to the generation of the profile; `nhmt activate` \
                 does, and sets the links right too"
            }
            Self::AnchorDangling => {
                "`nhmt doctor --repair` turns it to the generation of the profile when that is \
                 whole; else `nhmt realize` builds the home anew"
            }
            Self::IndexDamaged => "`nhmt realize` builds a new tree",
            Self::TreeTooNew => "use that one",
            Self::TreeUnregistered => "`nhmt realize` or `nhmt activate` makes a generation of it",
            Self::ProfileForeign => "move it away, or name another profile with `--profile`",
            Self::ProfileApart => "`nhmt doctor --repair` turns the profile",
            Self::RootMissing => "`nhmt doctor --repair` makes it anew",
            Self::GenerationGone => "`nhmt delete-generations` with its number forgets it",
            Self::DanglingLink => {
                "make it again where it leads to; what a store has lost comes back with `nhmt \
                 realize`"
            }
            Self::LeftOverLink => "`nhmt doctor --repair` removes it",
            Self::SecretMissing => "`nhmt secrets decrypt` decrypts it again",
            Self::Drift => "`nhmt status` says more, and `nhmt realize` puts it right",
            Self::LeftOverWork | Self::LeftOverBridge => {
                "`nhmt doctor --repair` removes it; what is not nhmt's in it goes to the backups"
            }
            Self::BackupMissing => "`nhmt doctor --repair` forgets it",
            Self::BackupUnrecorded => "`nhmt doctor --repair` records it",
            Self::MemoryDamaged => {
                "`nhmt doctor --repair` keeps what can be read, and a copy of the rest beside it"
            }
            Self::HookPending => "`nhmt doctor --repair` tries it, and so does the next run",
            Self::StateMode => "`nhmt doctor --repair` gives it the mode 0700",
            Self::StateOwner => "find out how that came about; then give it back with `chown`",
            Self::StateApart => "put both on one mount, or live with it",
            Self::NoExchange => "put the home on another filesystem, or live with it",
            Self::PathLacksPackages => {
                "start a new session; the modules for shells put it there, or add it yourself"
            }
            Self::PathOrder => "read the session's variables after what sets PATH",
            Self::DataLacksPackages => "start a new session",
            Self::SessionUnread => {
                "start a new session; where the login shell reads none of it, that is a finding of its own"
            }
            Self::SessionStale => {
                "start a new shell, or read them: `. ~/.local/share/nhmt/session.sh`, in fish and nushell `source` with session.fish and session.nu"
            }
            Self::LoginShellUnaware => {
                "add the line, or let the module of the shell write the file"
            }
            Self::ManagerUnread => {
                "`systemctl --user daemon-reload`; what it has started keeps the old ones"
            }
            Self::FlatpakCannotRead => "run the command, and start the applications again",
        }
    }

    /// Whether `nhmt doctor --repair` does something about it.
    #[must_use]
    pub fn is_repairable(self) -> bool {
        matches!(
            self,
            Self::InterruptedRun
                | Self::JournalDamaged
                | Self::AnchorMissing
                | Self::AnchorDangling
                | Self::ProfileApart
                | Self::RootMissing
                | Self::LeftOverLink
                | Self::LeftOverWork
                | Self::LeftOverBridge
                | Self::BackupMissing
                | Self::BackupUnrecorded
                | Self::MemoryDamaged
                | Self::HookPending
                | Self::StateMode
        )
    }

    /// Whether it is only worth knowing: nothing is wrong.
    #[must_use]
    pub fn is_advice(self) -> bool {
        matches!(
            self,
            Self::StateApart
                | Self::NoExchange
                | Self::PathLacksPackages
                | Self::PathOrder
                | Self::DataLacksPackages
                | Self::SessionUnread
                | Self::SessionStale
                | Self::LoginShellUnaware
                | Self::ManagerUnread
                | Self::FlatpakCannotRead
        )
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// Of what: a path, or words.
    pub subject: String,
    /// What else is known.
    pub detail: Option<String>,
}

impl Finding {
    /// A finding on `subject`.
    pub fn new(kind: FindingKind, subject: impl Into<String>) -> Self {
        Self {
            kind,
            subject: subject.into(),
            detail: None,
        }
    }

    /// With what else is known.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// One sentence.
    #[must_use]
    pub fn message(&self) -> String {
        let sentence = self.kind.sentence();
        match &self.detail {
            Some(detail) => format!("{} {sentence} ({detail})", self.subject),
            None => format!("{} {sentence}", self.subject),
        }
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut object = serializer.serialize_struct("Finding", 6)?;
        object.serialize_field("kind", &self.kind)?;
        object.serialize_field("subject", &self.subject)?;
        object.serialize_field("message", &self.message())?;
        object.serialize_field("remedy", self.kind.remedy())?;
        object.serialize_field("repairable", &self.kind.is_repairable())?;
        object.serialize_field("advice", &self.kind.is_advice())?;
        object.end()
    }
}
