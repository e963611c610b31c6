//! `canvascal check`: the independent checker on an answer.

use std::process::ExitCode;

use planner_core::check;
use planner_core::document::read_answer;

use super::documents;
use crate::cli::CheckArgs;

/// Exit code 1 and a line a violation where a rule is broken.
pub(super) fn run(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let problem = documents::problem(&args.problem)?.problem;
    let answer = read_answer(&documents::read(&args.answer)?, &problem)
        .map_err(|invalid| documents::bad(&args.answer, &invalid))?;
    let violations =
        check::check(&problem, &answer).map_err(|invalid| documents::bad(&args.problem, &invalid))?;
    if violations.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let lines: Vec<String> =
        violations.iter().map(|violation| violation.to_string().replace(['\n', '\r'], " ")).collect();
    documents::print(&lines.join("\n"))?;
    Ok(ExitCode::from(1))
}
