//! `canvascal dev`: for trying things by hand.

use tokio_util::sync::CancellationToken;

use super::documents::print;
use crate::cli::{DevArgs, DevCommand, GoogleFakeArgs};
use crate::demo::google;
use crate::server;

pub(super) async fn run(args: &DevArgs) -> anyhow::Result<()> {
    match &args.command {
        DevCommand::GoogleFake(args) => google_fake(args).await,
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

/// How to act as the student there.
pub(super) fn acting(url: &str) -> String {
    let student = google::STUDENT;
    format!(
        "curl -s {url}/_fake/person -d '{{\"account\": \"{student}\", \"do\": \"insert\", \"calendar\": \"{student}\", \
         \"event\": {{\"summary\": \"Dentist\", \"start\": {{\"dateTime\": \"2027-01-11T09:00:00Z\"}}, \
         \"end\": {{\"dateTime\": \"2027-01-11T10:00:00Z\"}}}}}}'"
    )
}
