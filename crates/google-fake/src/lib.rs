//! Google's OAuth and Calendar API (v3) on loopback, for tests.
//!
//! A [`GoogleFake`] serves what Google serves, by the same paths. A program that is tested against it asks over HTTP;
//! the test itself acts as a [`Person`] in Google's own pages, lets things go wrong ([`Fault`], [`Mishap`]), and looks at
//! what was asked ([`Asked`]). All is in memory. The clock and the seed are the test's, so the same test sees the same.
//!
//! ```
//! use std::sync::Arc;
//!
//! use google_fake::{Fault, GoogleFake, Grant, Options, TestClock};
//! use serde_json::json;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let clock = TestClock::at("2026-03-02T08:00:00Z");
//! let google = GoogleFake::start(Options { clock: Arc::new(clock.clone()), ..Options::default() }).await?;
//!
//! // Ada has a calendar of lectures, one of which is moved.
//! let ada = google.account_in("ada@example.edu", "Europe/Berlin");
//! let classes = ada.calendar("Classes");
//! let lecture = ada.insert_event(
//!     &classes,
//!     json!({
//!         "summary": "Analysis",
//!         "start": {"dateTime": "2026-03-23T10:15:00", "timeZone": "Europe/Berlin"},
//!         "end": {"dateTime": "2026-03-23T11:45:00", "timeZone": "Europe/Berlin"},
//!         "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=14"],
//!     }),
//! );
//! let id = lecture["id"].as_str().expect("an id");
//! ada.edit_instance(&classes, id, "2026-03-30T08:15:00Z", json!({"location": "Room 2"}));
//! let week = ada.week(&classes, "2026-03-30T00:00:00Z", "2026-04-05T00:00:00Z");
//! assert_eq!(week[0]["start"]["dateTime"], "2026-03-30T10:15:00+02:00");
//!
//! // The program sends her to the consent screen, and she unticks something.
//! let url = format!(
//!     "{}?client_id=fake-client.apps.googleusercontent.com&redirect_uri=https://app.example/back\
//!      &response_type=code&access_type=offline&state=7&scope=calendar.events%20calendar.freebusy",
//!     google.endpoints().authorize,
//! );
//! let back = google.consent(&url, ada.email(), Grant::Only(&["calendar.events"]));
//! assert!(back.starts_with("https://app.example/back?state=7&code="));
//!
//! // From here on the program asks at `google.endpoints()`. Its second list fails, and so it asks again.
//! google.fail(Fault::too_many_requests().retry_after(5).on("events.list").after(1));
//! # Ok(())
//! # }
//! ```
//!
//! # What is where
//!
//! * `state`: what Google knows, and how it changes. No I/O and no clock.
//! * `calls`: what each operation does, as a function of that. `wire`: how it is asked for and answered.
//! * `batch`, `faults`, `server`: many requests in one; what goes wrong; HTTP.
//!
//! The README says what is followed, and what is not.

#![forbid(unsafe_code)]

mod batch;
mod calls;
mod clock;
mod faults;
mod google;
mod log;
mod options;
mod person;
mod server;
mod state;
mod wire;

pub use clock::{Clock, SystemClock, TestClock};
pub use faults::Fault;
pub use google::{Endpoints, GoogleFake};
pub use log::Asked;
pub use options::{Client, Delivery, Options, Quota, Rules};
pub use person::Person;
pub use server::deliver::Delivered;
pub use state::calendar::Role;
pub use state::channel::{Mishap, Notification};
pub use state::oauth::Grant;
pub use wire::refusal::Refusal;
