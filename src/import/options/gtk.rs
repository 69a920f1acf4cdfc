//! Settings of GTK 3 and 4 as `gtk`.
//!
//! As further settings, by GTK's own names: what has an option of its own
//! (`gtk.theme` and the like) is written to GNOME's database as well, which
//! would be a change.

use serde_json::{Value, json};

use super::ini::sections;
use super::{Files, Said, lines, object};

const GTK_3: &str = ".config/gtk-3.0/settings.ini";
const GTK_4: &str = ".config/gtk-4.0/settings.ini";
const BOOKMARKS: &str = ".config/gtk-3.0/bookmarks";

/// `gtk`, when it writes what the home has.
pub(super) fn say(files: &Files<'_>) -> Option<Said> {
    let [three, four] = [GTK_3, GTK_4].map(|place| settings(files, place));
    if three.is_none() && four.is_none() {
        return None;
    }
    let mut places = Vec::new();
    let mut version = |settings: Option<Value>, place| match settings {
        None => object([("enable", Value::Bool(false))]),
        Some(settings) => {
            places.push(place);
            object([("extraConfig", settings)])
        }
    };
    let (mut three, four) = (version(three, GTK_3), version(four, GTK_4));
    let marks = files.text(BOOKMARKS);
    let marks = marks.as_deref().and_then(lines);
    if let Some(marks) = marks.filter(|_| places.contains(&GTK_3)) {
        three["bookmarks"] = json!(marks);
        places.push(BOOKMARKS);
    }
    Some(Said {
        option: "gtk",
        value: object([
            ("enable", Value::Bool(true)),
            ("gtk2", object([("enable", Value::Bool(false))])),
            ("gtk3", three),
            ("gtk4", four),
        ]),
        files: places,
    })
}

fn settings(files: &Files<'_>, place: &str) -> Option<Value> {
    let mut all = sections(&files.text(place)?)?;
    let settings = all.remove("Settings")?;
    (all.is_empty() && settings.as_object().is_some_and(|map| !map.is_empty())).then_some(settings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::options::said;

    #[test]
    fn settings_are_said_or_stay() {
        let text = "[Settings]\ngtk-cursor-theme-size=24\ngtk-theme-name=Adwaita\n";
        let all = said(say, &[(GTK_3, text), (BOOKMARKS, "file:///home/alice/x\n")]).unwrap();
        assert_eq!(all.files, [GTK_3, BOOKMARKS]);
        assert_eq!(
            all.value,
            json!({
                "enable": true,
                "gtk2": { "enable": false },
                "gtk3": {
                    "extraConfig": { "gtk-cursor-theme-size": 24, "gtk-theme-name": "Adwaita" },
                    "bookmarks": ["file:///home/alice/x"],
                },
                "gtk4": { "enable": false },
            })
        );
        for text in [
            "[Settings]\n",
            "[Settings]\nb=1\na=1\n",
            "[Settings]\na=1\n\n[X]\nb=1\n",
            "x",
        ] {
            assert_eq!(said(say, &[(GTK_3, text)]), None, "{text}");
        }
        // Without settings, bookmarks alone stay a file.
        assert_eq!(said(say, &[(BOOKMARKS, "file:///x\n")]), None);
        assert_eq!(
            said(say, &[(GTK_4, text), (BOOKMARKS, "file:///x\n")])
                .unwrap()
                .files,
            [GTK_4]
        );
    }
}
