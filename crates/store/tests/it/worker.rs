//! Workers on a real queue. Their clock is the test's; how long they wait is real, and made short where it matters.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use app::ports::{
    Claim, ClaimedJob, Clock as _, JobRecord, JobStatus, Jobs as _, Join, LocalSignals, NewJob, Page,
    Signals as _,
};
use app::work::{Done, Handler, JobError, Options, Worker};
use async_trait::async_trait;
use planner_core::time::Moment;
use serde_json::{Map, json};
use store::Pg;
use testkit::{TestClock, TestDb, TestIds};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Far more than it takes on a busy machine.
const AGES: Duration = Duration::from_mins(1);

/// Nothing here has to wait for a look that nobody asked for.
const PATIENT: Options = Options {
    concurrency: 4,
    lease: Duration::from_mins(10),
    poll: Duration::from_hours(1),
    patience: Duration::from_mins(1),
};

struct Office {
    _db: TestDb,
    pg: Pg,
    clock: TestClock,
    signals: LocalSignals,
    ids: Arc<TestIds>,
}

impl Office {
    async fn open() -> Self {
        let clock = TestClock::at("2026-03-02T08:00:00Z");
        let signals = LocalSignals::default();
        let db = TestDb::new().await.unwrap();
        let options = store::Options {
            clock: Some(Arc::new(clock.clone())),
            signals: Arc::new(signals.clone()),
            ..store::Options::default()
        };
        Self { pg: db.pg(options).unwrap(), _db: db, clock, signals, ids: Arc::default() }
    }

    fn worker(&self, options: Options) -> Worker {
        Worker::new(
            Arc::new(self.pg.clone()),
            Arc::new(self.clock.clone()),
            Arc::clone(&self.ids) as _,
            Arc::new(self.signals.clone()),
            options,
        )
    }

    async fn ask(&self, kind: &'static str, n: usize) {
        let payload = Map::from_iter([("n".to_owned(), json!(n))]);
        let run_at = self.clock.now();
        let job = NewJob { kind, key: None, user: None, payload, run_at, join: Join::Keep };
        self.pg.enqueue(&job).await.unwrap();
    }

    async fn jobs(&self) -> Vec<JobRecord> {
        self.pg.list_jobs(None, &Page { after: None, limit: 1000 }).await.unwrap()
    }

    async fn only_job(&self) -> JobRecord {
        let [job] = self.jobs().await.try_into().unwrap();
        job
    }

    async fn until(&self, what: &str, is_so: impl Fn(&[JobRecord]) -> bool) -> Vec<JobRecord> {
        let deadline = Instant::now() + AGES;
        loop {
            let jobs = self.jobs().await;
            if is_so(&jobs) {
                return jobs;
            }
            assert!(Instant::now() < deadline, "never happened: {what}: {jobs:?}");
            sleep(Duration::from_millis(5)).await;
        }
    }
}

/// A worker that runs by itself.
struct Shift {
    stopping: CancellationToken,
    working: JoinHandle<()>,
}

impl Shift {
    fn begin(worker: Worker) -> Self {
        let stopping = CancellationToken::new();
        let until = stopping.clone();
        Self { stopping, working: tokio::spawn(async move { worker.run(until).await }) }
    }

    async fn end(self) {
        self.stopping.cancel();
        tokio::time::timeout(AGES, self.working).await.expect("it stops").unwrap();
    }
}

/// Counts its runs by what the jobs hold.
#[derive(Default)]
struct Counter(Mutex<BTreeMap<u64, usize>>);

impl Counter {
    fn runs(&self) -> usize {
        self.0.lock().unwrap().values().sum()
    }
}

#[async_trait]
impl Handler for Counter {
    async fn run(&self, job: &ClaimedJob) -> Result<Done, JobError> {
        let n = job.payload.get("n").and_then(serde_json::Value::as_u64).unwrap_or(0);
        *self.0.lock().unwrap().entry(n).or_default() += 1;
        Ok(Done::Finished)
    }
}

/// Says the same each time.
struct Says(Result<Done, JobError>);

#[async_trait]
impl Handler for Says {
    async fn run(&self, _: &ClaimedJob) -> Result<Done, JobError> {
        self.0.clone()
    }
}

struct Panics;

#[async_trait]
impl Handler for Panics {
    async fn run(&self, _: &ClaimedJob) -> Result<Done, JobError> {
        panic!("the password is hunter2");
    }
}

/// Waits until it is let go, and knows whether it was dropped before that.
struct Waits {
    began: AtomicUsize,
    go_on: Semaphore,
    was_dropped: AtomicBool,
}

impl Waits {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            began: AtomicUsize::new(0),
            go_on: Semaphore::new(0),
            was_dropped: AtomicBool::new(false),
        })
    }

    async fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + AGES;
        while !is_so(self) {
            assert!(Instant::now() < deadline, "never happened: {what}");
            sleep(Duration::from_millis(5)).await;
        }
    }

    async fn began(&self) {
        self.until("it begins", |this| this.began.load(Ordering::SeqCst) > 0).await;
    }
}

struct OnDrop<'a>(&'a AtomicBool);

impl Drop for OnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[async_trait]
impl Handler for Waits {
    async fn run(&self, _: &ClaimedJob) -> Result<Done, JobError> {
        self.began.fetch_add(1, Ordering::SeqCst);
        let dropped = OnDrop(&self.was_dropped);
        self.go_on.acquire().await.unwrap().forget();
        std::mem::forget(dropped);
        Ok(Done::Finished)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_workers_run_each_of_five_hundred_jobs_once() {
    let office = Office::open().await;
    let counter = Arc::new(Counter::default());
    for n in 0..250 {
        office.ask("count", n).await;
    }
    let shifts: Vec<Shift> = (0..8)
        .map(|_| Shift::begin(office.worker(PATIENT).handle("count", Arc::clone(&counter) as _)))
        .collect();
    for n in 250..500 {
        office.ask("count", n).await;
    }
    office.until("the queue is empty", <[_]>::is_empty).await;
    for shift in shifts {
        shift.end().await;
    }
    let runs = counter.0.lock().unwrap();
    assert_eq!(runs.len(), 500);
    assert!(runs.values().all(|count| *count == 1), "{runs:?}");
}

#[tokio::test]
async fn a_job_whose_worker_dies_is_run_by_another() {
    let office = Office::open().await;
    office.ask("count", 1).await;
    let now = office.clock.now();
    let (holder, until) = (Uuid::from_u128(99), now.plus_minutes(1));
    let claim = Claim { kinds: &["count"], limit: 1, holder, now, until };
    let [lost] = office.pg.claim_jobs(&claim).await.unwrap().try_into().unwrap();

    let counter = Arc::new(Counter::default());
    let worker = office.worker(PATIENT).handle("count", Arc::clone(&counter) as _);
    assert_eq!(worker.work_once().await.unwrap(), 0, "it may live");
    office.clock.advance_minutes(1);
    assert_eq!(worker.work_once().await.unwrap(), 1);
    assert_eq!(counter.runs(), 1);
    let fate = office.pg.end_job(&lost.lease, &app::ports::Ended::Done, now).await.unwrap();
    assert_eq!(fate, None, "the lost one's word counts no more");
}

#[tokio::test]
async fn a_worker_wakes_by_signals_and_by_the_time_of_the_next_job() {
    let office = Office::open().await;
    let counter = Arc::new(Counter::default());
    let shift = Shift::begin(office.worker(PATIENT).handle("count", Arc::clone(&counter) as _));
    office.ask("count", 1).await;
    office.until("the signal wakes it", <[_]>::is_empty).await;

    let run_at = office.clock.now().plus_minutes(1);
    let later =
        NewJob { kind: "count", key: None, user: None, payload: Map::new(), run_at, join: Join::Keep };
    office.pg.enqueue(&later).await.unwrap();
    // A worker that was told looks again, and then knows the time. Its waiting is real: a minute is not waited for.
    office.clock.set(Moment::from_unix_micros(run_at.unix_micros() - 20_000));
    office.signals.ring(app::ports::Signal::Everything);
    // While the queue answers this, the worker looks too.
    assert_eq!(office.jobs().await.len(), 1);
    office.clock.set(run_at);
    office.until("its time wakes it", <[_]>::is_empty).await;
    assert_eq!(counter.runs(), 2);
    shift.end().await;
}

#[tokio::test]
async fn a_lost_signal_costs_one_poll() {
    let office = Office::open().await;
    let counter = Arc::new(Counter::default());
    let options = Options { poll: Duration::from_millis(20), ..PATIENT };
    let deaf = Worker::new(
        Arc::new(office.pg.clone()),
        Arc::new(office.clock.clone()),
        Arc::clone(&office.ids) as _,
        Arc::new(LocalSignals::default()),
        options,
    );
    let shift = Shift::begin(deaf.handle("count", Arc::clone(&counter) as _));
    office.ask("count", 1).await;
    office.until("it looks by itself", <[_]>::is_empty).await;
    shift.end().await;
}

#[tokio::test]
async fn failures_come_back_later_or_not_at_all_as_they_say() {
    let office = Office::open().await;
    let now = office.clock.now();
    let worker = office
        .worker(PATIENT)
        .handle("later", Arc::new(Says(Err(JobError::passing("no answer")))))
        .handle("until", Arc::new(Says(Err(JobError::until(now.plus_minutes(7), "asked to wait")))))
        .handle("never", Arc::new(Says(Err(JobError::lasting("nonsense")))))
        .handle("again", Arc::new(Says(Ok(Done::Again(now.plus_minutes(9))))))
        .handle("panic", Arc::new(Panics));
    for kind in ["later", "until", "never", "again"] {
        office.ask(kind, 1).await;
    }
    assert_eq!(worker.work_once().await.unwrap(), 4);
    office.ask("panic", 1).await;
    assert_eq!(worker.work_once().await.unwrap(), 1);
    let jobs: BTreeMap<String, JobRecord> =
        office.jobs().await.into_iter().map(|job| (job.kind.clone(), job)).collect();
    let told = |kind: &str| {
        let job = &jobs[kind];
        (job.status, Moment::from(job.run_at), job.attempts, job.last_error.as_deref())
    };
    let (status, run_at, attempts, why) = told("later");
    assert_eq!((status, attempts, why), (JobStatus::Queued, 1, Some("no answer")));
    assert!(run_at > now && run_at < now.plus_minutes(1));
    assert_eq!(told("until"), (JobStatus::Queued, now.plus_minutes(7), 1, Some("asked to wait")));
    assert_eq!(told("never"), (JobStatus::Dead, now, 1, Some("nonsense")));
    assert_eq!(told("again"), (JobStatus::Queued, now.plus_minutes(9), 0, None));
    let (status, _, attempts, why) = told("panic");
    assert_eq!((status, attempts, why), (JobStatus::Queued, 1, Some("it panicked; the log says why")));
}

#[tokio::test]
async fn kinds_that_a_worker_does_not_know_are_left_to_others() {
    let office = Office::open().await;
    office.ask("of tomorrow", 1).await;
    office.ask("count", 1).await;
    let worker = office.worker(PATIENT).handle("count", Arc::new(Counter::default()));
    assert_eq!(worker.work_once().await.unwrap(), 1);
    let left = office.only_job().await;
    assert_eq!((left.kind.as_str(), left.status, left.attempts), ("of tomorrow", JobStatus::Queued, 0));
}

#[tokio::test]
async fn running_jobs_may_finish_when_a_worker_stops() {
    let office = Office::open().await;
    office.ask("wait", 1).await;
    let waits = Waits::new();
    let shift = Shift::begin(office.worker(PATIENT).handle("wait", Arc::clone(&waits) as _));
    waits.began().await;
    shift.stopping.cancel();
    office.ask("wait", 2).await;
    waits.go_on.add_permits(2);
    shift.end().await;
    assert_eq!(waits.began.load(Ordering::SeqCst), 1, "nothing new is begun");
    assert!(!waits.was_dropped.load(Ordering::SeqCst));
    assert_eq!(office.only_job().await.attempts, 0);
}

#[tokio::test]
async fn what_does_not_finish_in_time_goes_to_others_at_once() {
    let office = Office::open().await;
    office.ask("wait", 1).await;
    let waits = Waits::new();
    let hasty = Options { patience: Duration::ZERO, ..PATIENT };
    let shift = Shift::begin(office.worker(hasty).handle("wait", Arc::clone(&waits) as _));
    waits.began().await;
    shift.end().await;
    assert!(waits.was_dropped.load(Ordering::SeqCst));
    let job = office.only_job().await;
    assert_eq!((job.status, job.attempts, job.last_error), (JobStatus::Queued, 0, None));
    let other = office.worker(PATIENT).handle("wait", Arc::new(Counter::default()));
    assert_eq!(other.work_once().await.unwrap(), 1);
}

#[tokio::test]
async fn a_lease_is_kept_alive_while_the_job_runs() {
    let office = Office::open().await;
    office.ask("wait", 1).await;
    let waits = Waits::new();
    let options = Options { lease: Duration::from_secs(3), ..PATIENT };
    let shift = Shift::begin(office.worker(options).handle("wait", Arc::clone(&waits) as _));
    waits.began().await;
    let first = office.only_job().await.leased_until;
    // The lease ends by this clock, and it is extended by the worker's own.
    office.clock.set(Moment::from_unix_micros(office.clock.now().unix_micros() + 2_000_000));
    office.until("the lease is extended", |jobs| jobs[0].leased_until > first).await;
    waits.go_on.add_permits(1);
    office.until("the job is done", <[_]>::is_empty).await;
    shift.end().await;
}

#[tokio::test]
async fn a_lost_lease_ends_the_run_and_its_word_counts_no_more() {
    let office = Office::open().await;
    office.ask("wait", 1).await;
    let waits = Waits::new();
    let options = Options { lease: Duration::from_millis(60), ..PATIENT };
    let shift = Shift::begin(office.worker(options).handle("wait", Arc::clone(&waits) as _));
    waits.began().await;
    // By the queue's clock the lease is long over, and another takes the job.
    office.clock.advance_minutes(20);
    let counter = Arc::new(Counter::default());
    let other = office.worker(PATIENT).handle("wait", Arc::clone(&counter) as _);
    let deadline = Instant::now() + AGES;
    while other.work_once().await.unwrap() == 0 && counter.runs() == 0 {
        assert!(Instant::now() < deadline, "{:?}", office.jobs().await);
    }
    waits.until("the run is cut short", |waits| waits.was_dropped.load(Ordering::SeqCst)).await;
    shift.end().await;
    assert_eq!(counter.runs(), 1);
    assert_eq!(office.jobs().await, []);
}

#[tokio::test]
async fn what_recurs_is_queued_once_by_all_workers_and_comes_back_from_the_dead() {
    let office = Office::open().await;
    let every = Duration::from_mins(5);
    let counter = Arc::new(Counter::default());
    let worker = || office.worker(PATIENT).repeat("tidy", every, Arc::clone(&counter) as _);
    let shifts = [Shift::begin(worker()), Shift::begin(worker())];
    let due = office.clock.now().plus_minutes(5);
    let jobs =
        office.until("it has run", |jobs| jobs.iter().any(|job| Moment::from(job.run_at) == due)).await;
    for shift in shifts {
        shift.end().await;
    }
    let [job] = jobs.try_into().unwrap();
    assert_eq!((job.key.as_deref(), job.status), (Some("tidy"), JobStatus::Queued));
    assert_eq!(counter.runs(), 1);

    office.clock.advance_minutes(5);
    let broken = office.worker(PATIENT).handle("tidy", Arc::new(Says(Err(JobError::lasting("broken")))));
    assert_eq!(broken.work_once().await.unwrap(), 1);
    assert_eq!(office.only_job().await.status, JobStatus::Dead);
    let shift = Shift::begin(worker());
    let is_back =
        |jobs: &[JobRecord]| jobs.len() == 2 && jobs.iter().any(|job| job.status == JobStatus::Queued);
    office.until("another one takes its place", is_back).await;
    shift.end().await;
    // Asking twice does no harm to one that is there.
    assert!(office.jobs().await.len() == 2);
}
