//! A passphrase, typed on the terminal and not shown.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

use age::secrecy::SecretString;
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};
use zeroize::{Zeroize as _, Zeroizing};

/// A passphrase has fewer bytes, so that it stays in one place in memory.
const LONGEST: usize = 1024;

/// How the terminal was before a passphrase was asked for.
static BEFORE: Mutex<Option<(File, Termios)>> = Mutex::new(None);

fn before() -> MutexGuard<'static, Option<(File, Termios)>> {
    BEFORE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Asks for the passphrase of `what` on the terminal that the process belongs
/// to, whatever its output is led to. `None`: nobody is there.
///
/// # Errors
/// When the terminal fails, or the person gives up by Ctrl-C or Ctrl-D.
pub fn passphrase(what: &str) -> io::Result<Option<SecretString>> {
    // A program in the background must not take a terminal that it happens to
    // have.
    if !io::stdin().is_terminal() && !io::stderr().is_terminal() {
        return Ok(None);
    }
    let Ok(mut terminal) = OpenOptions::new().read(true).write(true).open("/dev/tty") else {
        return Ok(None);
    };
    let usual = tcgetattr(&terminal)?;
    let mut silent = usual.clone();
    // Each key as it is typed, none shown, none a signal.
    silent.local_modes -=
        LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG | LocalModes::IEXTEN;
    silent.special_codes[SpecialCodeIndex::VMIN] = 1;
    silent.special_codes[SpecialCodeIndex::VTIME] = 0;
    *before() = Some((terminal.try_clone()?, usual));
    // Silent first: what is typed at the sight of the question is not shown.
    let typed = tcsetattr(&terminal, OptionalActions::Flush, &silent)
        .map_err(io::Error::from)
        .and_then(|()| write!(terminal, "Passphrase of {what}: "))
        .and_then(|()| terminal.flush())
        .and_then(|()| line(&mut terminal));
    restore_terminal();
    let _ = writeln!(terminal);
    typed.map(Some)
}

/// Has the terminal show again what is typed, when it does not because of
/// [`passphrase`].
pub fn restore_terminal() {
    if let Some((terminal, usual)) = before().take() {
        let _ = tcsetattr(&terminal, OptionalActions::Flush, &usual);
    }
}

fn line(terminal: &mut File) -> io::Result<SecretString> {
    const CANCEL: [u8; 2] = [0x03, 0x1c];
    const END: u8 = 0x04;
    let given_up = |problem| io::Error::new(io::ErrorKind::Interrupted, problem);
    let mut typed = Zeroizing::new(String::with_capacity(LONGEST));
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut byte = [0];
    loop {
        if terminal.read(&mut byte)? == 0 {
            return Err(given_up("the terminal is gone"));
        }
        match byte[0] {
            b'\n' | b'\r' => break,
            key if CANCEL.contains(&key) => return Err(given_up("interrupted")),
            END if bytes.is_empty() => return Err(given_up("the input has ended")),
            END => break,
            // Backspace takes a whole sign.
            0x08 | 0x7f => while bytes.pop().is_some_and(|last| last & 0xc0 == 0x80) {},
            // Ctrl-U takes all.
            0x15 => bytes.clear(),
            _ if bytes.len() == LONGEST => {}
            key => bytes.push(key),
        }
    }
    byte.zeroize();
    let text = std::str::from_utf8(&bytes);
    typed.push_str(text.map_err(|_| io::Error::other("it is not UTF-8"))?);
    Ok(SecretString::from(std::mem::take(&mut *typed)))
}
