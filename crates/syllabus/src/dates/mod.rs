//! Finds dates, times and weeks in a line, as they are written: which year it is, and whether the day or the month
//! comes first, is not known here.

pub(crate) mod clock;
pub(crate) mod token;
pub(crate) mod week;
pub(crate) mod written;

#[cfg(test)]
mod tests;
