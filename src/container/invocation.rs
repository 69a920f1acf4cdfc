//! The command line of bubblewrap.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::{Bubblewrap, Container, Facts, Kind, Mount, Refusal};

/// What starts bubblewrap: Ctrl-C is for the program inside, so bubblewrap must
/// not end of it, and a signal that is ignored stays so for the programs that
/// it becomes. The filter is read from a descriptor.
const START: &str = "trap '' INT QUIT; exec \"$@\"";
const START_FILTERED: &str = "exec 9<\"$1\"; shift; trap '' INT QUIT; exec \"$@\"";

/// Where something is left to do at the end, a terminal that is closed must not
/// end bubblewrap either.
const START_LASTING: &str = "trap '' INT QUIT HUP TERM; exec \"$@\"";
const START_LASTING_FILTERED: &str = "exec 9<\"$1\"; shift; trap '' INT QUIT HUP TERM; exec \"$@\"";

/// A container, ready to be started.
#[derive(Debug, Clone)]
pub struct Invocation {
    bubblewrap: PathBuf,
    arguments: Vec<OsString>,
    environment: BTreeMap<OsString, OsString>,
    /// The file with the [`filter`](super::filter).
    filter: Option<PathBuf>,
    /// Who ends nhmt lets what runs inside come to an end.
    keeps_state: bool,
}

impl Invocation {
    /// By `bubblewrap`, with what `container` shows.
    #[must_use]
    pub fn new(
        bubblewrap: &Bubblewrap,
        container: &Container,
        mounts: &[Mount],
        environment: BTreeMap<OsString, OsString>,
        filter: Option<PathBuf>,
    ) -> Self {
        let mut arguments: Vec<OsString> = Vec::new();
        let mut add = |words: &[&str]| arguments.extend(words.iter().map(OsString::from));
        // Nothing that runs in a home may outlive it. What has to be done
        // before it ends, nhmt inside does: it learns of the end itself.
        if container.left.is_none() {
            add(&["--die-with-parent"]);
        }
        add(&["--unshare-pid"]);
        if container.kind == Kind::Test {
            add(&["--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]);
            add(&["--hostname", "test-container"]);
        }
        if !container.net {
            add(&["--unshare-net"]);
        }
        match &filter {
            Some(_) => add(&["--seccomp", "9"]),
            None => add(&["--new-session"]),
        }
        arguments.extend(mounts.iter().flat_map(Mount::arguments));
        arguments.extend(["--chdir".into(), container.home.clone().into_os_string()]);
        Self {
            bubblewrap: bubblewrap.path().to_owned(),
            arguments,
            environment,
            filter,
            keeps_state: container.left.is_some(),
        }
    }

    /// The command that runs `inside`.
    #[must_use]
    pub fn command(&self, inside: &[OsString]) -> Command {
        let mut words = self.words(inside).into_iter();
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words);
        command.env_clear().envs(&self.environment);
        command
    }

    /// Its words, the program first.
    #[must_use]
    pub fn words(&self, inside: &[OsString]) -> Vec<OsString> {
        let start = match (self.filter.is_some(), self.keeps_state) {
            (true, false) => START_FILTERED,
            (false, false) => START,
            (true, true) => START_LASTING_FILTERED,
            (false, true) => START_LASTING,
        };
        let mut words: Vec<OsString> = ["/bin/sh", "-c", start, "sh"].map(Into::into).into();
        words.extend(self.filter.iter().map(|path| path.clone().into_os_string()));
        words.push(self.bubblewrap.clone().into_os_string());
        words.extend_from_slice(&self.arguments);
        words.push("--".into());
        words.extend_from_slice(inside);
        words
    }

    /// Whether nhmt inside has something left to do when the command has ended.
    #[must_use]
    pub fn keeps_state(&self) -> bool {
        self.keeps_state
    }

    /// The variables inside.
    #[must_use]
    pub fn environment(&self) -> &BTreeMap<OsString, OsString> {
        &self.environment
    }

    /// As a line for a shell.
    #[must_use]
    pub fn line(&self, inside: &[OsString]) -> OsString {
        let mut line = OsString::from("env -i");
        let variables = self.environment.iter().map(|(name, value)| {
            let mut word = name.clone();
            word.push("=");
            word.push(value);
            word
        });
        for word in variables.chain(self.words(inside)) {
            line.push(" ");
            line.push(quoted(&word));
        }
        line
    }

    /// Runs something that does nothing, to learn whether the container can be
    /// made: what bubblewrap says would be lost among the words of a command,
    /// and its exit code be taken for the command's.
    ///
    /// # Errors
    ///
    /// When bubblewrap, or nhmt inside, does not start.
    pub fn try_out(&self, nothing: &[OsString]) -> Result<(), Refusal> {
        let mut command = self.command(nothing);
        command.stdin(Stdio::null());
        let output = command.output().map_err(|error| Refusal {
            message: format!("cannot run /bin/sh: {error}"),
            remedies: Vec::new(),
        })?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Refusal::of_bubblewrap(&said, Facts::here()))
    }
}

/// `word` as a shell reads it.
fn quoted(word: &OsStr) -> OsString {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+,:=@%".contains(byte);
    let bytes = word.as_bytes();
    if !bytes.is_empty() && bytes.iter().all(plain) {
        return word.to_owned();
    }
    let mut quoted = vec![b'\''];
    for &byte in bytes {
        match byte {
            b'\'' => quoted.extend_from_slice(br"'\''"),
            byte => quoted.push(byte),
        }
    }
    quoted.push(b'\'');
    OsStr::from_bytes(&quoted).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_back_as_it_was_meant() {
        let words = ["a", "", "it's", "$HOME", "new\nline", "--x=/y"].map(OsString::from);
        let mut shell = Command::new("sh");
        let line = words
            .iter()
            .map(|word| quoted(word))
            .collect::<Vec<_>>()
            .join(OsStr::new(" "));
        let mut script = OsString::from("printf '<%s>' ");
        script.push(line);
        let output = shell.arg("-c").arg(script).output().unwrap();
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            "<a><><it's><$HOME><new\nline><--x=/y>"
        );
    }
}
