//! What the flags ask for. They are judged together, so that every mistake is told at once.

use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use planner_core::model::Settings;
use planner_core::time::{Instant, Moment, Zone};

use super::kinds::Flexible;
use super::moment;
use crate::cli::CalendarArgs;
use crate::commands::BadInput;

/// The flags, understood as far as no zone is needed.
#[derive(Debug)]
pub(super) struct Flags {
    /// The zone that is asked for.
    pub(super) zone: Option<Zone>,
    exam: String,
    due: DateTime,
    effort_minutes: u32,
    now: Option<DateTime>,
    flexible: Vec<Flexible>,
    settings: Settings,
}

/// What is asked of the calendars.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// What to study for.
    pub(super) exam: String,
    /// When it is due.
    pub(super) due: Instant,
    /// Minutes of study that it takes.
    pub(super) effort_minutes: u32,
    /// When it is asked.
    pub(super) now: Moment,
    /// What may be moved.
    pub(super) flexible: Vec<Flexible>,
    /// The student's settings, the zone among them.
    pub(super) settings: Settings,
}

impl Flags {
    /// Reads the flags.
    pub(super) fn read(args: &CalendarArgs) -> Result<Self, BadInput> {
        let mut wrong = Vec::new();
        let exam = read(args.exam.as_deref(), "--exam", exam, &mut wrong);
        let effort = read(args.effort.as_deref(), "--effort", effort, &mut wrong);
        let zone = read(args.zone.as_deref(), "--zone", zone, &mut wrong);
        let now = read(args.now.as_deref(), "--now", wall_time, &mut wrong);
        let day = read(args.day.as_deref(), "--day", day, &mut wrong);
        let flexible = args.flexible.iter();
        let flexible =
            flexible.filter_map(|text| read(Some(text), "--flexible", Flexible::from_str, &mut wrong));
        let flexible = flexible.collect();
        let default = Settings::default();
        let (day_start_minute, day_end_minute) =
            day.unwrap_or((default.day_start_minute, default.day_end_minute));
        let settings = Settings {
            day_start_minute,
            day_end_minute,
            lookahead_days: args.lookahead_days.unwrap_or(default.lookahead_days),
            churn_cap: args.churn_cap.unwrap_or(default.churn_cap),
            ..default
        };
        match (exam, effort) {
            (Some((exam, due)), Some(effort_minutes)) if wrong.is_empty() => {
                Ok(Self { zone, exam, due, effort_minutes, now, flexible, settings })
            }
            _ => Err(BadInput(wrong.join("; "))),
        }
    }

    /// What is asked by someone in `zone` at the moment `clock`, unless another was given. A time that occurs twice
    /// is noted.
    pub(super) fn request(
        self,
        zone: Zone,
        clock: Moment,
        notes: &mut Vec<String>,
    ) -> Result<Request, BadInput> {
        let due = resolve("--exam", self.due, &zone, notes)?.floor();
        let now = self.now.map_or(Ok(clock), |now| resolve("--now", now, &zone, notes))?;
        Ok(Request {
            exam: self.exam,
            due,
            effort_minutes: self.effort_minutes,
            now,
            flexible: self.flexible,
            settings: Settings { zone, ..self.settings },
        })
    }
}

/// Reads one flag, and notes what is wrong with it.
fn read<T>(
    text: Option<&str>,
    flag: &str,
    parse: impl FnOnce(&str) -> Result<T, String>,
    wrong: &mut Vec<String>,
) -> Option<T> {
    parse(text?).map_err(|problem| wrong.push(format!("{flag}: {problem}"))).ok()
}

fn exam(text: &str) -> Result<(String, DateTime), String> {
    let shape = || format!("{text:?} is not TITLE@TIME such as Algebra@2026-12-04T09:00");
    // A title may hold an @ of its own.
    let (title, due) = text.rsplit_once('@').ok_or_else(shape)?;
    let title = title.trim();
    if title.is_empty() { Err(shape()) } else { Ok((title.to_owned(), wall_time(due)?)) }
}

/// Reads `2026-12-04T09:00`, on whatever clock.
fn wall_time(text: &str) -> Result<DateTime, String> {
    let text = text.trim();
    let is_whole = text.len() == "2026-12-04T09:00".len() && text.is_ascii();
    let parsed = text.parse::<DateTime>().ok().filter(|_| is_whole);
    parsed.ok_or_else(|| format!("{text:?} is no local time such as 2026-12-04T09:00"))
}

/// Reads `6h`, `90m`, `1h30m` or minutes.
fn effort(text: &str) -> Result<u32, String> {
    const MOST_HOURS: u32 = 1000;
    let wrong = || format!("{text:?} is no duration such as 6h, 90m, 1h30m or 90");
    let lower = text.trim().to_ascii_lowercase();
    let (hours, minutes) = match lower.split_once('h') {
        Some((hours, minutes)) => {
            (Some(hours), minutes.strip_suffix('m').or(minutes.is_empty().then_some("0")))
        }
        None => (None, Some(lower.strip_suffix('m').unwrap_or(&lower))),
    };
    let number = |digits: &str| {
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { digits.parse::<u32>().ok() } else { None }
    };
    let hours = hours.map_or(Some(0), number).ok_or_else(wrong)?;
    let minutes = minutes.and_then(number).ok_or_else(wrong)?;
    let effort = hours.checked_mul(60).and_then(|hours| hours.checked_add(minutes));
    match effort {
        Some(effort) if (1..=MOST_HOURS * 60).contains(&effort) => Ok(effort),
        _ => Err(format!("{text:?} is not between 1 minute and {MOST_HOURS} hours")),
    }
}

fn zone(name: &str) -> Result<Zone, String> {
    Zone::named(name).map_err(|error| format!("{name:?} is an {error}"))
}

/// Reads `07:00-23:00` as minutes since midnight.
fn day(text: &str) -> Result<(u16, u16), String> {
    let minute = |clock: &str| {
        let (hour, minute) = clock.trim().split_once(':').filter(|(_, minute)| minute.len() == 2)?;
        let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
        (hour <= 24 && minute < 60).then_some(hour * 60 + minute)
    };
    let times = text.split_once('-').and_then(|(from, to)| minute(from).zip(minute(to)));
    let (from, to) = times.ok_or_else(|| format!("{text:?} is no stretch of the day such as 07:00-23:00"))?;
    if from >= to {
        return Err(format!("{text:?} ends before it begins"));
    }
    if to > Settings::LATEST_DAY_END_MINUTE {
        return Err(format!("{text:?} ends after 23:00"));
    }
    Ok((from, to))
}

/// The moment at which the zone's clock shows a time. What it shows twice is the first; what it skips is an error.
fn resolve(flag: &str, wall: DateTime, zone: &Zone, notes: &mut Vec<String>) -> Result<Moment, BadInput> {
    let told = wall.strftime("%Y-%m-%dT%H:%M");
    let clock = TimeZone::get(zone.name()).unwrap_or(TimeZone::UTC);
    let ambiguous = clock.to_ambiguous_timestamp(wall);
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => {}
        AmbiguousOffset::Gap { .. } => {
            let skipped = format!("{flag}: the clock of {} skips {told}", zone.name());
            return Err(BadInput(skipped));
        }
        AmbiguousOffset::Fold { .. } => {
            notes
                .push(format!("{flag}: the clock of {} shows {told} twice; the first is taken", zone.name()));
        }
    }
    let at = ambiguous.compatible().map_err(|_| BadInput(format!("{flag}: {told} cannot be planned for")))?;
    Ok(moment(at))
}

#[cfg(test)]
mod tests;
