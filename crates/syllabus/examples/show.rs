//! Shows what is read in a file: `cargo run -p syllabus --example show -- page.html [2026-09-01]`.

use planner_core::time::Zone;
use syllabus::{Context, Document, read};
use time::Date;
use time::macros::format_description;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("which file?")?;
    let today = arguments.next().unwrap_or_else(|| "2026-09-01".to_owned());
    let today = Date::parse(&today, format_description!("[year]-[month]-[day]"))?;
    let text = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
    let reading = read(&Document::guess(Some(&path), None, &text), &Context::new(today, Zone::utc()))?;
    for found in &reading.found {
        let time = found.when.time.map(|time| time.to_string()).unwrap_or_default();
        let last = found.when.last_date.map(|date| format!("–{date}")).unwrap_or_default();
        println!(
            "{:.2} {}{last} {time:8} {:?} “{}” line {} {:?} {:?}",
            found.confidence,
            found.when.date,
            found.kind,
            found.title,
            found.provenance.line,
            found.flags,
            found.provenance.rules
        );
    }
    println!("{:?}", reading.warnings);
    Ok(())
}
