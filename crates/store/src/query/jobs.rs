//! The queue of work in the background. It is everybody's: whose data a job is about only its handler asks.
//!
//! Whoever takes a row to write to it passes over those that somebody else has locked, or holds its lease.

use std::collections::BTreeMap;

use app::identity::UserId;
use app::ports::{Claim, ClaimedJob, Ended, JobRecord, JobStatus, Join, Lease, NewJob, Page, Retried};
use app::work::{Fate, Standing, fate};
use diesel::dsl::{count_star, min};
use diesel::result::{DatabaseErrorKind, Error as QueryError};
use diesel::sql_types::{Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, Queryable,
    Selectable, SelectableHelper as _,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::time::Moment;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use super::canvascal_now;
use super::number::narrow;
use crate::error::Error;
use crate::schema::jobs;

const QUEUED: &str = JobStatus::Queued.as_str();
const RUNNING: &str = JobStatus::Running.as_str();
const DEAD: &str = JobStatus::Dead.as_str();

/// Asks for a job.
pub(crate) async fn enqueue(connection: &mut AsyncPgConnection, job: &NewJob) -> Result<(), Error> {
    let join = match job.join {
        Join::Set => {
            "DO UPDATE SET payload = EXCLUDED.payload, updated_at = canvascal_now(),
                run_at = CASE WHEN j.status = 'RUNNING' THEN j.run_at ELSE EXCLUDED.run_at END,
                again_at = CASE WHEN j.status = 'RUNNING' THEN EXCLUDED.run_at END"
        }
        Join::Keep => {
            "DO UPDATE SET payload = EXCLUDED.payload, updated_at = canvascal_now(),
                again_at = CASE WHEN j.status = 'RUNNING' THEN coalesce(j.again_at, EXCLUDED.run_at) END"
        }
        Join::Leave => "DO NOTHING",
    };
    let sql = format!(
        "INSERT INTO jobs AS j (kind, job_key, user_id, payload, run_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (job_key) WHERE status <> 'DEAD' {join}"
    );
    diesel::sql_query(sql)
        .bind::<Text, _>(job.kind)
        .bind::<Nullable<Text>, _>(&job.key)
        .bind::<Nullable<SqlUuid>, _>(job.user.map(|user| user.0))
        .bind::<Jsonb, _>(Value::Object(job.payload.clone()))
        .bind::<Timestamptz, _>(OffsetDateTime::from(job.run_at))
        .execute(connection)
        .await?;
    Ok(())
}

/// When a user's jobs of these keys are to be run. The dead are not.
pub(crate) async fn due(
    connection: &mut AsyncPgConnection,
    user: UserId,
    keys: &[String],
) -> Result<BTreeMap<String, Moment>, Error> {
    let rows: Vec<(Option<String>, OffsetDateTime)> = jobs::table
        .filter(jobs::job_key.eq_any(keys))
        .filter(jobs::user_id.eq(user.0))
        .filter(jobs::status.ne(DEAD))
        .select((jobs::job_key, jobs::run_at))
        .load(connection)
        .await?;
    Ok(rows.into_iter().filter_map(|(key, at)| Some((key?, Moment::from(at)))).collect())
}

/// What decides about a job at the end of a run.
#[derive(Queryable, Selectable)]
#[diesel(table_name = jobs, check_for_backend(diesel::pg::Pg))]
struct StandingRow {
    id: Uuid,
    attempts: i32,
    again_at: Option<OffsetDateTime>,
    last_error: Option<String>,
}

/// Ends the runs whose leases ran out, as lost ones.
pub(crate) async fn recover(connection: &mut AsyncPgConnection, claim: &Claim<'_>) -> Result<(), Error> {
    let lapsed: Vec<StandingRow> = jobs::table
        .filter(jobs::status.eq(RUNNING))
        .filter(jobs::leased_until.le(OffsetDateTime::from(claim.now)))
        .filter(jobs::kind.eq_any(claim.kinds))
        .order((jobs::leased_until, jobs::id))
        .limit(narrow("a limit", claim.limit)?)
        .select(StandingRow::as_select())
        .for_update()
        .skip_locked()
        .load(connection)
        .await?;
    for row in lapsed {
        let standing = Standing::try_from(row)?;
        let fate = fate(&Ended::Lost, &standing, claim.now);
        settle(connection, standing.job, &fate).await?;
        if let Fate::Dead { .. } = fate {
            tracing::error!(job = %standing.job, "a job is dead: its worker was lost each time");
        } else {
            tracing::warn!(job = %standing.job, "a job's worker was lost: it will be run by another");
        }
    }
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = jobs, check_for_backend(diesel::pg::Pg))]
struct ClaimedRow {
    id: Uuid,
    kind: String,
    user_id: Option<Uuid>,
    payload: Value,
    attempts: i32,
    run_at: OffsetDateTime,
}

/// Takes jobs that are due, the longest due first.
pub(crate) async fn claim(
    connection: &mut AsyncPgConnection,
    claim: &Claim<'_>,
) -> Result<Vec<ClaimedJob>, Error> {
    let due: Vec<Uuid> = jobs::table
        .filter(jobs::status.eq(QUEUED))
        .filter(jobs::run_at.le(OffsetDateTime::from(claim.now)))
        .filter(jobs::kind.eq_any(claim.kinds))
        .order((jobs::run_at, jobs::id))
        .limit(narrow("a limit", claim.limit)?)
        .select(jobs::id)
        .for_update()
        .skip_locked()
        .load(connection)
        .await?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows: Vec<ClaimedRow> = diesel::update(jobs::table.filter(jobs::id.eq_any(due)))
        .set((
            jobs::status.eq(RUNNING),
            jobs::attempts.eq(jobs::attempts + 1),
            jobs::leased_by.eq(claim.holder),
            jobs::leased_until.eq(OffsetDateTime::from(claim.until)),
            jobs::updated_at.eq(canvascal_now()),
        ))
        .returning(ClaimedRow::as_returning())
        .get_results(connection)
        .await?;
    rows.sort_by_key(|row| (row.run_at, row.id));
    rows.into_iter().map(|row| row.claimed_by(claim.holder)).collect()
}

/// Makes a lease last longer; whether it still stands.
pub(crate) async fn extend(
    connection: &mut AsyncPgConnection,
    lease: &Lease,
    now: Moment,
    until: Moment,
) -> Result<bool, Error> {
    let extended = diesel::update(jobs::table.find(lease.job))
        .filter(jobs::leased_by.eq(lease.holder))
        .filter(jobs::attempts.eq(narrow::<_, i32>("attempts", lease.attempts)?))
        .filter(jobs::leased_until.gt(OffsetDateTime::from(now)))
        .set(jobs::leased_until.eq(OffsetDateTime::from(until)))
        .execute(connection)
        .await?;
    Ok(extended > 0)
}

/// Ends a run; `None` where the lease is lost.
pub(crate) async fn end(
    connection: &mut AsyncPgConnection,
    lease: &Lease,
    ended: &Ended,
    now: Moment,
) -> Result<Option<Fate>, Error> {
    let row: Option<StandingRow> = jobs::table
        .find(lease.job)
        .filter(jobs::leased_by.eq(lease.holder))
        .filter(jobs::attempts.eq(narrow::<_, i32>("attempts", lease.attempts)?))
        .select(StandingRow::as_select())
        .for_update()
        .get_result(connection)
        .await
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let standing = Standing::try_from(row)?;
    let fate = fate(ended, &standing, now);
    settle(connection, standing.job, &fate).await?;
    Ok(Some(fate))
}

/// Ends a run as done; `None` where the lease is lost.
pub(crate) async fn finish(connection: &mut AsyncPgConnection, lease: &Lease) -> Result<Option<Fate>, Error> {
    // What is done needs no time.
    end(connection, lease, &Ended::Done, Moment::from_unix_micros(0)).await
}

/// Writes what becomes of a job whose row is locked.
async fn settle(connection: &mut AsyncPgConnection, id: Uuid, fate: &Fate) -> Result<(), Error> {
    let nobody = (
        jobs::leased_by.eq(None::<Uuid>),
        jobs::leased_until.eq(None::<OffsetDateTime>),
        jobs::again_at.eq(None::<OffsetDateTime>),
        jobs::updated_at.eq(canvascal_now()),
    );
    let row = jobs::table.find(id);
    match fate {
        Fate::Gone => diesel::delete(row).execute(connection).await?,
        Fate::Queued { run_at, attempts, last_error } => {
            let queued = (
                jobs::status.eq(QUEUED),
                jobs::run_at.eq(OffsetDateTime::from(*run_at)),
                jobs::attempts.eq(narrow::<_, i32>("attempts", *attempts)?),
                jobs::last_error.eq(last_error),
            );
            diesel::update(row).set((queued, nobody)).execute(connection).await?
        }
        Fate::Dead { last_error } => {
            let dead = (jobs::status.eq(DEAD), jobs::last_error.eq(last_error));
            diesel::update(row).set((dead, nobody)).execute(connection).await?
        }
    };
    Ok(())
}

/// Queues a dead job again; `None` where there is none.
pub(crate) async fn retry(connection: &mut AsyncPgConnection, id: Uuid) -> Result<Option<Retried>, Error> {
    let found: Option<(String, Option<String>)> = jobs::table
        .find(id)
        .select((jobs::status, jobs::job_key))
        .for_update()
        .get_result(connection)
        .await
        .optional()?;
    let Some((status, key)) = found else { return Ok(None) };
    let status = read_status(&status)?;
    if status != JobStatus::Dead {
        return Ok(Some(Retried::NotDead(status)));
    }
    let of_its_key = jobs::table.filter(jobs::job_key.eq(key)).filter(jobs::status.ne(DEAD));
    if diesel::select(diesel::dsl::exists(of_its_key)).get_result(connection).await? {
        return Ok(Some(Retried::Replaced));
    }
    diesel::update(jobs::table.find(id))
        .set((
            jobs::status.eq(QUEUED),
            jobs::run_at.eq(canvascal_now()),
            jobs::attempts.eq(0),
            jobs::updated_at.eq(canvascal_now()),
        ))
        .execute(connection)
        .await
        .map_err(|error| match error {
            // One of its key was queued since our look.
            QueryError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Error::Raced("the job"),
            error => error.into(),
        })?;
    Ok(Some(Retried::Queued))
}

/// When the next job of these kinds is due, or the next lease on one runs out.
pub(crate) async fn next_at(
    connection: &mut AsyncPgConnection,
    kinds: Vec<&str>,
) -> Result<Option<Moment>, Error> {
    // The first of an index each; the smallest of all would be looked for among all.
    let queued: Option<OffsetDateTime> = jobs::table
        .filter(jobs::status.eq(QUEUED))
        .filter(jobs::kind.eq_any(&kinds))
        .order(jobs::run_at)
        .select(jobs::run_at)
        .first(connection)
        .await
        .optional()?;
    let running: Option<OffsetDateTime> = jobs::table
        .filter(jobs::status.eq(RUNNING))
        .filter(jobs::kind.eq_any(kinds))
        .select(min(jobs::leased_until))
        .get_result(connection)
        .await?;
    Ok(queued.into_iter().chain(running).map(Moment::from).min())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = jobs, check_for_backend(diesel::pg::Pg))]
struct JobRow {
    id: Uuid,
    kind: String,
    job_key: Option<String>,
    user_id: Option<Uuid>,
    status: String,
    run_at: OffsetDateTime,
    again_at: Option<OffsetDateTime>,
    attempts: i32,
    leased_until: Option<OffsetDateTime>,
    last_error: Option<String>,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

/// A page of everybody's jobs in order of creation and id.
pub(crate) async fn page(
    connection: &mut AsyncPgConnection,
    status: Option<JobStatus>,
    page: Page,
) -> Result<Vec<JobRecord>, Error> {
    let mut query = jobs::table
        .select(JobRow::as_select())
        .order((jobs::created_at, jobs::id))
        .limit(page.limit.into())
        .into_boxed();
    if let Some(status) = status {
        query = query.filter(jobs::status.eq(status.as_str()));
    }
    if let Some(after) = page.after {
        // The first condition says nothing new, but an index can begin there.
        query = query
            .filter(jobs::created_at.ge(after.at))
            .filter(jobs::created_at.gt(after.at).or(jobs::id.gt(after.id)));
    }
    let rows: Vec<JobRow> = query.load(connection).await?;
    rows.into_iter().map(JobRecord::try_from).collect()
}

/// How many jobs there are of each status, of those that there are none of too.
pub(crate) async fn counts(connection: &mut AsyncPgConnection) -> Result<BTreeMap<JobStatus, u64>, Error> {
    let rows: Vec<(String, i64)> =
        jobs::table.group_by(jobs::status).select((jobs::status, count_star())).load(connection).await?;
    let mut counts: BTreeMap<JobStatus, u64> = JobStatus::ALL.map(|status| (status, 0)).into();
    for (status, count) in rows {
        counts.insert(read_status(&status)?, narrow("a count", count)?);
    }
    Ok(counts)
}

fn read_status(name: &str) -> Result<JobStatus, Error> {
    JobStatus::from_name(name).ok_or_else(|| Error::broken(format!("no job is {name:?}")))
}

impl TryFrom<StandingRow> for Standing {
    type Error = Error;

    fn try_from(row: StandingRow) -> Result<Self, Error> {
        Ok(Self {
            job: row.id,
            attempts: narrow("attempts", row.attempts)?,
            again_at: row.again_at.map(Moment::from),
            last_error: row.last_error,
        })
    }
}

impl ClaimedRow {
    fn claimed_by(self, holder: Uuid) -> Result<ClaimedJob, Error> {
        // A check says that it is an object. One bad row must not keep all others from being claimed.
        let payload = match self.payload {
            Value::Object(payload) => payload,
            _ => Map::new(),
        };
        Ok(ClaimedJob {
            lease: Lease { job: self.id, holder, attempts: narrow("attempts", self.attempts)? },
            kind: self.kind,
            user: self.user_id.map(UserId),
            payload,
        })
    }
}

impl TryFrom<JobRow> for JobRecord {
    type Error = Error;

    fn try_from(row: JobRow) -> Result<Self, Error> {
        Ok(Self {
            id: row.id,
            kind: row.kind,
            key: row.job_key,
            user: row.user_id.map(UserId),
            status: read_status(&row.status)?,
            run_at: row.run_at,
            again_at: row.again_at,
            attempts: narrow("attempts", row.attempts)?,
            leased_until: row.leased_until,
            last_error: row.last_error,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
