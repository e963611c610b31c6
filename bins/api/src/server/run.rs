//! Starting and stopping.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::web::ServiceConfig;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::{State, app};

/// Takes the address, so that its port is known before anything is served.
///
/// # Errors
/// When it cannot be had; the error names it.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address)
        .map_err(|error| io::Error::new(error.kind(), format!("cannot listen on {address}: {error}")))
}

/// Serves until `state.stopping` is cancelled; then takes no new connections, and gives the
/// requests in flight `patience` to finish.
///
/// Runs on the caller's multi-threaded runtime.
///
/// # Errors
/// When the listener cannot be used.
pub async fn run<F>(listener: TcpListener, state: State, patience: Duration, routes: F) -> io::Result<()>
where
    F: Fn(&mut ServiceConfig) + Clone + Send + 'static,
{
    let address = listener.local_addr()?;
    let stopping = state.stopping.clone();
    let server = HttpServer::new(move || app(state.clone(), routes.clone()))
        .disable_signals()
        .shutdown_timeout(patience.as_secs())
        .listen(listener)?
        .run();
    tracing::info!(%address, "listening");
    let handle = server.handle();
    let stop = async {
        stopping.cancelled().await;
        tracing::info!(?patience, "stopping: requests in flight may finish");
        handle.stop(true).await;
    };
    tokio::pin!(server);
    tokio::select! {
        ended = &mut server => return ended,
        // The server has to be driven while it stops, which the last line does.
        () = stopping.cancelled() => {}
    }
    let ((), ended) = tokio::join!(stop, server);
    tracing::info!("stopped");
    ended
}

/// Cancels `stopping` on SIGTERM or SIGINT. A second signal ends the process at once.
///
/// # Errors
/// When the signals cannot be listened to.
pub fn stop_on_signals(stopping: CancellationToken) -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        let mut next = async || {
            tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            }
        };
        let first = next().await;
        tracing::info!(signal = first, "asked to stop");
        stopping.cancel();
        let second = next().await;
        tracing::warn!(signal = second, "asked again: ending at once");
        std::process::exit(1);
    });
    Ok(())
}
