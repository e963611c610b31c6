//! A Google in the demo's own process, where the student has an account with some classes.

use std::sync::Arc;

use anyhow::Context as _;
use app::App;
use app::identity::User;
use app::ports::Clock as _;
use google_fake::{Client, Delivery, GoogleFake, Grant, Options};
use secrecy::SecretString;
use serde_json::json;
use vault::{Key, Keyring};

use crate::clock::SystemClock;
use crate::config::GoogleSettings;

/// The student's address there, which is the name of their calendar too.
pub const STUDENT: &str = "ada@example.edu";

/// Where the student comes back to, which nobody has to serve: the demo signs in by itself.
const BACK: &str = "http://localhost/google";

/// What is held there each week, on days from today on.
const CLASSES: [(&str, i64, u8); 3] = [("Statistics", 1, 17), ("Databases", 2, 17), ("Physics lab", 4, 17)];

/// A Google that tells of changes by itself, and in which anybody on this machine may act by hand. A port of 0 is any.
///
/// # Errors
/// Where the port cannot be had.
pub async fn start(port: u16) -> anyhow::Result<GoogleFake> {
    let options = Options { port, delivery: Delivery::Automatic, control: true, ..Options::default() };
    GoogleFake::start(options).await.with_context(|| format!("listening on 127.0.0.1:{port}"))
}

/// What a server at `url` needs to know to reach it.
///
/// # Errors
/// Where the machine gives no random numbers.
pub fn settings(google: &GoogleFake, url: &str) -> anyhow::Result<GoogleSettings> {
    let client = Client::default();
    Ok(GoogleSettings {
        client_id: client.id,
        client_secret: client.secret.into(),
        redirect_uris: vec![BACK.to_owned()],
        webhook: Some(format!("{url}/webhooks/google")),
        root: Some(google.url()),
        keys: Arc::new(Keyring::parse(&Key::generate("demo")?)?),
    })
}

/// Gives the student an account with some classes, and connects it.
///
/// # Errors
/// Where it is refused, which is not expected.
pub async fn connect(app: &App, student: &User, google: &GoogleFake) -> anyhow::Result<()> {
    let at_google = google.account_in(STUDENT, "Europe/Berlin");
    let today = time::OffsetDateTime::from(SystemClock.now()).date();
    for (title, ahead, hour) in CLASSES {
        let day = today + time::Duration::days(ahead);
        let at =
            |hour: u8| json!({"dateTime": format!("{day}T{hour:02}:00:00"), "timeZone": "Europe/Berlin"});
        let class = json!({
            "summary": title, "start": at(hour), "end": at(hour + 1), "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=10"],
        });
        at_google.insert_event(STUDENT, class);
    }
    let begun = app.begin_google_sign_in(student, BACK, false).await?;
    let back = google.consent(&begun.url, STUDENT, Grant::All);
    let query = back.split_once('?').map_or("", |(_, query)| query);
    let value = |wanted: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        SecretString::from(
            pairs.find(|(name, _)| name == wanted).map_or_else(String::new, |(_, value)| value.into()),
        )
    };
    app.connect_google(student, &value("state"), &value("code"), BACK).await?;
    Ok(())
}
