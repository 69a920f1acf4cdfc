//! `user-dirs.dirs` as `xdg.userDirs`.

use serde_json::{Map, Value, json};

use super::{Files, Said, lines};

const DIRECTORIES: &str = ".config/user-dirs.dirs";
const SWITCH: &str = ".config/user-dirs.conf";

/// Names in the file, and of their options. Every option that is not set has a
/// place of its own, and null has none.
const KNOWN: [(&str, &str); 9] = [
    ("DESKTOP", "desktop"),
    ("DOCUMENTS", "documents"),
    ("DOWNLOAD", "download"),
    ("MUSIC", "music"),
    ("PICTURES", "pictures"),
    ("PROJECTS", "projects"),
    ("PUBLICSHARE", "publicShare"),
    ("TEMPLATES", "templates"),
    ("VIDEOS", "videos"),
];

/// `xdg.userDirs`, when it writes what the home has: it also says that
/// `xdg-user-dirs-update` is to change nothing.
pub(super) fn say(files: &Files<'_>) -> Option<Said> {
    if files.text(SWITCH)? != "enabled=False\n" {
        return None;
    }
    let text = files.text(DIRECTORIES)?;
    let lines = lines(&text)?;
    let mut value = json!({
        "enable": true,
        "package": null,
        "setSessionVariables": false,
    });
    for (_, option) in KNOWN {
        value[option] = Value::Null;
    }
    let mut more = Map::new();
    for line in &lines {
        let (name, place) = line.strip_prefix("XDG_")?.split_once("_DIR=\"")?;
        let place = place.strip_suffix('"')?;
        // A place that is not below the home may be written with or without
        // `$HOME`; what a shell would read otherwise has another form.
        let inside = place.strip_prefix("$HOME/")?;
        let is_plain = |c: char| !"\"\\`$".contains(c);
        if inside.is_empty() || !inside.chars().all(is_plain) {
            return None;
        }
        match KNOWN.iter().find(|(known, _)| *known == name) {
            Some((_, option)) => value[*option] = Value::from(place),
            None => {
                more.insert(name.to_owned(), Value::from(place));
            }
        }
    }
    if !lines.is_sorted_by(|a, b| a.split('=').next() < b.split('=').next()) {
        return None;
    }
    if !more.is_empty() {
        value["extraConfig"] = Value::Object(more);
    }
    Some(Said {
        option: "xdg.userDirs",
        value,
        files: vec![DIRECTORIES, SWITCH],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::options::said;

    #[test]
    fn directories_are_said_or_stay() {
        let said = |text: &str, switch: &str| {
            said(say, &[(DIRECTORIES, text), (SWITCH, switch)]).map(|said| said.value)
        };
        let off = "enabled=False\n";
        let value = said(
            "XDG_DESKTOP_DIR=\"$HOME/Desk top\"\nXDG_MISC_DIR=\"$HOME/misc\"\n",
            off,
        )
        .unwrap();
        assert_eq!(value["desktop"], "$HOME/Desk top");
        assert_eq!(value["extraConfig"], json!({ "MISC": "$HOME/misc" }));
        assert_eq!(value["music"], Value::Null);
        for text in [
            "# written\nXDG_DESKTOP_DIR=\"$HOME/D\"\n",
            "XDG_MUSIC_DIR=\"$HOME/M\"\nXDG_DESKTOP_DIR=\"$HOME/D\"\n",
            "XDG_DESKTOP_DIR=\"$HOME/\"\n",
            "XDG_DESKTOP_DIR=\"$HOME/a\\\"b\"\n",
            "XDG_DESKTOP_DIR=\"/srv/D\"\n",
        ] {
            assert_eq!(said(text, off), None, "{text}");
        }
        assert_eq!(
            said("XDG_DESKTOP_DIR=\"$HOME/D\"\n", "enabled=True\n"),
            None
        );
    }
}
