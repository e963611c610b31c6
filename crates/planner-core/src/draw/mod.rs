//! The week as a picture, with a plan laid over it.
//!
//! [`Picture::of`] works out what is to be seen: which days and hours, what stays, what moves from where to where, and
//! why. [`svg`] draws it for people, [`text`] for terminals, logs and tests, and [`read`] takes such a text for a
//! problem, so that a week can be drawn before it is planned:
//!
//! ```
//! use planner_core::draw::{self, Picture, Theme};
//! use planner_core::model::Answer;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let problem = draw::read(
//!     "     09  11  13  15  17
//!      mon  ######aaaa######
//!      tue  ####....%%######
//!      due  tue 17:00, 3 h 30 min: Algebra
//!      a    chill: Film",
//! )?;
//! let Answer::Planned(plan) = planner_core::plan(&problem)? else { panic!("there is room") };
//! let picture = Picture::of(&problem, Some(&plan));
//!
//! print!("{}", draw::text(&picture));
//! let svg = draw::svg(&picture, Theme::Auto);
//! assert!(svg.starts_with("<svg"));
//! # Ok(())
//! # }
//! ```
//!
//! Drawing never fails and never asks what time it is. The same problem and plan give the same picture, to the byte,
//! in whatever order the problem's lists come.

mod clock;
mod days;
mod hours;
mod lanes;
mod letters;
mod picture;
#[cfg(test)]
mod properties;
mod read;
mod scene;
mod svg;
#[cfg(test)]
mod tests;
mod text;
#[cfg(test)]
mod weeks;
mod words;

pub use hours::Hours;
pub use picture::{Block, Due, Look, Mark, Picture, Remark};
pub use read::{Unreadable, read};
pub use svg::{Theme, svg};
pub use text::text;
