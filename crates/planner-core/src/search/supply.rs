use super::Week;
use super::ground::{Ground, STEP};

/// The most minutes of study that fit into open ground, however many blocks that takes.
pub(crate) fn most_study(week: &Week<'_>) -> u32 {
    let ground = Ground::of(week);
    let settings = &week.problem.settings;
    let (shortest, longest) = (i32::from(settings.focus_min_minutes), i32::from(settings.focus_max_minutes));
    let rest = i32::try_from(week.rest_gap).unwrap_or(0);
    // By point: the most that fits from there on.
    let mut most = vec![0_u32; ground.points + 1];
    for (point, open) in ground.open(true).iter().enumerate().rev() {
        let start = Ground::minute_of(point);
        let longest = longest.min(open.min(&ground.study_end) - start);
        let mut best = most[point + 1];
        for minutes in (shortest..=longest).step_by(STEP as usize) {
            let next = Ground::point_from(start + minutes + rest).min(ground.points);
            best = best.max(minutes.unsigned_abs() + most[next]);
        }
        most[point] = best;
    }
    most[0]
}
