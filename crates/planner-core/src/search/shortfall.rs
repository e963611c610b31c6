//! What it costs that study is missing.

use std::cmp::Reverse;

use super::Week;
use super::ground::STEP;
use super::score::{CHURN, CREATED, MISSING, Offset, Score, UNMET};
use crate::demand;

/// The study that is asked for, and the most of it that may be placed at all.
pub(super) struct Shortfall<'w> {
    week: &'w Week<'w>,
    /// Minutes of study that may be created at most, whatever is moved.
    most_created: i64,
    /// Minutes of the longest blocks that the budget pays for.
    longest: i64,
    offset: Offset,
}

impl<'w> Shortfall<'w> {
    pub(super) fn of(week: &'w Week<'w>) -> Self {
        let settings = &week.problem.settings;
        let longest = i64::from(settings.focus_max_minutes) * i64::from(week.budget);
        let brought_in: i64 = longest_first(week, 0).take(week.budget as usize).sum();
        let unmet = minutes(week.demand.need_minutes - longest - brought_in);
        let offset = Offset { missing: unmet / u32::from(settings.focus_min_minutes), unmet };
        Self { week, most_created: week.most_created(), longest, offset }
    }

    /// What every plan leaves missing at least.
    pub(super) fn offset(&self) -> Offset {
        self.offset
    }

    /// What is missing for each number of grid steps created, beside so many minutes brought in.
    pub(super) fn by_steps(&self, brought_in: i64) -> Vec<Score> {
        (0..=self.most_steps(brought_in)).map(|steps| self.after(brought_in, steps)).collect()
    }

    fn most_steps(&self, brought_in: i64) -> i64 {
        let wanted =
            demand::placeable(self.week.demand.need_minutes - brought_in, &self.week.problem.settings);
        wanted.min(self.longest).min(self.most_created) / i64::from(STEP)
    }

    fn after(&self, brought_in: i64, steps: i64) -> Score {
        let unmet = minutes(self.week.demand.need_minutes - brought_in - steps * i64::from(STEP));
        let shortest = u32::from(self.week.problem.settings.focus_min_minutes);
        Score::of(MISSING, unmet / shortest - self.offset.missing)
            + Score::of(UNMET, unmet - self.offset.unmet)
    }

    /// What plans cost at the very least that bring in `brought_in` minutes by so much churn, make blocks as long as
    /// may be, and pay `disturbance` beside, which takes `disturbed` of the budget.
    pub(super) fn least(&self, brought_in: i64, churn: u32, disturbance: Score, disturbed: u32) -> Score {
        let longest = i64::from(self.week.problem.settings.focus_max_minutes) / i64::from(STEP);
        let most_steps = self.most_steps(brought_in);
        let with = |blocks: u32| {
            let steps = (i64::from(blocks) * longest).min(most_steps);
            let changes = Score::of(CHURN, churn + blocks) + Score::of(CREATED, blocks);
            disturbance.checked_add(changes + self.after(brought_in, steps))
        };
        let blocks = self.week.budget.saturating_sub(churn + disturbed);
        (0..=blocks).map(with).min().unwrap_or(Score::IMPOSSIBLE)
    }

    /// What plans cost at the very least that bring in `brought_in` minutes by so much churn, and any of the stranded
    /// events from `next` on.
    pub(super) fn least_with_more(&self, brought_in: i64, churn: u32, next: usize) -> Score {
        let mut least = self.least(brought_in, churn, Score::NOTHING, 0);
        let mut total = brought_in;
        for (more, minutes) in
            (1..=self.week.budget.saturating_sub(churn)).zip(longest_first(self.week, next))
        {
            total += minutes;
            least = least.min(self.least(total, churn + more, Score::NOTHING, 0));
        }
        least
    }
}

/// The lengths of the stranded events from `next` on.
fn longest_first(week: &Week<'_>, next: usize) -> impl Iterator<Item = i64> {
    let mut lengths: Vec<i64> = week.stranded[next..].iter().map(|event| event.interval.minutes()).collect();
    lengths.sort_unstable_by_key(|minutes| Reverse(*minutes));
    lengths.into_iter()
}

/// A count of minutes that is never below 0.
fn minutes(count: i64) -> u32 {
    u32::try_from(count.max(0)).unwrap_or(u32::MAX)
}
