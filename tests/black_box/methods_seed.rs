//! A seed that a person deleted.

use std::fs;

use crate::support::Home;

#[test]
fn it_does_not_come_back_with_another_text() {
    let seed = |text: &str| format!(r#"{{"s":{{"text":"{text}","method":"seed"}}}}"#);
    let mut home = Home::new().manifest(&seed("one"));
    home.run(["realize"]).success();
    fs::remove_file(home.at("s")).unwrap();
    for text in ["two", "three", "four"] {
        home.set_manifest(&seed(text));
        home.run(["realize"]).success();
        assert!(!home.has("s"), "{text}");
        home.run(["realize"]).success();
        assert!(!home.has("s"), "{text}, once more");
    }
    home.run(["rollback"]).success();
    assert!(!home.has("s"));
    home.run(["status"])
        .success()
        .stdout_lacks("drift")
        .stderr_lacks("missing");
}
