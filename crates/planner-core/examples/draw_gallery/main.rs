//! Draws weeks of every sort into a folder: quiet and full ones, a fortnight, the weeks in which the clock changes,
//! titles that are hard to draw. This is how the pictures in `docs/pictures` are made.
//!
//! ```sh
//! cargo run -p planner-core --example draw_gallery -- target/gallery
//! ```

mod scenes;
mod week;

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use planner_core::draw::{self, Picture, Theme};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("name a folder")?);
    fs::create_dir_all(&folder)?;
    for (name, (problem, plan)) in scenes::all()? {
        let picture = Picture::of(&problem, plan.as_ref());
        for (theme, suffix) in [(Theme::Auto, ""), (Theme::Light, "-light"), (Theme::Dark, "-dark")] {
            fs::write(folder.join(format!("{name}{suffix}.svg")), draw::svg(&picture, theme))?;
        }
        fs::write(folder.join(format!("{name}.txt")), draw::text(&picture))?;
    }
    Ok(())
}
