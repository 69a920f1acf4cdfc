//! Known programs become options, where these write the same bytes.

use super::import::{round_trip, text};
use crate::support::Home;

const GTK: &str = "[Settings]\ngtk-application-prefer-dark-theme=true\ngtk-cursor-theme-size=24\ngtk-theme-name=Adwaita\n";
const APPLICATIONS: &str = "[Added Associations]\nimage/png=a.desktop;b.desktop;\n\n[Default Applications]\ntext/html=f.desktop;\n";

#[test]
fn what_options_write_is_said_by_options() {
    let files = [
        (
            ".config/git/config",
            "[user]\n\tname = Alice\n[core]\n\teditor = vim -f\n[alias]\n\tl = log\n\tst = status -sb\n",
        ),
        (".config/git/ignore", "*.o\n/x\n"),
        (".config/git/attributes", "*.pdf diff=pdf\n"),
        (
            ".inputrc",
            "set bell-style none\nset expand-tilde on\n\nControl-u: universal-argument\n\"\\C-h\": backward-kill-word\n",
        ),
        (".config/gtk-3.0/settings.ini", GTK),
        (".config/gtk-3.0/bookmarks", "file:///home/alice/x y\n"),
        (".config/gtk-3.0/gtk.css", "/* mine */\n"),
        (".config/gtk-4.0/settings.ini", GTK),
        (".config/user-dirs.conf", "enabled=False\n"),
        (
            ".config/user-dirs.dirs",
            "XDG_DESKTOP_DIR=\"$HOME/Desk top\"\nXDG_MISC_DIR=\"$HOME/misc\"\n",
        ),
        (".config/mimeapps.list", APPLICATIONS),
        (".local/share/applications/mimeapps.list", APPLICATIONS),
    ];
    let mut home = Home::with_nix();
    for (path, content) in files {
        home = home.file(path, content);
    }
    home.run_bare([
        "import",
        "home",
        ".config",
        ".inputrc",
        ".local/share/applications",
    ])
    .success();
    let nix = text(&home, "home.nix");
    for said in [
        "  programs.git = {\n    enable = true;\n",
        "user.name = \"Alice\";",
        "    ignores = [\n      \"*.o\"\n",
        "  programs.readline = {\n    enable = true;\n",
        "      expand-tilde = true;\n",
        "    gtk2.enable = false;\n",
        "        gtk-cursor-theme-size = 24;\n",
        "    defaultApplications.\"text/html\" = [\n",
        "    desktop = \"\\$HOME/Desk top\";\n",
    ] {
        assert!(nix.contains(said), "{said}: {nix}");
    }
    // Only what no option says is a file.
    assert_eq!(nix.matches("source = ").count(), 1, "{nix}");
    assert!(!home.has(".config/nhmt/files/.inputrc"));
    round_trip(&home, &files.map(|(path, _)| path));
    for (path, _) in files {
        assert!(home.is_managed(path), "{path}");
    }
}

#[test]
fn what_they_would_write_otherwise_stays_a_file() {
    let files = [
        (".config/git/config", "# mine\n[user]\n\tname = Alice\n"),
        (".config/git/ignore", "# objects\n\n*.o\n"),
        (".inputrc", "# mine\nset expand-tilde on\n"),
        (
            ".config/gtk-3.0/settings.ini",
            "[Settings]\ngtk-theme-name = Adwaita\n",
        ),
        (
            ".config/user-dirs.dirs",
            "XDG_DESKTOP_DIR=\"$HOME/Desktop\"\n",
        ),
        (
            ".config/mimeapps.list",
            "[Default Applications]\ntext/html=f.desktop\n",
        ),
    ];
    let mut home = Home::with_nix();
    for (path, content) in files {
        home = home.file(path, content);
    }
    home.run_bare(["import", "home", ".config", ".inputrc"])
        .success();
    let nix = text(&home, "home.nix");
    assert!(
        !nix.contains("programs.") && !nix.contains("gtk =") && !nix.contains("xdg."),
        "{nix}"
    );
    round_trip(&home, &files.map(|(path, _)| path));
}
