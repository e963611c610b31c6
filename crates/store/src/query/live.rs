use app::identity::UserId;
use app::ports::{LiveEvent, LivePage, NewLiveEvent};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::model::TaskId;
use planner_core::time::Moment;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::Error;

/// Adds a live event under the user's next number.
///
/// The numbers are counted in the user's row, which the unit of work has locked: they have no gap, come in the order of
/// the commits, and go on when the events themselves are gone.
pub(crate) async fn insert(
    connection: &mut AsyncPgConnection,
    user: UserId,
    event: &NewLiveEvent,
) -> Result<(), Error> {
    let inserted = diesel::sql_query(
        "WITH next AS (
             UPDATE users SET last_event_seq = last_event_seq + 1 WHERE id = $1 RETURNING last_event_seq
         )
         INSERT INTO realtime_events (user_id, seq, kind, proposal_id, trigger_item_id, payload, at)
         SELECT $1, last_event_seq, $2, $3, $4, $5, $6 FROM next",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<Text, _>(event.kind.as_str())
    .bind::<Nullable<SqlUuid>, _>(event.proposal_id)
    .bind::<Nullable<SqlUuid>, _>(event.trigger.map(|task| task.0))
    .bind::<Jsonb, _>(Value::Object(event.payload.clone()))
    .bind::<Timestamptz, _>(OffsetDateTime::from(event.at))
    .execute(connection)
    .await?;
    if inserted == 1 { Ok(()) } else { Err(Error::broken("a live event has nobody to look on")) }
}

/// A live event, or, where there is none, how far they went.
#[derive(QueryableByName)]
struct LiveRow {
    #[diesel(sql_type = BigInt)]
    last_event_seq: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    seq: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    kind: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    proposal_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    trigger_item_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    payload: Option<Value>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    at: Option<OffsetDateTime>,
}

/// The user's live events numbered higher than `after`, and their present position.
pub(crate) async fn after(
    connection: &mut AsyncPgConnection,
    user: UserId,
    after: i64,
    limit: u16,
) -> Result<LivePage, Error> {
    // One statement, so that the position and the events are of one moment.
    let rows: Vec<LiveRow> = diesel::sql_query(
        "SELECT u.last_event_seq, e.seq, e.kind, e.proposal_id, e.trigger_item_id, e.payload, e.at
           FROM users u
           LEFT JOIN LATERAL (SELECT * FROM realtime_events
                               WHERE user_id = u.id AND seq > $2 ORDER BY seq LIMIT $3) e ON true
          WHERE u.id = $1 ORDER BY e.seq",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<BigInt, _>(after)
    .bind::<BigInt, _>(i64::from(limit))
    .load(connection)
    .await?;
    let position = rows.iter().map(|row| row.last_event_seq).max().unwrap_or(0);
    Ok(LivePage { position, events: rows.into_iter().filter_map(event).collect() })
}

fn event(row: LiveRow) -> Option<LiveEvent> {
    Some(LiveEvent {
        seq: row.seq?,
        kind: row.kind?,
        proposal_id: row.proposal_id,
        trigger: row.trigger_item_id.map(TaskId),
        payload: match row.payload? {
            Value::Object(payload) => payload,
            _ => Map::new(),
        },
        at: Moment::from(row.at?),
    })
}
