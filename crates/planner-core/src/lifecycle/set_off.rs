use crate::model::Priority;
use crate::time::Moment;

/// What of a task decides whether it sets off a proposal by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskState {
    /// Whether it still asks for time.
    pub is_open: bool,
    /// When it is due, if at any time.
    pub due: Option<Moment>,
    /// How much it matters.
    pub priority: Priority,
}

impl TaskState {
    /// Whether a proposal is to be made for it without being asked for.
    pub fn matters(&self, threshold: Priority, now: Moment) -> bool {
        self.is_open && self.due.is_some_and(|due| due > now) && self.priority >= threshold
    }
}

/// Whether writing a task sets off a proposal: it begins to matter, or matters and gets another due time. `before` is
/// `None` for a new one.
///
/// The database's trigger has the same rule for tasks that are written by another road.
pub fn sets_off(before: Option<&TaskState>, after: &TaskState, threshold: Priority, now: Moment) -> bool {
    let asked_for_before =
        |before: &TaskState| before.is_open && before.priority >= threshold && before.due == after.due;
    after.matters(threshold, now) && !before.is_some_and(asked_for_before)
}

#[cfg(test)]
mod tests {
    use super::*;

    const THRESHOLD: Priority = Priority::from_thousandths(70_000);

    fn at(minutes: i64) -> Moment {
        Moment::from_unix_micros(0).plus_minutes(minutes)
    }

    #[test]
    fn what_begins_to_matter_or_moves_sets_off_a_proposal_and_nothing_else_does() {
        let exam = TaskState { is_open: true, due: Some(at(600)), priority: THRESHOLD };
        let minor = TaskState { priority: Priority::from_thousandths(69_999), ..exam };
        let done = TaskState { is_open: false, ..exam };
        let undated = TaskState { due: None, ..exam };
        let later = TaskState { due: Some(at(601)), ..exam };
        let past = TaskState { due: Some(at(60)), ..exam };
        let greater = TaskState { priority: Priority::from_thousandths(100_000), ..exam };
        for (before, after, expected) in [
            (None, exam, true),
            (None, minor, false),
            (None, done, false),
            (None, undated, false),
            (None, past, false),
            (Some(minor), exam, true),
            (Some(done), exam, true),
            (Some(undated), exam, true),
            (Some(exam), later, true),
            (Some(exam), exam, false),
            (Some(exam), greater, false),
            (Some(exam), minor, false),
            (Some(exam), done, false),
            (Some(exam), past, false),
        ] {
            assert_eq!(
                sets_off(before.as_ref(), &after, THRESHOLD, at(60)),
                expected,
                "{before:?} {after:?}"
            );
        }
    }
}
