//! Reads a drawing in letters back into a problem.

mod build;
mod lines;

use crate::model::Problem;
use lines::Drawing;

/// A drawing that can't be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct Unreadable {
    /// The line at fault, counted from 1; the last one where the whole is at fault.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// Reads a week as [`text`](super::text()) draws it.
///
/// A few lines are a whole problem, so that a test, an example or a bug report can be read at a glance:
///
/// ```
/// use planner_core::draw;
///
/// # fn main() -> Result<(), draw::Unreadable> {
/// let problem = draw::read(
///     "     09  11  13  15
///      mon  ##aaaa######
///      due  mon 15:00, 1 h: Algebra
///      a    chill: Film",
/// )?;
/// assert_eq!(problem.events.len(), 3);
/// assert_eq!(problem.events[1].title, "Film");
/// assert_eq!(problem.settings.day_end_minute, 15 * 60);
/// # Ok(())
/// # }
/// ```
///
/// * A line of hours says when the cells begin, and by the distance of the hours how long the cells are: 15 minutes or
///   30. Without it they are half hours from 09:00 on.
/// * A line that begins with a weekday (`mon` to `sun`) is a day, and one with the same weekday as the line before is
///   the same day, for what overlaps. The days follow each other. The first is the first such weekday from 3 March
///   2025 on in UTC, or from the date of a line such as `from 2025-03-27 in Europe/Berlin`.
/// * Waking hours are those drawn, unless a line such as `wake 07:00-23:00` says otherwise.
/// * Cells in a row that have the same sign are one event, over midnight too where the drawing has midnights: `#` is a
///   class, `%` busy time, a letter an event, and `.` and `_` are nothing.
/// * A line `a    focus, fixed, transparent, linked: Title` says more of a letter. Of these words, the kind comes
///   first, and the others may be missing; a letter of which nothing is said is recreation. What is linked serves the
///   task that is due.
/// * `now  mon 08:45`, below the days, says when it is. Without it the first waking hour is the first that may change.
/// * `due  tue 18:00, 3 h: Title`, below the days, is the task, and everything drawn before it may change. Without it
///   the problem is one of conflicts.
///
/// Other settings have their defaults; change them in the problem.
///
/// # Errors
/// [`Unreadable`] where a line is none of these, or says what can't be.
pub fn read(drawing: &str) -> Result<Problem, Unreadable> {
    let read = Drawing::of(drawing)?;
    read.problem().map_err(|reason| Unreadable { line: drawing.lines().count().max(1), reason })
}
