//! `canvascal replay`: plans once more what a stored proposal was planned on, and compares.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::Context;
use app::ports::{Access, PlannedOn, ProposalRecord, Store};
use planner_core::document::{print_answer, read_problem, write_problem};
use planner_core::model::{Answer, Change};
use uuid::Uuid;

use super::database::Database;
use super::documents::{print, write};
use super::{BadInput, MISUSED};
use crate::cli::ReplayArgs;
use crate::{config, telemetry};

/// Exit code 0 where the answer is the same to the byte, 1 where it is not. Whatever keeps us from comparing, a
/// database that does not answer included, is 2, so that 1 says one thing alone.
pub(super) async fn run(args: &ReplayArgs) -> anyhow::Result<ExitCode> {
    let outcome = on_database(args).await;
    Ok(outcome.unwrap_or_else(|error| {
        eprintln!("canvascal: {error:#}");
        ExitCode::from(MISUSED)
    }))
}

async fn on_database(args: &ReplayArgs) -> anyhow::Result<ExitCode> {
    let settings = config::tool(std::env::vars_os())?;
    telemetry::init(&settings.log).context("starting the log")?;
    let database = Database::open(&settings.database, "serve", false).await?;
    let stored = load(args.proposal, database.url.expose()).await;
    database.close().await;
    let (record, planned_on) = stored?;
    compare(args, &record, &planned_on)
}

async fn load(proposal: Uuid, url: &str) -> anyhow::Result<(ProposalRecord, PlannedOn)> {
    let options = store::Options { max_connections: 1, ..store::Options::default() };
    let store = store::Pg::new(url, options).context("opening the database")?;
    let owners = store.owners_of_proposal(proposal).await.context("looking for the proposal")?;
    let owner = match owners.as_slice() {
        [owner] => owner,
        [] => return Err(BadInput(format!("there is no proposal {proposal}")).into()),
        several => {
            return Err(BadInput(format!("{} users have a proposal {proposal}", several.len())).into());
        }
    };
    let mut unit = store.begin(owner, Access::Read).await.context("reading the proposal")?;
    let planned_on = unit.planned_on(proposal).await.context("reading the proposal's problem")?;
    let Some(planned_on) = planned_on else {
        let told = format!("proposal {proposal} was made before problems were kept with proposals");
        return Err(BadInput(told).into());
    };
    let record = unit.proposal(proposal).await.context("reading the proposal")?;
    unit.commit().await.context("reading the proposal")?;
    Ok((record.context("the proposal is gone")?, planned_on))
}

fn compare(args: &ReplayArgs, record: &ProposalRecord, stored: &PlannedOn) -> anyhow::Result<ExitCode> {
    let problem = match read_problem(&stored.problem.to_string()) {
        Ok(named) => named.problem,
        Err(invalid) => {
            print(&format!("differs  the stored problem is none any more: {invalid}"))?;
            return Ok(ExitCode::FAILURE);
        }
    };
    if let Some(path) = &args.problem {
        write(path, &format!("{:#}", write_problem(&record.id.to_string(), &problem)))?;
    }
    let answer = planner_core::plan(&problem).context("planning again")?;
    let digest = ring::digest::digest(&ring::digest::SHA256, print_answer(&answer).as_bytes());
    let mut lines = changes(record, &answer);
    lines.push(told(digest.as_ref() == stored.answer_sha256, &answer_line(digest.as_ref(), stored)));
    let agrees = lines.iter().all(|line| line.starts_with(AGREES));
    print(&lines.join("\n"))?;
    Ok(if agrees { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

const AGREES: &str = "agrees";

fn told(agrees: bool, what: &str) -> String {
    format!("{:<7}  {what}", if agrees { AGREES } else { "differs" })
}

fn answer_line(digest: &[u8], stored: &PlannedOn) -> String {
    let (now, then) = (hex(digest), hex(&stored.answer_sha256));
    if now == then { format!("answer, sha256 {now}") } else { format!("answer, sha256 {now}, stored {then}") }
}

/// One line for each change that was proposed or would be now, and one for the claims.
fn changes(record: &ProposalRecord, answer: &Answer) -> Vec<String> {
    let (changes, claims) = match answer {
        Answer::Planned(plan) => (plan.changes.as_slice(), plan.claims.as_slice()),
        Answer::NothingToPlan | Answer::Refused(_) => (&[][..], &[][..]),
    };
    let count = changes.len().max(record.changes.len());
    let mut lines: Vec<String> = (0..count)
        .map(|index| {
            let then = record.changes.get(index).map(|proposed| &proposed.change);
            change_line(index + 1, then, changes.get(index))
        })
        .collect();
    let then = &record.proposal.claims;
    lines.push(told(then == claims, &format!("claims, {} stored, {} now", then.len(), claims.len())));
    lines
}

fn change_line(number: usize, then: Option<&Change>, now: Option<&Change>) -> String {
    let shown = |change: Option<&Change>| change.map_or_else(|| "nothing".to_owned(), show);
    if then == now {
        return told(true, &format!("change {number}, {}", shown(now)));
    }
    told(false, &format!("change {number}, {}, stored {}", shown(now), shown(then)))
}

/// A change without its title and detail, which are the student's own business.
fn show(change: &Change) -> String {
    let event = change.action.event().map(|event| format!(" {event}")).unwrap_or_default();
    let to: Vec<String> = change.action.intervals().iter().map(|at| format!(" {at:?}")).collect();
    format!("{}{event}{} ({})", change.action.as_str(), to.concat(), change.reason)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
