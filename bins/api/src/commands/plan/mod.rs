//! `canvascal plan`: the pure planner on a problem file, or on the calendars of other programs.

mod calendar;
mod flags;
mod kinds;
mod table;

use std::path::{Path, PathBuf};

use ical::Calendar;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use planner_core::document::{write_answer, write_problem};
use planner_core::draw::{self, Picture, Theme};
use planner_core::model::{Answer, Problem};
use planner_core::time::{Moment, Zone};

use self::flags::Flags;
use super::{BadInput, documents};
use crate::cli::{CalendarArgs, PlanArgs};
use crate::clock::{Clock, SystemClock};

pub(super) fn run(args: &PlanArgs) -> anyhow::Result<()> {
    match &args.problem {
        Some(path) => on_problem(path, args.svg.as_deref()),
        None => on_calendars(&args.calendar, args.svg.as_deref()),
    }
}

fn on_problem(path: &Path, svg: Option<&Path>) -> anyhow::Result<()> {
    let problem = documents::problem(path)?.problem;
    let answer = planner_core::plan(&problem).map_err(|invalid| documents::bad(path, &invalid))?;
    draw(&problem, &answer, svg)?;
    print_json(&answer)
}

/// Writes the week as a picture, before and after, where one is asked for.
fn draw(problem: &Problem, answer: &Answer, path: Option<&Path>) -> anyhow::Result<()> {
    let Some(path) = path else { return Ok(()) };
    let plan = match answer {
        Answer::Planned(plan) => Some(plan),
        Answer::NothingToPlan | Answer::Refused(_) => None,
    };
    documents::write(path, &draw::svg(&Picture::of(problem, plan), Theme::Auto))
}

fn on_calendars(args: &CalendarArgs, svg: Option<&Path>) -> anyhow::Result<()> {
    let flags = Flags::read(args)?;
    let mut notes = Vec::new();
    let calendars = read_calendars(&args.ics, &mut notes)?;
    let zone = zone(flags.zone.as_ref(), &calendars, &mut notes);
    let request = flags.request(zone, SystemClock.now(), &mut notes)?;
    let problem = calendar::problem(&request, &calendars, &mut notes);
    let answer = planner_core::plan(&problem).map_err(|invalid| BadInput(invalid.to_string()))?;
    if let Some(path) = &args.problem_out {
        documents::write(path, &serde_json::to_string_pretty(&write_problem(&request.exam, &problem))?)?;
    }
    draw(&problem, &answer, svg)?;
    if args.json {
        for note in &notes {
            eprintln!("canvascal: {note}");
        }
        return print_json(&answer);
    }
    documents::print(&table::table(&problem, &answer, &notes))
}

fn print_json(answer: &Answer) -> anyhow::Result<()> {
    documents::print(&serde_json::to_string_pretty(&write_answer(answer))?)
}

/// The calendars of all files; what is wrong with parts of them is noted.
fn read_calendars(paths: &[PathBuf], notes: &mut Vec<String>) -> anyhow::Result<Vec<calendar::Source>> {
    if paths.iter().filter(|path| *path == Path::new("-")).count() > 1 {
        return Err(BadInput("--ics: standard input can be read once".to_owned()).into());
    }
    let mut sources = Vec::new();
    for path in paths {
        let name = path.display().to_string();
        let calendar = Calendar::parse(&documents::read_bytes(path)?)
            .map_err(|error| BadInput(format!("{name}: {error}")))?;
        notes.extend(calendar.warnings().iter().map(|warning| format!("{name}: {warning}")));
        sources.push(calendar::Source { name, calendar });
    }
    Ok(sources)
}

/// The zone that was asked for, or where the first calendar is at home that says so, or else this machine.
fn zone(said: Option<&Zone>, calendars: &[calendar::Source], notes: &mut Vec<String>) -> Zone {
    if let Some(zone) = said.or_else(|| calendars.iter().find_map(|source| source.calendar.zone())) {
        return zone.clone();
    }
    let machine = TimeZone::try_system().ok();
    let machine = machine.as_ref().and_then(TimeZone::iana_name).and_then(|name| Zone::named(name).ok());
    let (zone, whose) = match machine {
        Some(zone) => (zone, "this machine's"),
        None => (Zone::utc(), "since this machine names none either"),
    };
    notes.push(format!(
        "No calendar says where it is at home: times are those of {}, {whose} (--zone)",
        zone.name()
    ));
    zone
}

/// What jiff calls a moment, in the planner's words.
fn moment(timestamp: Timestamp) -> Moment {
    Moment::from_unix_micros(timestamp.as_microsecond())
}
