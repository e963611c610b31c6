//! Weeks that are as hard as they come: hardly a gap, and none where something fits as it is.

use planner_core::model::{Event, Kind, Mode, Problem, Settings};
use planner_core::time::{Interval, Zone};

use super::{MIDNIGHT, Random, essay, event, exam};

/// Days of lectures from seven to eleven with a few holes, in which something that may move stands, or nothing. Every
/// hole is as long as one of the others or a little shorter, so events have to move in chains or in pieces. `seed`
/// varies the days, their number, the holes and the settings.
pub fn problem(seed: u64) -> Problem {
    let mut random = Random::seeded(seed);
    let days = 3 + random.below(5);
    let exam = exam(MIDNIGHT.plus(days * 1440 + 10 * 60), 90 + 30 * random.below(7));
    let mut events = Vec::new();
    for day in 0..=days {
        fill(day, &mut events, &mut random);
    }
    Problem {
        mode: Mode::Demand { trigger: exam.id },
        now: MIDNIGHT.plus(7 * 60).moment(),
        settings: Settings {
            zone: Zone::named("America/New_York").unwrap_or_default(),
            lookahead_days: 14,
            churn_cap: u8::try_from(3 + random.below(3)).unwrap_or(5),
            allow_delete: random.chance(20),
            rest_gap_minutes: if random.chance(70) { 480 } else { 60 },
            ..Settings::default()
        },
        used_churn_today: 0,
        override_churn_cap: None,
        tasks: vec![exam, essay(MIDNIGHT.plus(20 * 1440))],
        events,
        busy: Vec::new(),
    }
}

fn fill(day: i64, events: &mut Vec<Event>, random: &mut Random) {
    let mut at = 7 * 60;
    while at < 23 * 60 {
        let minutes = (30 + 15 * random.below(7)).min(23 * 60 - at);
        let kind = match random.below(100) {
            0..50 => Kind::Class,
            50..65 => Kind::Chill,
            65..80 => Kind::LowPriority,
            80..86 => Kind::Focus,
            // A hole.
            _ => {
                at += minutes.min(15 * (1 + random.below(4)));
                continue;
            }
        };
        let start = MIDNIGHT.plus(day * 1440 + at);
        at += minutes;
        let Some(interval) = Interval::starting(start, minutes) else { continue };
        events.push(event(events.len(), format!("event {}", events.len()), interval, kind));
    }
}
