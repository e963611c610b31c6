//! The queue against a model of it, and what it promises under load.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use app::ports::{Claim, ClaimedJob, Ended, JobStatus, Jobs as _, Join, Lease, NewJob, Page, Retried, Retry};
use app::work::{Fate, MOST_ATTEMPTS};
use planner_core::time::Moment;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::support::{OWNER, World};

const LEASE: Duration = Duration::from_mins(1);
const KINDS: [&str; 1] = ["work"];

fn plus(moment: Moment, seconds: i64) -> Moment {
    Moment::from_unix_micros(moment.unix_micros() + seconds * 1_000_000)
}

fn asking(key: Option<&str>, n: usize, run_at: Moment, join: Join) -> NewJob {
    let payload = Map::from_iter([("n".to_owned(), json!(n))]);
    NewJob { kind: "work", key: key.map(str::to_owned), user: None, payload, run_at, join }
}

async fn claim(world: &World, limit: usize) -> Vec<ClaimedJob> {
    let (now, holder) = (world.now(), Uuid::from_u128(new_holder()));
    let until = plus(now, i64::try_from(LEASE.as_secs()).unwrap());
    world.pg.claim_jobs(&Claim { kinds: &KINDS, limit, holder, now, until }).await.unwrap()
}

/// A name for a claim that no other has.
fn new_holder() -> u128 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    u128::from(NEXT.fetch_add(1, Ordering::Relaxed))
}

/// One thing that happens to the queue. Moments are seconds from now.
#[derive(Clone, Debug)]
enum Step {
    Ask {
        key: Option<u8>,
        join: Join,
        after: i64,
    },
    /// Of a kind that no worker here knows.
    AskStranger,
    Claim {
        limit: usize,
    },
    Extend(Index),
    End(Index, How),
    /// In a unit of work that is committed, or dropped.
    Finish(Index, bool),
    Retry(Index),
    /// A worker that is never heard of again is one whose leases are not ended before this.
    Wait(i64),
}

#[derive(Clone, Copy, Debug)]
enum How {
    Done,
    Again(i64),
    FailedUntil(i64),
    FailedForNow,
    FailedForGood,
    Released,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let join = prop_oneof![Just(Join::Set), Just(Join::Keep), Just(Join::Keep), Just(Join::Leave)];
    let how = prop_oneof![
        3 => Just(How::Done),
        1 => (0..50_i64).prop_map(How::Again),
        1 => (-5..50_i64).prop_map(How::FailedUntil),
        1 => Just(How::FailedForNow),
        2 => Just(How::FailedForGood),
        1 => Just(How::Released),
    ];
    let step = prop_oneof![
        8 => (proptest::option::weighted(0.8, 0..3_u8), join, -5..40_i64)
            .prop_map(|(key, join, after)| Step::Ask { key, join, after }),
        1 => Just(Step::AskStranger),
        6 => (1..4_usize).prop_map(|limit| Step::Claim { limit }),
        2 => any::<Index>().prop_map(Step::Extend),
        4 => (any::<Index>(), how).prop_map(|(lease, how)| Step::End(lease, how)),
        2 => (any::<Index>(), any::<bool>()).prop_map(|(lease, commit)| Step::Finish(lease, commit)),
        1 => any::<Index>().prop_map(Step::Retry),
        4 => (1..70_i64).prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 1..60)
}

/// A row as it has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    key: Option<String>,
    /// The asking whose payload it has.
    n: usize,
    is_known: bool,
    status: JobStatus,
    run_at: Moment,
    again_at: Option<Moment>,
    attempts: u32,
    lease: Option<(Uuid, Moment)>,
}

/// What the queue ought to be, told in the plainest way.
#[derive(Default)]
struct Model {
    rows: BTreeMap<Uuid, Row>,
    /// A row that was just asked for: the database makes its identity.
    newborn: Option<Row>,
    asked: usize,
    /// The askings that were seen by a run, or that a newer one spoke for.
    answered: BTreeSet<usize>,
    leases: Vec<Lease>,
}

impl Model {
    fn live(&mut self, key: Option<&str>) -> Option<&mut Row> {
        self.rows
            .values_mut()
            .find(|row| key.is_some() && row.key.as_deref() == key && row.status != JobStatus::Dead)
    }

    fn ask(&mut self, job: &NewJob, n: usize) {
        let Some(row) = self.live(job.key.as_deref()) else {
            self.newborn = Some(Row {
                key: job.key.clone(),
                n,
                is_known: KINDS.contains(&job.kind),
                status: JobStatus::Queued,
                run_at: job.run_at,
                again_at: None,
                attempts: 0,
                lease: None,
            });
            return;
        };
        if job.join == Join::Leave {
            self.answered.insert(n);
            return;
        }
        let old = std::mem::replace(&mut row.n, n);
        match (row.status, job.join) {
            (JobStatus::Running, Join::Set) => row.again_at = Some(job.run_at),
            (JobStatus::Running, _) => row.again_at = row.again_at.or(Some(job.run_at)),
            (_, Join::Set) => row.run_at = job.run_at,
            _ => {}
        }
        self.answered.insert(old);
    }

    /// The rows that a worker may take: earliest first, and by identity where that is the same.
    fn due(&self, now: Moment) -> Vec<Uuid> {
        let mut due: Vec<(Moment, Uuid)> = self
            .rows
            .iter()
            .filter(|(_, row)| row.is_known && row.status == JobStatus::Queued && row.run_at <= now)
            .map(|(id, row)| (row.run_at, *id))
            .collect();
        due.sort_unstable();
        due.into_iter().map(|(_, id)| id).collect()
    }

    fn claim(&mut self, limit: usize, now: Moment) -> Vec<Uuid> {
        let mut lapsed: Vec<(Moment, Uuid)> = self
            .rows
            .iter()
            .filter_map(|(id, row)| Some((row.lease?.1, *id)))
            .filter(|(until, _)| *until <= now)
            .collect();
        lapsed.sort_unstable();
        for (_, id) in lapsed.into_iter().take(limit) {
            self.fail(id, Some(now), now);
        }
        let due: Vec<Uuid> = self.due(now).into_iter().take(limit).collect();
        for id in &due {
            let row = self.rows.get_mut(id).unwrap();
            row.status = JobStatus::Running;
            row.attempts += 1;
            self.answered.insert(row.n);
        }
        due
    }

    /// The run failed; `retry_at` is when to try again, if at all.
    fn fail(&mut self, id: Uuid, retry_at: Option<Moment>, now: Moment) {
        let row = self.rows.get_mut(&id).unwrap();
        row.lease = None;
        let tries = retry_at.is_some() && row.attempts < MOST_ATTEMPTS;
        match (tries, row.again_at.take()) {
            (false, None) => row.status = JobStatus::Dead,
            (true, again) => {
                row.status = JobStatus::Queued;
                row.run_at = retry_at.unwrap().max(now).max(again.unwrap_or(now));
            }
            (false, Some(again)) => {
                row.status = JobStatus::Queued;
                row.attempts = 0;
                row.run_at = again.max(retry_at.unwrap_or(now)).max(now);
            }
        }
    }

    fn done(&mut self, id: Uuid, next: Option<Moment>) {
        let row = self.rows.get_mut(&id).unwrap();
        let next = [next, row.again_at.take()].into_iter().flatten().min();
        match next {
            None => drop(self.rows.remove(&id)),
            Some(run_at) => {
                (row.status, row.run_at, row.attempts, row.lease) = (JobStatus::Queued, run_at, 0, None);
            }
        }
    }

    fn release(&mut self, id: Uuid, now: Moment) {
        let row = self.rows.get_mut(&id).unwrap();
        row.attempts -= 1;
        (row.status, row.run_at, row.again_at, row.lease) = (JobStatus::Queued, now, None, None);
    }

    fn holds(&self, lease: &Lease) -> bool {
        self.rows
            .get(&lease.job)
            .is_some_and(|row| row.lease.is_some_and(|(holder, _)| holder == lease.holder))
    }
}

/// The table as it is, by identity.
async fn table(world: &World) -> BTreeMap<Uuid, Row> {
    let sql =
        "SELECT id, job_key, payload->'n', kind, status, run_at, again_at, attempts, leased_by, leased_until
                 FROM jobs";
    let rows =
        world.sql.query(sql.replace("payload->'n'", "(payload->>'n')::bigint").as_str(), &[]).await.unwrap();
    let moment = |at: OffsetDateTime| Moment::from(at);
    rows.iter()
        .map(|row| {
            let (holder, until): (Option<Uuid>, Option<OffsetDateTime>) = (row.get(8), row.get(9));
            let kind: String = row.get(3);
            let stored = Row {
                key: row.get(1),
                n: usize::try_from(row.get::<_, i64>(2)).unwrap(),
                is_known: KINDS.contains(&kind.as_str()),
                status: JobStatus::from_name(row.get(4)).unwrap(),
                run_at: moment(row.get(5)),
                again_at: row.get::<_, Option<OffsetDateTime>>(6).map(moment),
                attempts: u32::try_from(row.get::<_, i32>(7)).unwrap(),
                lease: holder.zip(until.map(moment)),
            };
            (row.get(0), stored)
        })
        .collect()
}

async fn ask(world: &World, model: &mut Model, job: NewJob) {
    let n = model.asked;
    model.asked += 1;
    let payload = Map::from_iter([("n".to_owned(), json!(n))]);
    let job = NewJob { payload, ..job };
    model.ask(&job, n);
    // Both roads lead to the same queue.
    if n.is_multiple_of(2) {
        world.pg.enqueue(&job).await.unwrap();
    } else {
        let mut unit = world.begin(1, OWNER).await;
        unit.enqueue(&job).await.unwrap();
        unit.commit().await.unwrap();
    }
}

async fn take(world: &World, model: &mut Model, limit: usize) -> Vec<ClaimedJob> {
    let expected = model.claim(limit, world.now());
    let claimed = claim(world, limit).await;
    let ids: Vec<Uuid> = claimed.iter().map(|job| job.lease.job).collect();
    assert_eq!(ids, expected, "what is taken, and in which order");
    for job in &claimed {
        let row = model.rows.get_mut(&job.lease.job).unwrap();
        assert_eq!(row.lease, None, "a job has one worker at a time");
        let until = plus(world.now(), i64::try_from(LEASE.as_secs()).unwrap());
        row.lease = Some((job.lease.holder, until));
        assert_eq!((job.lease.attempts, &job.payload["n"]), (row.attempts, &json!(row.n)));
        model.leases.push(job.lease);
    }
    claimed
}

async fn end(world: &World, model: &mut Model, lease: Lease, how: How) {
    let now = world.now();
    let failed = |retry| Ended::Failed { why: "no".to_owned(), retry };
    let ended = match how {
        How::Done => Ended::Done,
        How::Again(after) => Ended::Again(plus(now, after)),
        How::FailedUntil(after) => failed(Retry::At(plus(now, after))),
        How::FailedForNow => failed(Retry::Later),
        How::FailedForGood => failed(Retry::Never),
        How::Released => Ended::Released,
    };
    let is_held = model.holds(&lease);
    let fate = world.pg.end_job(&lease, &ended, now).await.unwrap();
    assert_eq!(fate.is_some(), is_held, "only the holder of the lease ends a run");
    let Some(fate) = fate else { return };
    match how {
        How::Done => model.done(lease.job, None),
        How::Again(after) => model.done(lease.job, Some(plus(now, after))),
        How::Released => model.release(lease.job, now),
        How::FailedUntil(after) => model.fail(lease.job, Some(plus(now, after)), now),
        How::FailedForNow | How::FailedForGood => {
            let again = model.rows[&lease.job].again_at;
            let retry_at = matches!(how, How::FailedForNow).then_some(now);
            model.fail(lease.job, retry_at, now);
            // How long the pause is only the one who decides knows; that there is one is enough here.
            if let Fate::Queued { run_at, .. } = fate {
                assert!(run_at >= plus(now, 2) && run_at <= again.unwrap_or(now).max(plus(now, 3600)));
                assert!(again.is_none_or(|again| run_at >= again));
                model.rows.get_mut(&lease.job).unwrap().run_at = run_at;
            }
        }
    }
}

async fn finish(world: &World, model: &mut Model, lease: Lease, commit: bool) {
    let mut unit = world.begin(1, OWNER).await;
    assert_eq!(unit.finish_job(&lease).await.unwrap(), model.holds(&lease));
    if !commit {
        drop(unit);
        // It is rolled back behind our back, and until then its job is locked, which whoever claims jobs passes over.
        world.sql.execute("SELECT FROM jobs WHERE id = $1 FOR UPDATE", &[&lease.job]).await.unwrap();
        return;
    }
    unit.commit().await.unwrap();
    if model.holds(&lease) {
        model.done(lease.job, None);
    }
}

async fn retry(world: &World, model: &mut Model, id: Uuid) {
    let mut unit = world.begin(1, OWNER).await;
    let retried = unit.retry_job(id).await.unwrap();
    unit.commit().await.unwrap();
    let row = &model.rows[&id];
    let expected = if row.status != JobStatus::Dead {
        Retried::NotDead(row.status)
    } else if model
        .rows
        .values()
        .any(|other| other.key.is_some() && other.key == row.key && other.status != JobStatus::Dead)
    {
        Retried::Replaced
    } else {
        let row = model.rows.get_mut(&id).unwrap();
        (row.status, row.run_at, row.attempts) = (JobStatus::Queued, world.now(), 0);
        Retried::Queued
    };
    assert_eq!(retried, Some(expected));
}

async fn play(world: &World, model: &mut Model, step: Step) {
    let now = world.now();
    let pick = |index: &Index, model: &Model| (!model.leases.is_empty()).then(|| *index.get(&model.leases));
    match step {
        Step::Ask { key, join, after } => {
            let key = key.map(|key| format!("key {key}"));
            ask(world, model, asking(key.as_deref(), 0, plus(now, after), join)).await;
        }
        Step::AskStranger => {
            ask(world, model, NewJob { kind: "unheard of", ..asking(None, 0, now, Join::Keep) }).await;
        }
        Step::Claim { limit } => drop(take(world, model, limit).await),
        Step::Extend(index) => {
            let Some(lease) = pick(&index, model) else { return };
            let until = plus(now, 90);
            let stands = model.holds(&lease) && model.rows[&lease.job].lease.unwrap().1 > now;
            assert_eq!(world.pg.extend_lease(&lease, now, until).await.unwrap(), stands);
            if stands {
                model.rows.get_mut(&lease.job).unwrap().lease = Some((lease.holder, until));
            }
        }
        Step::End(index, how) => {
            let Some(lease) = pick(&index, model) else { return };
            end(world, model, lease, how).await;
        }
        Step::Finish(index, commit) => {
            let Some(lease) = pick(&index, model) else { return };
            finish(world, model, lease, commit).await;
        }
        Step::Retry(index) => {
            if model.rows.is_empty() {
                return;
            }
            let ids: Vec<Uuid> = model.rows.keys().copied().collect();
            retry(world, model, *index.get(&ids)).await;
        }
        Step::Wait(seconds) => world.clock.set(plus(now, seconds)),
    }
}

/// Compares, and learns the identity of a new row.
async fn agree(world: &World, model: &mut Model) {
    let stored = table(world).await;
    if let Some(newborn) = model.newborn.take() {
        let id = stored.keys().find(|id| !model.rows.contains_key(*id));
        model.rows.insert(*id.expect("a job was lost"), newborn);
    }
    assert_eq!(stored, model.rows);
    let live: Vec<&String> = stored
        .values()
        .filter(|row| row.status != JobStatus::Dead)
        .filter_map(|row| row.key.as_ref())
        .collect();
    assert_eq!(live.iter().collect::<BTreeSet<_>>().len(), live.len(), "a key is there once");
    let counts = world.pg.count_jobs().await.unwrap();
    for status in JobStatus::ALL {
        let expected = stored.values().filter(|row| row.status == status).count();
        assert_eq!(counts[&status], expected as u64);
    }
    let next = stored.values().filter(|row| row.is_known).filter_map(|row| match row.status {
        JobStatus::Queued => Some(row.run_at),
        JobStatus::Running => row.lease.map(|(_, until)| until),
        JobStatus::Dead => None,
    });
    assert_eq!(world.pg.next_job_at(&KINDS).await.unwrap(), next.min());
}

/// Everything that was asked for is run in the end, and nothing else is left.
async fn drain(world: &World, model: &mut Model) {
    for _ in 0..20 {
        world.clock.set(plus(world.now(), 2 * 3600));
        for job in take(world, model, 100).await {
            end(world, model, job.lease, How::Done).await;
        }
        agree(world, model).await;
    }
    for row in model.rows.values() {
        assert!(row.status == JobStatus::Dead || !row.is_known, "{row:?} was never run");
    }
    let strangers = model.rows.values().filter(|row| !row.is_known).map(|row| row.n);
    let accounted: BTreeSet<usize> = model.answered.iter().copied().chain(strangers).collect();
    assert_eq!(accounted, (0..model.asked).collect(), "an asking was lost");
}

#[test]
fn whatever_happens_the_queue_is_what_the_model_says() {
    let runtime = Runtime::new().unwrap();
    let world = runtime.block_on(World::new());
    let mut runner = TestRunner::new(Config { cases: 60, max_shrink_iters: 400, ..Config::default() });
    let outcome = runner.run(&steps(), |steps| {
        runtime.block_on(async {
            world.sql.batch_execute("TRUNCATE jobs").await.unwrap();
            let mut model = Model::default();
            for step in steps {
                play(&world, &mut model, step).await;
                agree(&world, &mut model).await;
            }
            drain(&world, &mut model).await;
        });
        Ok(())
    });
    outcome.unwrap();
    runtime.block_on(async move { drop(world) });
}

#[tokio::test]
async fn ten_thousand_notifications_lead_to_two_runs_at_most() {
    let world = World::new().await;
    let notify = async |from: usize| {
        for bunch in 0..50 {
            let mut unit = world.begin(1, OWNER).await;
            for n in 0..100 {
                let n = from + bunch * 100 + n;
                unit.enqueue(&asking(Some("sync"), n, plus(world.now(), 30), Join::Keep)).await.unwrap();
            }
            unit.commit().await.unwrap();
        }
    };
    notify(0).await;
    assert!(claim(&world, 10).await.is_empty(), "the first one has set the time");
    world.clock.set(plus(world.now(), 30));
    let [first] = claim(&world, 10).await.try_into().unwrap();
    assert_eq!(first.payload["n"], 4999);

    notify(5000).await;
    world.clock.set(plus(world.now(), 30));
    assert!(claim(&world, 10).await.is_empty(), "never two runs at a time");
    world.pg.end_job(&first.lease, &Ended::Done, world.now()).await.unwrap().unwrap();
    let [second] = claim(&world, 10).await.try_into().unwrap();
    assert_eq!(second.payload["n"], 9999);
    let fate = world.pg.end_job(&second.lease, &Ended::Done, world.now()).await.unwrap();
    assert_eq!(fate, Some(Fate::Gone));
    assert_eq!(world.count("SELECT count(*) FROM jobs").await, 0);
}

#[tokio::test]
async fn a_job_that_kills_its_workers_dies_in_the_end() {
    let world = World::new().await;
    world.pg.enqueue(&asking(Some("deadly"), 0, world.now(), Join::Keep)).await.unwrap();
    for attempt in 1..=MOST_ATTEMPTS {
        let [job] = claim(&world, 10).await.try_into().unwrap();
        assert_eq!(job.lease.attempts, attempt);
        world.clock.advance_minutes(1);
        assert!(!world.pg.extend_lease(&job.lease, world.now(), plus(world.now(), 60)).await.unwrap());
    }
    assert!(claim(&world, 10).await.is_empty());
    let page = Page { after: None, limit: 10 };
    let [dead] = world.pg.list_jobs(Some(JobStatus::Dead), &page).await.unwrap().try_into().unwrap();
    assert_eq!((dead.attempts, dead.last_error.as_deref()), (MOST_ATTEMPTS, Some("its worker was lost")));
    // It does not stand in the way of a new one, which then stands in the way of its return.
    world.pg.enqueue(&asking(Some("deadly"), 1, world.now(), Join::Keep)).await.unwrap();
    let mut unit = world.begin(1, OWNER).await;
    assert_eq!(unit.retry_job(dead.id).await.unwrap(), Some(Retried::Replaced));
    assert_eq!(unit.retry_job(Uuid::nil()).await.unwrap(), None);
    assert_eq!(claim(&world, 10).await[0].payload["n"], Value::from(1));
}

#[tokio::test]
async fn what_a_dropped_unit_asked_for_is_not_there() {
    let world = World::new().await;
    let mut unit = world.begin(1, OWNER).await;
    unit.enqueue(&asking(None, 0, world.now(), Join::Keep)).await.unwrap();
    drop(unit);
    world.begin(1, OWNER).await.commit().await.unwrap();
    assert_eq!(world.count("SELECT count(*) FROM jobs").await, 0);
}

#[tokio::test]
async fn pages_of_jobs_hold_every_job_once_in_order() {
    let world = World::new().await;
    for n in 0..25 {
        world.pg.enqueue(&asking(None, n, world.now(), Join::Keep)).await.unwrap();
        if n % 10 == 0 {
            world.clock.advance_minutes(1);
        }
    }
    let whole = world.pg.list_jobs(None, &Page { after: None, limit: 100 }).await.unwrap();
    assert_eq!(whole.len(), 25);
    let mut walked = Vec::new();
    let mut after = None;
    loop {
        let page = world.pg.list_jobs(None, &Page { after, limit: 4 }).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(app::ports::Position { at: last.created_at, id: last.id });
        walked.extend(page);
    }
    assert_eq!(walked, whole);
}
