//! Whatever the date and the make of the page, it is read back.

use planner_core::time::Zone;
use proptest::prelude::*;
use syllabus::{Band, Context, Document, Format, Kind, Term, read};
use time::{Date, Duration, Month};

const MONTHS: [[&str; 12]; 3] = [
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
];
const DAYS: [[&str; 7]; 3] = [
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
    ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
];

/// How many ways there are of writing a date.
const STYLES: usize = 26;

/// A date in one of the ways in which people write it, and whether its day comes first, where both are numbers.
fn written(date: Date, style: usize) -> (String, Option<bool>) {
    let (year, day) = (date.year(), date.day());
    let month = usize::from(u8::from(date.month()));
    let name = |language: usize| MONTHS[language][month - 1];
    let short = &name(0)[..3];
    let weekday = usize::from(date.weekday().number_days_from_monday());
    let says = |language: usize| DAYS[language][weekday];
    let ordinal = match day {
        1 | 21 | 31 => "st",
        2 | 22 => "nd",
        3 | 23 => "rd",
        _ => "th",
    };
    let first = if day == 1 { "er" } else { "" };
    match style {
        0 => (format!("{short} {day}, {year}"), None),
        1 => (format!("{day} {short} {year}"), None),
        2 => (format!("{} {day}{ordinal}, {year}", name(0)), None),
        3 => (format!("{}, {} {day}", says(0), name(0)), None),
        4 => (format!("{month}/{day}/{year}"), Some(false)),
        5 => (format!("{month}/{day}/{:02}", year % 100), Some(false)),
        6 => (format!("{day}.{month}.{year}"), None),
        7 => (format!("{day}. {} {year}", name(1)), None),
        8 => (format!("{year}-{month:02}-{day:02}"), None),
        9 => (format!("{day}{first} {} {year}", name(2)), None),
        10 => (format!("{} {day}.{month}.", &says(1)[..2]), None),
        11 => (format!("{} {month}/{day}", &says(0)[..3]), Some(false)),
        12 => (format!("{}., {short}. {day}", &says(0)[..3]), None),
        13 => (format!("{}, den {day}. {}", says(1), name(1)), None),
        14 => (format!("{} {day}{first} {}", says(2), name(2)), None),
        15 => (format!("{day}/{month}/{year}"), Some(true)),
        16 => (format!("{} {day}/{month}", says(0)), Some(true)),
        17 => (format!("{day} {}", name(0)), None),
        18 => (format!("{short} {day} ({})", &says(0)[..3]), None),
        19 => (format!("{month}/{day} ({})", says(0)), Some(false)),
        20 => (format!("the {day}{ordinal} of {}", name(0)), None),
        21 => (format!("{short}. {day}"), None),
        22 => (format!("{day}.{month}."), None),
        23 => (format!("{year}/{month:02}/{day:02}"), None),
        24 => (format!("{day:02}-{short}-{year}"), None),
        _ => (format!("{month:02}-{day:02}-{year}"), Some(false)),
    }
}

fn any_date() -> impl Strategy<Value = Date> {
    (2020..=2035_i32, 0..365_i64).prop_map(|(year, day)| {
        Date::from_calendar_date(year, Month::January, 1).unwrap().checked_add(Duration::days(day)).unwrap()
    })
}

/// A context whose term the date is in, and a line of the page that shows whether days come first.
fn surroundings(date: Date, day_first: Option<bool>) -> (Context, String) {
    let term = Term {
        name: "this term".to_owned(),
        start: date - Duration::days(60),
        end: date + Duration::days(60),
    };
    let context = Context::new(date - Duration::days(30), Zone::utc()).with_term(term);
    // Of the days around one has a number beyond 12, and is in the same month.
    let other = Date::from_calendar_date(date.year(), date.month(), 22).unwrap();
    let (month, day) = (u8::from(other.month()), other.day());
    let hint = match day_first {
        Some(true) => format!("Classes as usual on {day}/{month}"),
        Some(false) => format!("Classes as usual on {month}/{day}"),
        None => String::new(),
    };
    (context, hint)
}

fn page(make: usize, date: &str, hint: &str) -> (Format, String) {
    match make {
        0 => (
            Format::Text,
            format!("Course\n\n{hint}\n\nThe midterm exam will be held on {date} in the great hall.\n"),
        ),
        1 => (
            Format::Html,
            format!(
                "<p>{hint}</p><table><tr><th>Date</th><th>Topic</th></tr><tr><td>{date}</td><td>Midterm exam</td></tr></table>"
            ),
        ),
        2 => (Format::Markdown, format!("{hint}\n\n| What | When |\n|---|---|\n| Midterm exam | {date} |\n")),
        3 => (Format::Html, format!("<p>{hint}</p><ul><li>Midterm exam: {date}</li></ul>")),
        4 => (Format::Html, format!("<p>{hint}</p><h3>{date}</h3><ul><li>Midterm exam</li></ul>")),
        5 => (Format::Text, format!("{hint}\n\n{date}: Midterm exam\n")),
        _ => (Format::Html, format!("<p>{hint}</p><dl><dt>{date}</dt><dd>Midterm exam</dd></dl>")),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn a_date_in_any_style_on_any_page_is_read_back(date in any_date(), style in 0..STYLES, make in 0..7_usize) {
        let (text, day_first) = written(date, style);
        let (context, hint) = surroundings(date, day_first);
        let (format, text) = page(make, &text, &hint);
        let reading = read(&Document { format, text: &text }, &context).unwrap();
        prop_assert_eq!(reading.found.len(), 1, "{}\n{:#?}", text, reading);
        let found = &reading.found[0];
        prop_assert_eq!((found.when.date, found.kind), (date, Kind::Exam), "{}\n{:#?}", text, found);
        prop_assert_eq!(found.band, Band::Confident, "{}\n{:#?}", text, found);
    }

    #[test]
    fn a_generated_page_is_read_back(seed in generated()) {
        let text = seed.page();
        let reading = read(&Document { format: seed.format(), text: &text }, &Context::new(seed.start, Zone::utc())).unwrap();
        let found: Vec<(Date, Kind)> = reading.found.iter().map(|found| (found.when.date, found.kind)).collect();
        let mut wanted: Vec<(Date, Kind)> = seed.items.iter().map(|(date, item)| (*date, ITEMS[*item].1)).collect();
        let mut sorted = found.clone();
        sorted.sort_unstable();
        wanted.sort_unstable();
        prop_assert_eq!(sorted, wanted, "{}\n{:#?}", text, reading);
        prop_assert!(reading.found.iter().all(|found| found.band == Band::Confident), "{}\n{:#?}", text, reading);
    }
}

/// What is due or takes place, as pages write it.
const ITEMS: [(&str, Kind); 8] = [
    ("Midterm exam", Kind::Exam),
    ("Homework N due", Kind::Assignment),
    ("Quiz N", Kind::Quiz),
    ("Problem set N due", Kind::Assignment),
    ("Project proposal due", Kind::Project),
    ("Essay N due", Kind::Paper),
    ("Final exam", Kind::Exam),
    ("Group presentation N", Kind::Presentation),
];

#[derive(Clone, Debug)]
struct Generated {
    start: Date,
    layout: usize,
    style: usize,
    items: Vec<(Date, usize)>,
}

/// Styles that need no other date to be understood.
const CLEAR: [usize; 8] = [0, 3, 8, 11, 12, 18, 20, 21];

fn generated() -> impl Strategy<Value = Generated> {
    let days = prop::collection::btree_map(0..100_i64, 0..ITEMS.len(), 3..12);
    (2020..=2035_i32, any::<bool>(), 0..6_usize, 0..CLEAR.len(), days).prop_map(
        |(year, fall, layout, style, days)| {
            let month = if fall { Month::September } else { Month::January };
            let start = Date::from_calendar_date(year, month, 5).unwrap();
            let mut once = Vec::new();
            let mut items = Vec::new();
            for (day, item) in days {
                // There is but one midterm, one final and one proposal.
                let single = !ITEMS[item].0.contains('N');
                if single && once.contains(&item) {
                    continue;
                }
                once.push(item);
                items.push((start + Duration::days(day), item));
            }
            Generated { start, layout, style: CLEAR[style], items }
        },
    )
}

impl Generated {
    fn format(&self) -> Format {
        [Format::Html, Format::Html, Format::Markdown, Format::Text, Format::Html, Format::Markdown]
            [self.layout]
    }

    fn page(&self) -> String {
        let season = if self.start.month() == Month::September { "Fall" } else { "Spring" };
        // A number beyond 12 tells that months come first; a few weekdays alone may be right either way.
        let hint = if self.style == 11 {
            format!(", add or drop by {}/28", u8::from(self.start.month()))
        } else {
            String::new()
        };
        let title = format!("Course 101, {season} {}{hint}", self.start.year());
        let rows: Vec<(String, String)> = self
            .items
            .iter()
            .enumerate()
            .map(|(number, (date, item))| {
                (written(*date, self.style).0, ITEMS[*item].0.replace('N', &(number + 1).to_string()))
            })
            .collect();
        let lines = |line: &dyn Fn(&str, &str) -> String| {
            rows.iter().map(|(date, item)| line(date, item)).collect::<String>()
        };
        match self.layout {
            0 => format!(
                "<h1>{title}</h1><table><tr><th>Date</th><th>Topic</th><th>Notes</th></tr>{}</table>",
                lines(&|date, item| format!("<tr><td>{date}</td><td>Chapter 3/4</td><td>{item}</td></tr>"))
            ),
            1 => format!(
                "<h1>{title}</h1><ul>{}</ul>",
                lines(&|date, item| format!("<li>{date}: Lecture<ul><li>{item}</li></ul></li>"))
            ),
            2 => format!(
                "# {title}\n\n{}",
                lines(&|date, item| format!("## {date}\n\nSome words.\n\n- {item}\n\n"))
            ),
            3 => format!("{title}\n\n{}", lines(&|date, item| format!("{date}    {item}\n"))),
            4 => format!(
                "<h1>{title}</h1><dl>{}</dl>",
                lines(&|date, item| format!("<dt>{date}<dd>Lecture<dd>{item}"))
            ),
            _ => format!(
                "# {title}\n\n| When | What |\n|---|---|\n{}",
                lines(&|date, item| format!("| {date} | {item} |\n"))
            ),
        }
    }
}
