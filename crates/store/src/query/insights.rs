//! What operators ask across users. Every query goes by time, and reads nothing but an index.

use app::ports::{DailyChurn, Spread, Stretch, Tally};
use diesel::sql_types::{BigInt, Bool, Date as SqlDate, Nullable, Text, Timestamptz};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::lifecycle::Status;
use planner_core::time::Moment;
use time::{Date, OffsetDateTime};

use super::audit;
use super::number::narrow;
use crate::error::Error;

/// Counts what happened within a stretch of time.
pub(crate) async fn tally(
    connection: &mut AsyncPgConnection,
    stretch: Stretch,
    now: Moment,
) -> Result<Tally, Error> {
    // One state of the database for all the numbers, so that they agree with each other.
    let mut transaction = connection.build_transaction().repeatable_read().read_only();
    transaction.run(async |connection| read_tally(connection, stretch, now).await).await
}

async fn read_tally(
    connection: &mut AsyncPgConnection,
    stretch: Stretch,
    now: Moment,
) -> Result<Tally, Error> {
    let mut tally = Tally { planning: planning(connection, stretch).await?, ..Tally::default() };
    for row in standings(connection, stretch, now).await? {
        let status = Status::from_name(&row.status)
            .ok_or_else(|| Error::broken(format!("no proposal is {:?}", row.status)))?;
        let count: u64 = narrow("a count", row.count)?;
        *tally.proposals.entry(status).or_default() += count;
        if row.proven_optimal {
            tally.proven_optimal += count;
        }
    }
    for row in told(connection, stretch).await? {
        let (action, count) = (audit::action(&row.action)?, narrow("a count", row.count)?);
        if let Some(code) = row.code {
            tally.codes.insert((action, code), count);
        } else {
            tally.actions.insert(action, count);
        }
    }
    tally.churn = churn(connection, stretch).await?;
    Ok(tally)
}

#[derive(QueryableByName)]
struct Standing {
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Bool)]
    proven_optimal: bool,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// The proposals made within the stretch, by where they stand and whether they are proven.
async fn standings(
    connection: &mut AsyncPgConnection,
    stretch: Stretch,
    now: Moment,
) -> Result<Vec<Standing>, Error> {
    let query = sql_query(
        "SELECT CASE WHEN status = $3 AND expires_at <= $4 THEN $5 ELSE status END AS status, proven_optimal,
                count(*) AS count
           FROM rebalancing_proposals WHERE created_at >= $1 AND created_at < $2 GROUP BY 1, 2",
    );
    Ok(query
        .bind::<Timestamptz, _>(OffsetDateTime::from(stretch.from))
        .bind::<Timestamptz, _>(OffsetDateTime::from(stretch.to))
        .bind::<Text, _>(Status::Proposed.as_str())
        .bind::<Timestamptz, _>(OffsetDateTime::from(now))
        .bind::<Text, _>(Status::Expired.as_str())
        .load(connection)
        .await?)
}

#[derive(QueryableByName)]
struct Quantiles {
    #[diesel(sql_type = Nullable<BigInt>)]
    p50: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    p95: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    p99: Option<i64>,
}

/// How long planning took for the proposals made within the stretch.
async fn planning(connection: &mut AsyncPgConnection, stretch: Stretch) -> Result<Option<Spread>, Error> {
    let query = sql_query(
        "SELECT percentile_disc(0.50) WITHIN GROUP (ORDER BY planning_micros) AS p50,
                percentile_disc(0.95) WITHIN GROUP (ORDER BY planning_micros) AS p95,
                percentile_disc(0.99) WITHIN GROUP (ORDER BY planning_micros) AS p99
           FROM rebalancing_proposals WHERE created_at >= $1 AND created_at < $2",
    );
    let row: Quantiles = query
        .bind::<Timestamptz, _>(OffsetDateTime::from(stretch.from))
        .bind::<Timestamptz, _>(OffsetDateTime::from(stretch.to))
        .get_result(connection)
        .await?;
    let (Some(p50), Some(p95), Some(p99)) = (row.p50, row.p95, row.p99) else { return Ok(None) };
    let micros = |micros| narrow("planning_micros", micros);
    Ok(Some(Spread { p50: micros(p50)?, p95: micros(p95)?, p99: micros(p99)? }))
}

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Nullable<Text>)]
    code: Option<String>,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// The rows of the audit within the stretch, by action where there is no code, and by each of their codes.
async fn told(connection: &mut AsyncPgConnection, stretch: Stretch) -> Result<Vec<Told>, Error> {
    let query = sql_query(
        "WITH told AS (SELECT action, reason_codes FROM rebalancing_audit WHERE at >= $1 AND at < $2)
         SELECT action, NULL AS code, count(*) AS count FROM told GROUP BY action
         UNION ALL
         SELECT action, code, count(*) FROM told, unnest(reason_codes) AS code GROUP BY action, code",
    );
    Ok(query
        .bind::<Timestamptz, _>(OffsetDateTime::from(stretch.from))
        .bind::<Timestamptz, _>(OffsetDateTime::from(stretch.to))
        .load(connection)
        .await?)
}

#[derive(QueryableByName)]
struct ChurnRow {
    #[diesel(sql_type = BigInt)]
    days: i64,
    #[diesel(sql_type = BigInt)]
    total: i64,
    #[diesel(sql_type = BigInt)]
    p95: i64,
    #[diesel(sql_type = BigInt)]
    most: i64,
    #[diesel(sql_type = BigInt)]
    over_cap: i64,
}

/// The churn of users' days within the stretch. Where no cap is known, none is exceeded.
async fn churn(connection: &mut AsyncPgConnection, stretch: Stretch) -> Result<DailyChurn, Error> {
    let query = sql_query(
        "SELECT count(*) AS days, coalesce(sum(churn), 0)::bigint AS total,
                coalesce(percentile_disc(0.95) WITHIN GROUP (ORDER BY churn), 0) AS p95,
                coalesce(max(churn), 0) AS most, count(*) FILTER (WHERE churn > cap) AS over_cap
           FROM (SELECT sum(churn) AS churn, max(cap) AS cap FROM churn_ledger
                  WHERE local_day BETWEEN $1 AND $2 GROUP BY user_id, local_day) days",
    );
    let last = OffsetDateTime::from(stretch.to) - time::Duration::MICROSECOND;
    let row: ChurnRow = query
        .bind::<SqlDate, Date>(OffsetDateTime::from(stretch.from).date())
        .bind::<SqlDate, Date>(last.date())
        .get_result(connection)
        .await?;
    let number = |number| narrow("churn", number);
    Ok(DailyChurn {
        days: number(row.days)?,
        total: number(row.total)?,
        p95: number(row.p95)?,
        most: number(row.most)?,
        over_cap: number(row.over_cap)?,
    })
}
