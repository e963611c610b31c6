//! Occurrences as text that a person can check against the file.

use std::fmt::Write;

use ical::{Busy, Calendar, Occurrence, Status};
use planner_core::time::{Instant, Interval, Zone};

/// The days from one to before another, in a zone.
pub(crate) fn days(from: &str, to: &str, zone: &Zone) -> Interval {
    let midnight = |day: &str| {
        let day: Vec<i16> = day.split('-').map(|part| part.parse().unwrap()).collect();
        let (month, day_of_month) = (i8::try_from(day[1]).unwrap(), i8::try_from(day[2]).unwrap());
        let day = planner_core::time::LocalDay::new(day[0], month, day_of_month).unwrap();
        zone.whole_day(day).unwrap().start()
    };
    Interval::new(midnight(from), midnight(to)).unwrap()
}

/// What a file holds in these days, with all that is wrong with it.
pub(crate) fn story(file: &[u8], zone: &str, from: &str, to: &str) -> String {
    let calendar = Calendar::parse(file).unwrap();
    let zone = Zone::named(zone).unwrap();
    let read = calendar.occurrences(days(from, to, &zone), &zone);
    let mut story = format!("at home in {}\n", calendar.zone().map_or("no zone", Zone::name));
    for occurrence in &read.list {
        writeln!(story, "{}", line(occurrence, &zone)).unwrap();
    }
    for deadline in calendar.deadlines(&zone) {
        writeln!(story, "due {}: {}", zone.local(deadline.due), deadline.title).unwrap();
    }
    for warning in calendar.warnings().iter().chain(&read.warnings) {
        writeln!(story, "warning: {warning}").unwrap();
    }
    story
}

/// Such as `Mon 23 Mar 10:15 - 11:45  Analysis @ Room 3 (tentative) #20260323T091500Z`.
pub(crate) fn line(occurrence: &Occurrence, zone: &Zone) -> String {
    let mut line = format!("{}  {}", span(occurrence.interval, zone), occurrence.title);
    if let Some(location) = &occurrence.location {
        write!(line, " @ {location}").unwrap();
    }
    for word in words(occurrence) {
        write!(line, " ({word})").unwrap();
    }
    for category in &occurrence.categories {
        write!(line, " [{category}]").unwrap();
    }
    if let Some(id) = &occurrence.recurrence_id {
        write!(line, " #{id}").unwrap();
    }
    line
}

fn span(interval: Interval, zone: &Zone) -> String {
    let told = |instant: Instant| zone.local(instant).to_string();
    let (start, end) = (told(interval.start()), told(interval.end()));
    let is_one_day = zone.local(interval.start()).day == zone.local(interval.end()).day;
    let end = if is_one_day { end.rsplit(' ').next().unwrap() } else { &end };
    format!("{start} - {end}")
}

fn words(occurrence: &Occurrence) -> Vec<&'static str> {
    let flags = [
        (occurrence.all_day, "all day"),
        (occurrence.transparent, "transparent"),
        (occurrence.declined, "declined"),
        (occurrence.status == Status::Tentative, "tentative"),
        (occurrence.status == Status::Cancelled, "cancelled"),
    ];
    let busy = occurrence.busy.map(|busy| match busy {
        Busy::Free => "shown as free",
        Busy::Tentative => "shown as tentative",
        Busy::Busy => "shown as busy",
        Busy::OutOfOffice => "shown as away",
        Busy::WorkingElsewhere => "shown as working elsewhere",
    });
    flags.into_iter().filter(|(holds, _)| *holds).map(|(_, word)| word).chain(busy).collect()
}
