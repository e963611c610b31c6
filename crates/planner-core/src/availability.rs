//! When the student is free: the waking hours less what is in the calendar.

use crate::constraint::{overlap, rest, waking};
use crate::model::{Event, Settings};
use crate::time::{Interval, Spans};

/// The stretches of at least `min_minutes` inside `span` that lie in the waking hours of one day and that no blocking
/// event or busy time takes, earliest first. Each reaches as far as it can.
///
/// With `respect_rest` they also leave the rest around every focus event: study may be placed in them. `events` then
/// has to hold the focus within a rest of the span as well.
pub fn gaps(
    span: Interval,
    settings: &Settings,
    events: &[Event],
    busy: &[Interval],
    min_minutes: u32,
    respect_rest: bool,
) -> Vec<Interval> {
    let mut taken = overlap::taken(events.iter(), busy);
    if respect_rest {
        let too_close = rest::too_close(events.iter(), i64::from(settings.rest_gap_minutes));
        taken = Spans::union(taken.iter().chain(too_close.iter()));
    }
    let within = |day: Interval| Interval::new(day.start().max(span.start()), day.end().min(span.end()));
    let days = waking::hours(span, settings).into_iter().filter_map(within);
    let mut gaps: Vec<Interval> = days.flat_map(|day| taken.leave_of(day)).collect();
    gaps.retain(|gap| gap.minutes() >= i64::from(min_minutes));
    gaps
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::Problem;
    use crate::strategies;
    use crate::time::{Instant, LocalDay};

    const MINUTES: i64 = 6 * 24 * 60;

    /// The day in whose waking hours a minute lies if it is free. Says nothing of intervals but where a day has them.
    fn free_on(problem: &Problem, at: Instant, respect_rest: bool) -> Option<LocalDay> {
        let settings = &problem.settings;
        let minute = Interval::starting(at, 1).unwrap();
        let is_taken = problem.events.iter().any(|event| {
            let near = event.interval.gap_minutes(minute);
            let too_close = near.is_none_or(|gap| gap < i64::from(settings.rest_gap_minutes));
            (event.blocks() && near.is_none()) || (respect_rest && event.is_focus() && too_close)
        });
        let is_busy = problem.busy.iter().any(|busy| busy.overlaps(minute));
        let day = settings.zone.local(at).day;
        let hours = settings.zone.between(day, settings.day_start_minute, settings.day_end_minute);
        let is_awake = hours.is_some_and(|hours| hours.contains(minute));
        (is_awake && !is_taken && !is_busy).then_some(day)
    }

    /// Runs of free minutes on one day, minute by minute.
    fn counted(problem: &Problem, span: Interval, min_minutes: u32, respect_rest: bool) -> Vec<Interval> {
        let mut runs: Vec<(LocalDay, Interval)> = Vec::new();
        for minute in 0..span.minutes() {
            let at = span.start().plus(minute);
            let Some(day) = free_on(problem, at, respect_rest) else { continue };
            match runs.last_mut() {
                Some((of, run)) if *of == day && run.end() == at => {
                    *run = Interval::new(run.start(), at.plus(1)).unwrap();
                }
                _ => runs.push((day, Interval::starting(at, 1).unwrap())),
            }
        }
        let runs = runs.into_iter().map(|(_, run)| run);
        runs.filter(|run| run.minutes() >= i64::from(min_minutes)).collect()
    }

    fn stretch() -> impl Strategy<Value = (i64, i64)> {
        (-2000..8000_i64, prop_oneof![1..300_i64, 300..=MINUTES])
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

        #[test]
        fn gaps_are_the_free_minutes_one_by_one(
            problem in strategies::problem(), (start, length) in stretch(), min_minutes in 1..200_u32, respect_rest: bool,
        ) {
            let span = Interval::starting(problem.now.floor().plus(start), length).unwrap();
            let gaps =
                gaps(span, &problem.settings, &problem.events, &problem.busy, min_minutes, respect_rest);
            prop_assert_eq!(gaps, counted(&problem, span, min_minutes, respect_rest));
        }

        #[test]
        fn a_block_may_be_put_wherever_a_gap_with_rest_is(problem in strategies::problem()) {
            let span = Interval::starting(problem.now.floor(), MINUTES).unwrap();
            let settings = &problem.settings;
            for gap in gaps(span, settings, &problem.events, &problem.busy, 1, true) {
                let focus = problem.events.iter().filter(|event| event.is_focus());
                for other in focus {
                    prop_assert!(!rest::broken(gap, other.interval, i64::from(settings.rest_gap_minutes)));
                }
            }
        }
    }

    #[test]
    fn a_calendar_without_events_is_free_in_its_waking_hours() {
        let span = Interval::starting("2025-07-10T12:10:00Z".parse().unwrap(), 2 * 24 * 60).unwrap();
        let gaps: Vec<String> = gaps(span, &Settings::default(), &[], &[], 30, true)
            .iter()
            .map(|gap| format!("{gap:?}"))
            .collect();
        let days = [
            "[2025-07-10T12:10:00Z, 2025-07-10T23:00:00Z)",
            "[2025-07-11T07:00:00Z, 2025-07-11T23:00:00Z)",
            "[2025-07-12T07:00:00Z, 2025-07-12T12:10:00Z)",
        ];
        assert_eq!(gaps, days);
    }
}
