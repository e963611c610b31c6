//! Reads calendar files: the exams and deadlines among their entries.

use std::collections::BTreeSet;

use ical::Calendar;
use planner_core::time::{Instant, Interval, LocalTime};
use time::{Date, Duration, Month, Time};

use crate::confidence::BEST;
use crate::context::Context;
use crate::limits::{MOST_FOUND, MOST_TITLE_CHARS};
use crate::notes::Notes;
use crate::reading::{Band, Flag, Found, Kind, Provenance, ReadError, Reading, Rule, Warning, When};
use crate::resolve::is_outside;
use crate::settle::Lines;
use crate::words::items::{Item, Sort};
use crate::words::states;

/// Reads a calendar file, over the course's term or the year around today.
pub(crate) fn read(source: &str, context: &Context) -> Result<Reading, ReadError> {
    let calendar = Calendar::parse(with_lengths(source).as_bytes())?;
    let (start, end) = context.term.as_ref().map_or_else(
        || {
            (
                context.today.saturating_sub(Duration::days(400)),
                context.today.saturating_add(Duration::days(400)),
            )
        },
        |term| (term.start.saturating_sub(Duration::days(120)), term.end.saturating_add(Duration::days(120))),
    );
    let mut reading = Reading::default();
    let Some(stretch) = Interval::new(midnight(start), midnight(end)) else { return Ok(reading) };
    let entries = calendar.occurrences(stretch, &context.time_zone);
    if !calendar.warnings().is_empty() || !entries.warnings.is_empty() {
        reading.warnings.push(Warning::CalendarFaults);
    }
    let file = File { source, lines: Lines::of(source), context };
    for entry in &entries.list {
        let due = entry.uid.contains("assignment") || entry.interval.minutes() <= 1;
        if entry.status != ical::Status::Cancelled {
            let times = (entry.interval.start(), entry.interval.end());
            reading.found.extend(file.found(&entry.title, &entry.uid, times, entry.all_day, due));
        }
    }
    for deadline in calendar.deadlines(&context.time_zone) {
        let due = if deadline.all_day { deadline.due.plus(-1) } else { deadline.due };
        reading.found.extend(file.found(&deadline.title, &deadline.uid, (due, due), deadline.all_day, true));
    }
    reading.found.sort_by(|one, other| {
        let place = |found: &Found| (found.when, found.provenance.range.start);
        place(one).cmp(&place(other)).then_with(|| one.title.cmp(&other.title))
    });
    let mut once = BTreeSet::new();
    reading.found.retain(|found| once.insert((found.when.date, found.kind, found.title.to_lowercase())));
    if reading.found.len() > MOST_FOUND {
        reading.found.truncate(MOST_FOUND);
        reading.warnings.push(Warning::TooManyFound);
    }
    Ok(reading)
}

/// The file with a minute for each event that takes no time, as deadlines do: what takes no time is in no stretch.
fn with_lengths(source: &str) -> String {
    let value = |line: &str| line.rsplit(':').next().unwrap_or_default().trim().to_owned();
    let (mut file, mut start, mut ends) = (String::with_capacity(source.len()), String::new(), true);
    for line in source.split_inclusive('\n') {
        if line.starts_with("BEGIN:VEVENT") {
            (start, ends) = (String::new(), false);
        } else if line.starts_with("DTSTART") {
            start = value(line);
        } else if line.starts_with("DTEND") && value(line) == start && !ends {
            continue;
        } else if line.starts_with("DTEND") || line.starts_with("DURATION") {
            ends = true;
        } else if line.starts_with("END:VEVENT") && !ends && start.contains('T') {
            file.push_str("DURATION:PT1M\r\n");
        }
        file.push_str(line);
    }
    file
}

struct File<'a> {
    source: &'a str,
    lines: Lines,
    context: &'a Context,
}

impl File<'_> {
    fn found(
        &self,
        title: &str,
        uid: &str,
        (start, end): (Instant, Instant),
        all_day: bool,
        due: bool,
    ) -> Option<Found> {
        let notes = Notes::of(title, false);
        let words = notes.words(0..notes.tokens.len());
        let item = notes.items.first();
        let said = (0..notes.tokens.len())
            .filter_map(|at| states::state(&notes.tokens[at..]))
            .map(|(state, _)| state);
        let said: Vec<states::State> = said.collect();
        let refused = states::is_vetoed(&words) || said.contains(&states::State::NotDue) && !due;
        let is_due = due || said.contains(&states::State::Due);
        if refused || (item.is_none() && !is_due) || words.is_empty() {
            return None;
        }
        let mut flags = Vec::new();
        let mut confidence = if item.is_some() { BEST } else { 0.85 };
        if item.is_some_and(|item| is_unsure(item, is_due)) {
            flags.push(Flag::MaybeNotDue);
            confidence = 0.6;
        }
        let when = self.when(start, end, all_day)?;
        if is_outside(when.date, self.context) {
            flags.push(Flag::FarFromTerm);
            confidence = 0.5;
        }
        let range = self.range(uid, title);
        Some(Found {
            title: title.chars().take(MOST_TITLE_CHARS).collect(),
            kind: item.map_or(Kind::Assignment, |item| item.kind),
            when,
            worth: None,
            confidence,
            band: Band::of(confidence),
            provenance: Provenance {
                snippet: title.chars().take(MOST_TITLE_CHARS).collect(),
                line: self.lines.number(range.start),
                range,
                rules: vec![Rule::CalendarFile],
            },
            flags,
        })
    }

    fn when(&self, start: Instant, end: Instant, all_day: bool) -> Option<When> {
        let first = self.context.time_zone.local(start);
        let date = date_of(first)?;
        if all_day {
            let last = date_of(self.context.time_zone.local(end.plus(-1))).filter(|last| *last > date);
            return Some(When { date, time: None, last_date: last, end_time: None });
        }
        let last = self.context.time_zone.local(end);
        let ends = (end.minutes_since(start) > 1).then(|| time_of(last)).flatten();
        let last_date = date_of(last).filter(|last| *last > date && ends.is_some());
        Some(When { date, time: time_of(first), last_date, end_time: ends })
    }

    /// Where an entry stands in the file.
    fn range(&self, uid: &str, title: &str) -> std::ops::Range<usize> {
        let line = |name: &str, value: &str| self.source.find(&format!("{name}:{value}"));
        let at = if uid.is_empty() { line("SUMMARY", title) } else { line("UID", uid) };
        at.map_or(0..self.source.find('\n').unwrap_or(self.source.len()), |start| {
            start..self.source[start..].find(['\r', '\n']).map_or(self.source.len(), |length| start + length)
        })
    }
}

/// Work of which nothing says that it is due, or a word that means other things as well.
fn is_unsure(item: &Item, due: bool) -> bool {
    !due && (item.sort == Sort::Work || item.vague)
}

fn date_of(local: LocalTime) -> Option<Date> {
    let (year, month, day) = local.day.year_month_day();
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok()
}

fn time_of(local: LocalTime) -> Option<Time> {
    let (hour, minute) = (local.minute_of_day / 60, local.minute_of_day % 60);
    Time::from_hms(u8::try_from(hour).ok()?, u8::try_from(minute).ok()?, 0).ok()
}

fn midnight(date: Date) -> Instant {
    Instant::from_unix_minutes(date.midnight().assume_utc().unix_timestamp() / 60)
}
