//! What a page is read into.

use std::ops::Range;

use serde::Serialize;
use time::{Date, Time};

use crate::confidence::CONFIDENT_FROM;
use crate::limits::MOST_BYTES;

time::serde::format_description!(civil_date, Date, "[year]-[month]-[day]");
time::serde::format_description!(clock_time, Time, "[hour]:[minute]");

/// What was found on a page.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Reading {
    /// What is due or takes place, by date and then by its place on the page.
    pub found: Vec<Found>,
    /// What the reader could not do.
    pub warnings: Vec<Warning>,
}

/// Something that is due, or takes place, on some day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    /// What it is called on the page.
    pub title: String,
    /// What it is.
    pub kind: Kind,
    /// When it is.
    pub when: When,
    /// What it is worth, where its own line says so.
    pub worth: Option<Worth>,
    /// How sure the reader is that title and date are right and belong together, from 0 to 1.
    pub confidence: f32,
    /// On which side of the line the confidence is.
    pub band: Band,
    /// Where it stands, and what read it.
    pub provenance: Provenance,
    /// What speaks against it, or ought to be known of it.
    pub flags: Vec<Flag>,
}

/// What is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An exam: a final, a midterm, a test.
    Exam,
    /// A quiz, or another short test.
    Quiz,
    /// Homework of any sort that is to be handed in.
    Assignment,
    /// An essay, a report, a thesis, or a draft of one.
    Paper,
    /// A project, or a part of one.
    Project,
    /// Something to be held before others.
    Presentation,
}

/// When something is due or takes place: a local date, with times where they are said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct When {
    /// The day, or the first one.
    #[serde(with = "civil_date")]
    pub date: Date,
    /// The local time, where one is said: when it begins, or by when it is due.
    #[serde(with = "clock_time::option")]
    pub time: Option<Time>,
    /// The last day, where it is a stretch of several.
    #[serde(with = "civil_date::option")]
    pub last_date: Option<Date>,
    /// When it ends, where that is said.
    #[serde(with = "clock_time::option")]
    pub end_time: Option<Time>,
}

/// What something is worth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Worth {
    /// A share of the grade, in percent.
    Percent(f32),
    /// Points.
    Points(f32),
}

/// On which side of the line a confidence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// Below the line: a suggestion for somebody to look at.
    Doubtful,
    /// At the line or above.
    Confident,
}

impl Band {
    /// The side of the line that `confidence` is on.
    pub fn of(confidence: f32) -> Self {
        if confidence >= CONFIDENT_FROM { Self::Confident } else { Self::Doubtful }
    }
}

/// Where something stands, and what read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Provenance {
    /// The text that it was read from, cut where it is long.
    pub snippet: String,
    /// The bytes of the source that it stands in, on boundaries of characters.
    pub range: Range<usize>,
    /// The line of the source, counted from 1.
    pub line: usize,
    /// What read it, and what its date was inferred from.
    pub rules: Vec<Rule>,
}

/// A way in which something was read, or a date inferred.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case", tag = "rule", content = "of")]
pub enum Rule {
    /// Title and date stand together in a line.
    Line,
    /// The date leads the line, or the lines above.
    UnderDate(String),
    /// A row of a table whose date stands in another cell; with the heading of the date's column.
    TableRow(String),
    /// A cell of a column of things that are due; with its heading.
    DueColumn(String),
    /// A cell below a date.
    TableColumn(String),
    /// A day in a month that is drawn as a calendar.
    MonthGrid(String),
    /// A weekday of a week that is named or numbered above.
    WeekdayOfWeek(String),
    /// A week of a term that starts on some day.
    WeekOfTerm {
        /// The number of the week.
        week: u32,
        /// The day that weeks are counted from.
        #[serde(with = "civil_date")]
        start: Date,
    },
    /// Several fields with names.
    Fields(String),
    /// An entry of a calendar file.
    CalendarFile,
    /// The date itself says its year.
    OwnYear,
    /// The year is that of the term that the page names.
    YearOfTermName(String),
    /// The year is that of the course's term.
    YearOfCourseTerm(String),
    /// The year is that of other dates on the page.
    YearOfOtherDates(i32),
    /// The year is that in which the page's weekdays are right.
    YearOfWeekdays(i32),
    /// The year is the one that is nearest to today.
    YearOfToday(i32),
    /// Days stand before months, or after them, and this is why.
    Order(String),
    /// The weekday that is said is that of the date.
    WeekdayAgrees,
    /// The time is that of the class.
    ClassTime,
    /// The time is what the page says of everything that is due.
    UsualTime,
    /// Midnight is the end of the day.
    Midnight,
    /// The date replaces another that stands beside it or elsewhere.
    Moved,
}

/// What speaks against a date, or ought to be known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// The weekday beside the date is not that of the date.
    WeekdayMismatch,
    /// The date lies outside the term.
    FarFromTerm,
    /// It stands in a comment, or in a part that is not shown.
    CommentedOut,
    /// The date says no year; the rules tell where it is from.
    YearInferred,
    /// The year is a guess.
    YearUncertain,
    /// A later word on the page replaces it, or it is struck through.
    Superseded,
    /// It may be read in more than one way, such as day and month the other way round.
    Ambiguous,
    /// Nothing says whether it is due on the date, or handed out.
    MaybeNotDue,
    /// The page has the same title with another date.
    Conflict,
    /// Most weekdays of the page are right in another year: it may have been copied.
    CopiedFromOtherYear,
    /// Only a week or a stretch is known, and not the day.
    DayUnknown,
    /// The page itself calls the date tentative.
    Tentative,
}

/// What the reader could not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// The page is longer than what is read; its end was left aside.
    Truncated,
    /// More was found than is told.
    TooManyFound,
    /// Most of the page's weekdays are not those of its dates.
    WeekdaysDisagree,
    /// Nothing says which year the dates are of.
    YearUnknown,
    /// Nothing says whether days or months come first.
    OrderUnknown,
    /// The calendar file has faults.
    CalendarFaults,
}

/// Why a document cannot be read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is larger than what is read.
    #[error("the document is larger than {MOST_BYTES} bytes")]
    TooLarge,
    /// It is said to be a calendar file, and is none.
    #[error("no calendar file: {0}")]
    Calendar(#[from] ical::ParseError),
}
