//! Serves a fake for programs in other languages, and for trying by hand: `cargo run -p google-fake --example serve`.
//!
//! It prints one line of JSON with its addresses, and runs until it is killed. Its person is `ada@example.edu`, with a
//! calendar of classes and one of holidays. The port may be named: `serve 4701`.

use std::error::Error;
use std::future::pending;

use google_fake::{Delivery, GoogleFake, Options};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = std::env::args().nth(1).map_or(Ok(0), |port| port.parse())?;
    let options = Options { port, control: true, delivery: Delivery::Automatic, ..Options::default() };
    let client = options.client.clone();
    let google = GoogleFake::start(options).await?;

    let ada = google.account_in("ada@example.edu", "Europe/Berlin");
    let classes = ada.calendar("Classes");
    ada.insert_event(
        &classes,
        json!({
            "summary": "Analysis",
            "start": {"dateTime": "2026-03-02T10:15:00", "timeZone": "Europe/Berlin"},
            "end": {"dateTime": "2026-03-02T11:45:00", "timeZone": "Europe/Berlin"},
            "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=14"],
        }),
    );
    let holidays = "en.german#holiday@group.v.calendar.google.com";
    ada.subscribe(holidays, "Holidays in Germany");
    google.publish(
        holidays,
        json!({"summary": "Easter Monday", "start": {"date": "2026-04-06"}, "end": {"date": "2026-04-07"}}),
    );

    let endpoints = google.endpoints();
    println!(
        "{}",
        json!({
            "url": google.url(), "authorize": endpoints.authorize, "token_address": endpoints.token,
            "revoke": endpoints.revoke, "calendar": endpoints.calendar, "batch": endpoints.batch,
            "control": format!("{}/_fake/", google.url()),
            "client_id": client.id, "client_secret": client.secret,
            "account": ada.email(), "classes": classes, "holidays": holidays,
        })
    );
    pending::<()>().await;
    Ok(())
}
