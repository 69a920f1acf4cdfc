//! What is seen of the real machine.

use std::fs;

use super::{home, inside, simple, stand_in};

#[test]
fn paths_are_shared_as_they_are_declared() {
    let home = simple()
        .file("read/f", "r")
        .file("write/f", "w")
        .file("copy/f", "c")
        .file("one", "o");
    let at = |path: &str| home.at(path).to_str().unwrap().to_owned();
    let script = "cat read/f write/f copy/f one
        echo x 2>/dev/null > read/f || echo no
        echo x > write/f; echo x > copy/f; echo x > one; cat copy/f one; ls -A";
    let (read, write, copy, one) = (at("read"), at("write"), at("copy"), at("one"));
    let seen = home.run([
        "test-container",
        "--bind-ro",
        &read,
        "--bind",
        &write,
        "--copy",
        &copy,
        "--copy",
        &one,
        "--",
        "sh",
        "-c",
        script,
    ]);
    assert_eq!(
        seen.success().stdout(),
        "rwcono\nx\nx\n.config\n.local\ncopy\none\nread\nwrite\n"
    );
    assert_eq!(
        home.read("read/f") + &home.read("copy/f") + &home.read("one"),
        "rco"
    );
    assert_eq!(home.read("write/f"), "x\n");
    home.run(["test-container", "--bind", &at("absent"), "--", "true"])
        .exit(1)
        .stderr_has("cannot share")
        .stderr_has("--bind")
        .stderr_has("absent");
}

/// bubblewrap with overlays, as far as the words go.
#[test]
fn a_newer_bubblewrap_is_asked_for_overlays() {
    let home = simple().file("copy/f", "c");
    let path = stand_in(
        &home,
        "case $1 in --version) echo bubblewrap 0.11.0; exit;; esac\nexit 0",
    );
    let home = home.env("PATH", &path);
    let copy = home.at("copy");
    let copy = copy.to_str().unwrap();
    home.run(["test-container", "--copy", copy, "-n", "--", "true"])
        .success()
        .stdout_has(&format!("--overlay-src {copy} --tmp-overlay {copy}"));
    // A kernel that keeps them for root.
    let path = stand_in(
        &home,
        "case \"$*\" in --version) echo bubblewrap 0.11.0; exit;;
        *--tmp-overlay*) echo \"bwrap: Can't make overlay mount on /newroot/x with options x: Operation not permitted\" >&2; exit 1;; esac\nexit 0",
    );
    let home = home.env("PATH", &path);
    home.run(["test-container", "--copy", copy, "-n", "--", "true"])
        .success()
        .stdout_lacks("overlay")
        .stdout_has("/copy ");
}

#[test]
fn working_trees_that_the_configuration_names_are_seen() {
    let home = home()
        .file("dotfiles/vim/vimrc", "set ai")
        .file("dotfiles/x", "x");
    let vim = home.at("dotfiles/vim").display().to_string();
    let files = format!(
        r#"{{".vim":{{"source":"{vim}","method":"live"}},"gone":{{"source":"/nowhere/x","method":"live"}}}}"#
    );
    let home = home.manifest(&files);
    inside(
        &home,
        "cat .vim/vimrc; touch .vim/y 2>/dev/null || echo no; ls dotfiles",
    )
    .success()
    .stdout_has("set aino\nvim\n");
}

#[test]
fn one_can_live_in_it() {
    let shared = tempfile::Builder::new()
        .prefix("nhmt-test-")
        .tempdir_in("/var/tmp")
        .unwrap();
    let file = shared.path().join("f");
    let home = simple()
        .env("DISPLAY", ":7")
        .env("SECRET", "x")
        .file(".Xauthority", "cookie");
    let script = format!(
        "ls -A; echo $DISPLAY $SECRET $NHMT_CONTAINER; cat $XAUTHORITY; echo; echo x > {}; readlink /proc/self/ns/net /proc/self/ns/uts",
        file.display()
    );
    let seen = home
        .run(["test-container", "--ephemeral", "--", "sh", "-c", &script])
        .success()
        .stdout();
    let net = fs::read_link("/proc/self/ns/net").unwrap();
    let uts = fs::read_link("/proc/self/ns/uts").unwrap();
    assert_eq!(
        seen,
        format!(
            ".config\n.local\n:7 ephemeral\ncookie\n{}\n{}\n",
            net.display(),
            uts.display()
        )
    );
    assert_eq!(
        fs::read_to_string(file).unwrap(),
        "x\n",
        "the machine is the real one"
    );
    assert_eq!(home.read("secret"), "mine");
}

#[test]
fn files_that_are_no_links_are_written_inside() {
    let home = home()
        .file("rc", "mine\n")
        .file("s.json", "{\"theirs\": 1}\n")
        .manifest(
            r#"{"copy":{"text":"copied\n","method":"copy","permissions":"0600"},
                "rc":{"text":"ours","method":"block"},
                "seed":{"text":"seeded\n","method":"seed"},
                "s.json":{"format":"json","value":{"ours":1},"method":"merge"}}"#,
        );
    let before = super::all(&home);
    // A home of its own, in which nothing is in the way.
    inside(
        &home,
        "test -f copy -a ! -L copy && stat -c %a copy && cat copy rc seed && grep -c ours s.json
         echo edited > copy && cat copy && nhmt status",
    )
    .exit(0)
    .stdout_has("600\ncopied\n# >>> nhmt >>>\nours\n# <<< nhmt <<<\nseeded\n1\nedited\n")
    .stdout_has("edited");
    assert_eq!(super::all(&home), before);
    // What is shared of the real home stays as it is.
    let at = |path: &str| home.at(path).to_str().unwrap().to_owned();
    home.run([
        "test-container",
        "--copy",
        &at("rc"),
        "--copy",
        &at("s.json"),
        "--",
        "sh",
        "-c",
        "cat rc s.json",
    ])
    .success()
    .stdout_has("mine\n{\"theirs\": 1}\n")
    // Each is a mount of its own there, which nothing can be exchanged for.
    .stderr_has("cannot put in place ~/rc")
    .stderr_has("cannot put in place ~/s.json");
    assert_eq!(super::all(&home), before);
}
