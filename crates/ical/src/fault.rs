//! What can be wrong with a file: as a whole, or with one line or event of it.

use std::fmt;

use crate::limits::{MOST_BYTES, MOST_COMPONENTS, MOST_DEPTH, MOST_WARNINGS};

/// Why a file cannot be read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Nothing is in it.
    #[error("the file is empty")]
    Empty,
    /// It is larger than what is read.
    #[error("the file is larger than {MOST_BYTES} bytes")]
    TooLarge,
    /// Its text is in UTF-16, which no calendar is written in.
    #[error("the file is in UTF-16; iCalendar is UTF-8")]
    Utf16,
    /// It is something else, such as the web page of a sign-in form.
    #[error("line {line}: no iCalendar file: it should begin with BEGIN:VCALENDAR")]
    NotACalendar {
        /// The first line that is not blank.
        line: usize,
    },
    /// It has more components than are read.
    #[error("line {line}: more than {MOST_COMPONENTS} components")]
    TooManyComponents {
        /// Where the first one too many begins.
        line: usize,
    },
    /// Its components lie too deep in each other.
    #[error("line {line}: components lie more than {MOST_DEPTH} deep in each other")]
    TooDeep {
        /// Where the first one too deep begins.
        line: usize,
    },
}

/// Something that is wrong with a part of a file, while the rest of it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The line, counted from 1; 0 where it is about no line.
    pub line: usize,
    /// The title of the event or to-do that it is about, or its UID where it has no title.
    pub about: Option<String>,
    /// What is wrong.
    pub fault: Fault,
}

/// Such as `line 12: “Gym”: ends before it starts`.
impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        if let Some(about) = &self.about {
            write!(f, "“{about}”: ")?;
        }
        fmt::Display::fmt(&self.fault, f)
    }
}

/// What is wrong with a line, an event or a zone, and what is done about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A line that is no content line.
    #[error("is no content line and left aside: {0:?}")]
    Malformed(String),
    /// Bytes that are no UTF-8; told once.
    #[error("is not in UTF-8; such lines are read as Latin-1")]
    NotUtf8,
    /// A component whose end is missing.
    #[error("{0} has no end")]
    NotEnded(String),
    /// An end without a beginning.
    #[error("END:{0} ends nothing")]
    EndsNothing(String),
    /// An event or a to-do without the time that makes it one.
    #[error("has no {0} and is left out")]
    Missing(&'static str),
    /// A value that is not understood.
    #[error("{property} is not understood: {value:?}")]
    BadValue {
        /// The property's name.
        property: &'static str,
        /// What it says, shortened.
        value: String,
    },
    /// An event whose end is before its start.
    #[error("ends before it starts and is left out")]
    EndsBeforeStart,
    /// Time that cannot be represented.
    #[error("lies outside of the years 1 to 9998 and is left out")]
    OutOfBounds,
    /// A zone that is neither known nor defined in the file.
    #[error("time zone {0:?} is unknown; its times are read as floating ones")]
    UnknownZone(String),
    /// A recurrence rule that cannot be followed.
    #[error("its recurrence is left aside, and only the first occurrence read: {0}")]
    BadRule(String),
    /// A property that has been out of use since 2009.
    #[error("EXRULE is left aside; what it excludes is there")]
    ExRule,
    /// A series that repeats too often, or began too long ago.
    #[error("repeats too often to be counted to its end; later occurrences are missing")]
    Uncountable,
    /// More occurrences than are handed out.
    #[error("there are too many occurrences; some are missing")]
    TooManyOccurrences,
    /// A to-do that repeats.
    #[error("repeats, and only the first due time is read")]
    RepeatingDeadline,
    /// Times at which somebody is free or busy, which are no events.
    #[error("VFREEBUSY is left out")]
    FreeBusy,
    /// Warnings that are not kept.
    #[error("{0} more warnings")]
    More(usize),
}

impl Fault {
    /// A value that is not understood.
    pub(crate) fn bad(property: &'static str, value: &str) -> Self {
        Self::BadValue { property, value: clipped(value) }
    }
}

/// The warnings met so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Warnings {
    kept: Vec<Warning>,
    dropped: usize,
}

impl Warnings {
    pub(crate) fn add(&mut self, line: usize, about: Option<&str>, fault: Fault) {
        if self.kept.len() < MOST_WARNINGS {
            self.kept.push(Warning { line, about: about.map(str::to_owned), fault });
        } else {
            self.dropped += 1;
        }
    }

    /// Adds what is told once for a whole file.
    pub(crate) fn add_once(&mut self, line: usize, fault: Fault) {
        if self.kept.iter().all(|warning| warning.fault != fault) {
            self.add(line, None, fault);
        }
    }

    /// All of them in the order of their lines; where some were dropped, the last says how many.
    pub(crate) fn into_list(mut self) -> Vec<Warning> {
        self.kept.sort_by_key(|warning| warning.line);
        if self.dropped > 0 {
            self.kept.push(Warning { line: 0, about: None, fault: Fault::More(self.dropped) });
        }
        self.kept
    }
}

/// The beginning of a text that somebody else wrote.
pub(crate) fn clipped(text: &str) -> String {
    const MOST_CHARS: usize = 60;
    let mut chars = text.chars();
    let mut clipped: String = chars.by_ref().take(MOST_CHARS).collect();
    if chars.next().is_some() {
        clipped.push('…');
    }
    clipped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_names_the_line_and_the_event() {
        let warning = Warning { line: 12, about: Some("Gym".to_owned()), fault: Fault::EndsBeforeStart };
        assert_eq!(warning.to_string(), "line 12: “Gym”: ends before it starts and is left out");
        let whole = Warning { line: 0, about: None, fault: Fault::More(3) };
        assert_eq!(whole.to_string(), "3 more warnings");
    }

    #[test]
    fn warnings_are_kept_up_to_a_bound_and_then_counted() {
        let mut warnings = Warnings::default();
        for line in (1..=MOST_WARNINGS + 7).rev() {
            warnings.add(line, None, Fault::FreeBusy);
        }
        let list = warnings.into_list();
        assert_eq!(list.len(), MOST_WARNINGS + 1);
        assert!(list[..MOST_WARNINGS].is_sorted_by_key(|warning| warning.line));
        assert_eq!(list[MOST_WARNINGS].fault, Fault::More(7));
    }

    #[test]
    fn what_somebody_else_wrote_is_shortened() {
        assert_eq!(clipped(&"ä".repeat(61)), format!("{}…", "ä".repeat(60)));
        assert_eq!(clipped("short"), "short");
    }
}
