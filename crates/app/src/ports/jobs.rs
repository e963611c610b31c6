use std::collections::BTreeMap;

use async_trait::async_trait;
use planner_core::time::Moment;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use super::records::Page;
use super::store::StoreError;
use crate::identity::UserId;
use crate::work::Fate;

/// Where a job stands. One that is done is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum JobStatus {
    /// It waits for its time, and for a worker.
    Queued,
    /// A worker has it, for as long as its lease lasts.
    Running,
    /// It failed for good. Somebody has to look at it.
    Dead,
}

impl JobStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Queued, Self::Running, Self::Dead];

    /// The name used in the database and over HTTP.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Running => "RUNNING",
            Self::Dead => "DEAD",
        }
    }

    /// The status called `name`, or `None`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// What asking for a job means where one of the same key is there that is not dead.
///
/// In no case are there two of them, nor two runs at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// The newer time and payload win. While it runs: once more, at the newest time.
    Set,
    /// The first asking sets the time, and the newer payload wins: so many askings in a short while become one run.
    /// While it runs: once more, at the time that was first asked for meanwhile.
    Keep,
    /// What is there is left as it is.
    Leave,
}

/// Work to be done in the background.
#[derive(Clone, Debug, PartialEq)]
pub struct NewJob {
    /// What is to be done, such as `propose`: decides who handles it.
    pub kind: &'static str,
    /// Work of one key is in the queue once; without a key it is another job each time.
    pub key: Option<String>,
    /// Whose data it is about, if anybody's.
    pub user: Option<UserId>,
    /// What the handler has to know.
    pub payload: Map<String, Value>,
    /// When it is to be run, at the earliest.
    pub run_at: Moment,
    /// What becomes of it where there is one of its key.
    pub join: Join,
}

/// The right to run a job until a certain time. It names one claim and no other: whoever claims the job after that has
/// another lease, and then this one is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The job.
    pub job: Uuid,
    /// The claim.
    pub holder: Uuid,
    /// Runs begun, this one among them, since it was last done.
    pub attempts: u32,
}

/// A job that is somebody's to run.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimedJob {
    /// What proves it.
    pub lease: Lease,
    /// What is to be done.
    pub kind: String,
    /// Whose data it is about, if anybody's.
    pub user: Option<UserId>,
    /// What the handler has to know.
    pub payload: Map<String, Value>,
}

/// Asks for jobs to run.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// The kinds that the asker can handle; others are left alone, since a newer program may know them.
    pub kinds: &'a [&'a str],
    /// The most jobs to give.
    pub limit: usize,
    /// Names this claim; no other has had this name.
    pub holder: Uuid,
    /// The present moment.
    pub now: Moment,
    /// Until when the jobs are the asker's.
    pub until: Moment,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The work is done.
    Done,
    /// The work is done, and is to be done again.
    Again(Moment),
    /// It failed.
    Failed {
        /// Why, in a few words that hold no secret.
        why: String,
        /// When to try again, if at all.
        retry: Retry,
    },
    /// The lease ran out, and nothing was heard from whoever had it.
    Lost,
    /// Whoever had it stops, and it was not the job's fault.
    Released,
}

/// When to try again what has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// After a pause that grows with each try.
    Later,
    /// At this moment, such as the one that a service asks to be left alone until.
    At(Moment),
    /// Not at all: it would fail again.
    Never,
}

/// A job as it is shown to operators, without what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRecord {
    /// Its identity.
    pub id: Uuid,
    /// What is to be done.
    pub kind: String,
    /// The key under which it is in the queue once.
    pub key: Option<String>,
    /// Whose data it is about, if anybody's.
    pub user: Option<UserId>,
    /// Where it stands.
    pub status: JobStatus,
    /// When it is to be run, or was.
    pub run_at: OffsetDateTime,
    /// When to run it once more, since it was asked for while it runs.
    pub again_at: Option<OffsetDateTime>,
    /// Runs begun since it was last done.
    pub attempts: u32,
    /// Until when a worker has it.
    pub leased_until: Option<OffsetDateTime>,
    /// Why it failed last.
    pub last_error: Option<String>,
    /// When it was first asked for.
    pub created_at: OffsetDateTime,
    /// When its row last changed.
    pub updated_at: OffsetDateTime,
}

/// What became of asking for another try of a dead job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retried {
    /// It is queued again, with all its tries.
    Queued,
    /// It is not dead, so it needs no help.
    NotDead(JobStatus),
    /// Another job of its key is in the queue, which does the same work.
    Replaced,
}

/// The queue of work in the background, which lies beside the data: what a unit of work
/// [enqueues](super::Unit::enqueue) is there if the unit is committed, and not otherwise.
///
/// Any number of workers may ask at once; each job is one worker's at a time.
#[async_trait]
pub trait Jobs: Send + Sync {
    /// Asks for a job outside of any unit of work.
    async fn enqueue(&self, job: &NewJob) -> Result<(), StoreError>;

    /// Takes jobs that are due, the longest due first. Each taking counts as an attempt.
    ///
    /// Jobs whose lease ran out are treated first as [lost](Ended::Lost) runs.
    async fn claim_jobs(&self, claim: &Claim<'_>) -> Result<Vec<ClaimedJob>, StoreError>;

    /// Makes a lease last until `until`; false where it is lost, or ran out before `now`.
    async fn extend_lease(&self, lease: &Lease, now: Moment, until: Moment) -> Result<bool, StoreError>;

    /// Ends a run as [`fate`](crate::work::fate) decides; `None` where the lease is lost, and then nothing changes.
    async fn end_job(&self, lease: &Lease, ended: &Ended, now: Moment) -> Result<Option<Fate>, StoreError>;

    /// When the next job of these kinds is due, or the next lease on one runs out.
    async fn next_job_at(&self, kinds: &[&'static str]) -> Result<Option<Moment>, StoreError>;

    /// A page of everybody's jobs in order of creation and id, for operators.
    async fn list_jobs(&self, status: Option<JobStatus>, page: &Page) -> Result<Vec<JobRecord>, StoreError>;

    /// How many jobs there are of each status.
    async fn count_jobs(&self) -> Result<BTreeMap<JobStatus, u64>, StoreError>;
}
