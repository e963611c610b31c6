//! What reading costs, counted in bytes that are gone over.

use planner_core::time::Zone;
use time::macros::date;

use crate::dates::token::READ;
use crate::{Context, Document, Format, read};

/// How often each byte of a page of this length is gone over.
fn times_over(format: Format, head: &str, row: &str, length: usize) -> usize {
    let page = format!("{head}{}", row.repeat(length / row.len()));
    READ.set(0);
    read(&Document { format, text: &page }, &Context::new(date!(2026 - 09 - 01), Zone::utc())).unwrap();
    READ.get() / (page.len() / 100)
}

#[test]
fn a_page_ten_times_as_long_is_ten_times_the_work() {
    let rows = "<tr><td>Mon 9/14</td><td>Chapter 3/4</td><td>Quiz on it</td></tr><tr><td>Wed</td><td>HW 3 out</td></tr>";
    let makes = [
        (Format::Html, "<h1>Fall 2026</h1><table><tr><th>Date</th><th>Topic</th></tr>", rows),
        (
            Format::Html,
            "",
            "<p>Read pages 12-15 for September 14, and think of the exam. Late work loses 10%.</p>",
        ),
        (Format::Html, "", "<div><ul><li>Oct 5<ul><li>HW 1 out<li>Lab</ul></ul></div>"),
        (Format::Text, "Fall 2026\n", "Sep 14: waves, pp. 12-15\nname: value\nSep 16: HW 3 due\n\n"),
        (
            Format::Markdown,
            "# Fall 2026\n",
            "- Mon Sep 14: waves\n  - pp. 12-15\n\n| a | b |\n|--|--|\n| Oct 5 | HW |\n\n",
        ),
    ];
    for (format, head, row) in makes {
        let [small, middle, large] =
            [10_000, 30_000, 100_000].map(|length| times_over(format, head, row, length));
        assert!(
            middle <= small * 3 / 2 && large <= small * 3 / 2,
            "{row}: {small} {middle} {large} in hundredths"
        );
        assert!(small < 2_000, "{row}: each byte is gone over {small} hundredths of a time");
    }
}
