//! Whatever is read, what is told of it holds together.
//!
//! `cargo nextest` tries some hundred inputs; `BOLERO_RANDOM_TEST_TIME_MS=600000 cargo test -p syllabus any_` tries for
//! ten minutes, and `cargo bolero test` under a fuzzer.

use std::fs;

use syllabus::{Band, CONFIDENT_FROM, Context, Document, Flag, Format, Term, read};

use crate::pages::{date, pages};

const FORMATS: [Format; 4] = [Format::Html, Format::Markdown, Format::Text, Format::Ics];

fn context(with_term: bool) -> Context {
    let context = Context::new(date("2026-09-01"), planner_core::time::Zone::named("Europe/Berlin").unwrap());
    let (start, end) = (date("2026-08-24"), date("2026-12-18"));
    if with_term { context.with_term(Term { name: "Fall 2026".to_owned(), start, end }) } else { context }
}

/// Reads a text, and checks what must hold of any reading.
pub(crate) fn holds(text: &str, format: Format, with_term: bool) {
    let (document, context) = (Document { format, text }, context(with_term));
    let Ok(reading) = read(&document, &context) else { return };
    assert_eq!(reading, read(&document, &context).unwrap(), "the same is read twice");
    assert!(reading.found.len() <= syllabus::limits::MOST_FOUND);
    for found in &reading.found {
        assert!((0.0..=1.0).contains(&found.confidence), "{found:?}");
        assert_eq!(found.band == Band::Confident, found.confidence >= CONFIDENT_FROM);
        let range = found.provenance.range.clone();
        assert!(text.get(range).is_some(), "{found:?} is not in the source");
        assert!(found.provenance.snippet.len() <= syllabus::limits::MOST_SNIPPET_BYTES * 4);
        assert!(!found.title.is_empty());
        assert!(found.when.last_date.is_none_or(|last| last >= found.when.date), "{found:?}");
        if found.band == Band::Confident {
            assert!(found.flags.iter().all(|flag| *flag == Flag::YearInferred), "{found:?}");
        }
    }
    let days: Vec<_> = reading.found.iter().map(|found| found.when.date).collect();
    assert!(days.is_sorted(), "found dates are in order");
    let mut names: Vec<_> =
        reading.found.iter().map(|found| (found.when.date, found.kind, found.title.to_lowercase())).collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count, "nothing is found twice");
    serde_json::to_string(&reading).unwrap();
}

#[test]
fn any_bytes_are_read_or_refused() {
    bolero::check!().with_iterations(300).with_type::<(u8, bool, Vec<u8>)>().for_each(
        |(format, with_term, bytes)| {
            holds(&String::from_utf8_lossy(bytes), FORMATS[usize::from(*format) % 4], *with_term);
        },
    );
}

/// A change of a text: where, how, and what with.
type Change = (u16, u8, u8);

const PARTS: [&str; 40] = [
    "<table>",
    "<tr>",
    "<td>",
    "</td>",
    "</table>",
    "<ul>",
    "<li>",
    "</ul>",
    "<br>",
    "<del>",
    "</del>",
    "<!--",
    "-->",
    "<p>",
    "\n",
    "\n\n",
    "|",
    "Midterm ",
    "HW 3 due ",
    "Fri ",
    "12/4",
    "Oct 8",
    "4.12.",
    "2026-10-08",
    " 11:59 pm",
    "Week 5",
    "October 2026",
    "<th>Due</th>",
    "&nbsp;",
    "é",
    "Final exam ",
    "moved from ",
    " to ",
    "–",
    "; ",
    ", ",
    "Spring 2027",
    "rowspan=\"9999\"",
    "\u{f0001}",
    "\u{200d}",
];

fn change(text: &mut String, (place, how, what): Change) {
    let mut at = usize::from(place) * text.len() / 65_536;
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    match how % 4 {
        0 | 1 => text.insert_str(at, PARTS[usize::from(what) % PARTS.len()]),
        2 => {
            let mut end = (at + usize::from(what)).min(text.len());
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.replace_range(at..end.max(at), "");
        }
        _ => {
            let mut end = (at + usize::from(what) * 4).min(text.len());
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            let copy = text[at..end.max(at)].to_owned();
            text.insert_str(at, &copy);
        }
    }
}

#[test]
fn any_change_of_a_page_is_read() {
    let texts: Vec<String> =
        pages("tests/pages").iter().map(|page| fs::read_to_string(page).unwrap()).collect();
    bolero::check!().with_iterations(300).with_type::<(u8, u8, bool, Vec<Change>)>().for_each(
        |(page, format, with_term, changes)| {
            let mut text = texts[usize::from(*page) % texts.len()].clone();
            changes.iter().take(40).for_each(|entry| change(&mut text, *entry));
            let guessed = Document::guess(None, None, &text).format;
            let format = if *format < 200 { guessed } else { FORMATS[usize::from(*format) % 4] };
            holds(&text, format, *with_term);
        },
    );
}

/// What was found to break the reader once.
#[test]
fn what_broke_it_once_is_read() {
    let once = [
        "",
        "\u{feff}",
        "<",
        "<!--",
        "</",
        "<table><table>",
        "<td",
        "---\n---",
        "|",
        "|\n|",
        "12/",
        "Due",
        "Due:",
        "Exam",
        "\u{0}",
        "<p>&#xF0000;&#x100000;Exam 1/2",
    ];
    for text in once {
        for format in FORMATS {
            holds(text, format, false);
            holds(text, format, true);
        }
    }
}
