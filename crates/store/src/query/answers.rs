use app::identity::UserId;
use app::ports::{KeptAnswer, RequestKey};
use diesel::sql_types::{Bool, Text};
use diesel::{ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, QueryResult, QueryableByName};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::time::Moment;
use serde_json::Value;
use time::OffsetDateTime;

use super::number::narrow;
use crate::error::Error;
use crate::schema::idempotency_keys as answers;

/// What is kept under a request's name.
pub(crate) struct Kept {
    /// Of the request that it was the answer to.
    pub(crate) fingerprint: Vec<u8>,
    /// The answer.
    pub(crate) answer: KeptAnswer,
}

#[derive(QueryableByName)]
struct Locked {
    #[diesel(sql_type = Bool)]
    locked: bool,
}

/// Locks a request's name until the transaction ends, unless somebody else has; whether it did.
///
/// The names of all users share 64 bits. Two that meet there wait for one another's request, and no more than that.
pub(crate) async fn try_lock(
    mut connection: &AsyncPgConnection,
    user: UserId,
    request: &RequestKey,
) -> QueryResult<bool> {
    // The length keeps a path and a key from being read as another path and another key.
    let RequestKey { method, path, key, .. } = request;
    let name = format!("canvascal:{user}:{method}:{}:{path}:{key}", path.len());
    let locked: Locked =
        diesel::sql_query("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS locked")
            .bind::<Text, _>(name)
            .get_result(&mut connection)
            .await?;
    Ok(locked.locked)
}

/// What is kept under a request's name and may still be given at `now`.
pub(crate) async fn find(
    mut connection: &AsyncPgConnection,
    user: UserId,
    request: &RequestKey,
    now: Moment,
) -> Result<Option<Kept>, Error> {
    type Row = (Vec<u8>, Option<i16>, Value, Option<Vec<u8>>);
    let row: Option<Row> = answers::table
        .find((user.0, &request.method, &request.path, &request.key))
        .filter(answers::expires_at.gt(OffsetDateTime::from(now)))
        .select((
            answers::fingerprint,
            answers::response_status,
            answers::response_headers,
            answers::response_body,
        ))
        .get_result(&mut connection)
        .await
        .optional()?;
    let Some((fingerprint, status, headers, body)) = row else { return Ok(None) };
    let broken = || Error::broken("a kept answer cannot be read");
    let status = narrow("response_status", status.ok_or_else(broken)?)?;
    let headers = headers.as_object().ok_or_else(broken)?.iter();
    let headers = headers.map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
    let headers = headers.collect::<Option<_>>().ok_or_else(broken)?;
    let answer = KeptAnswer { status, headers, body: body.ok_or_else(broken)? };
    Ok(Some(Kept { fingerprint, answer }))
}

/// Keeps the answer to a request until then, in place of one that may no longer be given.
pub(crate) async fn keep(
    connection: &mut AsyncPgConnection,
    user: UserId,
    request: &RequestKey,
    answer: &KeptAnswer,
    until: Moment,
) -> Result<(), Error> {
    let headers: Value =
        answer.headers.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
    let said = (
        answers::fingerprint.eq(&request.fingerprint[..]),
        answers::response_status.eq(narrow::<_, i16>("response_status", answer.status)?),
        answers::response_headers.eq(&headers),
        answers::response_body.eq(&answer.body),
        answers::expires_at.eq(OffsetDateTime::from(until)),
    );
    let named = (
        answers::user_id.eq(user.0),
        answers::method.eq(&request.method),
        answers::path.eq(&request.path),
        answers::key.eq(&request.key),
    );
    diesel::insert_into(answers::table)
        .values((named, said))
        .on_conflict((answers::user_id, answers::method, answers::path, answers::key))
        .do_update()
        .set(said)
        .execute(connection)
        .await?;
    Ok(())
}
