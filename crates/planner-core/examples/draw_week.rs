//! Plans a small week, prints it, and draws it into a file.
//!
//! ```sh
//! cargo run -p planner-core --example draw_week -- week.svg
//! ```

use std::error::Error;

use planner_core::draw::{self, Picture, Theme};
use planner_core::model::Answer;

/// An exam on Wednesday at noon asks for five hours, and little is free before it.
const WEEK: &str = "
from 2025-03-03 in Europe/Berlin
     08  10  12  14  16  18  20  22
mon  ######..########......ff......
tue  ######..########gggggg%%%%%%%%
wed  ##ll........##################
now  mon 07:40
due  wed 12:00, 5 h: Algebra
f    focus: Reading
g    chill: Game night
l    low priority: Laundry
";

fn main() -> Result<(), Box<dyn Error>> {
    let problem = draw::read(WEEK)?;
    let plan = match planner_core::plan(&problem)? {
        Answer::Planned(plan) => Some(plan),
        Answer::NothingToPlan | Answer::Refused(_) => None,
    };
    let picture = Picture::of(&problem, plan.as_ref());
    print!("{}", draw::text(&picture));
    match std::env::args_os().nth(1) {
        Some(file) => std::fs::write(file, draw::svg(&picture, Theme::Auto))?,
        None => eprintln!("To draw it as a picture, name a file."),
    }
    Ok(())
}
