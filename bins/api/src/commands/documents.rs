//! Files of problems and answers, or standard input in their place.

use std::io::Read;
use std::path::Path;

use anyhow::Context;
use planner_core::document::{NamedProblem, read_problem};

use super::BadInput;

/// The largest file worth reading: a thousand events take a few hundred kilobytes.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// The text of a file; `-` is standard input.
pub(super) fn read(path: &Path) -> anyhow::Result<String> {
    let name = path.display();
    let mut text = String::new();
    let source: Box<dyn Read> = if path == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        let file = std::fs::File::open(path);
        Box::new(file.map_err(|error| BadInput(format!("{name}: cannot be read: {error}")))?)
    };
    let read = source.take(MOST_BYTES + 1).read_to_string(&mut text);
    read.map_err(|error| BadInput(format!("{name}: cannot be read: {error}")))?;
    if text.len() as u64 > MOST_BYTES {
        return Err(BadInput(format!("{name}: is larger than {MOST_BYTES} bytes")).into());
    }
    Ok(text)
}

/// The problem in a file.
pub(super) fn problem(path: &Path) -> anyhow::Result<NamedProblem> {
    let text = read(path)?;
    Ok(read_problem(&text).map_err(|invalid| bad(path, &invalid))?)
}

/// One line that names the file and the field.
pub(super) fn bad(path: &Path, invalid: &planner_core::model::InvalidProblem) -> BadInput {
    let told = invalid.to_string().replace(['\n', '\r'], " ");
    BadInput(format!("{}: {told}", path.display()))
}

/// Writes to standard output, and minds a reader that has gone away.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).context("writing the answer")
}
