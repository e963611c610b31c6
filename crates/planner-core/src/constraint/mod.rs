//! The rules of placing, one per file, in the form the search asks them: *which time is open to whom?*
//!
//! The checker in [`crate::check`] states the same rules a second time, in the form a reader asks them: *does this
//! finished plan hold?* The two share no code but the arithmetic of time, so that a slip in one is seen by the other.

pub(crate) mod overlap;
pub(crate) mod permission;
pub(crate) mod rest;
pub(crate) mod waking;
pub(crate) mod window;
