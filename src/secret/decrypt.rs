//! From encrypted files to what they hold.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, Read as _};
use std::path::Path;

use age::armor::ArmoredReader;
use age::{DecryptError, Decryptor, scrypt, ssh};
use zeroize::Zeroizing;

use super::error::{Cause, Problem, SecretError};
use super::identity::{self, Identity, Key, State};
use super::passphrase::{Ask, TRIES};
use crate::manifest::{ENCRYPTED, Manifest};

/// What secrets hold, by name.
pub(super) type Held = BTreeMap<String, Zeroizing<Vec<u8>>>;

/// Decrypts the secrets of the home tree at `tree`. Those that fail are all
/// named.
pub(super) fn all(
    home: &Path,
    tree: &Path,
    manifest: &Manifest,
    ask: &mut dyn Ask,
) -> Result<Held, SecretError> {
    let mut keys = Keys {
        identities: identity::all(home, manifest),
        ask,
    };
    let mut held = Held::new();
    let mut problems = Vec::new();
    for name in manifest.secrets.files.keys() {
        let path = tree.join(ENCRYPTED).join(name);
        let bytes = fs::read(&path).map_err(|source| SecretError::Read { path, source })?;
        match keys.decrypt(name, &bytes) {
            Ok(bytes) => {
                held.insert(name.clone(), bytes);
            }
            Err(Failed::Cause(cause)) => problems.push(Problem {
                name: name.clone(),
                cause,
            }),
            Err(Failed::Ask(error)) => return Err(SecretError::Ask(error)),
        }
    }
    if problems.is_empty() {
        return Ok(held);
    }
    let identities = keys.identities.iter().map(Identity::words).collect();
    Err(SecretError::Undecryptable {
        problems,
        identities,
    })
}

enum Failed {
    Cause(Cause),
    Ask(std::io::Error),
}

impl From<Cause> for Failed {
    fn from(cause: Cause) -> Self {
        Self::Cause(cause)
    }
}

impl Identity {
    /// What was made of it.
    fn words(&self) -> String {
        let shown = &self.shown;
        match &self.state {
            State::Open(_) => format!("{shown}: it is encrypted for other keys"),
            State::Locked(..) => {
                format!("{shown}: it is encrypted for other keys (this one needs a passphrase)")
            }
            State::Encrypted(_) => format!("{shown}: not opened"),
            State::Useless(reason) => format!("{shown}: {reason}"),
        }
    }
}

/// For whom a file is encrypted: kind and first argument of each line in its
/// header (the format's specification, "Header").
fn recipients(bytes: &[u8]) -> Vec<(String, String)> {
    let lines = ArmoredReader::new(bytes).split(b'\n');
    let header = lines
        .map_while(Result::ok)
        .take_while(|line| !line.starts_with(b"---"));
    header
        .filter_map(|line| {
            let line = String::from_utf8(line.strip_prefix(b"-> ")?.to_vec()).ok()?;
            let mut words = line.split(' ').map(str::to_owned);
            Some((words.next()?, words.next().unwrap_or_default()))
        })
        .collect()
}

struct Keys<'a> {
    identities: Vec<Identity>,
    ask: &'a mut dyn Ask,
}

impl Keys<'_> {
    fn decrypt(&mut self, name: &str, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failed> {
        let recipients = recipients(bytes);
        if recipients.iter().any(|(kind, _)| kind == "scrypt") {
            return self.with_passphrase(&format!("the secret `{name}`"), bytes);
        }
        loop {
            let open = self.identities.iter().filter_map(|one| match &one.state {
                State::Open(keys) => Some(keys),
                _ => None,
            });
            match decrypt(bytes, open.flatten()) {
                Err(Cause::NoIdentity) => {}
                done => return Ok(done?),
            }
            if !self.open_another(&recipients)? {
                return Err(Cause::NoIdentity.into());
            }
        }
    }

    /// Opens an identity that may be for one of `recipients`; gives whether
    /// there was one.
    fn open_another(&mut self, recipients: &[(String, String)]) -> Result<bool, Failed> {
        let is_for = |tag: &str| {
            let mut ssh = recipients
                .iter()
                .filter(|(kind, _)| kind.starts_with("ssh-"));
            ssh.any(|(_, argument)| argument == tag)
        };
        let native = recipients.iter().any(|(kind, _)| kind == "X25519");
        let locked = |one: &Identity| matches!(&one.state, State::Locked(_, tag) if is_for(tag));
        let encrypted = |one: &Identity| native && matches!(one.state, State::Encrypted(_));
        let all = &self.identities;
        let found = all.iter().position(locked);
        let Some(at) = found.or_else(|| all.iter().position(encrypted)) else {
            return Ok(false);
        };
        let shown = self.identities[at].shown.clone();
        let opened = match &self.identities[at].state {
            State::Locked(key, _) => {
                let key = key.clone();
                self.unlock(&shown, &key)?
            }
            State::Encrypted(bytes) => {
                let bytes = bytes.clone();
                identity::parse(self.with_passphrase(&shown, &bytes)?)
            }
            _ => return Ok(false),
        };
        self.identities[at].state = match opened {
            State::Encrypted(_) => State::Useless("it is encrypted twice".to_owned()),
            opened => opened,
        };
        Ok(true)
    }

    fn unlock(&mut self, shown: &str, key: &ssh::Identity) -> Result<State, Failed> {
        let ssh::Identity::Encrypted(locked) = key else {
            return Ok(State::Useless("it is not encrypted".to_owned()));
        };
        for _ in 0..TRIES {
            let Some(passphrase) = self.ask.passphrase(shown).map_err(Failed::Ask)? else {
                return Err(Cause::NoTerminal(shown.to_owned()).into());
            };
            if let Ok(key) = locked.decrypt(passphrase) {
                let key: Key = Box::new(ssh::Identity::Unencrypted(key));
                return Ok(State::Open(vec![key]));
            }
        }
        Err(Cause::WrongPassphrase(shown.to_owned()).into())
    }

    /// Decrypts what a passphrase protects.
    fn with_passphrase(&mut self, what: &str, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failed> {
        for _ in 0..TRIES {
            let Some(passphrase) = self.ask.passphrase(what).map_err(Failed::Ask)? else {
                return Err(Cause::NoTerminal(what.to_owned()).into());
            };
            let key: Key = Box::new(scrypt::Identity::new(passphrase));
            match decrypt(bytes, [&key]) {
                Err(Cause::NoIdentity) => {}
                done => return Ok(done?),
            }
        }
        Err(Cause::WrongPassphrase(what.to_owned()).into())
    }
}

fn decrypt<'a>(
    bytes: &[u8],
    keys: impl IntoIterator<Item = &'a Key>,
) -> Result<Zeroizing<Vec<u8>>, Cause> {
    let decryptor = Decryptor::new_buffered(ArmoredReader::new(bytes));
    let decryptor = decryptor.map_err(|_| Cause::NotAge)?;
    let is_scrypt = decryptor.is_scrypt();
    let keys = keys.into_iter().map(|key| &**key);
    let mut reader = decryptor.decrypt(keys).map_err(|error| match error {
        DecryptError::NoMatchingKeys => Cause::NoIdentity,
        // What a wrong passphrase comes to.
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed if is_scrypt => {
            Cause::NoIdentity
        }
        DecryptError::ExcessiveWork { .. } => Cause::TooMuchWork,
        _ => Cause::Tampered,
    })?;
    // It is never longer than what it was encrypted to; with the room that it
    // needs, no part of it stays behind where it grew.
    let mut held = Zeroizing::new(Vec::with_capacity(bytes.len() + 64));
    match reader.read_to_end(&mut held) {
        Ok(_) => Ok(held),
        Err(_) => Err(Cause::Tampered),
    }
}
