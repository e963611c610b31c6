//! What is asked of the calendar API, one file per subject.

mod busy;
mod calendars;
mod channels;
mod events;
mod write;
