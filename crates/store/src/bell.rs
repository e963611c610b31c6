//! Signals between processes, over PostgreSQL's LISTEN and NOTIFY.
//!
//! They travel on a connection of their own and after the transaction that they tell of, so that no request waits for
//! them: a transaction that notifies takes a lock of the whole cluster while it commits. What is lost that way is found
//! by whoever looks from time to time.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use app::identity::UserId;
use app::ports::{LocalSignals, Signal, Signals, StoreError};
use tokio::runtime::Handle;
use tokio::sync::{broadcast, mpsc};
use tokio::task::AbortHandle;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{AsyncMessage, Client, Config, NoTls, Socket};

use crate::pool::parse;
use crate::tls;

/// Told by whoever queues work; the migrations' triggers know this name as well.
const JOBS: &str = "canvascal_jobs";
/// Told with the user's identity.
const LIVE: &str = "canvascal_live";

/// The pause before connecting again, at first and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// Carries [`Signal`]s between all processes on one database. It stops when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct Bell {
    here: LocalSignals,
    outgoing: mpsc::UnboundedSender<Signal>,
    _running: Arc<Running>,
}

#[derive(Debug)]
struct Running(AbortHandle);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Bell {
    /// Connects to the database at `url`, and again whenever that connection is lost. Until it stands, signals stay in
    /// this process.
    ///
    /// # Errors
    /// [`StoreError::Failed`] where the URL cannot be understood.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn new(url: &str) -> Result<Self, StoreError> {
        let config = parse(url)?;
        let here = LocalSignals::default();
        let (outgoing, queue) = mpsc::unbounded_channel();
        let running = Handle::current().spawn(keep_ringing(config, here.clone(), queue));
        Ok(Self { here, outgoing, _running: Arc::new(Running(running.abort_handle())) })
    }
}

impl Signals for Bell {
    fn ring(&self, signal: Signal) {
        self.here.ring(signal);
        // The other end lives as long as this one.
        let _ = self.outgoing.send(signal);
    }

    fn listen(&self) -> broadcast::Receiver<Signal> {
        self.here.listen()
    }
}

async fn keep_ringing(config: Config, here: LocalSignals, mut queue: mpsc::UnboundedReceiver<Signal>) {
    let (first, most) = PAUSES;
    let mut pause = first;
    loop {
        let lost = if config.get_ssl_mode() == SslMode::Require {
            match tls::connector() {
                Ok(connector) => ring_over(&config, connector, &here, &mut queue, &mut pause).await,
                Err(error) => Err(error.into()),
            }
        } else {
            ring_over(&config, NoTls, &here, &mut queue, &mut pause).await
        };
        match lost {
            // Nobody is left to ring for.
            Ok(()) => return,
            Err(error) => tracing::debug!("signals stay in this process: {error}"),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(most);
    }
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Carries signals until the connection is lost, or until nobody is left.
async fn ring_over<T>(
    config: &Config,
    tls: T,
    here: &LocalSignals,
    queue: &mut mpsc::UnboundedReceiver<Signal>,
    pause: &mut Duration,
) -> Result<(), BoxError>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send,
    T::TlsConnect: Send,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    let (client, mut connection) = config.connect(tls).await?;
    let hearing = async {
        loop {
            match poll_fn(|context| connection.poll_message(context)).await {
                Some(Ok(AsyncMessage::Notification(told))) => {
                    if let Some(signal) = read(told.channel(), told.payload()) {
                        here.ring(signal);
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return BoxError::from(error),
                None => return BoxError::from("the connection was closed"),
            }
        }
    };
    let telling = async {
        client.batch_execute(&format!("LISTEN {JOBS}; LISTEN {LIVE}")).await?;
        *pause = PAUSES.0;
        // Whatever was rung in the meantime was not heard.
        here.ring(Signal::Everything);
        tell_all(&client, queue).await
    };
    let (hearing, telling) = (pin!(hearing), pin!(telling));
    tokio::select! {
        error = hearing => Err(error),
        ended = telling => ended,
    }
}

/// Sends what is rung here to the others, each signal once however often it was rung meanwhile.
async fn tell_all(client: &Client, queue: &mut mpsc::UnboundedReceiver<Signal>) -> Result<(), BoxError> {
    while let Some(signal) = queue.recv().await {
        let mut signals = BTreeSet::from([signal]);
        while let Ok(more) = queue.try_recv() {
            signals.insert(more);
        }
        let (channels, payloads): (Vec<&str>, Vec<String>) = signals.into_iter().map(written).unzip();
        let sql =
            "SELECT pg_notify(channel, payload) FROM unnest($1::text[], $2::text[]) AS t (channel, payload)";
        client.execute(sql, &[&channels, &payloads]).await?;
    }
    Ok(())
}

fn written(signal: Signal) -> (&'static str, String) {
    match signal {
        Signal::Jobs => (JOBS, String::new()),
        Signal::Live(user) => (LIVE, user.to_string()),
        Signal::Everything => (LIVE, "*".to_owned()),
    }
}

fn read(channel: &str, payload: &str) -> Option<Signal> {
    match (channel, payload) {
        (JOBS, _) => Some(Signal::Jobs),
        (LIVE, "*") => Some(Signal::Everything),
        (LIVE, user) => user.parse().ok().map(|user| Signal::Live(UserId(user))),
        _ => None,
    }
}
