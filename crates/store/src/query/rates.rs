use app::identity::UserId;
use diesel::{ExpressionMethods as _, OptionalExtension as _, QueryDsl as _};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::time::Moment;
use time::OffsetDateTime;

use crate::error::Error;
use crate::schema::rate_limits as rates;

/// When the user did what has this name, as far as that was kept.
pub(crate) async fn taken(
    connection: &mut AsyncPgConnection,
    user: UserId,
    name: &str,
) -> Result<Vec<Moment>, Error> {
    let moments: Option<Vec<OffsetDateTime>> =
        rates::table.find((user.0, name)).select(rates::taken).get_result(connection).await.optional()?;
    Ok(moments.unwrap_or_default().into_iter().map(Moment::from).collect())
}

/// Keeps these moments in place of those that were kept.
pub(crate) async fn replace(
    connection: &mut AsyncPgConnection,
    user: UserId,
    name: &str,
    taken: &[Moment],
    at: Moment,
) -> Result<(), Error> {
    let moments: Vec<OffsetDateTime> = taken.iter().map(|moment| OffsetDateTime::from(*moment)).collect();
    let kept = (rates::taken.eq(moments), rates::updated_at.eq(OffsetDateTime::from(at)));
    diesel::insert_into(rates::table)
        .values((rates::user_id.eq(user.0), rates::name.eq(name), kept.clone()))
        .on_conflict((rates::user_id, rates::name))
        .do_update()
        .set(kept)
        .execute(connection)
        .await?;
    Ok(())
}
