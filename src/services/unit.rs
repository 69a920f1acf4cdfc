//! Unit files, as far as a switch has to know them: systemd.syntax(7).

/// The settings of a unit, from its file and what is dropped in beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unit {
    settings: Vec<Setting>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Setting {
    section: String,
    key: String,
    value: String,
}

/// What makes two forms of a unit differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// Nothing that a running unit would notice.
    None,
    /// Only what a reload is for: `X-Reload-Triggers`.
    Reload,
    /// Something else.
    Other,
}

/// What is done with a running unit that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Its own reload, by `ExecReload=`.
    Reload,
    /// A restart, which units that need it share.
    Restart,
    /// It stops as it was, and starts as it is now.
    StopStart,
    /// It stays as it is until it is started again.
    KeepOld,
}

const RELOAD_TRIGGERS: &str = "X-Reload-Triggers";
const RESTART_TRIGGERS: &str = "X-Restart-Triggers";

impl Unit {
    /// Adds the settings of a file, in its words.
    pub fn read(&mut self, text: &str) {
        let mut section = String::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let mut line = line.trim().to_owned();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            while line.ends_with('\\') {
                line.pop();
                // Comments may stand between the parts.
                let next = lines.find(|next| !next.trim_start().starts_with(['#', ';']));
                line.push(' ');
                line.push_str(next.unwrap_or_default().trim());
            }
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                name.clone_into(&mut section);
            } else if let Some((key, value)) = line.split_once('=') {
                self.settings.push(Setting {
                    section: section.clone(),
                    key: key.trim().to_owned(),
                    value: value.trim().to_owned(),
                });
            }
        }
    }

    /// The last value of a key.
    fn get(&self, section: &str, key: &str) -> Option<&str> {
        let mut settings = self.settings.iter().rev();
        let found = settings.find(|s| s.section == section && s.key == key);
        found.map(|s| s.value.as_str())
    }

    /// A key that is yes or no; systemd.syntax(7) has the words.
    fn flag(&self, section: &str, key: &str) -> Option<bool> {
        match self.get(section, key)?.to_ascii_lowercase().as_str() {
            "1" | "yes" | "y" | "true" | "t" | "on" => Some(true),
            "0" | "no" | "n" | "false" | "f" | "off" => Some(false),
            _ => None,
        }
    }

    /// Whether it is started by other units only.
    #[must_use]
    pub fn refuses_start(&self) -> bool {
        self.flag("Unit", "RefuseManualStart") == Some(true)
    }

    /// Whether it does one thing and ends.
    #[must_use]
    pub fn is_oneshot(&self) -> bool {
        self.get("Service", "Type") == Some("oneshot")
            && self.flag("Service", "RemainAfterExit") != Some(true)
    }

    /// What it wants done when it changed: `X-SwitchMethod` as Home Manager
    /// has it, else `X-ReloadIfChanged`, `X-RestartIfChanged` and
    /// `X-StopIfChanged` as NixOS has them, in any section; else a restart.
    #[must_use]
    pub fn method(&self) -> Method {
        let any = |key: &str| {
            ["Unit", "Service"]
                .into_iter()
                .find_map(|section| self.flag(section, key))
        };
        match self.get("Unit", "X-SwitchMethod") {
            Some("reload") => return Method::Reload,
            Some("restart") => return Method::Restart,
            Some("stop-start") => return Method::StopStart,
            Some("keep-old") => return Method::KeepOld,
            _ => {}
        }
        if any("X-ReloadIfChanged") == Some(true) {
            Method::Reload
        } else if any("X-RestartIfChanged") == Some(false) {
            Method::KeepOld
        } else if any("X-StopIfChanged") == Some(true) {
            Method::StopStart
        } else {
            Method::Restart
        }
    }

    /// What is the matter between this and a later form.
    #[must_use]
    pub fn difference(&self, later: &Self) -> Difference {
        let rest = |unit: &Self| -> Vec<Setting> {
            let settings = unit.settings.iter();
            settings.filter(|s| s.matters()).cloned().collect()
        };
        let triggers = |unit: &Self| -> Vec<String> {
            let settings = unit.settings.iter();
            settings
                .filter(|s| s.key == RELOAD_TRIGGERS)
                .map(|s| s.value.clone())
                .collect()
        };
        if rest(self) != rest(later) {
            Difference::Other
        } else if triggers(self) != triggers(later) {
            Difference::Reload
        } else {
            Difference::None
        }
    }
}

impl Setting {
    /// Whether a running unit is another one with another value: not what it
    /// is called, who wants it, and what only switches read.
    fn matters(&self) -> bool {
        let named =
            self.section == "Unit" && ["Description", "Documentation"].contains(&&*self.key);
        let ignored = self.section == "Install" || self.section.starts_with("X-");
        let extra = self.key.starts_with("X-") && self.key != RESTART_TRIGGERS;
        !(named || ignored || extra)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(text: &str) -> Unit {
        let mut unit = Unit::default();
        unit.read(text);
        unit
    }

    #[test]
    fn what_a_running_unit_would_notice() {
        let one = unit("[Unit]\nDescription=a\n[Service]\nExecStart=/bin/a\n");
        let of = |text: &str| one.difference(&unit(text));
        let same = "# c\n[Unit]\nDescription=b\nDocumentation=man:a\nX-SwitchMethod=reload\n\n[Service]\nExecStart = /bin/a\n[Install]\nWantedBy=x\n[X-Mine]\na=b";
        assert_eq!(of(same), Difference::None);
        assert_eq!(
            of("[Unit]\n[Service]\nExecStart=/bin/a \\\n# c\n b\n"),
            Difference::Other
        );
        let reload = "[Unit]\nX-Reload-Triggers=x\n[Service]\nExecStart=/bin/a\n";
        assert_eq!(of(reload), Difference::Reload);
        let restart = "[Unit]\nX-Restart-Triggers=x\n[Service]\nExecStart=/bin/a\n";
        assert_eq!(of(restart), Difference::Other);
        // A key may stand several times, and their order counts.
        let twice = unit("[Service]\nExecStart=a\nExecStart=b\n");
        let other = unit("[Service]\nExecStart=b\nExecStart=a\n");
        assert_eq!(twice.difference(&other), Difference::Other);
    }

    #[test]
    fn what_is_to_be_done_with_it() {
        for (text, method) in [
            ("", Method::Restart),
            ("[Unit]\nX-SwitchMethod=keep-old", Method::KeepOld),
            ("[Unit]\nX-SwitchMethod=reload", Method::Reload),
            ("[Unit]\nX-SwitchMethod=stop-start", Method::StopStart),
            (
                "[Unit]\nX-SwitchMethod=restart\nX-RestartIfChanged=false",
                Method::Restart,
            ),
            ("[Service]\nX-RestartIfChanged=No", Method::KeepOld),
            ("[Unit]\nX-ReloadIfChanged=yes", Method::Reload),
            ("[Unit]\nX-StopIfChanged=true", Method::StopStart),
            ("[Unit]\nX-StopIfChanged=false", Method::Restart),
        ] {
            assert_eq!(unit(text).method(), method, "{text}");
        }
        assert!(unit("[Unit]\nRefuseManualStart=on").refuses_start());
        assert!(unit("[Service]\nType=oneshot").is_oneshot());
        assert!(!unit("[Service]\nType=oneshot\nRemainAfterExit=yes").is_oneshot());
    }
}
