//! Numbers and times on their way into columns and back.

use planner_core::model::Priority;
use planner_core::time::{Interval, Moment};
use time::OffsetDateTime;

use crate::error::Error;

/// A number as its column has it.
pub(crate) fn narrow<T, C: TryFrom<T>>(field: &str, value: T) -> Result<C, Error> {
    C::try_from(value).map_err(|_| Error::broken(format!("{field} is out of range")))
}

/// A priority as its column has it: the score itself.
pub(crate) fn score(priority: Priority) -> Result<f64, Error> {
    let thousandths: i32 = narrow("a priority", priority.thousandths())?;
    Ok(f64::from(thousandths) / 1000.0)
}

/// The priority of a score.
pub(crate) fn priority(score: f64) -> Result<Priority, Error> {
    scaled("a priority", score, 1000.0).map(Priority::from_thousandths)
}

/// `value` times `scale`, as a whole number.
pub(crate) fn scaled(field: &str, value: f64, scale: f64) -> Result<i64, Error> {
    let scaled = (value * scale).round();
    if scaled.abs() > f64::from(i32::MAX) {
        return Err(Error::broken(format!("{field} is out of range")));
    }
    #[expect(clippy::cast_possible_truncation, reason = "a whole number of the size of an i32")]
    Ok(scaled as i64)
}

/// The whole minutes that `start` to `end` touches.
pub(crate) fn interval(start: OffsetDateTime, end: OffsetDateTime) -> Result<Interval, Error> {
    Interval::new(Moment::from(start).floor(), Moment::from(end).ceil())
        .ok_or_else(|| Error::broken("something ends before it begins"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_priority_comes_back_as_it_went() {
        for thousandths in 0..=100_000 {
            let before = Priority::from_thousandths(thousandths);
            assert_eq!(priority(score(before).unwrap()).unwrap(), before);
        }
        assert!(priority(f64::NAN).is_ok(), "a NaN cannot be stored: the checks refuse it");
        assert!(priority(f64::INFINITY).is_err());
    }
}
