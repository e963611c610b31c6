//! The answer for people: what changes, from when to when, and why.

use std::fmt::Write;

use planner_core::model::{Action, Answer, Change, Event, Objective, Plan, Problem, Refusal, Task};
use planner_core::time::{Interval, MINUTES_PER_24H, spell_minutes};
use planner_core::why_not::{self, Cause, Obstacle, WhyNot};
use unicode_width::UnicodeWidthStr;

/// The answer to a problem, as text that ends without a line break.
pub(super) fn table(problem: &Problem, answer: &Answer, notes: &[String]) -> String {
    let mut lines = Vec::new();
    if let Some(exam) = problem.trigger() {
        lines.extend(header(problem, exam, answer));
    }
    lines.push(String::new());
    match answer {
        Answer::Refused(Refusal::TriggerExpired) => {
            lines.push("It is due already. Nothing can be planned.".to_owned());
        }
        Answer::Refused(Refusal::WindowTooShort) => {
            lines.push("It is due too soon: not even the shortest study block fits before it.".to_owned());
        }
        Answer::NothingToPlan => {
            lines.push("The study that it takes is all there. Nothing changes.".to_owned());
        }
        Answer::Planned(plan) => lines.extend(body(problem, plan)),
    }
    lines.extend(remarks(notes));
    lines.join("\n")
}

/// What a person is told of the minutes of study that the plan does not place: how many, what keeps them out, and what
/// would help. Nothing where all are placed.
fn uncovered(problem: &Problem, plan: &Plan) -> Vec<String> {
    // Rounding up to a block is the planner's business, not the student's.
    let minutes = plan.objective.unmet_minutes.min(plan.exact_need_minutes);
    if minutes == 0 {
        return Vec::new();
    }
    let exam = problem.trigger().map_or("", |exam| &exam.title);
    let missing = format!("{} of study for “{exam}” finds no place.", spell_minutes(i64::from(minutes)));
    let mut lines = vec![labelled("Missing", &missing)];
    if let Some(why) = why_not::explain(problem, plan) {
        lines.extend(why.causes.iter().map(|cause| labelled("Why", &cause_for_people(problem, plan, cause))));
        lines.extend(in_the_way(problem, &why).map(|names| labelled("In it", &names)));
        lines.extend(why.offer.map(|offer| labelled("Helps", &offer.detail)));
    }
    lines
}

fn cause_for_people(problem: &Problem, plan: &Plan, cause: &Cause) -> String {
    let rule = match cause.obstacle {
        Obstacle::ChurnBudget => {
            format!("Only so many changes a day: with {}", problem.settings.churn_cap_max)
        }
        Obstacle::Rest => "The rest between focus blocks: without it".to_owned(),
        Obstacle::WakingHours => "The hours of the day: with the whole day".to_owned(),
        Obstacle::FixedEvents => "What never moves: without it".to_owned(),
    };
    let gained = spell_minutes(i64::from(cause.minutes_gained.min(plan.exact_need_minutes)));
    format!("{rule}, {gained} more would fit.")
}

/// The fixed events that stand where study would go, the first few by name.
fn in_the_way(problem: &Problem, why: &WhyNot) -> Option<String> {
    const NAMED: usize = 3;
    let event = |id| problem.events.iter().find(|event| event.id == id);
    let events = why.in_the_way.iter().filter_map(|id| event(*id));
    let mut names: Vec<String> = events
        .map(|event| {
            format!("{} ({})", clipped(&titled(&event.title)), problem.settings.zone.spell(event.interval))
        })
        .collect();
    let more = names.len().saturating_sub(NAMED) + why.busy_in_the_way.len();
    names.truncate(NAMED);
    if more > 0 && !names.is_empty() {
        names.push(format!("{more} more"));
    }
    (!names.is_empty()).then(|| format!("{} in the way.", names.join(", ")))
}

fn header(problem: &Problem, exam: &Task, answer: &Answer) -> Vec<String> {
    let settings = &problem.settings;
    let zone = &settings.zone;
    let due = format!("{}, due {} ({})", exam.title, zone.local(exam.due), zone.name());
    let mut needed = format!("{} of study", spell_minutes(i64::from(exam.effort_minutes)));
    if let Answer::Planned(plan) = answer {
        let there = i64::from(exam.effort_minutes) - i64::from(plan.exact_need_minutes);
        if there > 0 {
            let _ = write!(needed, ", of which {} are there", spell_minutes(there));
        }
    }
    let lookahead = i64::from(settings.lookahead_days) * MINUTES_PER_24H;
    let earliest = problem.now.plus_minutes(i64::from(settings.lead_minutes)).ceil().ceil_to_grid();
    let window = Interval::new(exam.due.plus(-lookahead).max(earliest), exam.due);
    let mut lines = vec![labelled("Exam", &due), labelled("Needed", &needed)];
    lines.extend(window.map(|window| labelled("Window", &zone.spell(window))));
    lines
}

fn body(problem: &Problem, plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    if plan.changes.is_empty() {
        lines.push("Nothing changes.".to_owned());
    } else {
        let mut changes: Vec<&Change> = plan.changes.iter().collect();
        changes.sort_by_key(|change| {
            let first = change.action.intervals().first().copied();
            (
                change.action.event().is_some(),
                first.or_else(|| event(problem, &change.action).map(|event| event.interval)),
            )
        });
        let rows = changes.into_iter().flat_map(|change| rows(problem, change));
        let rows: Vec<[String; 5]> = std::iter::once(HEADINGS.map(str::to_owned)).chain(rows).collect();
        lines.extend(columns(&rows));
    }
    lines.push(String::new());
    lines.extend(plan.notes.iter().map(|note| labelled("Stays", &note.detail)));
    lines.extend(uncovered(problem, plan));
    lines.push(labelled("In all", &summary(problem, plan)));
    lines
}

const HEADINGS: [&str; 5] = ["What", "Title", "From", "To", "Why"];

/// The rows of one change: two for an event in two pieces.
fn rows(problem: &Problem, change: &Change) -> Vec<[String; 5]> {
    let zone = &problem.settings.zone;
    let event = event(problem, &change.action);
    let what = match change.action {
        Action::Create { .. } => "new",
        Action::Move { .. } => "moves",
        Action::Split { .. } => "split",
        Action::Delete { .. } => "given up",
    };
    let title = match event {
        Some(event) => titled(&event.title),
        None => format!("Study: {}", problem.trigger().map_or("", |exam| &exam.title)),
    };
    let from = event.map_or_else(|| "–".to_owned(), |event| zone.spell(event.interval));
    let mut to = change.action.intervals().iter().map(|at| zone.spell(*at));
    let first =
        [what.to_owned(), clipped(&title), from, to.next().unwrap_or_default(), why(problem, change, event)];
    let nothing = String::new;
    let more = to.map(|to| [nothing(), nothing(), nothing(), to, nothing()]);
    std::iter::once(first).chain(more).collect()
}

/// The end of a change's detail, which says why. What comes before is in the other columns.
fn why(problem: &Problem, change: &Change, event: Option<&Event>) -> String {
    // A title may hold any words, so it is passed over first.
    let title = event.map(|event| format!("“{}”", event.title)).unwrap_or_default();
    let rest = change.detail.strip_prefix(&title).unwrap_or(&change.detail);
    let begins = [" to make ", " to leave ", " since ", ", after "].iter();
    let start = begins.filter_map(|begin| rest.find(begin)).min().unwrap_or(0);
    let reason = rest[start..].trim_start_matches([',', ' ']).trim_end_matches('.');
    let reason = reason.strip_prefix("since ").unwrap_or(reason);
    let exam = problem.trigger().map(|exam| format!(" for “{}”", exam.title)).unwrap_or_default();
    reason.strip_suffix(&exam).unwrap_or(reason).to_owned()
}

/// How much the plan places and how much it disturbs.
fn summary(problem: &Problem, plan: &Plan) -> String {
    let objective = plan.objective;
    let placed = plan.need_minutes.saturating_sub(objective.unmet_minutes);
    let mut parts = Vec::new();
    if objective.created > 0 {
        parts.push(format!(
            "{} of study in {}",
            spell_minutes(i64::from(placed)),
            count(objective.created, "new block")
        ));
    }
    parts.extend(disturbed(plan, &objective));
    if !plan.claims.is_empty() {
        let claims = u32::try_from(plan.claims.len()).unwrap_or(u32::MAX);
        parts.push(format!("{} taken as it stands", count(claims, "block")));
    }
    if parts.is_empty() {
        parts.push("nothing to accept".to_owned());
    }
    let best = if plan.proven_optimal { "No plan is better" } else { "A better plan may exist" };
    format!("{}; churn {} of {}. {best}.", parts.join(", "), objective.churn, problem.budget())
}

/// What happens to events that are there.
fn disturbed(plan: &Plan, objective: &Objective) -> Vec<String> {
    let of = |is: fn(&Action) -> bool| {
        u32::try_from(plan.changes.iter().filter(|change| is(&change.action)).count()).unwrap_or(u32::MAX)
    };
    let moved = of(|action| matches!(action, Action::Move { .. }));
    let split = of(|action| matches!(action, Action::Split { .. }));
    let mut parts = Vec::new();
    if moved > 0 {
        parts.push(format!("{} moved", count(moved, "event")));
    }
    if split > 0 {
        parts.push(format!("{} split", count(split, "event")));
    }
    if objective.deleted > 0 {
        parts.push(format!("{} given up", count(objective.deleted, "event")));
    }
    parts
}

/// Notes on the calendars: the first of them, and how many more there are.
fn remarks(notes: &[String]) -> Vec<String> {
    const MOST: usize = 10;
    let mut lines: Vec<String> = notes.iter().take(MOST).map(|note| labelled("Note", note)).collect();
    if notes.len() > MOST {
        lines.push(labelled("Note", &format!("and {} more", notes.len() - MOST)));
    }
    if !lines.is_empty() {
        lines.insert(0, String::new());
    }
    lines
}

fn event<'a>(problem: &'a Problem, action: &Action) -> Option<&'a Event> {
    let id = action.event()?;
    problem.events.iter().find(|event| event.id == id)
}

fn titled(title: &str) -> String {
    if title.is_empty() { "(untitled)".to_owned() } else { title.to_owned() }
}

/// A title no wider than a column should be.
fn clipped(title: &str) -> String {
    const MOST_COLUMNS: usize = 34;
    if title.width() <= MOST_COLUMNS {
        return title.to_owned();
    }
    let mut clipped = String::new();
    for c in title.chars() {
        clipped.push(c);
        if clipped.width() >= MOST_COLUMNS {
            clipped.pop();
            break;
        }
    }
    format!("{}…", clipped.trim_end())
}

/// Rows with their cells under each other.
fn columns<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let width = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |row: &[String; N]| {
        let cells =
            row.iter().zip(widths).map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.width())));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

fn labelled(label: &str, text: &str) -> String {
    format!("{label:<8}  {text}")
}

fn count(number: u32, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

#[cfg(test)]
mod tests;
