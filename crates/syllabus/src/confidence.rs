//! How sure the reader is, and where the line is.

use crate::reading::Flag;

/// The confidence from which a date is taken as it is; one below is a suggestion.
///
/// A date with any flag that speaks against it lies below. Above lie dates that are read in one way, in a year that the
/// date, the page or the course says.
pub const CONFIDENT_FROM: f32 = 0.7;

/// The confidence of what has no reason for doubt.
pub(crate) const BEST: f32 = 0.97;

/// What is left of a confidence under a flag.
pub(crate) const fn under(flag: Flag) -> f32 {
    match flag {
        Flag::YearInferred => 1.0,
        Flag::MaybeNotDue | Flag::Tentative => 0.65,
        Flag::DayUnknown | Flag::YearUncertain => 0.6,
        Flag::Ambiguous | Flag::FarFromTerm | Flag::Conflict => 0.5,
        Flag::WeekdayMismatch | Flag::CopiedFromOtherYear => 0.4,
        Flag::CommentedOut | Flag::Superseded => 0.2,
    }
}
