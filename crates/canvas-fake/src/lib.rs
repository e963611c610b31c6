//! A Canvas LMS on loopback, for tests.
//!
//! A [`CanvasFake`] serves what Canvas serves, by the same paths. A program that is tested against it asks over HTTP; the
//! test itself teaches a [`Course`], acts as a [`Student`], lets things go wrong ([`Fault`]), and looks at what was asked
//! ([`Asked`]). All is in memory, and the clock is the test's.
//!
//! ```
//! use canvas_fake::{CanvasFake, Fault, Options};
//! use serde_json::json;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let canvas = CanvasFake::start(Options::default()).await?;
//! let ada = canvas.student("Ada");
//! let biology = canvas.course("Biology", json!({"course_code": "BIO 1", "time_zone": "America/Denver"}));
//! biology.enroll(&ada);
//! let essay = biology.assign(json!({"name": "Essay", "due_at": "2026-03-05T06:59:59Z", "points_possible": 20}));
//! biology.due_for(essay, &ada, "2026-03-07T06:59:59Z");
//! let token = ada.token();
//!
//! // From here on the program asks at `canvas.url()` with this token. Its second list is throttled.
//! canvas.fail(Fault::throttled().on("assignments").after(1));
//! # let _ = token;
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]

mod calls;
mod clock;
mod fake;
mod faults;
mod oauth;
mod options;
mod server;
mod world;

pub use clock::{Clock, SystemClock, TestClock};
pub use fake::{CanvasFake, Course, Student};
pub use faults::Fault;
pub use options::{Bucket, Client, Options};
pub use server::Asked;
