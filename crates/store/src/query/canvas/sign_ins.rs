use app::identity::UserId;
use app::ports::canvas::{Host, SignInRecord};
use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, Queryable, Selectable,
    SelectableHelper as _,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::time::Moment;
use time::OffsetDateTime;

use crate::error::Error;
use crate::schema::canvas_sign_ins as sign_ins;

/// How many sign-ins a user may have begun: nobody is at more of them at a time.
const MOST: i64 = 8;

#[derive(Queryable, Selectable)]
#[diesel(table_name = sign_ins, check_for_backend(diesel::pg::Pg))]
struct SignInRow {
    state_digest: Vec<u8>,
    host: String,
    redirect_uri: String,
    expires_at: OffsetDateTime,
}

/// Remembers a sign-in, and forgets those that have expired at `now` and the oldest of many.
pub(crate) async fn put(
    connection: &mut AsyncPgConnection,
    user: UserId,
    sign_in: &SignInRecord,
    now: Moment,
) -> Result<(), Error> {
    let of_user = sign_ins::user_id.eq(user.0);
    diesel::delete(sign_ins::table.filter(of_user))
        .filter(sign_ins::expires_at.le(OffsetDateTime::from(now)))
        .execute(connection)
        .await?;
    let said = (
        sign_ins::host.eq(sign_in.host.as_str()),
        sign_ins::redirect_uri.eq(&sign_in.redirect_uri),
        sign_ins::expires_at.eq(OffsetDateTime::from(sign_in.expires_at)),
    );
    diesel::insert_into(sign_ins::table)
        .values((of_user, sign_ins::state_digest.eq(&sign_in.state_digest), said))
        .on_conflict((sign_ins::user_id, sign_ins::state_digest))
        .do_update()
        .set(said)
        .execute(connection)
        .await?;
    let of_many: Vec<Vec<u8>> = sign_ins::table
        .filter(of_user)
        .order((sign_ins::expires_at.desc(), sign_ins::state_digest))
        .offset(MOST)
        .select(sign_ins::state_digest)
        .load(connection)
        .await?;
    diesel::delete(sign_ins::table.filter(of_user))
        .filter(sign_ins::state_digest.eq_any(of_many))
        .execute(connection)
        .await?;
    Ok(())
}

/// The sign-in of this digest, which is forgotten.
pub(crate) async fn take(
    connection: &mut AsyncPgConnection,
    user: UserId,
    state_digest: &[u8],
) -> Result<Option<SignInRecord>, Error> {
    let row: Option<SignInRow> = diesel::delete(sign_ins::table.find((user.0, state_digest)))
        .returning(SignInRow::as_returning())
        .get_result(connection)
        .await
        .optional()?;
    Ok(row.map(|row| SignInRecord {
        state_digest: row.state_digest,
        host: Host::known(row.host),
        redirect_uri: row.redirect_uri,
        expires_at: row.expires_at.into(),
    }))
}
