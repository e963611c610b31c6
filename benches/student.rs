//! A student's fortnight: lectures, shifts, meals, sleep, study, and what is done for fun or has to be done.

use planner_core::model::{Event, Kind, Mode, Problem, Settings};
use planner_core::time::{Interval, Zone};

use super::{MIDNIGHT, Random, essay, event, exam};

/// Days that the events are spread over.
pub const DAYS: i64 = 14;

/// A problem with `events` events in fourteen days, and an exam in the second week that hours are to be found for.
///
/// Nights are asleep. The weekdays hold lectures of 50 or 75 minutes that start at ten past or on the half, some have a
/// shift, every day its meals. Recreation and chores fill evenings and gaps, focus for an essay stands here and there.
/// The more events, the shorter the bits and pieces between: commutes, calls, errands. `seed` varies the week, the
/// exam's day and effort, and the student's settings.
pub fn problem(events: usize, seed: u64) -> Problem {
    let mut random = Random::seeded(seed);
    let due = MIDNIGHT.plus((6 + random.below(7)) * 1440 + (9 + random.below(8)) * 60);
    let exam = exam(due, 120 + 30 * random.below(11));
    let mut week = Fortnight { events: Vec::new() };
    week.fill(events, &mut random);
    Problem {
        mode: Mode::Demand { trigger: exam.id },
        now: MIDNIGHT.plus(8 * 60 + 7).moment(),
        settings: Settings {
            zone: Zone::named("America/New_York").unwrap_or_default(),
            lookahead_days: if random.chance(30) { 10 } else { 5 },
            churn_cap: if random.chance(20) { 5 } else { 3 },
            energy: energy(&mut random),
            ..Settings::default()
        },
        used_churn_today: 0,
        override_churn_cap: None,
        tasks: vec![exam, essay(MIDNIGHT.plus(14 * 1440))],
        events: week.events,
        busy: Vec::new(),
    }
}

/// The same every hour, or a morning person's, or an owl's.
fn energy(random: &mut Random) -> [u8; 24] {
    let best = [None, Some(10_u8), Some(19)][usize::try_from(random.below(3)).unwrap_or(0)];
    let mut energy = [100; 24];
    if let Some(best) = best {
        for (hour, energy) in (0_u8..).zip(&mut energy) {
            *energy = 140 - 6 * hour.abs_diff(best).min(12);
        }
    }
    energy
}

struct Fortnight {
    events: Vec<Event>,
}

impl Fortnight {
    fn fill(&mut self, wanted: usize, random: &mut Random) {
        for day in 0..DAYS {
            self.routine(day, random);
        }
        self.events.truncate(wanted);
        // What else there is, as many a day as the number asks for, where nothing is yet.
        let mut attempts = 0;
        while self.events.len() < wanted && attempts < 40 * wanted {
            attempts += 1;
            self.bit(wanted, random);
        }
    }

    fn routine(&mut self, day: i64, random: &mut Random) {
        self.add(day, 0, 6 * 60 + 45, Kind::Sleep, "Sleep");
        self.add(day, 23 * 60, 60, Kind::Sleep, "Sleep");
        self.add(day, 12 * 60 + 15, 45, Kind::Other, "Lunch");
        if day % 7 < 5 {
            for lecture in 0..2 + random.below(3) {
                let start = [8 * 60 + 10, 9 * 60 + 30, 11 * 60 + 10, 13 * 60 + 30, 15 * 60 + 10];
                let start = start[usize::try_from(lecture).unwrap_or(0)];
                self.add(day, start, if random.chance(70) { 50 } else { 75 }, Kind::Class, "Lecture");
            }
        }
        if random.chance(30) {
            self.add(day, 17 * 60, 180 + 30 * random.below(4), Kind::Work, "Shift");
        }
        if random.chance(55) {
            self.add(day, (19 + random.below(2)) * 60, 60 + 30 * random.below(4), Kind::Chill, "Evening");
        }
        if random.chance(35) {
            self.add(
                day,
                (16 + random.below(4)) * 60,
                45 + 15 * random.below(4),
                Kind::LowPriority,
                "Chores",
            );
        }
        if random.chance(20) {
            self.add(day, (10 + random.below(8)) * 60, 60 + 30 * random.below(3), Kind::Focus, "Essay");
        }
    }

    fn bit(&mut self, wanted: usize, random: &mut Random) {
        let shortest = if wanted > 500 { 5 } else { 10 };
        let length = shortest * (1 + random.below(if wanted > 200 { 3 } else { 9 }));
        let kind = match random.below(10) {
            0..3 => Kind::Chill,
            3..6 => Kind::LowPriority,
            _ => Kind::Other,
        };
        let start = 7 * 60 + 5 * random.below(16 * 12);
        self.add(random.below(DAYS), start, length, kind, "Bit");
    }

    /// Adds an event unless it would lie on another.
    fn add(&mut self, day: i64, start: i64, minutes: i64, kind: Kind, title: &str) {
        let at = Interval::starting(MIDNIGHT.plus(day * 1440 + start), minutes);
        let Some(at) = at.filter(|at| !self.events.iter().any(|event| event.interval.overlaps(*at))) else {
            return;
        };
        self.events.push(event(self.events.len(), title.to_owned(), at, kind));
    }
}
