//! `canvascal serve`: the API on a database that is named, or on the program's own.

use std::net::TcpListener;
use std::sync::Arc;

use anyhow::Context;
use app::App;
use tokio_util::sync::CancellationToken;

use super::database::Database;
use crate::auth::{DevIssuer, DevUser, Verifier};
use crate::cli::ServeArgs;
use crate::clock::SystemClock;
use crate::config::{self, AuthSettings, ServerSettings, WorkSettings};
use crate::extract::Limits;
use crate::server::{self, State};
use crate::wiring::{Wired, wire, worker};
use crate::{routes, telemetry};

pub(super) async fn run(args: &ServeArgs) -> anyhow::Result<()> {
    let settings = config::serve(args, std::env::vars_os())?;
    telemetry::init(&settings.log).context("starting the log")?;
    let verifier = match &settings.auth {
        AuthSettings::Clerk(clerk) => Verifier::clerk(clerk, Arc::new(SystemClock))?,
        AuthSettings::Development => {
            let issuer = DevIssuer::generate(Arc::new(SystemClock))?;
            let student = DevUser { name: "student".to_owned(), admin: false };
            // To standard output, where a person or a script asked for it; never into the log.
            println!("{}", issuer.token(&student)?);
            issuer.verifier()
        }
    };
    let listener = server::bind(settings.http.listen)?;
    let database = Database::open(&settings.database, "serve", false).await?;
    let wired = prepare(&database, settings.database.pool_size, &settings.work).await?;
    let wired = wired.with_google(settings.google.as_ref(), Arc::new(SystemClock)).await?;
    let wired = wired.with_canvas(settings.canvas.as_ref(), Arc::new(SystemClock)).await?;
    serve(listener, database, wired, verifier, &settings).await
}

/// Brings the schema up to date and wires the use cases.
pub(super) async fn prepare(
    database: &Database,
    pool_size: usize,
    work: &WorkSettings,
) -> anyhow::Result<Wired> {
    let url = database.url.expose();
    store::migrate::up(url).await.context("migrating the database")?;
    let mut wired = wire(url, pool_size, Arc::new(SystemClock)).context("opening the database")?;
    wired.app = wired.app.with_task_triggers(work.task_triggers);
    Ok(wired)
}

/// Serves and works until a signal asks to stop, or the program's own database can't be kept running.
pub(super) async fn serve(
    listener: TcpListener,
    database: Database,
    wired: Wired,
    verifier: Verifier,
    settings: &ServerSettings,
) -> anyhow::Result<()> {
    let stopping = CancellationToken::new();
    server::stop_on_signals(stopping.clone()).context("listening to signals")?;
    let state = State {
        verifier: Arc::new(verifier),
        readiness: wired.readiness,
        limits: Limits { max_body_bytes: settings.http.max_body_bytes, ..Limits::default() },
        stopping: stopping.clone(),
        metrics: wired.metrics,
        metrics_token: settings.http.metrics_token.clone(),
    };
    let working = tokio::spawn(background(&wired.app, &settings.work, stopping.clone()));
    let back = routes::Back {
        google: settings.google.iter().flat_map(|google| google.redirect_uris.clone()).collect(),
        canvas: settings.canvas.iter().flat_map(|canvas| canvas.redirect_uris.clone()).collect(),
    };
    let routes = routes::all(wired.app, back);
    let serving = server::run(listener, state, settings.http.shutdown, routes);
    tokio::pin!(serving);
    let outcome = tokio::select! {
        ended = &mut serving => ended.context("serving"),
        failed = database.failed() => {
            stopping.cancel();
            let _ = serving.await;
            Err(anyhow::anyhow!(failed).context("keeping the database running"))
        }
    };
    stopping.cancel();
    let worked = working.await.context("working");
    database.close().await;
    outcome.and(worked)
}

/// Works until `stopping` is cancelled, where this program is to work.
fn background(
    app: &App,
    settings: &WorkSettings,
    stopping: CancellationToken,
) -> impl Future<Output = ()> + Send + use<> {
    let worker = (settings.concurrency > 0).then(|| worker(app, settings));
    async move {
        if let Some(worker) = worker {
            worker.run(stopping).await;
        }
    }
}
