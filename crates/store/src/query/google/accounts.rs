use app::identity::UserId;
use app::ports::google::{AccountRecord, AccountState, CalendarChoice, SyncHealth};
use diesel::{
    AsChangeset, ExpressionMethods as _, Insertable, JoinOnDsl as _, NullableExpressionMethods as _,
    OptionalExtension as _, PgExpressionMethods as _, QueryDsl as _, Queryable, Selectable,
    SelectableHelper as _,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::time::Moment;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{choice, column};
use crate::error::Error;
use crate::query::canvascal_now;
use crate::query::number::narrow;
use crate::schema::{google_accounts as accounts, google_calendars, google_sign_ins, users};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = accounts, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
struct AccountRow {
    state: String,
    scopes: Vec<String>,
    connected_at: OffsetDateTime,
    listed_at: Option<OffsetDateTime>,
    succeeded_at: Option<OffsetDateTime>,
    tried_at: Option<OffsetDateTime>,
    not_before: Option<OffsetDateTime>,
    failures: i32,
    last_error: Option<String>,
}

/// The account, if one was connected.
pub(crate) async fn one(
    connection: &mut AsyncPgConnection,
    user: UserId,
) -> Result<Option<AccountRecord>, Error> {
    let row: Option<(AccountRow, Option<String>)> = accounts::table
        .inner_join(users::table.on(users::id.eq(accounts::user_id)))
        .filter(accounts::user_id.eq(user.0))
        .select((AccountRow::as_select(), users::encrypted_refresh_token))
        .get_result(connection)
        .await
        .optional()?;
    row.map(|(row, sealed_token)| row.record(sealed_token)).transpose()
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
    put_token(connection, user, account.sealed_token.as_deref()).await
}

/// Forgets everything but the events.
pub(crate) async fn forget(connection: &mut AsyncPgConnection, user: UserId) -> Result<(), Error> {
    // What else there is of a calendar goes with it.
    diesel::delete(google_calendars::table.filter(google_calendars::user_id.eq(user.0)))
        .execute(connection)
        .await?;
    diesel::delete(google_sign_ins::table.filter(google_sign_ins::user_id.eq(user.0)))
        .execute(connection)
        .await?;
    diesel::delete(accounts::table.find(user.0)).execute(connection).await?;
    put_token(connection, user, None).await?;
    choice::replace(connection, user, &CalendarChoice::default()).await
}

async fn put_token(
    connection: &mut AsyncPgConnection,
    user: UserId,
    sealed: Option<&str>,
) -> Result<(), Error> {
    diesel::update(users::table.find(user.0))
        .filter(users::encrypted_refresh_token.is_distinct_from(sealed))
        .set((users::encrypted_refresh_token.eq(sealed), users::updated_at.eq(canvascal_now())))
        .execute(connection)
        .await?;
    Ok(())
}

/// The sealed tokens of everybody's accounts, in order of user, those after `after`.
pub(crate) async fn sealed(
    connection: &mut AsyncPgConnection,
    after: Option<UserId>,
    limit: u16,
) -> Result<Vec<(UserId, String)>, Error> {
    let mut query = accounts::table
        .inner_join(users::table.on(users::id.eq(accounts::user_id)))
        .select((accounts::user_id, users::encrypted_refresh_token.assume_not_null()))
        .filter(users::encrypted_refresh_token.is_not_null())
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
    let replaced = diesel::update(users::table.find(user.0))
        .filter(users::encrypted_refresh_token.eq(old))
        .set(users::encrypted_refresh_token.eq(new))
        .execute(connection)
        .await?;
    Ok(replaced > 0)
}

impl AccountRow {
    fn record(self, sealed_token: Option<String>) -> Result<AccountRecord, Error> {
        let state = AccountState::from_name(&self.state)
            .ok_or_else(|| Error::broken(format!("no account is {:?}", self.state)))?;
        Ok(AccountRecord {
            state,
            sealed_token,
            scopes: self.scopes.into_iter().collect(),
            connected_at: self.connected_at.into(),
            listed_at: self.listed_at.map(Moment::from),
            health: SyncHealth {
                succeeded_at: self.succeeded_at.map(Moment::from),
                tried_at: self.tried_at.map(Moment::from),
                not_before: self.not_before.map(Moment::from),
                failures: narrow("failures", self.failures)?,
                error: self.last_error,
            },
        })
    }
}

impl TryFrom<&AccountRecord> for AccountRow {
    type Error = Error;

    fn try_from(account: &AccountRecord) -> Result<Self, Error> {
        Ok(Self {
            state: account.state.as_str().to_owned(),
            scopes: account.scopes.iter().cloned().collect(),
            connected_at: account.connected_at.into(),
            listed_at: column(account.listed_at),
            succeeded_at: column(account.health.succeeded_at),
            tried_at: column(account.health.tried_at),
            not_before: column(account.health.not_before),
            failures: narrow("failures", account.health.failures)?,
            last_error: account.health.error.clone(),
        })
    }
}
