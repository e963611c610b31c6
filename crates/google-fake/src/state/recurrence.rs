//! The occurrences of a series.
//!
//! The crate `rrule` counts on the wall clock of the series, as if that were UTC; which moment the clock shows it at is
//! looked up afterwards. So a lecture at ten stays at ten when the clocks change. COUNT and UNTIL are kept from it: the
//! start counts as an occurrence even where it does not keep to the rule, and UNTIL is a point in time.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rrule::RRuleSet;
use serde_json::Value;

use crate::wire::Map;
use crate::wire::refusal::Refusal;
use crate::wire::when::{Length, When, on_clock, zone};

/// Occurrences that are counted at most, of any series.
const MOST_OCCURRENCES: usize = 20_000;

/// The lines under `recurrence`, read.
#[derive(Debug)]
pub(crate) struct Series {
    start: When,
    end: When,
    length: Length,
    rules: Vec<Rule>,
    added: Vec<When>,
    left_out: BTreeSet<When>,
}

#[derive(Debug)]
struct Rule {
    set: RRuleSet,
    count: Option<usize>,
    until: Option<Until>,
}

#[derive(Clone, Copy, Debug)]
enum Until {
    Wall(DateTime),
    Moment(Timestamp),
}

impl PartialOrd for When {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for When {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        match (self, other) {
            (Self::Day(one), Self::Day(other)) => one.cmp(other),
            (Self::At(one, _), Self::At(other, _)) => one.cmp(other),
            (Self::Day(_), Self::At(..)) => std::cmp::Ordering::Less,
            (Self::At(..), Self::Day(_)) => std::cmp::Ordering::Greater,
        }
    }
}

impl Series {
    /// Reads a series from an event as it is stored; `None` where the event does not repeat.
    pub(crate) fn of(body: &Map) -> Result<Option<Self>, Refusal> {
        let Some(Value::Array(lines)) = body.get("recurrence") else { return Ok(None) };
        let wrong = || Refusal::invalid("Invalid recurrence rule.");
        let (Some(start), Some(end)) = (When::stored(body, "start"), When::stored(body, "end")) else {
            return Err(Refusal::required("Missing start time."));
        };
        let length = start.until(&end).ok_or_else(wrong)?;
        let mut series =
            Self { start, end, length, rules: Vec::new(), added: Vec::new(), left_out: BTreeSet::new() };
        for line in lines {
            series.read(line.as_str().ok_or_else(Refusal::parse_error)?).ok_or_else(wrong)?;
        }
        if series.rules.is_empty() && series.added.is_empty() {
            return Err(wrong());
        }
        Ok(Some(series))
    }

    fn read(&mut self, line: &str) -> Option<()> {
        let (head, value) = line.split_once(':')?;
        let mut head = head.split(';');
        let name = head.next()?.to_ascii_uppercase();
        let zone_name = head.find_map(|parameter| parameter.strip_prefix("TZID="));
        let dates =
            || value.split(',').map(|text| self.start.like(text, zone_name)).collect::<Option<Vec<_>>>();
        match name.as_str() {
            "RRULE" => self.rules.push(Rule::read(value, &self.start)?),
            "RDATE" => self.added.extend(dates()?),
            "EXDATE" => self.left_out.extend(dates()?),
            "EXRULE" => {}
            _ => return None,
        }
        Some(())
    }

    /// The starts of the series before `end`, the earliest first.
    pub(crate) fn starts(&self, end: Timestamp, home: &TimeZone) -> Vec<When> {
        let mut starts: BTreeSet<When> = self.added.iter().cloned().collect();
        starts.insert(self.start.clone());
        for rule in &self.rules {
            starts.extend(rule.starts(&self.start, end, home));
        }
        starts.retain(|start| !self.left_out.contains(start) && start.moment(home) < end);
        starts.into_iter().collect()
    }

    /// Whether the series has an occurrence that starts so.
    pub(crate) fn has(&self, start: &When, home: &TimeZone) -> bool {
        let Ok(end) = start.moment(home).checked_add(jiff::SignedDuration::from_secs(1)) else {
            return false;
        };
        self.starts(end, home).last() == Some(start)
    }

    /// The end of the occurrence that starts so.
    pub(crate) fn end_of(&self, start: &When) -> When {
        start.plus(self.length, &self.end)
    }

    /// The occurrence that an instance's id ends with.
    pub(crate) fn stamped(&self, stamp: &str, home: &TimeZone) -> Option<When> {
        let start = match &self.start {
            When::Day(_) => When::Day(jiff::civil::Date::strptime("%Y%m%d", stamp).ok()?),
            When::At(_, zone) => {
                let wall = DateTime::strptime("%Y%m%dT%H%M%SZ", stamp).ok()?;
                When::At(on_clock(wall, &TimeZone::UTC)?, zone.clone())
            }
        };
        self.has(&start, home).then_some(start)
    }
}

impl When {
    /// A date of an RDATE or EXDATE line, as a time of this kind.
    fn like(&self, text: &str, zone_name: Option<&str>) -> Option<Self> {
        // Of a period only the start counts.
        let text = text.split('/').next()?;
        match self {
            Self::Day(_) => Some(Self::Day(jiff::civil::Date::strptime("%Y%m%d", text.get(..8)?).ok()?)),
            Self::At(_, own) => {
                let (wall, zone) = match (text.strip_suffix('Z'), zone_name) {
                    (Some(text), _) => (text, TimeZone::UTC),
                    (None, Some(name)) => (text, zone(name)?),
                    (None, None) => (text, zone(own)?),
                };
                let wall = match wall.len() {
                    // A day stands for the occurrence on it.
                    8 => jiff::civil::Date::strptime("%Y%m%d", wall).ok()?.to_datetime(self.wall().time()),
                    _ => DateTime::strptime("%Y%m%dT%H%M%S", wall).ok()?,
                };
                Some(Self::At(on_clock(wall, &zone)?, own.clone()))
            }
        }
    }
}

impl Rule {
    fn read(value: &str, start: &When) -> Option<Self> {
        let mut kept = Vec::new();
        let (mut count, mut until) = (None, None);
        for part in value.trim().trim_end_matches(';').split(';') {
            let (name, value) = part.split_once('=')?;
            match name.to_ascii_uppercase().as_str() {
                "COUNT" => count = Some(value.parse().ok().filter(|count| *count > 0)?),
                "UNTIL" => until = Some(Until::read(value)?),
                _ => kept.push(part),
            }
        }
        if count.is_some() && until.is_some() {
            return None;
        }
        let wall = start.wall().strftime("%Y%m%dT%H%M%S");
        let text = format!("DTSTART:{wall}Z\nRRULE:{}", kept.join(";"));
        Some(Self { set: text.parse().ok()?, count, until })
    }

    fn starts(&self, first: &When, end: Timestamp, home: &TimeZone) -> Vec<When> {
        let walls = self.set.into_iter().map_while(|time| {
            Some(TimeZone::UTC.to_datetime(Timestamp::from_second(time.timestamp()).ok()?))
        });
        let later = walls.skip_while(|wall| *wall <= first.wall());
        let all = std::iter::once(first.wall()).chain(later).take(self.count.unwrap_or(MOST_OCCURRENCES));
        all.map_while(|wall| first.at_wall(wall))
            .take_while(|start| {
                start.moment(home) < end && self.until.is_none_or(|until| until.admits(start))
            })
            .collect()
    }
}

impl Until {
    fn read(text: &str) -> Option<Self> {
        if let Some(text) = text.strip_suffix('Z') {
            let wall = DateTime::strptime("%Y%m%dT%H%M%S", text).ok()?;
            return Some(Self::Moment(on_clock(wall, &TimeZone::UTC)?));
        }
        Some(Self::Wall(match jiff::civil::Date::strptime("%Y%m%d", text) {
            Ok(day) => day.at(23, 59, 59, 0),
            Err(_) => DateTime::strptime("%Y%m%dT%H%M%S", text).ok()?,
        }))
    }

    fn admits(self, start: &When) -> bool {
        match (self, start) {
            (Self::Wall(until), _) => start.wall() <= until,
            (Self::Moment(until), When::At(moment, _)) => *moment <= until,
            // A day is no point in time; the clock of UTC is as good as any.
            (Self::Moment(until), When::Day(day)) => {
                on_clock(day.at(0, 0, 0, 0), &TimeZone::UTC).is_some_and(|moment| moment <= until)
            }
        }
    }
}
