//! What becomes of a job whose run has ended: decided here, and written by the queue.

use std::time::Duration;

use planner_core::time::Moment;
use uuid::Uuid;

use super::later;
use crate::ports::{Ended, Retry};

/// A job that has failed so many times in a row is dead.
pub const MOST_ATTEMPTS: u32 = 10;

/// The pause after the first failure. Each further one doubles it, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// With ten attempts the pauses come to half an hour and more: long enough for a database to be restored or a service
/// to come back.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);

/// The most that is kept of why a job failed, in characters.
const LONGEST_WHY: usize = 300;

/// A job at the end of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its identity.
    pub job: Uuid,
    /// Runs begun, this one among them, since it was last done.
    pub attempts: u32,
    /// When to run it once more, since it was asked for while it ran.
    pub again_at: Option<Moment>,
    /// Why it failed last.
    pub last_error: Option<String>,
}

/// What becomes of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It leaves the queue.
    Gone,
    /// It waits for its next run.
    Queued {
        /// When that is, at the earliest.
        run_at: Moment,
        /// Runs that count towards [`MOST_ATTEMPTS`].
        attempts: u32,
        /// Why it failed last.
        last_error: Option<String>,
    },
    /// It failed for good.
    Dead {
        /// Why.
        last_error: Option<String>,
    },
}

/// What becomes of a job whose run ended so.
///
/// What was asked for while it ran is never forgotten: a run begins after the asking, even where the job would be dead
/// otherwise. A failed run and such an asking become one run, at the later of their times.
pub fn fate(ended: &Ended, standing: &Standing, now: Moment) -> Fate {
    let queued = |run_at| Fate::Queued { run_at, attempts: 0, last_error: None };
    match ended {
        Ended::Done => standing.again_at.map_or(Fate::Gone, queued),
        Ended::Again(at) => queued(standing.again_at.map_or(*at, |again| again.min(*at))),
        Ended::Released => Fate::Queued {
            run_at: now,
            attempts: standing.attempts.saturating_sub(1),
            last_error: standing.last_error.clone(),
        },
        Ended::Lost => failed("its worker was lost", Retry::At(now), standing, now),
        Ended::Failed { why, retry } => failed(why, *retry, standing, now),
    }
}

fn failed(why: &str, retry: Retry, standing: &Standing, now: Moment) -> Fate {
    let last_error = Some(why.chars().take(LONGEST_WHY).collect());
    let retry_at = match retry {
        Retry::At(at) => at.max(now),
        Retry::Later | Retry::Never => later(now, pause(standing.job, standing.attempts)),
    };
    let has_tries = retry != Retry::Never && standing.attempts < MOST_ATTEMPTS;
    match standing.again_at {
        None if has_tries => Fate::Queued { run_at: retry_at, attempts: standing.attempts, last_error },
        None => Fate::Dead { last_error },
        Some(again) => {
            // Whoever asks anew is not to blame for the tries before that.
            let attempts = if has_tries { standing.attempts } else { 0 };
            Fate::Queued { run_at: again.max(retry_at), attempts, last_error }
        }
    }
}

/// The pause after so many attempts: between half of its full length and the whole, so that jobs that failed together
/// do not all come back together. The same job and attempt always get the same pause.
fn pause(job: Uuid, attempts: u32) -> Duration {
    let doublings = attempts.saturating_sub(1).min(20);
    let full = FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE);
    let half = full / 2;
    half + half.mul_f64(scattered(job, attempts))
}

/// A number in 0..1 that looks like chance.
fn scattered(job: Uuid, attempts: u32) -> f64 {
    let (high, low) = job.as_u64_pair();
    // The last step of SplitMix64.
    let mut mixed = high ^ low.rotate_left(32) ^ u64::from(attempts).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    f64::from(u32::try_from(mixed >> 32).unwrap_or(0)) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn moments() -> impl Strategy<Value = Moment> {
        (0..10_000_000_000_i64).prop_map(Moment::from_unix_micros)
    }

    fn standings() -> impl Strategy<Value = Standing> {
        let error = proptest::option::of(Just("broken".to_owned()));
        (any::<u128>(), 1..=MOST_ATTEMPTS + 2, proptest::option::of(moments()), error).prop_map(
            |(job, attempts, again_at, last_error)| Standing {
                job: Uuid::from_u128(job),
                attempts,
                again_at,
                last_error,
            },
        )
    }

    fn retries() -> impl Strategy<Value = Retry> {
        prop_oneof![Just(Retry::Later), moments().prop_map(Retry::At), Just(Retry::Never)]
    }

    fn failures() -> impl Strategy<Value = Ended> {
        prop_oneof![
            retries().prop_map(|retry| Ended::Failed { why: "no".to_owned(), retry }),
            Just(Ended::Lost),
        ]
    }

    fn endings() -> impl Strategy<Value = Ended> {
        prop_oneof![Just(Ended::Done), moments().prop_map(Ended::Again), Just(Ended::Released), failures(),]
    }

    fn run_at(fate: &Fate) -> Option<Moment> {
        match fate {
            Fate::Queued { run_at, .. } => Some(*run_at),
            Fate::Gone | Fate::Dead { .. } => None,
        }
    }

    proptest! {
        #[test]
        fn what_was_asked_for_meanwhile_is_always_run(ended in endings(), standing in standings(), now in moments()) {
            if standing.again_at.is_some() {
                prop_assert!(run_at(&fate(&ended, &standing, now)).is_some());
            }
        }

        #[test]
        fn only_what_is_done_and_not_asked_for_again_leaves_the_queue(
            ended in endings(), standing in standings(), now in moments(),
        ) {
            let gone = fate(&ended, &standing, now) == Fate::Gone;
            prop_assert_eq!(gone, ended == Ended::Done && standing.again_at.is_none());
        }

        #[test]
        fn only_failures_kill_and_only_after_all_tries_or_without_hope(
            ended in endings(), standing in standings(), now in moments(),
        ) {
            let dead = matches!(fate(&ended, &standing, now), Fate::Dead { .. });
            let hopeless = matches!(ended, Ended::Failed { retry: Retry::Never, .. });
            let failed = matches!(ended, Ended::Failed { .. } | Ended::Lost);
            let may_die = failed && standing.again_at.is_none();
            prop_assert_eq!(dead, may_die && (hopeless || standing.attempts >= MOST_ATTEMPTS));
        }

        #[test]
        fn a_failed_run_and_an_asking_become_one_run_at_the_later_time(
            ended in failures(), standing in standings(), again in moments(), now in moments(),
        ) {
            let alone = Standing { again_at: None, attempts: 1, ..standing.clone() };
            let merged = Standing { again_at: Some(again), attempts: 1, ..standing };
            let Some(at) = run_at(&fate(&ended, &merged, now)) else { panic!("forgotten") };
            prop_assert!(at >= again && at >= now);
            if let Some(retry_at) = run_at(&fate(&ended, &alone, now)) {
                prop_assert_eq!(at, again.max(retry_at));
            }
        }

        #[test]
        fn success_clears_the_tries_and_the_error_and_release_takes_back_its_own(
            standing in standings(), at in moments(), now in moments(),
        ) {
            if let Fate::Queued { run_at, attempts, last_error } = fate(&Ended::Again(at), &standing, now) {
                prop_assert!(run_at <= at);
                prop_assert_eq!((attempts, last_error), (0, None));
            }
            let released = fate(&Ended::Released, &standing, now);
            let (attempts, last_error) = (standing.attempts - 1, standing.last_error);
            prop_assert_eq!(released, Fate::Queued { run_at: now, attempts, last_error });
        }

        #[test]
        fn pauses_grow_are_bounded_and_never_change(job in any::<u128>(), attempts in 1..1000_u32) {
            let job = Uuid::from_u128(job);
            let this = pause(job, attempts);
            prop_assert_eq!(this, pause(job, attempts));
            prop_assert!(this >= FIRST_PAUSE / 2 && this <= LONGEST_PAUSE);
            // The shortest of the next is no shorter than the longest of this.
            prop_assert!(this <= pause(job, attempts + 1) || this >= LONGEST_PAUSE / 2);
        }
    }

    #[test]
    fn jobs_that_failed_together_come_back_one_by_one() {
        let pauses: BTreeSet<u128> = (0..100).map(|n| pause(Uuid::from_u128(n), 4).as_millis()).collect();
        assert!(pauses.len() > 90, "{pauses:?}");
        // Between twenty seconds and forty.
        assert!(pauses.last() > Some(&37_000) && pauses.first() < Some(&23_000), "{pauses:?}");
    }

    #[test]
    fn a_long_complaint_is_cut_short() {
        let standing = Standing { job: Uuid::nil(), attempts: 1, again_at: None, last_error: None };
        let ended = Ended::Failed { why: "ä".repeat(1000), retry: Retry::Never };
        let fate = fate(&ended, &standing, Moment::from_unix_micros(0));
        assert_eq!(fate, Fate::Dead { last_error: Some("ä".repeat(LONGEST_WHY)) });
    }
}
