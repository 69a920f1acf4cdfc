//! Secrets: encrypted in the tree, decrypted into memory.

mod canary;
mod container;
mod failures;
mod keys;
mod killed;
mod rounds;
mod terminal;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret as _;
use age::x25519;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Home, Outcome};

/// A home with a directory in memory, and keys of age's for it.
struct Keeper {
    home: Home,
    /// What `$XDG_RUNTIME_DIR` names.
    memory: TempDir,
    key: x25519::Identity,
}

impl Keeper {
    /// The key is at the usual place.
    fn new() -> Self {
        Self::with_key_at(".config/age/keys.txt")
    }

    fn with_key_at(place: &str) -> Self {
        let memory = in_memory();
        let home = Home::new().env("XDG_RUNTIME_DIR", memory.path().to_str().unwrap());
        let key = x25519::Identity::generate();
        home.write(
            place,
            &format!("# a key\n{}\n", key.to_string().expose_secret()),
        );
        Self { home, memory, key }
    }

    /// An encrypted file beside the configuration.
    fn encrypted(&self, name: &str, plain: impl AsRef<[u8]>) -> PathBuf {
        let bytes = age::encrypt(&self.key.to_public(), plain.as_ref()).unwrap();
        self.given(name, bytes)
    }

    fn given(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let name = format!("{name}.age");
        self.home.write_source(&name, bytes);
        self.home.outside("configuration").join(name)
    }

    /// Declares `files` beside secrets of these names, whose files are there.
    fn declare(&mut self, secrets: &[&str], files: &Value) {
        let file = |name: &str| {
            let file = self.home.outside(format!("configuration/{name}.age"));
            (name.to_owned(), json!({ "file": file }))
        };
        let secrets: serde_json::Map<_, _> = secrets.iter().map(|name| file(name)).collect();
        self.home
            .declare(&json!({ "secrets": { "files": secrets }, "files": files }));
    }

    fn run<const N: usize>(&self, arguments: [&str; N]) -> Outcome {
        self.home.run(arguments)
    }

    /// Where the sets lie.
    fn base(&self) -> PathBuf {
        fs::read_link(self.home.at(".local/state/nhmt/secrets")).unwrap()
    }

    /// The names in the directory of all sets.
    fn sets(&self) -> Vec<String> {
        let all = fs::read_dir(self.base()).into_iter().flatten();
        let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
        all.map(|entry| name(entry.unwrap())).collect()
    }

    /// What a reboot does to it.
    fn empty_memory(&self) {
        for entry in fs::read_dir(self.memory.path()).unwrap() {
            fs::remove_dir_all(entry.unwrap().path()).unwrap();
        }
    }
}

/// A directory on a filesystem in memory.
fn in_memory() -> TempDir {
    let all = ["/dev/shm", "/run"].map(Path::new);
    let made = all
        .iter()
        .find_map(|place| tempfile::tempdir_in(place).ok());
    made.expect("this test needs a filesystem in memory (tmpfs) at /dev/shm or /run")
}

/// `plain` encrypted for what ssh or age-keygen printed as public.
fn for_recipient(public: &str, plain: &[u8]) -> Vec<u8> {
    if let Ok(key) = public.trim().parse::<x25519::Recipient>() {
        return age::encrypt(&key, plain).unwrap();
    }
    let key: age::ssh::Recipient = public.trim().parse().unwrap();
    age::encrypt(&key, plain).unwrap()
}

/// `plain` encrypted with a passphrase, by little work.
fn with_passphrase(passphrase: &str, plain: &[u8]) -> Vec<u8> {
    let mut key = age::scrypt::Recipient::new(passphrase.to_owned().into());
    key.set_work_factor(2);
    let all = [&key as &dyn age::Recipient];
    let mut bytes = Vec::new();
    let encryptor = age::Encryptor::with_recipients(all.into_iter()).unwrap();
    let mut writer = encryptor.wrap_output(&mut bytes).unwrap();
    writer.write_all(plain).unwrap();
    writer.finish().unwrap();
    bytes
}
