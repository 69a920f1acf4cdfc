//! Nix's prompt, with a configuration in scope.

use std::process::Command;

use super::evaluator::{Evaluator, Home, Source, configuration};
use super::expression::{self, Choice};
use super::flake::{Kind, Reference};
use super::flake_query::{FlakeQuery, Goal};
use super::library::Library;
use super::{ErrorKind, EvalError, flake_choice};
use crate::ending::Temporary;
use crate::store::nix::Version;

impl Evaluator<'_> {
    /// The command that opens Nix's prompt with `config`, `options`, `lib` and
    /// `pkgs` of `source`, and the file that it reads these from, which has to
    /// last as long. Without a source they are those of a configuration that
    /// sets nothing.
    ///
    /// # Errors
    ///
    /// [`EvalError`]: there is no such configuration, or no place for a
    /// temporary file.
    pub fn repl(
        &self,
        source: Option<&Source>,
        home: &Home,
    ) -> Result<(Command, Temporary), EvalError> {
        let library = Library::unpack(self.cache())?;
        let expression = match source {
            Some(Source::Flake { reference, from }) => {
                let reference = Reference::parse(reference, from)?;
                // Nix's prompt would show what is thrown as it is.
                FlakeQuery {
                    evaluator: self,
                    reference: &reference,
                    home,
                    attribute: "scope",
                    goal: Goal::Show(Some("scope: builtins.isAttrs scope")),
                    library: &library,
                }
                .run(&mut |_| {})?;
                let names = flake_choice::names(&reference, home);
                let kind = reference.kind;
                let choice = Choice {
                    library: library.dir(),
                    kinds: kind.as_ref().map_or(&Kind::ALL, std::slice::from_ref),
                    names: &names,
                    home,
                    nhmt: &self.builder()?,
                    replaces_builder: true,
                    place: reference
                        .place
                        .as_deref()
                        .map(|place| ("flake.sourceInfo.outPath".to_owned(), place)),
                };
                choice.attribute(&reference.url, "scope")
            }
            Some(Source::File(path)) => {
                let path = configuration(path)?;
                let builder = self.builder()?;
                expression::from_file(library.dir(), Some(&path), home, &builder, "scope")
            }
            None | Some(Source::Manifest(_)) => {
                expression::from_file(library.dir(), None, home, "null", "scope")
            }
        };
        let file = Temporary::file(".nix", expression.as_bytes()).map_err(|error| {
            EvalError::new(
                ErrorKind::Machine,
                format!("cannot write a temporary file: {error}"),
            )
        })?;
        let mut command = self.flake_command_without_locks("repl");
        // Before 2.10 it takes files, and later ones as well, but not for long.
        let takes_installables = Version {
            major: 2,
            minor: 10,
        };
        if *self.nix().version() >= takes_installables {
            command.arg("--file");
        }
        command.arg(file.path());
        Ok((command, file))
    }
}
