//! `nhmt options`

mod path;
mod rank;
mod show;

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::context::Context;
use super::failure::Failure;
use super::source::Source;
use super::{pager, source, target};
use crate::eval::{OptionEntry, OptionValue, Question};

/// Search the options that a configuration may set, or show one.
///
/// With the name of an option: what it means, which values it takes, what it is
/// in the configuration and who sets it. With other words: the options that
/// have to do with all of them, the closest first. Without: all.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The name of an option, or words to search for
    words: Vec<String>,
    /// Show options too that are there for modules only
    #[arg(long)]
    internal: bool,
}

pub(super) fn run(context: &Context, args: &Options) -> Result<ExitCode, Failure> {
    let source = source::look_for(&context.global)?;
    // A manifest sets no options; those that there are can be read all the same.
    let source = source.filter(|source| !matches!(source, Source::Manifest(_)));
    let (entries, source) = entries(context, source)?;
    if let [name] = &args.words[..]
        && let Some((entry, path)) = path::find(&entries, name)
    {
        let value = value(context, source.as_ref(), &path);
        one(context, entry, name, value);
        return Ok(ExitCode::SUCCESS);
    }
    let shown = |entry: &&OptionEntry| !entry.hidden && (args.internal || !entry.internal);
    let found = rank::search(entries.iter().filter(shown), &args.words);
    if found.is_empty() {
        return Err(nothing(&entries, &args.words));
    }
    if context.json() {
        context.ui.json(&found);
    } else {
        pager::show(context.ui, &show::list(&found));
    }
    Ok(ExitCode::SUCCESS)
}

/// All options, and the configuration when they are its own. One that does not
/// evaluate is what a person looks for help with here.
fn entries(
    context: &Context,
    source: Option<Source>,
) -> Result<(Vec<OptionEntry>, Option<Source>), Failure> {
    let ask = |source: Option<&Source>| -> Result<Vec<OptionEntry>, Failure> {
        let json = target::query(context, source, &Question::Options)?;
        parsed(&json)
    };
    let Some(source) = source else {
        return Ok((ask(None)?, None));
    };
    match ask(Some(&source)) {
        Ok(entries) => Ok((entries, Some(source))),
        Err(failure) => {
            context.ui.warning(format_args!(
                "these are the options of nhmt alone, because the configuration does not evaluate: {failure}"
            ));
            Ok((ask(None)?, None))
        }
    }
}

fn parsed<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, Failure> {
    serde_json::from_str(json)
        .map_err(|error| Failure::new(format_args!("what Nix printed is not understood: {error}")))
}

/// What the configuration has at `path`. That it does not evaluate is no reason
/// to say nothing of the option.
fn value(context: &Context, source: Option<&Source>, path: &[String]) -> Option<OptionValue> {
    let source = source?;
    let question = Question::Value(path.to_vec());
    let answer = target::query(context, Some(source), &question);
    match answer.and_then(|json| parsed(&json)) {
        Ok(value) => value,
        Err(failure) => {
            context
                .ui
                .warning(format_args!("its value cannot be shown: {failure}"));
            None
        }
    }
}

fn one(context: &Context, entry: &OptionEntry, name: &str, value: Option<OptionValue>) {
    if !context.json() {
        pager::show(context.ui, &show::one(entry, name, value.as_ref()));
        return;
    }
    let (value, definitions) = value.map_or((None, Vec::new()), |found| {
        (Some(found.value), found.definitions)
    });
    let mut json = json!(entry);
    json["value"] = json!(value);
    json["definitions"] = json!(definitions);
    context.ui.result(json);
}

fn nothing(entries: &[OptionEntry], words: &[String]) -> Failure {
    let failure = Failure::new(format_args!(
        "no option has to do with `{}`",
        words.join(" ")
    ));
    match rank::nearest(entries, words) {
        Some(name) => failure.hint(format!("the nearest is `{name}`: nhmt options '{name}'")),
        None => failure.hint("fewer words find more; `nhmt options` lists all"),
    }
}
