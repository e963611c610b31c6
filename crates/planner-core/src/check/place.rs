//! Every start is on the grid, and everything lies in the waking hours of one local day.

use super::facts::{Facts, Placed};
use super::{Rule, Violation};

pub(super) fn check_grid(placed: &Placed<'_>, found: &mut Vec<Violation>) {
    if placed.at.start().unix_minutes() % 15 != 0 {
        let message = format!("{} starts off the grid, at {}", placed.name(), placed.at.start());
        found.push(Violation { rule: Rule::Grid, event: placed.id(), at: Some(placed.at), message });
    }
}

pub(super) fn check_waking_hours(facts: &Facts<'_>, placed: &Placed<'_>, found: &mut Vec<Violation>) {
    let settings = &facts.problem.settings;
    let zone = &settings.zone;
    let (first, last) = (zone.local(placed.at.start()), zone.local(placed.at.end().plus(-1)));
    // The instants decide where a wall time is ambiguous; on any other day the readings alone would do.
    let awake = first.day == last.day
        && zone
            .between(first.day, settings.day_start_minute, settings.day_end_minute)
            .is_some_and(|day| day.start() <= placed.at.start() && placed.at.end() <= day.end());
    if !awake {
        let message =
            format!("{} from {first} to {last} is not within the waking hours of one day", placed.name());
        found.push(Violation { rule: Rule::WakingHours, event: placed.id(), at: Some(placed.at), message });
    }
}
