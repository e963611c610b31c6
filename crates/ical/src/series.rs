//! A series with what is different about some of its occurrences, and its expansion over a range.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use planner_core::time::{Instant, Interval};

use crate::event::{Event, Override, recurrence_id};
use crate::fault::{Fault, Warnings};
use crate::limits::MOST_OCCURRENCES;
use crate::occurrence::{Occurrence, RecurrenceId};
use crate::recurrence::{Begin, Budget, Marks};
use crate::span::Length;
use crate::stamp::Stamp;
use crate::zone::{Place, later};

/// All events of one UID.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    uid: String,
    /// Mostly one. Some timetables give all lectures of a course the same UID.
    events: Vec<Event>,
    /// What takes the place of single occurrences, or of all from one on.
    overrides: Vec<(Override, Event)>,
}

impl Series {
    /// Sorts events by their UID. The order in which they come makes no difference.
    pub(crate) fn of(events: Vec<Event>) -> Vec<Self> {
        let mut by_uid: BTreeMap<String, Vec<Event>> = BTreeMap::new();
        for event in events {
            by_uid.entry(event.uid.clone()).or_default().push(event);
        }
        by_uid.into_iter().map(|(uid, events)| Self::new(uid, events)).collect()
    }

    fn new(uid: String, mut events: Vec<Event>) -> Self {
        events.sort_by_cached_key(|event| {
            let (sequence, modified, content) = event.newness();
            Reverse((sequence, modified.clone(), content))
        });
        let mut series = Self { uid, events: Vec::new(), overrides: Vec::new() };
        let (mut starts, mut ids, mut newest_rule) = (BTreeSet::new(), BTreeSet::new(), None);
        // The newest come first: what has the time of one that is there is an older version of it.
        for event in events {
            if let Some(overrides) = event.overrides.clone() {
                if ids.insert(identity(&overrides.id)) {
                    series.overrides.push((overrides, event));
                }
                continue;
            }
            // A series whose start was changed is not there twice either, where its program counts the changes.
            let has_rules = event.recurrence.has_rules();
            let is_outdated = has_rules && newest_rule.is_some_and(|newest| newest > event.sequence());
            if !is_outdated && starts.insert(identity(event.start())) {
                if has_rules {
                    newest_rule = newest_rule.max(Some(event.sequence()));
                }
                series.events.push(event);
            }
        }
        series
    }

    /// Adds the occurrences that share a minute with `range`.
    pub(crate) fn expand(&self, expansion: &mut Expansion<'_>) {
        for event in &self.events {
            self.expand_event(event, expansion);
        }
        for (overrides, event) in &self.overrides {
            let reader = expansion.reader;
            let start = event.start();
            if let Some((second, length)) = start.second(reader).zip(event.length(reader)) {
                let begin = Begin { wall: start.wall, second, length: None };
                expansion.add(&self.uid, Some(recurrence_id(&overrides.id)), event, &begin, length);
            }
        }
    }

    fn expand_event(&self, event: &Event, expansion: &mut Expansion<'_>) {
        let reader = expansion.reader;
        let Some(length) = event.length(reader) else { return };
        // Going through the overrides takes steps as well: a file may hold many events of one UID.
        expansion.budget.next_series();
        if !expansion.budget.spend(self.overrides.len() as u64) {
            expansion.warnings.add(event.line, Some(&event.look.title), Fault::Uncountable);
            return;
        }
        let turns = self.turns(event.start(), reader);
        let longest = [length, Length::NOTHING].into_iter().chain(turns.iter().map(|turn| turn.length));
        let longest =
            longest.map(Length::most_seconds).max().unwrap_or(0).max(event.recurrence.longest_extra(reader));
        let shift = turns.iter().map(|turn| turn.shift.saturating_abs()).max().unwrap_or(0);
        let (from, to) = expansion.range;
        let range = (from.saturating_sub(longest).saturating_sub(shift), to.saturating_add(shift));
        let (begins, is_complete) = event.recurrence.begins(reader, range, &mut expansion.budget);
        if !is_complete {
            expansion.warnings.add(event.line, Some(&event.look.title), Fault::Uncountable);
        }
        let singled_out =
            Marks::of(self.overrides.iter().map(|(overrides, _)| &overrides.id), event.start(), reader);
        let is_one_of_many =
            event.recurrence.repeats() || !self.overrides.is_empty() || self.events.len() > 1;
        for begin in begins.values().filter(|begin| !singled_out.contains(begin)) {
            let at = Stamp { wall: begin.wall, ..event.start().clone() };
            let id = is_one_of_many.then(|| recurrence_id(&at));
            let turned = turns[..turns.partition_point(|turn| turn.from <= begin.second)].last();
            match turned {
                None => expansion.add(&self.uid, id, event, begin, length),
                Some(turn) => {
                    if let Some(begin) = turn.moved(begin, reader) {
                        expansion.add(&self.uid, id, turn.event, &begin, turn.length);
                    }
                }
            }
        }
    }

    /// The changes of all occurrences from one on, earliest first.
    fn turns<'a>(&'a self, start: &Stamp, reader: &Place) -> Vec<Turn<'a>> {
        let for_good = self.overrides.iter().filter(|(overrides, _)| overrides.and_future);
        let turn = |(overrides, event): &'a (Override, Event)| {
            let mut id = overrides.id.clone();
            if id.is_day && !start.is_day {
                id = Stamp { wall: id.wall.date().to_datetime(start.wall.time()), ..start.clone() };
            }
            let from = id.second(reader)?;
            let place = event.start().place(reader);
            let shift = event.start().wall.duration_since(place.wall(from)?).as_secs();
            Some(Turn { from, shift, length: event.length(reader)?, event })
        };
        let mut turns: Vec<Turn<'a>> = for_good.filter_map(turn).collect();
        turns.sort_by_key(|turn| turn.from);
        turns
    }
}

/// A change of all occurrences from one on.
struct Turn<'a> {
    /// The second at which the series has the first of them.
    from: i64,
    /// By how much they are moved, in seconds of the wall clock.
    shift: i64,
    length: Length,
    event: &'a Event,
}

impl Turn<'_> {
    fn moved(&self, begin: &Begin, reader: &Place) -> Option<Begin> {
        let place = self.event.start().place(reader);
        let wall = later(place.wall(begin.second)?, 0, self.shift)?;
        Some(Begin { wall, second: place.second(wall)?, length: None })
    }
}

/// The occurrences of a range while they are gathered.
pub(crate) struct Expansion<'a> {
    /// Where floating times and whole days are.
    pub(crate) reader: &'a Place,
    /// Seconds since the Unix epoch.
    range: (i64, i64),
    within: Interval,
    pub(crate) budget: Budget,
    pub(crate) found: Vec<Occurrence>,
    pub(crate) warnings: Warnings,
}

impl<'a> Expansion<'a> {
    pub(crate) fn new(within: Interval, reader: &'a Place) -> Self {
        let second = |instant: Instant| instant.unix_minutes().saturating_mul(60);
        let range = (second(within.start()), second(within.end()));
        Self {
            reader,
            range,
            within,
            budget: Budget::new(),
            found: Vec::new(),
            warnings: Warnings::default(),
        }
    }

    /// Adds an occurrence where it lasts at all and shares a minute with the range.
    fn add(&mut self, uid: &str, id: Option<RecurrenceId>, event: &Event, begin: &Begin, length: Length) {
        let length = begin.length.unwrap_or(length);
        let place = event.start().place(self.reader);
        let Some(end) = length.end(begin.wall, begin.second, place) else {
            self.warnings.add(event.line, Some(&event.look.title), Fault::OutOfBounds);
            return;
        };
        let (start, end) = (begin.second.div_euclid(60), -(-end).div_euclid(60));
        let interval = Interval::new(Instant::from_unix_minutes(start), Instant::from_unix_minutes(end));
        let Some(interval) = interval.filter(|interval| interval.overlaps(self.within)) else { return };
        if self.found.len() >= MOST_OCCURRENCES {
            self.warnings.add_once(0, Fault::TooManyOccurrences);
            return;
        }
        let look = event.look.clone();
        self.found.push(Occurrence {
            uid: uid.to_owned(),
            recurrence_id: id,
            title: look.title,
            interval,
            all_day: look.all_day,
            transparent: look.transparent,
            status: look.status,
            declined: look.declined,
            categories: look.categories,
            location: look.location,
            busy: look.busy,
        });
    }
}

/// What two stamps share that are the same day or the same time for every reader.
fn identity(stamp: &Stamp) -> (bool, bool, Option<i64>) {
    (stamp.is_day, stamp.place.is_none(), stamp.second(&Place::utc()))
}
