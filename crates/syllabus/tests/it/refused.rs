//! Pages that want too much of the reader.

use planner_core::time::Zone;
use syllabus::{Context, Document, Format, ReadError, Reading, Warning, read};

use crate::pages::date;

fn reading(format: Format, text: &str) -> Reading {
    read(&Document { format, text }, &Context::new(date("2026-09-01"), Zone::utc())).unwrap()
}

#[test]
fn a_document_of_more_than_ten_megabytes_is_refused() {
    let text = "x".repeat(syllabus::limits::MOST_BYTES + 1);
    let context = Context::new(date("2026-09-01"), Zone::utc());
    assert_eq!(read(&Document { format: Format::Html, text: &text }, &context), Err(ReadError::TooLarge));
}

#[test]
fn boxes_in_boxes_without_end_are_read_as_if_they_were_not_so_deep() {
    for tag in ["div", "table><tr><td", "b", "ul><li", "span", "font", "blockquote", "dl><dd", "a", "p"] {
        let text = format!("{}Exam 1 on 2026-10-08", format!("<{tag}>").repeat(20_000));
        assert_eq!(reading(Format::Html, &text).found.len(), 1, "{tag}");
    }
}

#[test]
fn spans_beyond_measure_cost_no_more_than_the_cells_that_are_there() {
    let cell = "<td rowspan=65534 colspan=1000>Quiz 1</td>";
    let rows = format!("<tr>{}</tr>", cell.repeat(20)).repeat(400);
    let text = format!("<table>{rows}<tr><td>Exam 1</td><td>2026-10-08</td></tr></table>");
    assert!(reading(Format::Html, &text).found.len() <= 1);
}

#[test]
fn a_page_with_too_many_dates_tells_some_and_says_so() {
    let lines: Vec<String> = (0..5_000)
        .map(|number| {
            format!("<li>Quiz {} on 2026-{:02}-{:02}</li>", number % 99, 1 + number % 12, 1 + number % 28)
        })
        .collect();
    let reading = reading(Format::Html, &lines.concat());
    assert!(reading.found.len() <= syllabus::limits::MOST_FOUND);
    let numbered: Vec<String> = (0..5_000)
        .map(|number| {
            format!(
                "<li>Task {number}: draft{number} due 2026-{:02}-{:02}</li>",
                1 + number % 12,
                1 + number % 28
            )
        })
        .collect();
    assert!(self::reading(Format::Html, &numbered.concat()).warnings.contains(&Warning::TooManyFound));
}

#[test]
fn a_page_of_more_tags_than_are_read_says_that_its_end_is_missing() {
    let text = format!("<p>Exam 1 on 2026-10-08{}", "<p>".repeat(syllabus::limits::MOST_TAGS));
    let reading = reading(Format::Html, &text);
    assert_eq!((reading.found.len(), reading.warnings.contains(&Warning::Truncated)), (1, true));
}
