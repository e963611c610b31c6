//! An account that fails and fails is left alone for a while: its requests would only hold up what waits behind them,
//! and Google would have more to do when it can do least.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use app::identity::UserId;
use planner_core::time::Moment;

use outbound::later;

/// How the accounts' last requests went. Holds those alone that failed.
#[derive(Debug)]
pub(crate) struct Circuits {
    most_failures: u32,
    rest: Duration,
    failing: Mutex<HashMap<UserId, Failing>>,
}

#[derive(Clone, Copy, Debug)]
struct Failing {
    in_a_row: u32,
    since: Moment,
}

impl Circuits {
    pub(crate) fn new(most_failures: u32, rest: Duration) -> Self {
        Self { most_failures, rest, failing: Mutex::default() }
    }

    /// Whether a request of the user's may be tried. After the rest it may, and its end decides about the next.
    pub(crate) fn lets_pass(&self, user: UserId, now: Moment) -> bool {
        self.with(|failing| {
            let Some(failing) = failing.get(&user) else { return true };
            let rests = failing.since <= now && now < later(failing.since, self.rest);
            failing.in_a_row < self.most_failures || !rests
        })
    }

    /// Keeps in mind how a request went.
    pub(crate) fn note(&self, user: UserId, now: Moment, went_well: bool) {
        self.with(|failing| {
            if went_well {
                failing.remove(&user);
            } else {
                let entry = failing.entry(user).or_insert(Failing { in_a_row: 0, since: now });
                *entry = Failing { in_a_row: entry.in_a_row.saturating_add(1), since: now };
            }
        });
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<UserId, Failing>) -> T) -> T {
        work(&mut self.failing.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ADA: UserId = UserId(Uuid::nil());
    const EVE: UserId = UserId(Uuid::max());

    fn second(number: i64) -> Moment {
        Moment::from_unix_micros(number * 1_000_000)
    }

    fn circuits() -> Circuits {
        Circuits::new(3, Duration::from_mins(1))
    }

    #[test]
    fn failures_in_a_row_stop_one_account_for_a_while() {
        let circuits = circuits();
        for number in 0..3 {
            assert!(circuits.lets_pass(ADA, second(number)));
            circuits.note(ADA, second(number), false);
        }
        assert!(!circuits.lets_pass(ADA, second(2)));
        assert!(!circuits.lets_pass(ADA, second(61)));
        assert!(circuits.lets_pass(EVE, second(2)));
        assert!(circuits.lets_pass(ADA, second(62)));
    }

    #[test]
    fn the_first_failure_after_a_rest_begins_another() {
        let circuits = circuits();
        (0..3).for_each(|number| circuits.note(ADA, second(number), false));
        circuits.note(ADA, second(70), false);
        assert!(!circuits.lets_pass(ADA, second(71)));
        circuits.note(ADA, second(140), true);
        circuits.note(ADA, second(141), false);
        assert!(circuits.lets_pass(ADA, second(142)), "it went well in between");
    }

    #[test]
    fn a_clock_that_is_set_back_stops_nobody() {
        let circuits = circuits();
        (0..3).for_each(|_| circuits.note(ADA, second(1000), false));
        assert!(circuits.lets_pass(ADA, second(10)));
    }
}
