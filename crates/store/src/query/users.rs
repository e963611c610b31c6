use app::identity::{User, UserId};
use diesel::{ExpressionMethods as _, JoinOnDsl as _, OptionalExtension as _, QueryDsl as _, QueryResult};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use uuid::Uuid;

use crate::error::Error;
use crate::schema::{rebalancing_proposals, users};

/// What is stored of a user whose row is locked.
pub(crate) struct Known {
    external_id: Option<String>,
}

/// Locks the user's row, if there is one.
///
/// The lock also keeps rows out that refer to the user, from whatever road: a week that was checked is still that week
/// when it is written to.
pub(crate) async fn lock(mut connection: &AsyncPgConnection, user: UserId) -> QueryResult<Option<Known>> {
    let external_id = users::table
        .find(user.0)
        .select(users::external_id)
        .for_update()
        .get_result(&mut connection)
        .await
        .optional()?;
    Ok(external_id.map(|external_id| Known { external_id }))
}

/// Makes and locks the row of a user who has none, and corrects the name in one that has another.
pub(crate) async fn ensure(
    connection: &mut AsyncPgConnection,
    user: &User,
    mut known: Option<Known>,
) -> Result<(), Error> {
    if known.is_none() {
        diesel::insert_into(users::table)
            .values((users::id.eq(user.id.0), users::external_id.eq(&user.external_id)))
            .on_conflict_do_nothing()
            .execute(connection)
            .await?;
        // Somebody else may have made it between our look and our insert, and only this look locks that one.
        known = lock(connection, user.id).await?;
    }
    // Whoever works for everybody may not know the name.
    let is_named = !user.external_id.is_empty();
    if is_named && known.is_some_and(|known| known.external_id.as_ref() != Some(&user.external_id)) {
        diesel::update(users::table.find(user.id.0))
            .set(users::external_id.eq(&user.external_id))
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Whoever has a proposal of this identity, in order of their own.
pub(crate) async fn with_proposal(
    connection: &mut AsyncPgConnection,
    proposal: Uuid,
) -> Result<Vec<User>, Error> {
    // The join goes by key, user by user; no index begins with the proposal.
    let owned = rebalancing_proposals::user_id.eq(users::id);
    let rows: Vec<(Uuid, Option<String>)> = users::table
        .inner_join(rebalancing_proposals::table.on(owned))
        .filter(rebalancing_proposals::id.eq(proposal))
        .select((users::id, users::external_id))
        .order(users::id)
        .load(connection)
        .await?;
    let user =
        |(id, name): (Uuid, Option<String>)| User { id: UserId(id), external_id: name.unwrap_or_default() };
    Ok(rows.into_iter().map(user).collect())
}
