//! `canvascal work`: the work in the background, without the API.

use std::sync::Arc;

use anyhow::Context;
use tokio_util::sync::CancellationToken;

use super::database::Database;
use super::serve::prepare;
use crate::cli::WorkArgs;
use crate::clock::SystemClock;
use crate::wiring::worker;
use crate::{config, server, telemetry};

pub(super) async fn run(args: &WorkArgs) -> anyhow::Result<()> {
    let settings = config::work(args, std::env::vars_os())?;
    telemetry::init(&settings.log).context("starting the log")?;
    let stopping = CancellationToken::new();
    server::stop_on_signals(stopping.clone()).context("listening to signals")?;
    let database = Database::open(&settings.database, "serve", false).await?;
    let wired = prepare(&database, settings.database.pool_size, &settings.work).await?;
    let wired = wired.with_google(settings.google.as_ref(), Arc::new(SystemClock)).await?;
    let wired = wired.with_canvas(settings.canvas.as_ref(), Arc::new(SystemClock)).await?;
    let worker = worker(&wired.app, &settings.work);
    let working = worker.run(stopping.clone());
    tokio::pin!(working);
    let outcome = tokio::select! {
        () = &mut working => Ok(()),
        failed = database.failed() => {
            stopping.cancel();
            working.await;
            Err(anyhow::anyhow!(failed).context("keeping the database running"))
        }
    };
    database.close().await;
    outcome
}
