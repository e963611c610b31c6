//! How much room is left before a task is due, so that trouble shows before it is an emergency.

use crate::constraint::permission::is_unlocked;
use crate::demand;
use crate::model::{Event, InvalidProblem, Problem};
use crate::search::{self, Week};
use crate::time::{Instant, Interval, MINUTES_PER_24H};

/// How many times 24 hours ahead are counted. What is due later than that has room enough.
pub const HORIZON_DAYS: i64 = 92;

/// The room that is left for a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slack {
    /// Minutes of study that are not in the calendar yet: the effort less all focus that serves the task before it is
    /// due.
    pub needed_minutes: u32,
    /// Minutes that could still be studied before the task is due: in the unlinked focus blocks that are there
    /// already, and in new ones that fit without moving anything, within waking hours, as long as the student likes
    /// them and with rest between them and all other focus.
    pub available_minutes: u32,
    /// Where the count of what is available ends: the due time, or [`HORIZON_DAYS`] from now where that is sooner.
    pub counted_until: Instant,
}

impl Slack {
    /// What is available less what is needed; negative where something has to give way.
    pub fn minutes(&self) -> i64 {
        i64::from(self.available_minutes) - i64::from(self.needed_minutes)
    }
}

/// The slack of the trigger of `problem`, whose look-ahead and budget do not matter here.
///
/// The problem has to hold every event up to the due time (or to [`HORIZON_DAYS`] from now), what lies within a rest of
/// it, and all focus of the trigger. Where the due time is past nothing is available.
///
/// # Errors
/// [`InvalidProblem`] where the problem contradicts itself or has no trigger.
pub fn of(problem: &Problem) -> Result<Slack, InvalidProblem> {
    problem.validate()?;
    let Some(task) = problem.trigger() else {
        return Err(InvalidProblem::new("trigger_task_id", "is needed to ask for its slack"));
    };
    let horizon = problem.now.floor().plus(HORIZON_DAYS * MINUTES_PER_24H);
    let counted_until = task.due.min(horizon);
    let week = Week::as_it_stands(problem, task, counted_until);
    let available = week.map_or(0, |week| {
        let unlinked = problem.events.iter().filter(|event| is_claimable(event, week.window));
        let there: i64 = unlinked.map(|event| event.interval.minutes()).sum();
        there + i64::from(search::most_study(&week))
    });
    Ok(Slack {
        needed_minutes: count(demand::missing(task, &problem.events)),
        available_minutes: count(available),
        counted_until,
    })
}

fn is_claimable(event: &Event, window: Interval) -> bool {
    event.is_focus() && event.task.is_none() && is_unlocked(event) && window.contains(event.interval)
}

/// A count of minutes that is never below 0.
fn count(minutes: i64) -> u32 {
    u32::try_from(minutes.max(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::{EventId, Kind, Mode, Priority, Settings, Task, TaskId, TaskKind};

    const EXAM: TaskId = TaskId(Uuid::from_u128(1));

    fn problem(events: Vec<Event>) -> Problem {
        let exam = Task {
            id: EXAM,
            title: "Algebra".to_owned(),
            kind: TaskKind::Exam,
            due: "2025-07-12T09:00:00Z".parse().unwrap(),
            priority: Priority::from_thousandths(80_000),
            effort_minutes: 300,
            due_changed_at: None,
        };
        Problem {
            mode: Mode::Demand { trigger: EXAM },
            now: "2025-07-10T06:50:00Z".parse().unwrap(),
            settings: Settings::default(),
            used_churn_today: 0,
            override_churn_cap: None,
            tasks: vec![exam],
            events,
            busy: Vec::new(),
        }
    }

    fn event(id: u128, start: &str, minutes: i64, kind: Kind) -> Event {
        Event {
            id: EventId(Uuid::from_u128(id)),
            title: String::new(),
            interval: Interval::starting(start.parse().unwrap(), minutes).unwrap(),
            kind,
            is_movable: true,
            protected: false,
            transparent: false,
            task: None,
            accepted_at: None,
        }
    }

    #[test]
    fn an_empty_calendar_holds_two_long_blocks_a_day() {
        // From 07:15 on Thursday: two hours each, eight hours apart, and one before nine on Saturday.
        let slack = of(&problem(Vec::new())).unwrap();
        assert_eq!((slack.needed_minutes, slack.available_minutes, slack.minutes()), (300, 600, 300));
    }

    #[test]
    fn nothing_that_is_in_the_calendar_is_moved_for_it() {
        let gym = event(9, "2025-07-10T07:00:00Z", 16 * 60, Kind::Chill);
        assert_eq!(of(&problem(vec![gym])).unwrap().available_minutes, 360);
    }

    #[test]
    fn unlinked_focus_is_available_and_linked_focus_is_done() {
        let unlinked = event(9, "2025-07-10T08:00:00Z", 60, Kind::Focus);
        let linked = Event { task: Some(EXAM), ..event(10, "2025-07-11T08:00:00Z", 60, Kind::Focus) };
        let slack = of(&problem(vec![unlinked, linked])).unwrap();
        // One block more fits on either evening, and none before nine on Saturday, within eight hours of Friday's.
        assert_eq!((slack.needed_minutes, slack.available_minutes), (240, 60 + 120 + 120 + 120));
    }

    #[test]
    fn what_is_overdue_has_nothing_available() {
        let mut problem = problem(Vec::new());
        problem.tasks[0].due = "2025-07-10T05:00:00Z".parse().unwrap();
        let slack = of(&problem).unwrap();
        assert_eq!((slack.needed_minutes, slack.available_minutes, slack.minutes()), (300, 0, -300));
    }
}
