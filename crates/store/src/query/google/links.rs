use std::collections::{BTreeMap, BTreeSet};

use app::identity::UserId;
use app::ports::Origin;
use app::ports::google::{Agreed, LinkRecord, Linked, SOURCE};
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{
    ExpressionMethods as _, QueryDsl as _, Queryable, QueryableByName, Selectable, SelectableHelper as _,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::model::EventId;
use time::OffsetDateTime;
use uuid::Uuid;

use super::last_of_each;
use crate::error::Error;
use crate::query::events::{self, LONGEST};
use crate::schema::google_links as links;

#[derive(Queryable, Selectable)]
#[diesel(table_name = links, check_for_backend(diesel::pg::Pg))]
struct LinkRow {
    event_id: Uuid,
    calendar_id: Uuid,
    google_id: String,
    group_id: String,
    is_ours: bool,
    agreed_title: String,
    agreed_start_ts: OffsetDateTime,
    agreed_end_ts: OffsetDateTime,
    agreed_transparent: bool,
    agreed_version: i64,
    pending_title: Option<String>,
    pending_start_ts: Option<OffsetDateTime>,
    pending_end_ts: Option<OffsetDateTime>,
    pending_transparent: Option<bool>,
    etag: Option<String>,
}

#[derive(QueryableByName)]
struct Unwritten {
    #[diesel(sql_type = SqlUuid)]
    event_id: Uuid,
}

/// The links of these groups, with what they lead to, in order of event.
pub(crate) async fn of_groups(
    connection: &mut AsyncPgConnection,
    user: UserId,
    calendar: Uuid,
    groups: &[String],
) -> Result<Vec<Linked>, Error> {
    let rows = links::table
        .filter(links::user_id.eq(user.0))
        .filter(links::calendar_id.eq(calendar))
        .filter(links::group_id.eq_any(groups))
        .select(LinkRow::as_select())
        .load(connection)
        .await?;
    with_events(connection, user, rows, &[]).await
}

/// The links of these events, and these events without links, in order of event.
pub(crate) async fn of_events(
    connection: &mut AsyncPgConnection,
    user: UserId,
    ids: &[Uuid],
) -> Result<Vec<Linked>, Error> {
    let rows = links::table
        .filter(links::user_id.eq(user.0))
        .filter(links::event_id.eq_any(ids))
        .select(LinkRow::as_select())
        .load(connection)
        .await?;
    with_events(connection, user, rows, ids).await
}

/// Every link of a calendar, in order of event, those after this one.
pub(crate) async fn of_calendar(
    connection: &mut AsyncPgConnection,
    user: UserId,
    calendar: Uuid,
    after: Option<EventId>,
    limit: u32,
) -> Result<Vec<Linked>, Error> {
    let mut query = links::table
        .filter(links::user_id.eq(user.0))
        .filter(links::calendar_id.eq(calendar))
        .order(links::event_id)
        .limit(limit.into())
        .select(LinkRow::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(links::event_id.gt(after.0));
    }
    let rows = query.load(connection).await?;
    with_events(connection, user, rows, &[]).await
}

/// What there may be something to write of, in order of event, what comes after `after`.
pub(crate) async fn unwritten(
    connection: &mut AsyncPgConnection,
    user: UserId,
    unlinked_after: Option<OffsetDateTime>,
    after: Option<EventId>,
    limit: u32,
) -> Result<Vec<Linked>, Error> {
    // Without `unlinked_after` the second half compares with null, which selects nothing.
    let found: Vec<Unwritten> = diesel::sql_query(
        "(SELECT l.event_id FROM google_links l
            LEFT JOIN calendar_events e ON e.user_id = $1 AND e.id = l.event_id
           WHERE l.user_id = $1 AND ($2 IS NULL OR l.event_id > $2)
             AND coalesce(e.version, $7) <> l.agreed_version
           ORDER BY l.event_id LIMIT $3)
         UNION ALL
         (SELECT e.id FROM calendar_events e
           WHERE e.user_id = $1 AND ($2 IS NULL OR e.id > $2) AND e.source = ANY ($4) AND e.end_ts > $5 AND e.start_ts > $6
             AND NOT EXISTS (SELECT FROM google_links l WHERE l.user_id = $1 AND l.event_id = e.id)
           ORDER BY e.id LIMIT $3)
         ORDER BY event_id LIMIT $3",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<Nullable<SqlUuid>, _>(after.map(|event| event.0))
    .bind::<BigInt, _>(i64::from(limit))
    .bind::<Array<Text>, _>(vec![Origin::own().source, SOURCE.to_owned()])
    .bind::<Nullable<Timestamptz>, _>(unlinked_after)
    .bind::<Nullable<Timestamptz>, _>(unlinked_after.map(|from| from.checked_sub(LONGEST).unwrap_or(from)))
    .bind::<BigInt, _>(LinkRecord::GONE)
    .load(connection)
    .await?;
    let found: Vec<Uuid> = found.into_iter().map(|row| row.event_id).collect();
    of_events(connection, user, &found).await
}

/// Adds or replaces links. Those that change places do not get in each other's way.
pub(crate) async fn put(
    connection: &mut AsyncPgConnection,
    user: UserId,
    records: &[LinkRecord],
) -> Result<(), Error> {
    let records = last_of_each(records, |link| link.event);
    let events: Vec<EventId> = records.iter().map(|link| link.event).collect();
    delete(connection, user, &events).await?;
    write(connection, user, &records).await
}

async fn write(
    connection: &mut AsyncPgConnection,
    user: UserId,
    records: &[&LinkRecord],
) -> Result<(), Error> {
    if records.is_empty() {
        return Ok(());
    }
    let agreed: Vec<&Agreed> = records.iter().map(|link| &link.agreed).collect();
    let pending: Vec<Option<&Agreed>> = records.iter().map(|link| link.pending.as_ref()).collect();
    diesel::sql_query(
        "INSERT INTO google_links (user_id, event_id, calendar_id, google_id, group_id, is_ours, agreed_title,
                                   agreed_start_ts, agreed_end_ts, agreed_transparent, agreed_version, pending_title,
                                   pending_start_ts, pending_end_ts, pending_transparent, etag)
         SELECT $1, l.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) AS l",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<Array<SqlUuid>, _>(of(records, |link| link.event.0))
    .bind::<Array<SqlUuid>, _>(of(records, |link| link.calendar))
    .bind::<Array<Text>, _>(of(records, |link| link.google_id.as_str()))
    .bind::<Array<Text>, _>(of(records, |link| link.group.as_str()))
    .bind::<Array<Bool>, _>(of(records, |link| link.is_ours))
    .bind::<Array<Text>, _>(of(&agreed, |agreed| agreed.title.as_str()))
    .bind::<Array<Timestamptz>, _>(of(&agreed, |agreed| agreed.start))
    .bind::<Array<Timestamptz>, _>(of(&agreed, |agreed| agreed.end))
    .bind::<Array<Bool>, _>(of(&agreed, |agreed| agreed.transparent))
    .bind::<Array<BigInt>, _>(of(records, |link| link.agreed_version))
    .bind::<Array<Nullable<Text>>, _>(of(&pending, |pending| pending.map(|pending| pending.title.as_str())))
    .bind::<Array<Nullable<Timestamptz>>, _>(of(&pending, |pending| pending.map(|pending| pending.start)))
    .bind::<Array<Nullable<Timestamptz>>, _>(of(&pending, |pending| pending.map(|pending| pending.end)))
    .bind::<Array<Nullable<Bool>>, _>(of(&pending, |pending| pending.map(|pending| pending.transparent)))
    .bind::<Array<Nullable<Text>>, _>(of(records, |link| link.etag.as_deref()))
    .execute(connection)
    .await?;
    Ok(())
}

/// One column of some rows.
fn of<R: Copy, V>(rows: &[R], value: impl Fn(R) -> V) -> Vec<V> {
    rows.iter().copied().map(value).collect()
}

/// Forgets the links of these events.
pub(crate) async fn delete(
    connection: &mut AsyncPgConnection,
    user: UserId,
    events: &[EventId],
) -> Result<(), Error> {
    diesel::delete(links::table)
        .filter(links::user_id.eq(user.0))
        .filter(links::event_id.eq_any(events.iter().map(|event| event.0)))
        .execute(connection)
        .await?;
    Ok(())
}

/// Links with the events that they lead to, and `also` these events where they are there, in order of event.
async fn with_events(
    connection: &mut AsyncPgConnection,
    user: UserId,
    rows: Vec<LinkRow>,
    also: &[Uuid],
) -> Result<Vec<Linked>, Error> {
    let ids: BTreeSet<Uuid> = rows.iter().map(|row| row.event_id).chain(also.iter().copied()).collect();
    let events = events::some(connection, user, &ids.into_iter().collect::<Vec<_>>()).await?;
    let mut linked: BTreeMap<Uuid, Linked> = BTreeMap::new();
    for row in rows {
        linked.insert(row.event_id, Linked { event: None, link: Some(row.into()) });
    }
    for event in events {
        let linked = linked.entry(event.id.0).or_insert(Linked { event: None, link: None });
        linked.event = Some(event);
    }
    Ok(linked.into_values().collect())
}

impl From<LinkRow> for LinkRecord {
    fn from(row: LinkRow) -> Self {
        // A check keeps the four together.
        let pending =
            row.pending_title.zip(row.pending_start_ts).zip(row.pending_end_ts).zip(row.pending_transparent);
        let pending =
            pending.map(|(((title, start), end), transparent)| Agreed { title, start, end, transparent });
        Self {
            event: EventId(row.event_id),
            calendar: row.calendar_id,
            google_id: row.google_id,
            group: row.group_id,
            is_ours: row.is_ours,
            agreed: Agreed {
                title: row.agreed_title,
                start: row.agreed_start_ts,
                end: row.agreed_end_ts,
                transparent: row.agreed_transparent,
            },
            agreed_version: row.agreed_version,
            pending,
            etag: row.etag,
        }
    }
}
