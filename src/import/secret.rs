//! What looks like a secret: by its name, and by what it holds.
//!
//! Whatever a configuration has gets into the Nix store, which every user of
//! the machine can read, and most often into a public repository. So a wrong
//! suspicion is the cheaper mistake; the person is told, and can insist.

use std::sync::LazyLock;

use regex_lite::Regex;

/// Names of files and directories, by their last components. A name that ends
/// with `/` is a directory, with all in it.
const NAMES: &[(&str, &str)] = &[
    (".netrc", "passwords for hosts"),
    (".authinfo", "passwords for hosts"),
    (".authinfo.gpg", "passwords for hosts"),
    (".git-credentials", "passwords of git"),
    ("git/credentials", "passwords of git"),
    (".pgpass", "passwords of PostgreSQL"),
    (".my.cnf", "passwords of MySQL"),
    (".mylogin.cnf", "passwords of MySQL"),
    (".pypirc", "passwords of package registries"),
    (".vault-token", "a token of Vault"),
    (".aws/credentials", "keys of AWS"),
    (".aws/sso/cache/", "tokens of AWS"),
    (".azure/", "tokens of Azure"),
    (".config/gcloud/", "tokens of Google Cloud"),
    (".kube/config", "keys of a cluster"),
    (".docker/config.json", "passwords of registries"),
    ("containers/auth.json", "passwords of registries"),
    ("gh/hosts.yml", "a token of GitHub"),
    ("glab-cli/config.yml", "a token of GitLab"),
    (".config/hub", "a token of GitHub"),
    ("rclone/rclone.conf", "passwords of clouds"),
    (".cargo/credentials", "a token of a registry"),
    (".cargo/credentials.toml", "a token of a registry"),
    (".gem/credentials", "a token of a registry"),
    (".terraform.d/credentials.tfrc.json", "a token of Terraform"),
    ("sops/age/keys.txt", "a private key"),
    (".gnupg/private-keys-v1.d/", "private keys"),
    (".gnupg/secring.gpg", "private keys"),
    (".gnupg/openpgp-revocs.d/", "revocation certificates"),
    (".password-store/", "passwords"),
    (".local/share/keyrings/", "passwords"),
    (".local/share/kwalletd/", "passwords"),
    (".config/op/", "tokens of 1Password"),
    (".mozilla/", "a browser's cookies and passwords"),
    (".thunderbird/", "mail and passwords"),
    ("google-chrome/", "a browser's cookies and passwords"),
    ("chromium/", "a browser's cookies and passwords"),
    ("BraveSoftware/", "a browser's cookies and passwords"),
    ("vivaldi/", "a browser's cookies and passwords"),
    ("cookies.sqlite", "cookies"),
    ("Cookies", "cookies"),
    (".cookies", "cookies"),
    ("logins.json", "a browser's passwords"),
    ("key4.db", "a browser's passwords"),
    ("Login Data", "a browser's passwords"),
    ("kdbx", "passwords"),
    (".Xauthority", "the key of a display"),
    (".ICEauthority", "the key of a session"),
    ("pulse/cookie", "the key of a sound server"),
    (".lesshst", "a history"),
    (".bash_history", "a history"),
    (".zsh_history", "a history"),
    (".python_history", "a history"),
    (".psql_history", "a history"),
    (".mysql_history", "a history"),
    (".node_repl_history", "a history"),
    ("fish_history", "a history"),
];

/// Ends of names.
const ENDS: &[(&str, &str)] = &[
    (".age", "it is encrypted"),
    (".kdbx", "passwords"),
    (".gpg", "it is encrypted"),
    (".asc", "it is a key, or encrypted"),
    (".p12", "a private key"),
    (".pfx", "a private key"),
    (".ppk", "a private key"),
    (".keystore", "private keys"),
    (".jks", "private keys"),
    ("_history", "a history"),
];

/// What texts have that are known to be secret. From the forms that their
/// issuers document.
static PATTERNS: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    [
        (r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----", "a private key"),
        (r"PuTTY-User-Key-File-", "a private key"),
        (r"AGE-SECRET-KEY-(PQ-)?1[0-9A-Z]", "a private key"),
        (r"\b(ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{30}", "a token of GitHub"),
        (r"\bgithub_pat_[A-Za-z0-9_]{30}", "a token of GitHub"),
        (r"\bglpat-[A-Za-z0-9_-]{20}", "a token of GitLab"),
        (r"\b(AKIA|ASIA)[0-9A-Z]{16}\b", "a key of AWS"),
        (r"(?i)aws_secret_access_key\s*=\s*\S", "a key of AWS"),
        (r"\bxox[abeoprs]-[A-Za-z0-9-]{10}", "a token of Slack"),
        (r"\bsk_live_[A-Za-z0-9]{16}", "a key of Stripe"),
        (r"\bsk-[A-Za-z0-9_-]{32}", "a key of an interface"),
        (r"\bAIza[0-9A-Za-z_-]{35}", "a key of Google"),
        (r"\bnpm_[A-Za-z0-9]{36}", "a token of npm"),
        (r":_(authToken|auth|password)\s*=\s*[^$\s]", "a token of a registry"),
        (r"\bhf_[A-Za-z0-9]{30}", "a token of Hugging Face"),
        (r"\bdop_v1_[a-f0-9]{64}", "a token of DigitalOcean"),
        (r"\bpypi-[A-Za-z0-9_-]{50}", "a token of PyPI"),
        (r"[a-z][a-z0-9+.-]*://[^/\s:@$]+:[^/\s:@${}<]{3,}@[a-zA-Z0-9]", "a password in an address"),
        (
            r#"(?im)^\s*(export\s+|set\s+(-[a-z]+\s+)*|setenv\s+)?[A-Z0-9_]*(TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|ACCESS_KEY|PRIVATE_KEY)(\s*=\s*|\s+)["']?[A-Za-z0-9+/_.=!@%^&*-]{12,}["']?\s*$"#,
            "a variable whose name says that it is secret",
        ),
        (
            r#"(?im)^\s*(password|passwd|client_secret|oauth_token|auth_token|access_token)\s*[:=]\s*["']?[^\s"'$<{]{6,}"#,
            "a password",
        ),
    ]
    .into_iter()
    .filter_map(|(pattern, what)| Some((Regex::new(pattern).ok()?, what)))
    .collect()
});

/// How much of a file is looked at.
const ENOUGH: usize = 1 << 20;

/// Why the file at `path` in a home, with this content, looks like a secret.
#[must_use]
pub fn looks_like_a_secret(path: &str, content: &[u8]) -> Option<&'static str> {
    by_name(path).or_else(|| by_content(content))
}

/// Why what is at `path` looks like a secret, whatever it holds.
pub(super) fn by_name(path: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let whole = format!("/{path}");
    let known = NAMES
        .iter()
        .find(|(named, _)| match named.strip_suffix('/') {
            Some(directory) => {
                whole.ends_with(&format!("/{directory}"))
                    || whole.contains(&format!("/{directory}/"))
            }
            None => whole.ends_with(&format!("/{named}")),
        });
    if let Some((_, what)) = known {
        return Some(what);
    }
    if let Some((_, what)) = ENDS.iter().find(|(end, _)| name.ends_with(end)) {
        return Some(what);
    }
    let in_ssh = whole.contains("/.ssh/");
    let public = [".pub", ".conf", ".d"]
        .iter()
        .any(|end| name.ends_with(end));
    let ends = ["pem", "key"]
        .iter()
        .any(|end| name.rsplit('.').next() == Some(end));
    (in_ssh && !public && (name.starts_with("id_") || ends)).then_some("a private key")
}

/// Why a text with this content looks like a secret.
pub(super) fn by_content(content: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(&content[..content.len().min(ENOUGH)]);
    let found = PATTERNS.iter().find(|(pattern, _)| pattern.is_match(&text));
    found.map(|(_, what)| *what)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_pattern_is_one() {
        assert_eq!(PATTERNS.len(), 20);
    }

    #[test]
    fn secrets_are_known_by_their_names() {
        for path in [
            ".ssh/id_ed25519",
            ".ssh/work/id_rsa",
            ".netrc",
            ".gnupg/private-keys-v1.d/AB.key",
            ".gnupg/private-keys-v1.d",
            ".config/gh/hosts.yml",
            "notes/passwords.kdbx",
            ".config/secret.age",
            ".mozilla/firefox/x.default/cookies.sqlite",
            ".bash_history",
        ] {
            assert!(by_name(path).is_some(), "{path}");
        }
        for path in [
            ".ssh/config",
            ".ssh/id_ed25519.pub",
            ".ssh/known_hosts",
            ".gnupg/gpg.conf",
            ".config/gh/config.yml",
            ".config/chromium-flags.conf",
            ".bashrc",
            ".config/agenda",
        ] {
            assert_eq!(by_name(path), None, "{path}");
        }
    }

    #[test]
    fn secrets_are_known_by_what_they_hold() {
        let token = "x".repeat(36);
        for text in [
            "-----BEGIN OPENSSH PRIVATE KEY-----\n",
            "-----BEGIN PGP PRIVATE KEY BLOCK-----\n",
            &format!("[github]\n  token = ghp_{token}\n"),
            &format!("//registry.npmjs.org/:_authToken=npm_{token}\n"),
            "export GITHUB_TOKEN=abcdefghijklmnop\n",
            "set -gx OPENAI_API_KEY \"abcdefghijklmnop\"\n",
            "password = hunter22\n",
            "url = https://alice:hunter2@example.org/x\n",
            "aws_access_key_id = AKIAABCDEFGHIJKLMNOP\n",
        ] {
            assert!(by_content(text.as_bytes()).is_some(), "{text}");
        }
        for text in [
            "export GITHUB_TOKEN=$(pass show github)\n",
            "export EDITOR=vim\n",
            "alias token='echo'\n",
            "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n",
            "# never put a password here\n",
            "url = https://example.org:8080/x@y\n",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIabc alice\n",
            "-----BEGIN CERTIFICATE-----\n",
        ] {
            assert_eq!(by_content(text.as_bytes()), None, "{text}");
        }
        let skel =
            "# ~/.bashrc\ncase $- in\n  *i*) ;;\n  *) return;;\nesac\nHISTCONTROL=ignoreboth\n";
        assert_eq!(by_content(skel.as_bytes()), None);
    }

    proptest! {
        #[test]
        fn whatever_stands_around_a_key_it_is_found(before in ".{0,80}", after in ".{0,80}") {
            let text = format!("{before}\n-----BEGIN RSA PRIVATE KEY-----\n{after}");
            prop_assert!(by_content(text.as_bytes()).is_some());
        }

        #[test]
        fn any_bytes_can_be_looked_at(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = by_content(&bytes);
        }
    }
}
