//! The `nhmt` executable: the exit code, nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    nhmt::cli::main()
}
