//! Files with keys that decrypt.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use age::{IdentityFile, ssh};
use rustix::fs::OFlags;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::manifest::{HomePath, Manifest, StateSpec};

/// Where keys are looked for when the configuration names none: those of ssh
/// that agenix takes, and those that age-keygen is often told to write.
const USUAL: [&str; 3] = [
    "~/.ssh/id_ed25519",
    "~/.ssh/id_rsa",
    "~/.config/age/keys.txt",
];

/// More than a file of keys has, in bytes.
const LARGEST: u64 = 1 << 20;

/// A key that can be used.
pub(super) type Key = Box<dyn age::Identity>;

/// A file of keys.
pub(super) struct Identity {
    /// Its path as people write it.
    pub(super) shown: String,
    pub(super) state: State,
}

/// What is known of a file of keys.
pub(super) enum State {
    /// It has these keys.
    Open(Vec<Key>),
    /// A key of ssh's, encrypted; the tags of what is encrypted for it.
    Locked(Box<ssh::Identity>, String),
    /// Keys that age has encrypted with a passphrase.
    Encrypted(Zeroizing<Vec<u8>>),
    /// It is of no use, for this reason.
    Useless(String),
}

/// The files of keys that `manifest` names, or the usual ones, opened.
pub(super) fn all(home: &Path, manifest: &Manifest) -> Vec<Identity> {
    let usual = || USUAL.map(PathBuf::from).to_vec();
    let paths = manifest.secrets.identities.clone().unwrap_or_else(usual);
    let open = |path: PathBuf| {
        let path = match path.strip_prefix("~") {
            Ok(rest) => home.join(rest),
            Err(_) => path,
        };
        let shown = match path.strip_prefix(home) {
            Ok(rest) => format!("~/{}", rest.display()),
            Err(_) => path.display().to_string(),
        };
        let state = match read(home, &path, &manifest.state) {
            Ok(bytes) => parse(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                State::Useless("it does not exist".to_owned())
            }
            Err(error) => State::Useless(format!("it cannot be read: {error}")),
        };
        Identity { shown, state }
    };
    paths.into_iter().map(open).collect()
}

/// Reads a file of keys. In a home that is empty yet, what is kept elsewhere
/// is read there.
fn read(
    home: &Path,
    path: &Path,
    routes: &BTreeMap<HomePath, StateSpec>,
) -> io::Result<Zeroizing<Vec<u8>>> {
    // A pipe would keep the run waiting for who writes to it.
    let open = |path: &Path| {
        let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
        File::options().read(true).custom_flags(flags).open(path)
    };
    let opened = open(path).or_else(|error| {
        let place = path.strip_prefix(home).ok().and_then(|rest| {
            let rest = HomePath::new(rest.as_os_str().as_encoded_bytes()).ok()?;
            let mut above = rest.ancestors().chain([rest.clone()]);
            let spec = above.find_map(|above| routes.get(&above))?;
            Some(spec.route.place(&rest))
        });
        place.map_or(Err(error), |place| open(&place))
    });
    let file = opened?;
    let size = file.metadata()?;
    if !size.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    if size.len() > LARGEST {
        return Err(io::Error::other("it is too large for a file of keys"));
    }
    // With room for all, so that no part stays behind where it grew.
    let room = usize::try_from(size.len()).unwrap_or(0) + 64;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether age has encrypted `bytes`.
fn is_encrypted(bytes: &[u8]) -> bool {
    bytes.starts_with(b"age-encryption.org/")
        || bytes
            .trim_ascii_start()
            .starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----")
}

/// The keys in a file.
pub(super) fn parse(bytes: Zeroizing<Vec<u8>>) -> State {
    if is_encrypted(&bytes) {
        return State::Encrypted(bytes);
    }
    let is_ssh = bytes.windows(11).any(|some| some == b"-----BEGIN ");
    if is_ssh {
        return match ssh::Identity::from_buffer(&bytes[..], None) {
            Ok(key @ ssh::Identity::Unencrypted(_)) => State::Open(vec![Box::new(key)]),
            Ok(key @ ssh::Identity::Encrypted(_)) => match tag(&key) {
                Some(tag) => State::Locked(Box::new(key), tag),
                None => State::Useless("a key of this kind cannot decrypt".to_owned()),
            },
            Ok(ssh::Identity::Unsupported(_)) => State::Useless(
                "a key of this kind cannot decrypt; age takes ed25519 and RSA, in the form of OpenSSH when they are encrypted".to_owned(),
            ),
            Err(_) => State::Useless("it is no private key of ssh's".to_owned()),
        };
    }
    match IdentityFile::from_buffer(&bytes[..]).map(IdentityFile::into_identities) {
        Ok(Ok(keys)) if keys.is_empty() => State::Useless("there is no key in it".to_owned()),
        Ok(Ok(keys)) => State::Open(keys.into_iter().map(|key| key as Key).collect()),
        // The words of the library name the line, never what is in it.
        Err(error) if error.kind() == io::ErrorKind::InvalidData => State::Useless(format!(
            "{error}; keys of age start with AGE-SECRET-KEY-1, and plugins are not used"
        )),
        Ok(Err(_)) | Err(_) => State::Useless("it is no file of keys".to_owned()),
    }
}

/// What the header of a file has that is encrypted for this key: 32 bits of a
/// digest of the public key (age's format for recipients of ssh).
fn tag(key: &ssh::Identity) -> Option<String> {
    let public = match ssh::Recipient::try_from(key.clone()).ok()? {
        ssh::Recipient::SshRsa(public, _) | ssh::Recipient::SshEd25519(public, _) => public,
    };
    Some(base64(&Sha256::digest(public)[..4]))
}

/// Base 64 without padding (RFC 4648), of a few bytes.
fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number =
            three.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - three.len()));
        for at in 0..=three.len() {
            text.push(char::from(SIGNS[(number >> (18 - 6 * at) & 63) as usize]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_64_is_that_of_the_rfc() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg"),
            ("fo", "Zm8"),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn what_is_no_key_says_so() {
        let useless = |text: &str| match parse(Zeroizing::new(text.as_bytes().to_vec())) {
            State::Useless(reason) => reason,
            _ => panic!("{text}"),
        };
        assert_eq!(useless("# nothing\n"), "there is no key in it");
        let line = useless("# a\nAGE-PLUGIN-X-1CANARY\n");
        assert!(
            line.contains("on line 2") && !line.contains("CANARY"),
            "{line}"
        );
        assert_eq!(
            useless("-----BEGIN X-----\nCANARY\n"),
            "it is no private key of ssh's"
        );
    }
}
