//! What a group of remote events comes to: one event, or the occurrences of a series.

use ical::recurrence::{Recurrence, SeriesStart, Start};
use planner_core::time::{Instant, Interval, LocalDay, Moment, Zone};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::ports::google::{Agreed, Nature, RemoteEvent, RemoteFields, RemoteTime};
use crate::validate::{MAX_EVENT_DAYS, MAX_TITLE_CHARS};

/// What an event is called whose name is not told.
const NAMELESS: &str = "Busy";

/// One event at one time, as Google has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Occurrence {
    /// Its identity at Google.
    pub(super) google_id: String,
    /// Names its state; an occurrence that is no exception to its series has none.
    pub(super) etag: Option<String>,
    /// What it says.
    pub(super) says: Agreed,
    /// What sort it is.
    pub(super) nature: Nature,
    /// The event here that it says it was made for.
    pub(super) made_for: Option<Uuid>,
}

/// What a group comes to within `horizon`, for somebody who is at `home`, where whole days are concerned.
///
/// Single events and exceptions are told whenever they are; the rest of a series only where it touches the horizon.
pub(super) fn occurrences(group: &[RemoteEvent], home: &Zone, horizon: Interval) -> Vec<Occurrence> {
    let Some(first) = group.first() else { return Vec::new() };
    let name = first.group();
    let master = group.iter().find(|event| event.place.is_none() && event.id == name);
    match master {
        // With its master a series is gone, whatever exceptions it had.
        Some(master) if master.is_cancelled => Vec::new(),
        Some(master) => match &master.fields {
            Some(fields) if !fields.recurrence.is_empty() => series(master, fields, group, home, horizon),
            _ => single(master, home, horizon).into_iter().collect(),
        },
        // Somebody may be invited to some days of a series that they cannot see.
        None => group.iter().filter_map(|exception| single(exception, home, horizon)).collect(),
    }
}

fn series(
    master: &RemoteEvent,
    fields: &RemoteFields,
    group: &[RemoteEvent],
    home: &Zone,
    horizon: Interval,
) -> Vec<Occurrence> {
    let exceptions = || group.iter().filter(|event| event.place.is_some());
    let replaced: Vec<OffsetDateTime> = exceptions()
        .filter_map(|exception| exception.place.as_ref())
        .map(|place| begin(&place.original_start, home))
        .collect();
    let length = Length::of(fields, home);
    let mut found: Vec<Occurrence> = Vec::new();
    if let Some(length) = &length {
        for start in starts(fields, length, home, horizon) {
            let begins = OffsetDateTime::from(start.at);
            if replaced.contains(&begins) {
                continue;
            }
            let (id, ends) = (occurrence_id(&master.id, fields, &start), length.end(&start, home));
            let occurrence = told(id, None, fields, begins, ends, horizon);
            found.extend(occurrence.filter(|one| one.says.end > instant(horizon.start())));
        }
    }
    found.extend(exceptions().filter_map(|exception| single(exception, home, horizon)));
    found.sort_by(|a, b| (a.says.start, &a.google_id).cmp(&(b.says.start, &b.google_id)));
    found
}

/// The starts of a series that may touch `horizon`. Where its rule is not understood, the first alone.
fn starts(fields: &RemoteFields, length: &Length, home: &Zone, horizon: Interval) -> Vec<SeriesStart> {
    let Some((start, zone)) = wall(&fields.start, home) else { return Vec::new() };
    let lines = || fields.recurrence.iter().map(String::as_str);
    let recurrence = Recurrence::parse(start, &zone, lines()).or_else(|error| {
        tracing::warn!("a series is read as its first event alone: {}", error.fault);
        Recurrence::parse(start, &zone, [])
    });
    let earlier = horizon.start().plus(-length.minutes());
    let range = Interval::new(earlier, horizon.end());
    recurrence.ok().zip(range).map_or_else(Vec::new, |(recurrence, range)| recurrence.starts(range).list)
}

/// How long each occurrence of a series lasts: of whole days so many days, of others so much time, whatever the clock does
/// meanwhile (RFC 5545, section 3.6.1).
enum Length {
    Days(i64),
    Time(Duration),
}

impl Length {
    fn of(fields: &RemoteFields, home: &Zone) -> Option<Self> {
        match (&fields.start, &fields.end) {
            (RemoteTime::Day(start), RemoteTime::Day(end)) => Some(Self::Days((*end - *start).whole_days())),
            (start, end) => Some(Self::Time(begin(end, home) - begin(start, home))),
        }
        .filter(|length| length.minutes() > 0)
    }

    /// At most so many minutes, however long the days are.
    fn minutes(&self) -> i64 {
        match self {
            Self::Days(days) => days.saturating_mul(25 * 60),
            Self::Time(time) => time.whole_minutes().saturating_add(i64::from(time.subsec_nanoseconds() > 0)),
        }
    }

    fn end(&self, start: &SeriesStart, home: &Zone) -> OffsetDateTime {
        if let Some(end) = start.end {
            return end.into();
        }
        match self {
            Self::Time(time) => OffsetDateTime::from(start.at).saturating_add(*time),
            Self::Days(days) => {
                let day = date(start.wall.year(), start.wall.month(), start.wall.day());
                day.and_then(|day| day.checked_add(Duration::days(*days)))
                    .map_or_else(|| start.at.into(), |day| midnight(day, home))
            }
        }
    }
}

/// An event that stands alone, or an exception to a series.
fn single(event: &RemoteEvent, home: &Zone, horizon: Interval) -> Option<Occurrence> {
    let fields = event.fields.as_ref().filter(|_| !event.is_cancelled)?;
    let (start, end) = (begin(&fields.start, home), begin(&fields.end, home));
    told(event.id.clone(), Some(event.etag.clone()), fields, start, end, horizon)
}

/// `None` of what takes no time, or was declined.
fn told(
    google_id: String,
    etag: Option<String>,
    fields: &RemoteFields,
    start: OffsetDateTime,
    end: OffsetDateTime,
    horizon: Interval,
) -> Option<Occurrence> {
    let (start, end) = clip(start, end, horizon);
    if fields.declined || end <= start {
        return None;
    }
    let takes_no_time = matches!(fields.nature, Nature::WorkingLocation | Nature::Birthday);
    let says =
        Agreed { title: shown(&fields.title), start, end, transparent: fields.transparent || takes_no_time };
    Some(Occurrence { google_id, etag, says, nature: fields.nature, made_for: fields.made_for })
}

/// What is too long to be kept is kept from the beginning of the horizon on, for as long as may be.
fn clip(start: OffsetDateTime, end: OffsetDateTime, horizon: Interval) -> (OffsetDateTime, OffsetDateTime) {
    let longest = Duration::days(MAX_EVENT_DAYS) - Duration::minutes(1);
    if end - start <= longest {
        return (start, end);
    }
    let start = start.max(instant(horizon.start()));
    (start, end.min(start.saturating_add(longest)))
}

/// A name that can be kept.
fn shown(title: &str) -> String {
    let title: String = title.chars().filter(|char| *char != '\0').take(MAX_TITLE_CHARS).collect();
    if title.trim().is_empty() { NAMELESS.to_owned() } else { title }
}

/// Google's name for an occurrence that is no exception: its master's, and the start by the rule.
fn occurrence_id(master: &str, fields: &RemoteFields, start: &SeriesStart) -> String {
    if matches!(fields.start, RemoteTime::Day(_)) {
        let day = start.wall.date();
        return format!("{master}_{:04}{:02}{:02}", day.year(), day.month(), day.day());
    }
    let at = OffsetDateTime::from(start.at);
    let (date, time) = (at.date(), at.time());
    format!(
        "{master}_{:04}{:02}{:02}T{:02}{:02}{:02}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

/// The first start as a wall clock shows it, and where the clock hangs.
fn wall(start: &RemoteTime, home: &Zone) -> Option<(Start, Zone)> {
    match start {
        RemoteTime::Day(day) => Some((Start::day(local_day(*day)?)?, home.clone())),
        RemoteTime::At { moment, zone } => {
            let zone =
                zone.as_deref().and_then(|name| Zone::named(name).ok()).unwrap_or_else(|| home.clone());
            Some((Start::at(Moment::from(*moment), &zone)?, zone))
        }
    }
}

/// When a time is, for somebody who is at `home`.
pub(super) fn begin(time: &RemoteTime, home: &Zone) -> OffsetDateTime {
    match time {
        RemoteTime::Day(day) => midnight(*day, home),
        RemoteTime::At { moment, .. } => *moment,
    }
}

fn midnight(day: time::Date, home: &Zone) -> OffsetDateTime {
    local_day(day)
        .and_then(|day| home.whole_day(day))
        .map_or_else(|| day.midnight().assume_utc(), |day| instant(day.start()))
}

fn local_day(day: time::Date) -> Option<LocalDay> {
    let month = i8::try_from(u8::from(day.month())).ok()?;
    LocalDay::new(i16::try_from(day.year()).ok()?, month, i8::try_from(day.day()).ok()?)
}

fn date(year: i16, month: i8, day: i8) -> Option<time::Date> {
    let month = time::Month::try_from(u8::try_from(month).ok()?).ok()?;
    time::Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok()
}

pub(super) fn instant(instant: Instant) -> OffsetDateTime {
    instant.moment().into()
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;
    use crate::ports::google::SeriesPlace;

    fn berlin() -> Zone {
        Zone::named("Europe/Berlin").unwrap()
    }

    fn horizon() -> Interval {
        Interval::new("2026-03-01T00:00:00Z".parse().unwrap(), "2026-09-01T00:00:00Z".parse().unwrap())
            .unwrap()
    }

    fn moment(moment: OffsetDateTime) -> RemoteTime {
        RemoteTime::At { moment, zone: Some("Europe/Berlin".to_owned()) }
    }

    fn fields(start: RemoteTime, end: RemoteTime, recurrence: &[&str]) -> RemoteFields {
        RemoteFields {
            title: "Lecture".to_owned(),
            start,
            end,
            recurrence: recurrence.iter().map(|&line| line.to_owned()).collect(),
            transparent: false,
            declined: false,
            nature: Nature::Ordinary,
            made_for: None,
        }
    }

    fn event(id: &str, fields: RemoteFields) -> RemoteEvent {
        let (etag, updated) = ("\"1\"".to_owned(), None);
        RemoteEvent {
            id: id.to_owned(),
            etag,
            updated,
            is_cancelled: false,
            place: None,
            fields: Some(fields),
        }
    }

    fn lecture() -> RemoteEvent {
        let (start, end) = (datetime!(2026-03-23 08:15 UTC), datetime!(2026-03-23 09:45 UTC));
        event("m", fields(moment(start), moment(end), &["RRULE:FREQ=WEEKLY;COUNT=3"]))
    }

    fn exception(to: Option<(OffsetDateTime, OffsetDateTime)>) -> RemoteEvent {
        let original_start = moment(datetime!(2026-03-30 07:15 UTC));
        RemoteEvent {
            place: Some(SeriesPlace { master: "m".to_owned(), original_start }),
            is_cancelled: to.is_none(),
            fields: to.map(|(start, end)| fields(moment(start), moment(end), &[])),
            ..event("m_20260330T071500Z", lecture().fields.unwrap())
        }
    }

    fn told(group: &[RemoteEvent]) -> Vec<(String, OffsetDateTime)> {
        let all = occurrences(group, &berlin(), horizon());
        all.into_iter().map(|one| (one.google_id, one.says.start)).collect()
    }

    #[test]
    fn a_series_keeps_its_hour_when_the_clock_changes() {
        let expected = [
            ("m_20260323T081500Z", datetime!(2026-03-23 08:15 UTC)),
            ("m_20260330T071500Z", datetime!(2026-03-30 07:15 UTC)),
            ("m_20260406T071500Z", datetime!(2026-04-06 07:15 UTC)),
        ];
        assert_eq!(told(&[lecture()]), expected.map(|(id, start)| (id.to_owned(), start)));
    }

    #[test]
    fn an_exception_takes_the_place_of_its_occurrence_and_a_deleted_one_leaves_it_empty() {
        let moved = exception(Some((datetime!(2026-04-01 12:00 UTC), datetime!(2026-04-01 13:00 UTC))));
        let starts = told(&[lecture(), moved]);
        assert_eq!(starts[1], ("m_20260330T071500Z".to_owned(), datetime!(2026-04-01 12:00 UTC)));
        assert_eq!(starts.len(), 3);
        assert_eq!(told(&[lecture(), exception(None)]).len(), 2);
    }

    #[test]
    fn with_its_master_a_series_is_gone_but_a_guest_of_one_day_has_that_day() {
        let day = exception(Some((datetime!(2026-04-01 12:00 UTC), datetime!(2026-04-01 13:00 UTC))));
        let gone = RemoteEvent { is_cancelled: true, fields: None, ..lecture() };
        assert_eq!(told(&[gone, day.clone()]), []);
        assert_eq!(told(&[day]).len(), 1);
    }

    #[test]
    fn whole_days_are_those_of_whoever_is_at_home_even_when_they_have_23_hours() {
        let days = fields(
            RemoteTime::Day(date!(2026 - 03 - 29)),
            RemoteTime::Day(date!(2026 - 03 - 30)),
            &["RRULE:FREQ=DAILY;COUNT=2"],
        );
        let all = occurrences(&[event("d", days)], &berlin(), horizon());
        let spans: Vec<_> =
            all.iter().map(|one| (one.google_id.as_str(), one.says.start, one.says.end)).collect();
        let midnight = datetime!(2026-03-29 22:00 UTC);
        assert_eq!(
            spans,
            [
                ("d_20260329", datetime!(2026-03-28 23:00 UTC), midnight),
                ("d_20260330", midnight, datetime!(2026-03-30 22:00 UTC)),
            ]
        );
    }

    #[test]
    fn what_was_declined_or_takes_no_time_at_all_is_no_event_here() {
        let once = || {
            let start = datetime!(2026-03-23 08:15 UTC);
            fields(moment(start), moment(start + Duration::HOUR), &[])
        };
        assert_eq!(told(&[event("a", once())]).len(), 1);
        assert_eq!(told(&[event("a", RemoteFields { declined: true, ..once() })]), []);
        assert_eq!(told(&[event("a", RemoteFields { end: once().start, ..once() })]), []);
        let birthday = event("a", RemoteFields { nature: Nature::Birthday, ..once() });
        assert!(occurrences(&[birthday], &berlin(), horizon())[0].says.transparent);
    }

    #[test]
    fn names_that_cannot_be_kept_are_made_so_that_they_can() {
        assert_eq!(shown(" \t"), NAMELESS);
        assert_eq!(shown(&"é".repeat(600)).chars().count(), MAX_TITLE_CHARS);
    }

    #[test]
    fn what_lasts_for_years_is_kept_from_the_horizon_on() {
        let years =
            fields(moment(datetime!(2020-01-01 0:00 UTC)), moment(datetime!(2030-01-01 0:00 UTC)), &[]);
        let kept = occurrences(&[event("y", years)], &berlin(), horizon()).remove(0).says;
        assert_eq!(kept.start, datetime!(2026-03-01 0:00 UTC));
        assert!((kept.end - kept.start) < Duration::days(MAX_EVENT_DAYS));
    }

    #[test]
    fn a_series_whose_rule_nobody_understands_is_its_first_event() {
        let strange = RemoteFields {
            recurrence: vec!["RRULE:FREQ=FORTNIGHTLY".to_owned()],
            ..lecture().fields.unwrap()
        };
        assert_eq!(told(&[event("m", strange)]).len(), 1);
    }
}
