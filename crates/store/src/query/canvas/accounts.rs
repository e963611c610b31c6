use app::identity::UserId;
use app::ports::canvas::{AccountRecord, Host, RunRecord, TokenKind};
use app::ports::google::{AccountState, SyncHealth};
use diesel::{
    AsChangeset, ExpressionMethods as _, Insertable, NullableExpressionMethods as _, OptionalExtension as _,
    QueryDsl as _, Queryable, Selectable, SelectableHelper as _,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::time::Moment;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::Error;
use crate::query::google::column;
use crate::query::number::narrow;
use crate::schema::{canvas_accounts as accounts, canvas_courses, canvas_items, canvas_sign_ins};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = accounts, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
struct AccountRow {
    host: String,
    state: String,
    token_kind: String,
    sealed_token: Option<String>,
    canvas_id: String,
    name: String,
    time_zone: Option<String>,
    connected_at: OffsetDateTime,
    run: i64,
    run_started_at: Option<OffsetDateTime>,
    run_finished_at: Option<OffsetDateTime>,
    run_courses: Option<i32>,
    run_done: Vec<Uuid>,
    run_items: i32,
    succeeded_at: Option<OffsetDateTime>,
    tried_at: Option<OffsetDateTime>,
    failures: i32,
    last_error: Option<String>,
}

/// The account, if one was connected.
pub(crate) async fn one(
    connection: &mut AsyncPgConnection,
    user: UserId,
) -> Result<Option<AccountRecord>, Error> {
    let row: Option<AccountRow> = accounts::table
        .find(user.0)
        .select(AccountRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    row.map(AccountRecord::try_from).transpose()
}

/// Adds or replaces the account.
pub(crate) async fn put(
    connection: &mut AsyncPgConnection,
    user: UserId,
    account: &AccountRecord,
) -> Result<(), Error> {
    let row = AccountRow::try_from(account)?;
    diesel::insert_into(accounts::table)
        .values((accounts::user_id.eq(user.0), &row))
        .on_conflict(accounts::user_id)
        .do_update()
        .set(&row)
        .execute(connection)
        .await?;
    Ok(())
}

/// Forgets everything but the tasks.
pub(crate) async fn forget(connection: &mut AsyncPgConnection, user: UserId) -> Result<(), Error> {
    diesel::delete(canvas_items::table.filter(canvas_items::user_id.eq(user.0))).execute(connection).await?;
    // Their pages go with them.
    diesel::delete(canvas_courses::table.filter(canvas_courses::user_id.eq(user.0)))
        .execute(connection)
        .await?;
    diesel::delete(canvas_sign_ins::table.filter(canvas_sign_ins::user_id.eq(user.0)))
        .execute(connection)
        .await?;
    diesel::delete(accounts::table.find(user.0)).execute(connection).await?;
    Ok(())
}

/// The sealed tokens of everybody's accounts, in order of user, those after `after`.
pub(crate) async fn sealed(
    connection: &mut AsyncPgConnection,
    after: Option<UserId>,
    limit: u16,
) -> Result<Vec<(UserId, String)>, Error> {
    let mut query = accounts::table
        .select((accounts::user_id, accounts::sealed_token.assume_not_null()))
        .filter(accounts::sealed_token.is_not_null())
        .order(accounts::user_id)
        .limit(limit.into())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(accounts::user_id.gt(after.0));
    }
    let rows: Vec<(Uuid, String)> = query.load(connection).await?;
    Ok(rows.into_iter().map(|(user, sealed)| (UserId(user), sealed)).collect())
}

/// Replaces a sealed token, unless it is another one by now; whether it was replaced.
pub(crate) async fn reseal(
    connection: &mut AsyncPgConnection,
    user: UserId,
    old: &str,
    new: &str,
) -> Result<bool, Error> {
    let replaced = diesel::update(accounts::table.find(user.0))
        .filter(accounts::sealed_token.eq(old))
        .set(accounts::sealed_token.eq(new))
        .execute(connection)
        .await?;
    Ok(replaced > 0)
}

impl TryFrom<AccountRow> for AccountRecord {
    type Error = Error;

    fn try_from(row: AccountRow) -> Result<Self, Error> {
        let state = AccountState::from_name(&row.state)
            .ok_or_else(|| Error::broken(format!("no account is {:?}", row.state)))?;
        let kind = TokenKind::from_name(&row.token_kind)
            .ok_or_else(|| Error::broken(format!("no token is {:?}", row.token_kind)))?;
        Ok(Self {
            host: Host::known(row.host),
            state,
            kind,
            sealed_token: row.sealed_token,
            canvas_id: row.canvas_id,
            name: row.name,
            time_zone: row.time_zone,
            connected_at: row.connected_at.into(),
            run: RunRecord {
                number: row.run,
                started_at: row.run_started_at.map(Moment::from),
                finished_at: row.run_finished_at.map(Moment::from),
                courses: row.run_courses.map(|courses| narrow("run_courses", courses)).transpose()?,
                done: row.run_done.into_iter().collect(),
                items: narrow("run_items", row.run_items)?,
            },
            health: SyncHealth {
                succeeded_at: row.succeeded_at.map(Moment::from),
                tried_at: row.tried_at.map(Moment::from),
                not_before: None,
                failures: narrow("failures", row.failures)?,
                error: row.last_error,
            },
        })
    }
}

impl TryFrom<&AccountRecord> for AccountRow {
    type Error = Error;

    fn try_from(account: &AccountRecord) -> Result<Self, Error> {
        let (run, health) = (&account.run, &account.health);
        Ok(Self {
            host: account.host.as_str().to_owned(),
            state: account.state.as_str().to_owned(),
            token_kind: account.kind.as_str().to_owned(),
            sealed_token: account.sealed_token.clone(),
            canvas_id: account.canvas_id.clone(),
            name: account.name.clone(),
            time_zone: account.time_zone.clone(),
            connected_at: account.connected_at.into(),
            run: run.number,
            run_started_at: column(run.started_at),
            run_finished_at: column(run.finished_at),
            run_courses: run.courses.map(|courses| narrow("run_courses", courses)).transpose()?,
            run_done: run.done.iter().copied().collect(),
            run_items: narrow("run_items", run.items)?,
            succeeded_at: column(health.succeeded_at),
            tried_at: column(health.tried_at),
            failures: narrow("failures", health.failures)?,
            last_error: health.error.clone(),
        })
    }
}
