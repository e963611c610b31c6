//! `canvascal dev`: for trying things by hand.

use tokio_util::sync::CancellationToken;

use super::documents::print;
use crate::cli::{CanvasFakeArgs, DevArgs, DevCommand, GoogleFakeArgs};
use crate::demo::{canvas, google};
use crate::server;

pub(super) async fn run(args: &DevArgs) -> anyhow::Result<()> {
    match &args.command {
        DevCommand::GoogleFake(args) => google_fake(args).await,
        DevCommand::CanvasFake(args) => canvas_fake(args).await,
    }
}

async fn google_fake(args: &GoogleFakeArgs) -> anyhow::Result<()> {
    let stopping = CancellationToken::new();
    server::stop_on_signals(stopping.clone())?;
    let fake = google::start(args.port).await?;
    let (url, client) = (fake.url(), google_fake::Client::default());
    print(&format!(
        "A Google that forgets everything when it stops. For a server:\n\n\
         export CANVASCAL_GOOGLE_ENDPOINTS={url}\n\
         export CANVASCAL_GOOGLE_CLIENT_ID={}\n\
         export CANVASCAL_GOOGLE_CLIENT_SECRET={}\n\n\
         Act as a person there:\n\n\
         {}\n\n\
         Ctrl-C stops it.",
        client.id,
        client.secret,
        acting(&url)
    ))?;
    stopping.cancelled().await;
    Ok(())
}

async fn canvas_fake(args: &CanvasFakeArgs) -> anyhow::Result<()> {
    let stopping = CancellationToken::new();
    server::stop_on_signals(stopping.clone())?;
    let fake = canvas::start(args.port).await?;
    let student = canvas::teach(&fake);
    print(&format!(
        "A Canvas that forgets everything when it stops. For a server:\n\n\
         export CANVASCAL_CANVAS_ENDPOINTS={url}\n\
         export CANVASCAL_TOKEN_KEYS=$(canvascal google new-key)\n\n\
         Connect the student's account:\n\n\
         {connecting}\n\n\
         Ctrl-C stops it.",
        url = fake.url(),
        connecting = connecting(&fake.host(), &student.token()),
    ))?;
    stopping.cancelled().await;
    Ok(())
}

/// How to connect an account there.
fn connecting(host: &str, token: &str) -> String {
    format!(
        "curl -s -X PUT \"$URL/api/v1/canvas/account\" -H \"Authorization: Bearer $TOKEN\" \
         -H \"Content-Type: application/json\" -d '{{\"host\": \"{host}\", \"token\": \"{token}\"}}'"
    )
}

/// How to act as the student there.
pub(super) fn acting(url: &str) -> String {
    let student = google::STUDENT;
    format!(
        "curl -s {url}/_fake/person -d '{{\"account\": \"{student}\", \"do\": \"insert\", \"calendar\": \"{student}\", \
         \"event\": {{\"summary\": \"Dentist\", \"start\": {{\"dateTime\": \"2027-01-11T09:00:00Z\"}}, \
         \"end\": {{\"dateTime\": \"2027-01-11T10:00:00Z\"}}}}}}'"
    )
}
