use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Map;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::handler::Recurring;
use super::run::{LAST_WORDS, Run};
use super::sweep::{SWEEP_EVERY, Sweep};
use super::{Handler, PROPOSE, Propose, SWEEP, later};
use crate::ports::{Claim, ClaimedJob, Clock, Ids, Jobs, Join, NewJob, Signal, Signals, StoreError};
use crate::{App, canvas, google};

/// Never look again sooner than this: a job that is due may be in the hands of somebody who is just taking it.
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);

/// How a worker works.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The most jobs that run at once.
    pub concurrency: usize,
    /// How long a job stays a worker's that is not heard from.
    pub lease: Duration,
    /// How long to wait at most before looking again, in case a signal was lost.
    pub poll: Duration,
    /// How long running jobs may take to finish when the worker stops.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            concurrency: 4,
            lease: Duration::from_mins(1),
            poll: Duration::from_secs(5),
            patience: Duration::from_secs(20),
        }
    }
}

/// Runs jobs of the kinds that it has handlers for, several at a time.
#[derive(Clone)]
pub struct Worker {
    queue: Arc<dyn Jobs>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    signals: Arc<dyn Signals>,
    handlers: BTreeMap<&'static str, Arc<dyn Handler>>,
    /// Kinds that are always in the queue, and how often they are run.
    recurring: BTreeMap<&'static str, Duration>,
    options: Options,
}

impl App {
    /// A worker that knows what the use cases need done in the background.
    pub fn worker(&self, options: Options) -> Worker {
        let queue = Arc::clone(&self.store) as Arc<dyn Jobs>;
        let (clock, ids, signals) =
            (Arc::clone(&self.clock), Arc::clone(&self.ids), Arc::clone(&self.signals));
        let worker = Worker::new(queue, clock, ids, signals, options)
            .handle(PROPOSE, Arc::new(Propose(self.clone())))
            .repeat(SWEEP, SWEEP_EVERY, Arc::new(Sweep(self.clone())));
        let worker = match &self.canvas {
            Some(_) => worker.handle(canvas::SYNC, Arc::new(canvas::Sync(self.clone()))),
            None => worker,
        };
        let Some(side) = &self.google else { return worker };
        worker
            .handle(google::READ, Arc::new(google::Read(self.clone())))
            .handle(google::WRITE, Arc::new(google::Write(self.clone())))
            .handle(google::KEEP, Arc::new(google::Keep(self.clone(), side.settings.clone())))
    }
}

impl Worker {
    /// A worker without handlers.
    pub fn new(
        queue: Arc<dyn Jobs>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        signals: Arc<dyn Signals>,
        options: Options,
    ) -> Self {
        let (handlers, recurring) = (BTreeMap::new(), BTreeMap::new());
        Self { queue, clock, ids, signals, handlers, recurring, options }
    }

    /// Has jobs of this kind done by `handler`.
    #[must_use]
    pub fn handle(mut self, kind: &'static str, handler: Arc<dyn Handler>) -> Self {
        self.handlers.insert(kind, handler);
        self
    }

    /// Keeps one job of this kind in the queue, under the kind as its key, and has it done by `handler` again and again
    /// with this pause between. Where it dies, another one takes its place.
    #[must_use]
    pub fn repeat(mut self, kind: &'static str, every: Duration, handler: Arc<dyn Handler>) -> Self {
        self.recurring.insert(kind, every);
        let clock = Arc::clone(&self.clock);
        self.handle(kind, Arc::new(Recurring { every, clock, handler }))
    }

    /// Works until `stopping` is cancelled; then takes no new jobs, and gives back those that do not finish in time.
    pub async fn run(&self, stopping: CancellationToken) {
        let mut heard = self.signals.listen();
        let give_back = CancellationToken::new();
        let mut running = JoinSet::new();
        let mut sown = BTreeMap::new();
        tracing::info!(concurrency = self.options.concurrency, "working");
        while !stopping.is_cancelled() {
            self.sow(&mut sown).await;
            let pause = self.fill(&mut running, &give_back).await;
            tokio::select! {
                () = stopping.cancelled() => {}
                Some(_) = running.join_next() => {}
                () = told(&mut heard) => {}
                () = sleep(pause) => {}
            }
        }
        self.wind_up(running, &give_back).await;
    }

    /// Takes as many jobs as may run at once of those that are due, and has them done; how many that were.
    ///
    /// # Errors
    /// [`StoreError`] where none could be taken.
    pub async fn work_once(&self) -> Result<usize, StoreError> {
        let mut running = JoinSet::new();
        for run in self.claim(self.options.concurrency).await? {
            running.spawn(run.drive(CancellationToken::new()));
        }
        Ok(running.join_all().await.len())
    }

    /// Makes sure of the recurring jobs, once in a while for each: somebody may have taken one away, or it is dead.
    async fn sow(&self, sown: &mut BTreeMap<&'static str, Instant>) {
        for (kind, every) in &self.recurring {
            if sown.get(kind).is_some_and(|sown| sown.elapsed() < *every) {
                continue;
            }
            let job = NewJob {
                kind,
                key: Some((*kind).to_owned()),
                user: None,
                payload: Map::new(),
                run_at: self.clock.now(),
                join: Join::Leave,
            };
            match self.queue.enqueue(&job).await {
                Ok(()) => drop(sown.insert(kind, Instant::now())),
                Err(error) => tracing::warn!(kind, "a recurring job could not be queued: {error}"),
            }
        }
    }

    /// Begins as many jobs as there are due and free places for; how long to wait before the next look.
    async fn fill(&self, running: &mut JoinSet<()>, give_back: &CancellationToken) -> Duration {
        while running.try_join_next().is_some() {}
        let free = self.options.concurrency.saturating_sub(running.len());
        if free == 0 {
            return self.options.poll;
        }
        match self.claim(free).await {
            Ok(runs) => {
                let all_taken = runs.len() == free;
                for run in runs {
                    running.spawn(run.drive(give_back.clone()));
                }
                if all_taken { self.options.poll } else { self.until_next().await }
            }
            Err(error) => {
                tracing::warn!("no jobs could be taken: {error}");
                self.options.poll
            }
        }
    }

    async fn claim(&self, limit: usize) -> Result<Vec<Run>, StoreError> {
        let kinds: Vec<_> = self.handlers.keys().copied().collect();
        let (asked, now) = (Instant::now(), self.clock.now());
        let until = later(now, self.options.lease);
        let claim = Claim { kinds: &kinds, limit, holder: self.ids.id(), now, until };
        let jobs = self.queue.claim_jobs(&claim).await?;
        Ok(jobs.into_iter().filter_map(|job| self.begin(job, asked)).collect())
    }

    fn begin(&self, job: ClaimedJob, asked: Instant) -> Option<Run> {
        let handler = self.handlers.get(job.kind.as_str())?;
        Some(Run {
            queue: Arc::clone(&self.queue),
            clock: Arc::clone(&self.clock),
            handler: Arc::clone(handler),
            job: Arc::new(job),
            lease: self.options.lease,
            until: asked + self.options.lease,
        })
    }

    async fn until_next(&self) -> Duration {
        let kinds: Vec<&str> = self.handlers.keys().copied().collect();
        match self.queue.next_job_at(&kinds).await {
            Ok(Some(at)) => {
                let micros = u64::try_from(at.micros_since(self.clock.now())).unwrap_or(0);
                Duration::from_micros(micros).max(SHORTEST_PAUSE).min(self.options.poll)
            }
            Ok(None) => self.options.poll,
            Err(error) => {
                tracing::debug!("the next job is not known: {error}");
                self.options.poll
            }
        }
    }

    async fn wind_up(&self, mut running: JoinSet<()>, give_back: &CancellationToken) {
        let jobs = running.len();
        if jobs > 0 {
            tracing::info!(jobs, patience = ?self.options.patience, "stopping: running jobs may finish");
        }
        if timeout(self.options.patience, all(&mut running)).await.is_err() {
            give_back.cancel();
            // What cannot be told in this time comes back when its lease runs out.
            let _ = timeout(5 * LAST_WORDS, all(&mut running)).await;
        }
        running.shutdown().await;
    }
}

async fn all(running: &mut JoinSet<()>) {
    while running.join_next().await.is_some() {}
}

/// Ends when there may be work.
async fn told(heard: &mut Receiver<Signal>) {
    loop {
        match heard.recv().await {
            Ok(Signal::Jobs | Signal::Everything) | Err(RecvError::Lagged(_)) => break,
            Ok(Signal::Live(_)) => {}
            // Nobody is left to ring; there is still the time.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
    // However often it was rung, one look is enough.
    while !heard.is_empty() {
        let _ = heard.try_recv();
    }
}
