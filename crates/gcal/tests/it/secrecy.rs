//! Nothing secret is logged, whatever goes wrong.

use std::io;
use std::sync::{Arc, Mutex};

use app::ports::google::{Edit, Google as _, Since};
use google_fake::Fault;
use tracing_subscriber::fmt::MakeWriter;

use crate::support::{ADA, Stage, edit, insert, since_now, token};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_log_and_no_error_holds_a_token_a_code_a_position_or_a_title() {
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_writer(log.clone()).with_max_level(tracing::Level::TRACE).finish();
    let _here = tracing::subscriber::set_default(subscriber);
    let stage = Stage::new().await;
    let account = stage.account().await;
    let mut told = Vec::new();

    stage.gcal.write(&account, &[insert(ADA, "block1", "Confession", 1)]).await.unwrap();
    let (events, position) = stage.read(&account, ADA, &since_now()).await.unwrap();
    let title = Edit { title: Some("Confession".to_owned()), ..Edit::default() };
    for fault in [
        Fault::backend_error(),
        Fault::bad_json(),
        Fault::cut_after(),
        Fault::rate_limit(),
        Fault::unauthorized(),
        Fault::error(400, "invalid", "Confession"),
    ] {
        stage.google.fail(fault.clone().on("events.list").times(9));
        stage.google.fail(fault.on("batch").times(9));
        told.push(format!("{:?}", stage.read(&account, ADA, &position).await.err()));
        let invented = Since::Position("invented-position".into());
        told.push(format!("{:?}", stage.read(&account, ADA, &invented).await.err()));
        told.push(format!("{:?}", stage.gcal.write(&account, &[edit(ADA, &events[0], title.clone())]).await));
        stage.google.heal();
        stage.time.clock.advance_seconds(120);
    }
    stage.google.revoke(ADA);
    stage.google.expire_access_tokens();
    told.push(format!("{:?}", stage.gcal.calendars(&account).await.err()));
    told.push(String::from_utf8(log.0.lock().unwrap().clone()).unwrap());
    let told = told.join("\n");

    assert!(told.contains("events.list") && told.contains("Disconnected"), "{told}");
    let mut secrets = stage.google.issued_tokens();
    secrets.extend([
        token(&position),
        "invented-position".to_owned(),
        "Confession".to_owned(),
        ADA.to_owned(),
    ]);
    for secret in secrets {
        assert!(!told.contains(&secret), "{secret} in {told}");
    }
}
