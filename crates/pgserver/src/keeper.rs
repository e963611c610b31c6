//! The thread that keeps a server alive.
//!
//! PostgreSQL gets its signal at our death when the *thread* that started it ends. So one thread starts every
//! server of a cluster, and lives as long as one of them does.

use std::{
    collections::VecDeque,
    path::PathBuf,
    process::{Child, ExitStatus},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use tokio::sync::{oneshot, watch};

use crate::{Error, Options, cluster::Cluster, control::Control};

/// The span in which restarts are counted.
const MINUTE: Duration = Duration::from_mins(1);

/// How long to wait after a restart that failed; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// What became of the server; the channel closes when nothing of it runs any more.
pub(crate) type Fate = watch::Receiver<Option<Arc<Error>>>;

/// Starts the thread. It tells once where the socket is.
pub(crate) fn keep(
    options: Options,
    control: Arc<Control>,
) -> Result<(oneshot::Receiver<Result<PathBuf, Error>>, Fate), Error> {
    let (started, is_started) = oneshot::channel();
    let (fate, fate_seen) = watch::channel(None);
    let dir = options.dir.clone();
    thread::Builder::new()
        .name("pgserver".into())
        .spawn(move || {
            let running = Cluster::open(options, Arc::clone(&control))
                .and_then(|cluster| cluster.launch().map(|child| (cluster, child)));
            let (cluster, child) = match running {
                Ok(running) => running,
                Err(error) => {
                    // Nobody hears it if the start was given up.
                    let _ = started.send(Err(error));
                    return;
                }
            };
            let _ = started.send(Ok(cluster.socket_folder().into()));
            if let Err(error) = supervise(&cluster, &control, child) {
                tracing::error!(error = &error as &dyn std::error::Error, "PostgreSQL is given up");
                fate.send_replace(Some(Arc::new(error)));
            }
        })
        .map_err(Error::io("start a thread for", dir))?;
    Ok((is_started, fate_seen))
}

/// Starts the server again whenever it ends without having been told to.
fn supervise(cluster: &Cluster, control: &Control, mut child: Child) -> Result<(), Error> {
    let allowed = cluster.options().restarts_per_minute;
    let mut restarts = VecDeque::new();
    loop {
        let log_start = cluster.folder().log_length();
        let status = control.reap(&mut child);
        if control.is_stopping() {
            return Ok(());
        }
        warn_of_end(status);
        let mut pause = FIRST_PAUSE;
        child = loop {
            let now = Instant::now();
            restarts.retain(|then| now.duration_since(*then) < MINUTE);
            if restarts.len() >= allowed as usize {
                return Err(Error::RestartProgram {
                    times: allowed.saturating_add(1),
                    log: cluster.folder().log.clone(),
                    tail: cluster.folder().log_tail(log_start),
                });
            }
            restarts.push_back(now);
            match cluster.launch() {
                Ok(child) => break child,
                Err(Error::Stopped) => return Ok(()),
                Err(error) => {
                    let error: &dyn std::error::Error = &error;
                    tracing::warn!(error, "PostgreSQL did not start again");
                }
            }
            // What keeps it from starting, such as a full disk, may pass.
            control.wait_for_stop(pause);
            pause *= 2;
        };
        tracing::info!("PostgreSQL is back");
    }
}

fn warn_of_end(status: Option<ExitStatus>) {
    let status = status.map_or("unknown".into(), |status| status.to_string());
    tracing::warn!(%status, "PostgreSQL ended by itself and is started again");
}
