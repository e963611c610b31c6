//! What is known beside the page.

use planner_core::time::Zone;
use time::Date;

/// A term of a university, as the course's system knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// What it is called, such as `Fall 2026`.
    pub name: String,
    /// Its first day.
    pub start: Date,
    /// Its last day, exams included.
    pub end: Date,
}

/// A language that pages are read in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// English.
    English,
    /// German.
    German,
    /// French.
    French,
}

/// What is known beside the page.
#[derive(Clone, Debug)]
pub struct Context {
    /// The term that the course is in. What the page itself says of its dates weighs more: a page of another term is
    /// read as it stands, and told to be far from this one.
    pub term: Option<Term>,
    /// Where the course is: the zone of its times, and of the moments in a calendar file.
    pub time_zone: Zone,
    /// The day on which the reading is asked for. It never makes a date certain.
    pub today: Date,
    /// The language, where it is known. Else it is seen from the page.
    pub language: Option<Language>,
}

impl Context {
    /// A context of which no more is known than the day and the place.
    pub const fn new(today: Date, time_zone: Zone) -> Self {
        Self { term: None, time_zone, today, language: None }
    }

    /// The same with a term.
    #[must_use]
    pub fn with_term(mut self, term: Term) -> Self {
        self.term = Some(term);
        self
    }
}
