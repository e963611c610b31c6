//! The planner of CanvasCal: the smallest change of a student's week that makes room to study.
//!
//! An exam appears and the week no longer works. Given the calendar, the exam and the student's settings, [`plan`]
//! answers with the changes to make, a reason for each, and a measure of how much they disturb. It moves only what
//! may move (focus, recreation and chores that the student did not lock), keeps to waking hours and to the rest
//! between focus blocks, and never changes more than a few things a day.
//!
//! ```
//! use planner_core::model::{
//!     Action, Answer, Mode, Priority, Problem, Settings, Task, TaskId, TaskKind,
//! };
//! use planner_core::time::Zone;
//! use planner_core::{check, plan};
//! use uuid::Uuid;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let algebra = Task {
//!     id: TaskId(Uuid::from_u128(1)),
//!     title: "Algebra".to_owned(),
//!     kind: TaskKind::Exam,
//!     due: "2025-03-11T13:00:00Z".parse()?,
//!     priority: Priority::from_thousandths(80_000),
//!     effort_minutes: 180,
//!     due_changed_at: None,
//! };
//! let problem = Problem {
//!     mode: Mode::Demand { trigger: algebra.id },
//!     now: "2025-03-06T12:07:30Z".parse()?,
//!     settings: Settings { zone: Zone::named("America/New_York")?, ..Settings::default() },
//!     used_churn_today: 0,
//!     override_churn_cap: None,
//!     tasks: vec![algebra],
//!     events: Vec::new(),
//!     busy: Vec::new(),
//! };
//!
//! let answer = plan(&problem)?;
//! assert!(check::check(&problem, &answer)?.is_empty());
//!
//! let Answer::Planned(plan) = answer else { panic!("three hours fit into five free days") };
//! assert!(plan.changes.iter().all(|change| matches!(change.action, Action::Create { .. })));
//! assert_eq!(plan.objective.unmet_minutes, 0);
//! println!("{}", plan.changes[0].detail);
//! # Ok(())
//! # }
//! ```
//!
//! # What is where
//!
//! * [`model`]: what a problem is made of, and what its answer looks like.
//! * [`time`]: whole-minute instants, intervals and the civil days of a zone.
//! * [`plan`]: the planner.
//! * [`check`]: an independent checker that goes over a finished plan by another road.
//! * [`lifecycle`]: what may happen to a proposal (make, accept, reject, undo), as decisions on facts alone.
//!
//! # What is not here
//!
//! No I/O, no clock, no randomness, no `unsafe`. The moment and the zone are part of the problem, and the zone
//! database is compiled in, so the same problem gets the same answer on every machine, in whatever order its lists
//! come.
//!
//! # Features
//!
//! * `serde`: problems and answers as JSON documents, in the module `document`.
//! * `proptest`: strategies for random problems, in `strategies`, to property-test one's own adapters with.
//! * `time`: conversions between [`time::Moment`] and `time::OffsetDateTime`.

#![forbid(unsafe_code)]

pub mod check;
mod constraint;
mod demand;
#[cfg(feature = "serde")]
pub mod document;
mod energy;
pub mod lifecycle;
pub mod model;
mod plan;
#[cfg(test)]
mod properties;
mod reason;
mod search;
#[cfg(any(test, feature = "proptest"))]
pub mod strategies;
pub mod time;

pub use plan::plan;
