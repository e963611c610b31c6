//! Counts what reading pages of the same make and of growing size takes: `cargo run --release -p syllabus --example cost`.

use planner_core::time::Zone;
use syllabus::{Context, Document, Format, read};
use time::macros::date;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let context = Context::new(date!(2026 - 09 - 01), Zone::utc());
    for kilobytes in [10_usize, 100, 1_000, 9_000] {
        for (make, format, head, row) in makes() {
            let mut page = head.to_owned();
            while page.len() < kilobytes * 1_000 {
                page.push_str(row);
            }
            let begin = rusage();
            let reading = read(&Document { format, text: &page }, &context)?;
            let spent = rusage() - begin;
            println!(
                "{kilobytes:>5} KB of {make:<6} {spent:>8} ms of the processor, {} found",
                reading.found.len()
            );
        }
    }
    Ok(())
}

fn makes() -> [(&'static str, Format, &'static str, &'static str); 4] {
    [
        (
            "table",
            Format::Html,
            "<h1>Fall 2026</h1><table><tr><th>Date</th><th>Topic</th><th>Due</th></tr>",
            "<tr><td>Mon 9/14</td><td>Chapter 3/4: <b>waves</b></td><td></td></tr><tr><td>Wed 9/16</td><td>More of it</td><td>HW 3</td></tr>",
        ),
        (
            "prose",
            Format::Html,
            "<h1>Fall 2026</h1>",
            "<p>The class meets on Mondays. Read pages 12-15 for the discussion on September 14, and think of the exam. Late work loses 10% per day; see section 3.4.</p>",
        ),
        (
            "text",
            Format::Text,
            "Fall 2026\n\n",
            "Sep 14: Introduction to waves, read pp. 12-15\nSep 16: HW 3 due, 11:59 pm\n\n",
        ),
        (
            "lists",
            Format::Markdown,
            "# Fall 2026\n\n",
            "- Mon Sep 14: Introduction\n  - read pp. 12-15\n- Wed Sep 16: More of it\n  - HW 3 due\n",
        ),
    ]
}

/// Milliseconds that this process has been given by the processor, as the kernel counts them.
fn rusage() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.split(' ').collect();
    fields.get(13).and_then(|ticks| ticks.parse::<u64>().ok()).unwrap_or(0) * 10
}
