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
    let mut text = String::new();
    source(path)?.read_to_string(&mut text).map_err(|error| unreadable(path, &error))?;
    within_bounds(path, text.len())?;
    Ok(text)
}

/// The bytes of a file; `-` is standard input.
pub(super) fn read_bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source(path)?.read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    within_bounds(path, bytes.len())?;
    Ok(bytes)
}

/// Writes a text as a file of its own.
pub(super) fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let written = std::fs::write(path, format!("{text}\n"));
    Ok(written.map_err(|error| BadInput(format!("{}: cannot be written: {error}", path.display())))?)
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

/// Opens a file or standard input, and no more of it than is worth reading.
fn source(path: &Path) -> Result<impl Read, BadInput> {
    let source: Box<dyn Read> = if path == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(path).map_err(|error| unreadable(path, &error))?)
    };
    Ok(source.take(MOST_BYTES + 1))
}

fn unreadable(path: &Path, error: &std::io::Error) -> BadInput {
    BadInput(format!("{}: cannot be read: {error}", path.display()))
}

fn within_bounds(path: &Path, bytes: usize) -> Result<(), BadInput> {
    if bytes as u64 > MOST_BYTES {
        return Err(BadInput(format!("{}: is larger than {MOST_BYTES} bytes", path.display())));
    }
    Ok(())
}

/// The `OpenAPI` document, to be read by people too.
pub(super) fn openapi() -> String {
    format!("{:#}", crate::openapi::of_the_api())
}

/// Writes to standard output, and minds a reader that has gone away.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).context("writing the answer")
}
