//! What a picture says.

use crate::model::{Event, Mode, Plan, Problem};
use crate::time::{Interval, LocalDay, MINUTES_PER_24H, Zone, spell_minutes};

use super::picture::{Mark, Picture, Remark};

/// What the picture is about.
pub(super) fn headline(problem: &Problem, days: &[LocalDay]) -> String {
    if let Some(trigger) = problem.trigger() {
        return title(&trigger.title);
    }
    match (days.first(), days.last()) {
        (Some(first), Some(last)) if first != last => {
            let (year, next_year) = (first.year_month_day().0, last.year_month_day().0);
            let first = if year == next_year { short_day(*first) } else { day(*first) };
            format!("{first} – {}", day(*last))
        }
        (Some(only), _) => day(*only),
        _ => String::new(),
    }
}

/// How much changes.
pub(super) fn subline(problem: &Problem, plan: Option<&Plan>) -> String {
    let zone = &problem.settings.zone;
    let mut parts = Vec::new();
    if let Some(trigger) = problem.trigger() {
        parts.push(format!("due {}", zone.local(trigger.due)));
    }
    if let Some(plan) = plan {
        parts.push(counted(plan.changes.len(), "no change", "change"));
        if !plan.claims.is_empty() {
            parts.push(counted(plan.claims.len(), "", "block") + " kept");
        }
        parts.extend(missing(problem, plan));
    }
    parts.push(format!("times in {}", zone.name()));
    parts.join(" · ")
}

/// What the plan leaves undone.
fn missing(problem: &Problem, plan: &Plan) -> Option<String> {
    let left = plan.objective.missing_blocks;
    match problem.mode {
        Mode::Demand { .. } => {
            let missing = plan.objective.unmet_minutes.min(plan.exact_need_minutes);
            (missing > 0).then(|| format!("{} of study missing", spell_minutes(i64::from(missing))))
        }
        Mode::Conflict => {
            (left > 0).then(|| counted(usize::try_from(left).unwrap_or(usize::MAX), "", "conflict") + " left")
        }
    }
}

fn counted(count: usize, none: &str, one: &str) -> String {
    match count {
        0 => none.to_owned(),
        1 => format!("1 {one}"),
        _ => format!("{count} {one}s"),
    }
}

/// An event that the plan leaves after the due time.
pub(super) fn too_late(problem: &Problem, event: &Event) -> String {
    let trigger = problem.trigger().map_or("", |trigger| &trigger.title);
    format!(
        "“{}” on {} stays after “{trigger}” is due, where it is of no use.",
        event.title,
        span(&problem.settings.zone, event.interval)
    )
}

/// As people write a day: `Thu 6 Mar 2025`.
fn day(day: LocalDay) -> String {
    let (year, _, _) = day.year_month_day();
    format!("{} {year}", short_day(day))
}

/// As people write a day in its year: `Thu 6 Mar`.
pub(super) fn short_day(day: LocalDay) -> String {
    format!("{} {}", day.weekday(), day_and_month(day))
}

/// As people write a date: `6 Mar`.
pub(super) fn day_and_month(day: LocalDay) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, month, date) = day.year_month_day();
    format!("{date} {}", MONTHS[usize::try_from(month - 1).unwrap_or(0)])
}

/// As people write it: `Thu 6 Mar 14:30–16:00`.
pub(super) fn span(zone: &Zone, interval: Interval) -> String {
    let (start, end) = (zone.local(interval.start()), zone.local(interval.end()));
    let length = odd_length(zone, interval);
    if start.day == end.day {
        format!("{start}–{}{length}", time(end.minute_of_day))
    } else {
        format!("{start} – {end}{length}")
    }
}

/// How long it is, where the clock changes meanwhile, so that its times do not tell.
pub(super) fn odd_length(zone: &Zone, interval: Interval) -> String {
    let minute = |instant| i64::from(zone.local(instant).minute_of_day);
    let by_the_clock = minute(interval.end()) - minute(interval.start());
    if (interval.minutes() - by_the_clock).rem_euclid(MINUTES_PER_24H) == 0 {
        String::new()
    } else {
        format!(" ({})", spell_minutes(interval.minutes()))
    }
}

/// The times alone: `14:30–16:00`.
pub(super) fn times(zone: &Zone, interval: Interval) -> String {
    let minute = |instant| zone.local(instant).minute_of_day;
    format!("{}–{}", time(minute(interval.start())), time(minute(interval.end())))
}

/// As clocks show it: `07:05`.
pub(super) fn time(minute_of_day: u16) -> String {
    format!("{:02}:{:02}", minute_of_day / 60, minute_of_day % 60)
}

/// On one line, without what no font shows and what turns the direction of the text around it.
pub(super) fn clean(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}');
    let shown: String = text
        .chars()
        .filter(|c| !turns(*c))
        .map(|c| match c {
            '\u{2028}' | '\u{2029}' => ' ',
            c if c.is_control() => ' ',
            '\u{FFFE}' | '\u{FFFF}' => char::REPLACEMENT_CHARACTER,
            c => c,
        })
        .collect();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A title as it is shown: an empty one says so.
pub(super) fn title(text: &str) -> String {
    let title = clean(text);
    if title.is_empty() { "(no title)".to_owned() } else { title }
}

/// A title where it is told and not shown.
pub(super) fn short_title(text: &str) -> String {
    title(&short(text))
}

/// As much of a text as anyone reads.
pub(super) fn short(text: &str) -> String {
    const LONGEST: usize = 400;
    let text = clean(text);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// What the picture shows, for those who do not see it.
pub(super) fn summary(picture: &Picture) -> String {
    let mut days = picture.days();
    let shown = match (days.next(), days.last()) {
        (Some(first), Some(last)) => format!("From {} to {}.", day(first), day(last)),
        (Some(only), None) => format!("{}.", day(only)),
        _ => String::new(),
    };
    let remark = |remark: &Remark| match remark.mark {
        Mark::Change(number) => format!(" {number}: {}", short(&remark.sentence)),
        _ => format!(" {}", short(&remark.sentence)),
    };
    let remarks: String = picture.remarks.iter().map(remark).collect();
    format!("{}. {shown}{remarks}", short(&picture.subline))
}
