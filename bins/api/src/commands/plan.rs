//! `canvascal plan`: the pure planner on a problem file.

use planner_core::document::write_answer;

use super::documents;
use crate::cli::PlanArgs;

pub(super) fn run(args: &PlanArgs) -> anyhow::Result<()> {
    let problem = documents::problem(&args.problem)?.problem;
    let answer = planner_core::plan(&problem).map_err(|invalid| documents::bad(&args.problem, &invalid))?;
    documents::print(&serde_json::to_string_pretty(&write_answer(&answer))?)
}
