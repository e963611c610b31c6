//! The starts and ends of events: days, and points in time with a zone.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::{Value, json};

use super::Map;
use super::refusal::Refusal;

/// When an event starts or ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// With a day. An end is exclusive: the day after the last.
    Day(Date),
    /// At a point in time, which recurs on the clock of this zone.
    At(Timestamp, String),
}

/// How long an event lasts, in every occurrence of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    Days(i32),
    Time(SignedDuration),
}

impl When {
    /// Reads what stands under `name`, which is `start`, `end` or `originalStartTime`. `home` is the calendar's zone.
    pub(crate) fn read(body: &Map, name: &str, recurs: bool, home: &str) -> Result<Self, Refusal> {
        let word = if name == "end" { "end" } else { "start" };
        let Some(Value::Object(value)) = body.get(name) else {
            return Err(Refusal::required(format!("Missing {word} time.")));
        };
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let wrong = || Refusal::invalid(format!("Invalid {word} time."));
        match (text("date"), text("dateTime")) {
            (Some(_), Some(_)) => Err(wrong()),
            (Some(day), None) => Ok(Self::Day(day.parse().map_err(|_| wrong())?)),
            (None, Some(time)) => {
                let missing = || Refusal::required(format!("Missing time zone definition for {word} time."));
                let named = text("timeZone");
                let zone = zone(named.unwrap_or(home)).ok_or_else(|| {
                    Refusal::invalid(format!("Invalid time zone definition for {word} time."))
                })?;
                if recurs && named.is_none() {
                    return Err(missing());
                }
                let moment = match time.parse::<Timestamp>() {
                    Ok(moment) => moment,
                    Err(_) if named.is_none() => {
                        time.parse::<DateTime>().map_err(|_| wrong())?;
                        return Err(missing());
                    }
                    Err(_) => on_clock(time.parse().map_err(|_| wrong())?, &zone).ok_or_else(wrong)?,
                };
                let moment = Timestamp::from_second(moment.as_second()).map_err(|_| wrong())?;
                Ok(Self::At(moment, named.unwrap_or(home).to_owned()))
            }
            (None, None) => Err(Refusal::required(format!("Missing {word} time."))),
        }
    }

    /// Reads what was stored.
    pub(crate) fn stored(body: &Map, name: &str) -> Option<Self> {
        Self::read(body, name, false, "UTC").ok()
    }

    /// As it is stored: in UTC, with its zone.
    pub(crate) fn store(&self) -> Value {
        match self {
            Self::Day(day) => json!({"date": day.to_string()}),
            Self::At(moment, zone) => json!({"dateTime": moment.to_string(), "timeZone": zone}),
        }
    }

    /// As it is answered: with the offset of the zone that is asked for.
    pub(crate) fn show(&self, shown: &TimeZone) -> Value {
        match self {
            Self::Day(day) => json!({"date": day.to_string()}),
            Self::At(moment, zone) => json!({"dateTime": rfc3339(*moment, shown), "timeZone": zone}),
        }
    }

    /// The moment it stands for, days beginning in `home`.
    pub(crate) fn moment(&self, home: &TimeZone) -> Timestamp {
        match self {
            Self::Day(day) => on_clock(day.at(0, 0, 0, 0), home).unwrap_or(Timestamp::MAX),
            Self::At(moment, _) => *moment,
        }
    }

    /// What the clock of its own zone shows.
    pub(crate) fn wall(&self) -> DateTime {
        match self {
            Self::Day(day) => day.at(0, 0, 0, 0),
            Self::At(moment, name) => zone(name).unwrap_or(TimeZone::UTC).to_datetime(*moment),
        }
    }

    /// The same kind of time when the clock shows something else.
    pub(crate) fn at_wall(&self, wall: DateTime) -> Option<Self> {
        Some(match self {
            Self::Day(_) => Self::Day(wall.date()),
            Self::At(_, name) => Self::At(on_clock(wall, &zone(name)?)?, name.clone()),
        })
    }

    /// What an instance's id ends with.
    pub(crate) fn stamp(&self) -> String {
        match self {
            Self::Day(day) => day.strftime("%Y%m%d").to_string(),
            Self::At(moment, _) => moment.strftime("%Y%m%dT%H%M%SZ").to_string(),
        }
    }

    /// The length from here to `end`, if they are of one kind.
    pub(crate) fn until(&self, end: &Self) -> Option<Length> {
        match (self, end) {
            (Self::Day(start), Self::Day(end)) => Some(Length::Days(start.until(*end).ok()?.get_days())),
            (Self::At(start, _), Self::At(end, _)) => Some(Length::Time(end.duration_since(*start))),
            _ => None,
        }
    }

    /// The end of what starts here. `end` is the end of another occurrence, whose zone it has.
    pub(crate) fn plus(&self, length: Length, end: &Self) -> Self {
        match (self, length, end) {
            (Self::Day(day), Length::Days(days), _) => Self::Day(day.saturating_add(days.days())),
            (Self::At(moment, _), Length::Time(time), Self::At(_, zone)) => {
                Self::At(moment.checked_add(time).unwrap_or(Timestamp::MAX), zone.clone())
            }
            _ => self.clone(),
        }
    }
}

impl Length {
    pub(crate) fn is_negative(self) -> bool {
        match self {
            Self::Days(days) => days <= 0,
            Self::Time(time) => time.is_negative(),
        }
    }
}

/// The zone of this name in the zone database that is compiled in.
pub(crate) fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

/// The moment at which the clock shows `wall`: after a gap the later, of two the earlier.
pub(crate) fn on_clock(wall: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(wall).compatible().ok()
}

/// As Google writes a time: to the second, `Z` where the zone has no offset at all.
pub(crate) fn rfc3339(moment: Timestamp, zone: &TimeZone) -> String {
    if *zone == TimeZone::UTC || zone.iana_name() == Some("UTC") {
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    }
    moment.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// As Google writes when something was changed: to the millisecond.
pub(crate) fn millis(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}
