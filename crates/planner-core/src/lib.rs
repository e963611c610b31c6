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
//! * [`plan`]: the planner. [`plan_within`] is the same with a bound of one's own on its work.
//! * [`check`]: an independent checker that goes over a finished plan by another road.
//! * [`why_not`]: what keeps the rest from fitting, and the smallest concession that would help.
//! * [`slack`]: how much room is left before a task is due; [`availability`]: when the student is free.
//! * [`lifecycle`]: what may happen to a proposal (make, accept, reject, undo), as decisions on facts alone.
//! * [`draw`]: the week as a picture, as SVG or in a terminal.
//!
//! # What the planner does
//!
//! It finds the plan that is best by [`model::Objective`], whose order of fields *is* the goal: cover the need, give
//! nothing up, leave focus in peace, change little. The search is exact: [`model::Plan::proven_optimal`] says that no
//! better plan exists, and no week a student has needs more work than is allowed. Where it were to, the answer
//! holds the best plan found and the [`model::Plan::bound`] that no plan beats.
//!
//! The rules it keeps, each with its place in the checker, where it is written down in the plainest way:
//!
//! | rule | stated at |
//! | --- | --- |
//! | classes, work, sleep and what the student locked never move | [`model::Kind::may_move`], [`check::Rule::Permission`] |
//! | a few changes a day | [`model::Problem::budget`], [`check::Rule::Budget`] |
//! | nothing past 23:00 local, nor before the day begins | [`model::Settings::day_end_minute`], [`check::Rule::WakingHours`] |
//! | eight hours between focus blocks | [`model::Settings::rest_gap_minutes`], [`check::Rule::Rest`] |
//! | nothing on top of anything | [`check::Rule::Overlap`] |
//! | changes lie between now and the due time | [`check::Rule::Window`] |
//! | no more study than is needed | [`check::Rule::Need`] |
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
//! * `proptest`: strategies for random problems, in `strategies`. With [`check::assert_valid`] they property-test one's
//!   own adapters: whatever a service makes of a random week, the plan it ends up with must be valid.
//! * `time`: conversions between [`time::Moment`] and `time::OffsetDateTime`.

#![forbid(unsafe_code)]

pub mod availability;
pub mod check;
mod constraint;
mod demand;
#[cfg(feature = "serde")]
pub mod document;
pub mod draw;
mod energy;
#[cfg(test)]
mod exhaustive;
pub mod lifecycle;
#[cfg(test)]
mod metamorphic;
pub mod model;
mod plan;
#[cfg(test)]
mod properties;
mod reason;
mod search;
pub mod slack;
#[cfg(any(test, feature = "proptest"))]
pub mod strategies;
pub mod time;
pub mod why_not;

pub use plan::{plan, plan_within};
