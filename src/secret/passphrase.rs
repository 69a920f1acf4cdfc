//! Who is asked for passphrases.

use std::io;

use age::secrecy::SecretString;

/// So often a passphrase is asked for.
pub(super) const TRIES: usize = 3;

/// Someone who may know passphrases.
pub trait Ask {
    /// Asks for the passphrase of `what`. `None`: nobody is there.
    ///
    /// # Errors
    /// When the question fails, or is not to be answered.
    fn passphrase(&mut self, what: &str) -> io::Result<Option<SecretString>>;
}
