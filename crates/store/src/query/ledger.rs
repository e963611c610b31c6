use app::identity::UserId;
use diesel::dsl::sum;
use diesel::{ExpressionMethods as _, QueryDsl as _};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::lifecycle::Acceptance;
use planner_core::time::{LocalDay, Moment};
use time::{Date, Month, OffsetDateTime};
use uuid::Uuid;

use super::number::narrow;
use crate::error::Error;
use crate::schema::churn_ledger;

/// Churn in the ledger for one local day.
pub(crate) async fn churn_on(
    connection: &mut AsyncPgConnection,
    user: UserId,
    day: LocalDay,
) -> Result<u32, Error> {
    let churn: Option<i64> = churn_ledger::table
        .filter(churn_ledger::user_id.eq(user.0))
        .filter(churn_ledger::local_day.eq(date(day)?))
        .select(sum(churn_ledger::churn))
        .get_result(connection)
        .await?;
    narrow("the day's churn", churn.unwrap_or(0))
}

/// Enters what a proposal cost.
pub(crate) async fn enter(
    connection: &mut AsyncPgConnection,
    user: UserId,
    proposal: Uuid,
    acceptance: &Acceptance,
    at: Moment,
) -> Result<(), Error> {
    diesel::insert_into(churn_ledger::table)
        .values((
            churn_ledger::user_id.eq(user.0),
            // One entry for a proposal, so that its name will do.
            churn_ledger::id.eq(proposal),
            churn_ledger::local_day.eq(date(acceptance.local_day)?),
            churn_ledger::churn.eq(narrow::<_, i32>("churn", acceptance.churn)?),
            churn_ledger::cap.eq(narrow::<_, i32>("the cap", acceptance.cap)?),
            churn_ledger::proposal_id.eq(proposal),
            churn_ledger::created_at.eq(OffsetDateTime::from(at)),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

fn date(day: LocalDay) -> Result<Date, Error> {
    let (year, month, day) = day.year_month_day();
    let month = Month::try_from(narrow::<_, u8>("a month", month)?).ok();
    month
        .and_then(|month| Date::from_calendar_date(year.into(), month, day.unsigned_abs()).ok())
        .ok_or_else(|| Error::broken("a local day is out of range"))
}
