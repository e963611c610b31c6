//! One recurrence rule: reading it, and counting its occurrences on the wall clock.
//!
//! The crate `rrule` counts. It is given times as the wall clock shows them, as if they were UTC, so that a series
//! keeps its wall time when the clock changes and no second zone database is asked. What ends a series (COUNT, UNTIL)
//! is kept from it: UNTIL is a point in time, and the crate would refuse it where it does not fit the start.
//!
//! Its limits are not enough here. It goes through all occurrences from the first, it searches up to 100,000 periods
//! for the next one and then ends without a word, and it holds all occurrences of a period at once. So what can be
//! skipped is, steps are counted (see [`Budget`]), and a rule has only so many times a day.

mod parts;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rrule::RRuleSet;

use self::parts::{Reason, parts};
use super::Budget;
use crate::limits::{MOST_STEPS_OF_A_SERIES, MOST_TIMES_A_DAY};
use crate::stamp::Stamp;
use crate::value::Written;
use crate::zone::{Place, later};

/// A recurrence rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// The rule as `rrule` reads it, without COUNT and UNTIL.
    text: String,
    frequency: Frequency,
    interval: u64,
    count: Option<u64>,
    until: Option<Until>,
}

/// How a series ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    /// With this day.
    Day(jiff::civil::Date),
    /// With this time on the series' own clock.
    Wall(DateTime),
    /// With this second.
    Second(i64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frequency {
    Yearly,
    Monthly,
    Weekly,
    Daily,
    Hourly,
    Minutely,
}

/// What a search costs that `rrule` gives up: it is slower than counting.
const FRUITLESS_STEPS: u64 = MOST_STEPS_OF_A_SERIES;

impl Rule {
    /// Reads the value of an RRULE for a series that begins at `start`.
    pub(crate) fn parse(value: &str, start: &Stamp) -> Result<Self, Reason> {
        let parts = parts(value)?;
        let part = |name: &str| parts.get(name).map(String::as_str);
        let frequency = Frequency::parse(part("FREQ").ok_or("FREQ is missing")?)?;
        let times = ["BYHOUR", "BYMINUTE", "BYSECOND"]
            .map(|name| part(name).map_or(1, |list| list.split(',').count()));
        if times.into_iter().try_fold(1, usize::checked_mul).is_none_or(|times| times > MOST_TIMES_A_DAY) {
            return Err(format!("it names more than {MOST_TIMES_A_DAY} times a day"));
        }
        let number = |name: &str| part(name).and_then(|number| number.parse().ok());
        let until = match part("UNTIL") {
            Some(until) => Some(Until::parse(until).ok_or_else(|| format!("UNTIL={until} is no time"))?),
            None => None,
        };
        let text = frequency.text(&parts, start.is_day)?;
        let rule = Self {
            text,
            frequency,
            interval: number("INTERVAL").unwrap_or(1),
            count: number("COUNT"),
            until,
        };
        rule.set(start.wall)?;
        Ok(rule)
    }

    /// The wall times of the series from `start` that lie in the seconds `from..to`, earliest first.
    ///
    /// The start is the first occurrence and counts as one, whether it keeps to the rule or not: so the calendar
    /// programs show it. `Err` with those found where the budget is used up before the end is reached.
    pub(crate) fn walls(
        &self,
        start: &Stamp,
        reader: &Place,
        (from, to): (i64, i64),
        budget: &mut Budget,
    ) -> Result<Vec<DateTime>, Vec<DateTime>> {
        let mut found = Vec::new();
        let place = start.place(reader);
        let first = self.skipped(start.wall, place.wall(from)).unwrap_or(start.wall);
        let Ok(set) = self.set(first) else { return Ok(found) };
        let mut last = first;
        let mut candidates = std::iter::once(first).chain(walls_of(&set).filter(|wall| *wall != first));
        for number in 1_u64.. {
            if self.count.is_some_and(|count| number > count) {
                return Ok(found);
            }
            let Some(wall) = candidates.next() else {
                let _ = budget.spend(FRUITLESS_STEPS);
                return Ok(found);
            };
            let Some(second) = place.second(wall) else { return Ok(found) };
            // A clock that jumps may show a later time at an earlier second, but not by more than a day.
            if self.is_over(wall, second, start.is_day) || second >= to.saturating_add(SECONDS_OF_A_DAY) {
                return Ok(found);
            }
            if !budget.spend(self.steps(last, wall)) {
                return Err(found);
            }
            if (from..to).contains(&second) {
                found.push(wall);
            }
            last = wall;
        }
        Ok(found)
    }

    /// A start from which the rule has the same occurrences around `from` and after, where there is one between the
    /// two. What repeats by periods of equal length does not remember where it began.
    fn skipped(&self, start: DateTime, from: Option<DateTime>) -> Option<DateTime> {
        if self.count.is_some() || matches!(self.frequency, Frequency::Yearly | Frequency::Monthly) {
            return None;
        }
        let period = i64::try_from(self.frequency.seconds() * self.interval).ok()?;
        let before = from?.duration_since(start).as_secs() - SKIP_MARGIN_SECONDS;
        let periods = before.div_euclid(period);
        if periods > 0 { later(start, 0, periods * period) } else { None }
    }

    fn is_over(&self, wall: DateTime, second: i64, is_day: bool) -> bool {
        match self.until {
            None => false,
            Some(Until::Day(day)) => wall.date() > day,
            Some(Until::Wall(until)) => wall > until,
            // A day is no point in time. What programs write for one is its midnight as if it were in UTC.
            Some(Until::Second(until)) if is_day => Place::utc().second(wall).is_none_or(|wall| wall > until),
            Some(Until::Second(until)) => second > until,
        }
    }

    /// The periods that `rrule` goes through from one occurrence to the next.
    fn steps(&self, last: DateTime, next: DateTime) -> u64 {
        let seconds = next.duration_since(last).as_secs().unsigned_abs();
        1 + seconds / (self.frequency.seconds() * self.interval)
    }

    fn set(&self, start: DateTime) -> Result<RRuleSet, Reason> {
        let text = format!("DTSTART:{}Z\nRRULE:{}", start.strftime("%Y%m%dT%H%M%S"), self.text);
        let set: RRuleSet =
            text.parse().map_err(|error: rrule::RRuleError| error.to_string().replace('\n', " "))?;
        Ok(set.limit())
    }
}

const SECONDS_OF_A_DAY: i64 = 86_400;

/// A skip ends a week and more before what is asked for: a week may begin on any day, and a clock may jump by one.
const SKIP_MARGIN_SECONDS: i64 = 10 * SECONDS_OF_A_DAY;

/// The occurrences as the wall clock shows them.
fn walls_of(set: &RRuleSet) -> impl Iterator<Item = DateTime> {
    let seconds = set.into_iter().map(|time| time.timestamp());
    seconds.map_while(|second| Some(TimeZone::UTC.to_datetime(Timestamp::from_second(second).ok()?)))
}

impl Until {
    fn parse(text: &str) -> Option<Self> {
        Some(match Written::parse(text)? {
            Written::Day(day) => Self::Day(day),
            Written::Local(wall) => Self::Wall(wall),
            Written::Utc(wall) => Self::Second(Place::utc().second(wall)?),
        })
    }
}

impl Frequency {
    fn parse(name: &str) -> Result<Self, Reason> {
        Ok(match name {
            "YEARLY" => Self::Yearly,
            "MONTHLY" => Self::Monthly,
            "WEEKLY" => Self::Weekly,
            "DAILY" => Self::Daily,
            "HOURLY" => Self::Hourly,
            "MINUTELY" => Self::Minutely,
            _ => return Err(format!("FREQ={name} is not followed")),
        })
    }

    /// The least that a period lasts.
    const fn seconds(self) -> u64 {
        match self {
            Self::Yearly => 365 * 86_400,
            Self::Monthly => 28 * 86_400,
            Self::Weekly => 7 * 86_400,
            Self::Daily => 86_400,
            Self::Hourly => 3600,
            Self::Minutely => 60,
        }
    }

    /// The rule for `rrule`: what does not end it, and only what may stand beside its frequency.
    fn text(self, parts: &BTreeMap<String, String>, is_day: bool) -> Result<String, Reason> {
        if is_day && matches!(self, Self::Hourly | Self::Minutely) {
            return Err("a whole day does not repeat by the hour".to_owned());
        }
        // Beside these it counts the minutes wrongly.
        if self == Self::Minutely && parts.keys().any(|name| name.starts_with("BY")) {
            return Err("FREQ=MINUTELY is followed only without BY parts".to_owned());
        }
        let counts_weekdays =
            matches!(self, Self::Monthly) || (self == Self::Yearly && !parts.contains_key("BYWEEKNO"));
        let mut text = Vec::new();
        for (name, value) in parts {
            match name.as_str() {
                "COUNT" | "UNTIL" => {}
                "BYSECOND" | "BYMINUTE" | "BYHOUR" if is_day => {}
                // `1MO` means something in a month and in a year; elsewhere `rrule` takes it for every day.
                "BYDAY" if !counts_weekdays => text.push(format!("{name}={}", parts::without_numbers(value))),
                "BYSECOND" => text.push(format!("{name}={}", value.replace("60", "59"))),
                _ => text.push(format!("{name}={value}")),
            }
        }
        Ok(text.join(";"))
    }
}

#[cfg(test)]
mod tests;
