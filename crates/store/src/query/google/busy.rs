use std::collections::BTreeSet;

use app::identity::UserId;
use app::ports::UnknownCalendar;
use app::ports::google::BusyRecord;
use diesel::sql_types::{Array, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{
    AsChangeset, ExpressionMethods as _, Insertable, QueryDsl as _, QueryResult, Queryable, QueryableByName,
    Selectable, SelectableHelper as _,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::time::{Interval, Moment};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::Error;
use crate::query::number::interval;
use crate::schema::busy_intervals as busy;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = busy, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
#[diesel(primary_key(calendar_id))]
struct BusyRow {
    calendar_id: Uuid,
    span_start_ts: OffsetDateTime,
    span_end_ts: OffsetDateTime,
    busy_from: Option<Vec<OffsetDateTime>>,
    busy_to: Option<Vec<OffsetDateTime>>,
    read_at: OffsetDateTime,
}

/// When calendars are busy, in order of calendar.
pub(crate) async fn all(connection: &mut AsyncPgConnection, user: UserId) -> Result<Vec<BusyRecord>, Error> {
    let rows: Vec<BusyRow> = busy::table
        .filter(busy::user_id.eq(user.0))
        .order(busy::calendar_id)
        .select(BusyRow::as_select())
        .load(connection)
        .await?;
    rows.into_iter().map(BusyRecord::try_from).collect()
}

/// Keeps when a calendar is busy, instead of what was kept.
pub(crate) async fn put(
    connection: &mut AsyncPgConnection,
    user: UserId,
    record: &BusyRecord,
) -> Result<(), Error> {
    let row = BusyRow::from(record);
    diesel::insert_into(busy::table)
        .values((busy::user_id.eq(user.0), &row))
        .on_conflict((busy::user_id, busy::calendar_id))
        .do_update()
        .set(&row)
        .execute(connection)
        .await?;
    Ok(())
}

/// A calendar that the user has chosen for when it is busy.
#[derive(QueryableByName)]
pub(crate) struct ChosenRow {
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    span_start_ts: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    span_end_ts: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<Array<Timestamptz>>)]
    busy_from: Option<Vec<OffsetDateTime>>,
    #[diesel(sql_type = Nullable<Array<Timestamptz>>)]
    busy_to: Option<Vec<OffsetDateTime>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    read_at: Option<OffsetDateTime>,
}

/// What is known of the calendars that the user has chosen for when they are busy; of a user who synchronises nothing,
/// none. Anybody may have written to the choice: what is no list of names chooses nothing.
pub(crate) async fn of_chosen(
    mut connection: &AsyncPgConnection,
    user: UserId,
) -> QueryResult<Vec<ChosenRow>> {
    diesel::sql_query(
        "SELECT DISTINCT coalesce(c.title, chosen.name) AS title, c.id, b.span_start_ts, b.span_end_ts, b.busy_from,
                b.busy_to, b.read_at
           FROM google_accounts a
           JOIN users u ON u.id = a.user_id AND u.google_calendar_settings -> 'sync_enabled' = 'true'
          CROSS JOIN LATERAL jsonb_array_elements_text(
                CASE WHEN jsonb_typeof(u.google_calendar_settings -> 'busy_calendar_ids') = 'array'
                     THEN u.google_calendar_settings -> 'busy_calendar_ids' ELSE '[]' END) AS chosen (name)
           LEFT JOIN google_calendars c ON c.user_id = a.user_id
                AND (c.google_id = chosen.name OR (c.is_primary AND chosen.name = 'primary'))
           LEFT JOIN busy_intervals b ON b.user_id = c.user_id AND b.calendar_id = c.id
          WHERE a.user_id = $1",
    )
    .bind::<SqlUuid, _>(user.0)
    .load(&mut connection)
    .await
}

/// When these calendars are busy within `span`, and those of which it is not known for all of it.
pub(crate) fn within(
    rows: Vec<ChosenRow>,
    span: Interval,
) -> Result<(Vec<Interval>, Vec<UnknownCalendar>), Error> {
    let (mut busy, mut unknown) = (BTreeSet::new(), Vec::new());
    for row in rows {
        let (title, read_at) = (row.title, row.read_at.map(Moment::from));
        let asked = row.span_start_ts.zip(row.span_end_ts);
        let asked = asked.map(|(start, end)| (Moment::from(start), Moment::from(end)));
        let known = intervals(row.busy_from, row.busy_to)?;
        // What was over when it was read is of no use to know.
        let covers = |(start, end)| {
            Some(start) <= read_at.max(Some(span.start().moment())) && span.end().moment() <= end
        };
        if known.is_none() || !asked.is_some_and(covers) {
            unknown.push(UnknownCalendar { title, since: read_at });
        }
        busy.extend(known.into_iter().flatten().filter(|at| at.overlaps(span)));
    }
    unknown.sort_unstable();
    Ok((busy.into_iter().collect(), unknown))
}

/// The intervals of two columns that have their ends.
pub(crate) fn intervals(
    starts: Option<Vec<OffsetDateTime>>,
    ends: Option<Vec<OffsetDateTime>>,
) -> Result<Option<Vec<Interval>>, Error> {
    let (Some(starts), Some(ends)) = (starts, ends) else { return Ok(None) };
    starts.into_iter().zip(ends).map(|(start, end)| interval(start, end)).collect::<Result<_, _>>().map(Some)
}

impl TryFrom<BusyRow> for BusyRecord {
    type Error = Error;

    fn try_from(row: BusyRow) -> Result<Self, Error> {
        Ok(Self {
            calendar: row.calendar_id,
            span: interval(row.span_start_ts, row.span_end_ts)?,
            busy: intervals(row.busy_from, row.busy_to)?,
            read_at: row.read_at.into(),
        })
    }
}

impl From<&BusyRecord> for BusyRow {
    fn from(record: &BusyRecord) -> Self {
        let ends = |end: fn(Interval) -> planner_core::time::Instant| {
            let busy = record.busy.as_ref()?;
            Some(busy.iter().map(|at| OffsetDateTime::from(end(*at))).collect())
        };
        Self {
            calendar_id: record.calendar,
            span_start_ts: record.span.start().into(),
            span_end_ts: record.span.end().into(),
            busy_from: ends(Interval::start),
            busy_to: ends(Interval::end),
            read_at: record.read_at.into(),
        }
    }
}
