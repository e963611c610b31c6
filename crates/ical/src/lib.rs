//! iCalendar files as programs really write them, read into occurrences.
//!
//! A file is read as far as it can be: what is wrong with a line, an event or a zone becomes a [`Warning`] beside the
//! rest. Google, Apple, Outlook, Thunderbird and timetable programs each have their own ways with zones, whole days and
//! series; what is theirs is read as they mean it.
//!
//! ```
//! use ical::Calendar;
//! use planner_core::time::{Interval, Zone};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let file = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Analysis\r\n\
//!     DTSTART;TZID=W. Europe Standard Time:20260323T101500\r\nDURATION:PT1H40M\r\n\
//!     RRULE:FREQ=WEEKLY;COUNT=2\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
//! let calendar = Calendar::parse(file)?;
//! assert!(calendar.warnings().is_empty());
//!
//! let spring = Interval::new("2026-03-01T00:00:00Z".parse()?, "2026-06-01T00:00:00Z".parse()?);
//! let read = calendar.occurrences(spring.ok_or("empty")?, &Zone::named("Europe/Berlin")?);
//! let starts: Vec<String> = read.list.iter().map(|lecture| lecture.interval.start().to_string()).collect();
//! assert_eq!(starts, ["2026-03-23T09:15:00Z", "2026-03-30T08:15:00Z"]);
//! # Ok(())
//! # }
//! ```
//!
//! # What is where
//!
//! * [`Calendar`]: a file, its occurrences over a range, its due times, its warnings.
//! * [`recurrence`]: the starts of a series from RRULE, RDATE and EXDATE lines, for calendars that come in other forms.
//! * [`limits`]: how much is read, so that any file is done with in a moment.
//!
//! # What is not here
//!
//! No I/O and no clock: the caller says which range, and where the reader is. Alarms, attendees and free/busy times are
//! passed over.

#![forbid(unsafe_code)]

mod calendar;
mod component;
mod event;
mod fault;
pub mod limits;
mod lines;
mod occurrence;
pub mod recurrence;
mod series;
mod span;
mod stamp;
mod text;
mod value;
mod zone;

pub use calendar::{Calendar, Occurrences};
pub use fault::{Fault, ParseError, Warning};
pub use occurrence::{Busy, Deadline, Occurrence, RecurrenceId, Status};
