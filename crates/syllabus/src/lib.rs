//! Syllabus pages as universities really write them, read into dates with their evidence.
//!
//! Exams and deadlines stand in tables, calendars, lists and sentences, with and without a year, with the day before the
//! month or behind it. A page is read in two steps: what stands where tells which date belongs to what; and all dates of
//! the page together tell what each leaves out. Whatever speaks against a date is told with it, and puts it below the
//! line that parts what is certain from what somebody has to look at.
//!
//! ```
//! use planner_core::time::Zone;
//! use syllabus::{Band, Context, Document, Kind, read};
//! use time::macros::{date, time};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let page = "<h1>BIO 101, Fall 2026</h1><table>\
//!     <tr><th>Date</th><th>Topic</th><th>Due</th></tr>\
//!     <tr><td>Tue 10/6</td><td>Cells</td><td>Lab report 2, 11:59 pm</td></tr>\
//!     <tr><td>Thu 10/8</td><td><b>Midterm exam</b></td><td></td></tr></table>";
//! let context = Context::new(date!(2026-09-01), Zone::named("America/Chicago")?);
//! let reading = read(&Document::guess(None, None, page), &context)?;
//!
//! let [report, midterm] = reading.found.as_slice() else { panic!("two are found") };
//! assert_eq!((report.when.date, report.when.time), (date!(2026-10-06), Some(time!(23:59))));
//! assert_eq!((midterm.kind, midterm.when.date, midterm.band), (Kind::Exam, date!(2026-10-08), Band::Confident));
//! # Ok(())
//! # }
//! ```
//!
//! # What is where
//!
//! * [`read()`]: a [`Document`] and what is known beside it, the [`Context`], make a [`Reading`].
//! * [`Found`]: one exam or deadline, with its [`Provenance`], its [`Flag`]s and its confidence.
//! * [`CONFIDENT_FROM`]: the line.
//! * [`limits`]: how much is read, so that any page is done with in a moment.
//!
//! # What is not here
//!
//! No I/O and no clock. Today is told by the caller, and never makes a date certain. Readings, topics, holidays, office
//! hours and the dates of the administration are passed over.

#![forbid(unsafe_code)]

mod calendar_file;
mod confidence;
mod context;
mod dates;
mod document;
mod evidence;
mod layouts;
pub mod limits;
mod notes;
mod page;
mod reading;
mod resolve;
mod settle;
#[cfg(test)]
mod tests;
mod words;

pub use confidence::CONFIDENT_FROM;
pub use context::{Context, Language, Term};
pub use document::{Document, Format};
pub use reading::{Band, Flag, Found, Kind, Provenance, ReadError, Reading, Rule, Warning, When, Worth};

/// The examples of the page that tells of the crate are tests as well.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

use evidence::{Evidence, Order};
use page::Page;

/// Reads a document.
///
/// ```
/// use planner_core::time::Zone;
/// use syllabus::{Context, Document, Flag, Format, read};
/// use time::macros::date;
///
/// // Nothing tells the year but today: the date is a suggestion.
/// let document = Document { format: Format::Text, text: "Final exam: December 14, 8-10 am" };
/// let reading = read(&document, &Context::new(date!(2026-09-01), Zone::utc())).unwrap();
/// assert_eq!(reading.found[0].when.date, date!(2026-12-14));
/// assert!(reading.found[0].flags.contains(&Flag::YearUncertain));
/// ```
///
/// # Errors
/// [`ReadError`] where the document is too large, or a calendar file that is none.
pub fn read(document: &Document<'_>, context: &Context) -> Result<Reading, ReadError> {
    if document.text.len() > limits::MOST_BYTES {
        return Err(ReadError::TooLarge);
    }
    let page = match document.format {
        Format::Ics => return calendar_file::read(document.text, context),
        Format::Html => page::html::read(document.text, 0..document.text.len()),
        Format::Markdown => page::markdown::read(document.text),
        Format::Text => page::text::read(document.text, 0..document.text.len()),
    };
    Ok(read_page(document.text, &page, context))
}

fn read_page(source: &str, page: &Page, context: &Context) -> Reading {
    let evidence = evidence::weigh(page, context);
    let mut warnings = Vec::new();
    if page.truncated {
        warnings.push(Warning::Truncated);
    }
    let mentions = layouts::mentions(page);
    let found = settle::settle(source, &mentions, &evidence, context, &mut warnings);
    warn(&found, &evidence, &mut warnings);
    Reading { found, warnings }
}

fn warn(found: &[Found], evidence: &Evidence, warnings: &mut Vec<Warning>) {
    let flagged = |flag| found.iter().any(|found| found.flags.contains(&flag));
    if evidence.copied {
        warnings.push(Warning::WeekdaysDisagree);
    }
    if flagged(Flag::YearUncertain) {
        warnings.push(Warning::YearUnknown);
    }
    if evidence.order == Order::Unknown && flagged(Flag::Ambiguous) {
        warnings.push(Warning::OrderUnknown);
    }
}
