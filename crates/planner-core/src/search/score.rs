use super::Week;
use super::conflicts::{self, Conflict};
use super::layout::Layout;
use crate::model::{Kind, Objective};
use crate::time::Interval;

/// How good a layout is.
pub(super) fn objective(week: &Week<'_>, layout: &Layout, conflicts: &[Conflict]) -> Objective {
    let mut sum = Objective { churn: layout.churn(), ..Objective::default() };
    let from_window_start = |at: Interval| at.start().minutes_since(week.window.start());
    let mut placed = 0;
    let mut lateness = 0;
    for study in &layout.study {
        let (proximity, energy) = week.study_cost(study.at);
        sum.created += u32::from(study.stranded.is_none());
        sum.proximity += proximity;
        sum.energy += energy;
        placed += study.at.minutes();
        lateness += from_window_start(study.at);
    }
    for (index, to) in &layout.moved {
        let event = week.flexible[*index];
        sum.focus_disturbed += u32::from(event.is_focus());
        sum.low_priority_disturbed += u32::from(event.kind == Kind::LowPriority);
        sum.displacement_minutes += count(to.start().minutes_since(event.interval.start()).abs());
        lateness += from_window_start(*to);
    }
    sum.lateness_minutes = count(lateness);
    if week.trigger.is_some() {
        sum.unmet_minutes = count(week.demand.need_minutes - placed);
        sum.missing_blocks = sum.unmet_minutes / u32::from(week.problem.settings.focus_min_minutes);
    } else {
        sum.missing_blocks = conflicts::left(conflicts, layout);
    }
    sum
}

fn count(minutes: i64) -> u32 {
    u32::try_from(minutes.max(0)).unwrap_or(u32::MAX)
}
