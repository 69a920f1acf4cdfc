//! In a container, the keys are outside.

use serde_json::json;

use super::Keeper;

#[test]
fn secrets_are_left_out_of_a_container() {
    let mut keeper = Keeper::new();
    keeper.home = keeper.home.env("PATH", "/usr/bin:/bin");
    keeper.encrypted("token", "canary");
    let files = json!({ "token": { "secret": "token" }, "plain": { "text": "plain\n" } });
    keeper.declare(&["token"], &files);
    let script = "cat plain; cat token || echo nowhere; nhmt status";
    keeper
        .run(["test-container", "--", "sh", "-c", script])
        .success()
        .stdout_has("plain\nnowhere\n")
        .stdout_has("the secret token is not in memory")
        .stderr_has("the secrets are left out: the secret `token` cannot be decrypted")
        .stdout_lacks("canary");
    // The home itself is as it was.
    assert!(!keeper.home.has("token") && !keeper.home.has(".local/state/nhmt/secrets"));
}
