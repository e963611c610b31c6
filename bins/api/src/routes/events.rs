//! `/api/v1/events`: the owner's calendar.

use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder};
use app::ports::{EventFields, EventPage, EventRecord, Position};
use planner_core::model::{EventId, Kind, TaskId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::cursor::{self, ListView};
use super::failure::problem;
use super::named;
use crate::auth::Identity;
use crate::extract::{IfMatch, Json, Path, Query, UseCases};
use crate::openapi::{Operation, operation};
use crate::problem::Problem;
use crate::server::{Endpoint, resource};
use crate::value::{Given, Instant, Line, Timestamp, not_null};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        resource("/api/v1/events")
            .get(list)
            .told(
                operation("listEvents", "Events that touch a stretch of time, by start")
                    .query::<EventQuery>()
                    .answers::<ListView<EventView>>(200, "A page of events.")
                    .leads_to("listEvents", &[("query.cursor", "$response.body#/next_cursor")]),
            )
            .post(create)
            .told(
                of_one(operation("createEvent", "Adds an event").takes::<EventBody>(), 201)
                    .about("Adds an event. Nothing is movable unless it is said to be."),
            ),
        resource("/api/v1/events/{id}")
            .get(read)
            .told(of_one(operation("readEvent", "One event"), 200))
            .put(replace)
            .told(
                of_one(operation("replaceEvent", "Replaces an event").takes::<EventBody>(), 200)
                    .about("Replaces all of an event: what is left out is as in a new one.")
                    .must_match(),
            )
            .patch(edit)
            .told(
                of_one(operation("editEvent", "Changes an event").takes::<EventPatch>(), 200)
                    .about("Changes what is given of an event; null empties `task_id`.")
                    .may_match(),
            )
            .delete(remove)
            .told(operation("deleteEvent", "Removes an event").answers_nothing("It is gone.").may_match()),
    ]
}

/// What is answered with an event, and what can be done with it then.
fn of_one(operation: Operation, status: u16) -> Operation {
    let (id, etag) = (("path.id", "$response.body#/id"), ("header.If-Match", "$response.header.ETag"));
    operation
        .answers::<EventView>(status, "The event.")
        .with_etag()
        .leads_to("readEvent", &[id])
        .leads_to("replaceEvent", &[id, etag])
        .leads_to("editEvent", &[id, etag])
        .leads_to("deleteEvent", &[id, etag])
}

/// An event as it is shown. Its fields bear the names of the table's columns.
#[derive(Serialize, ToSchema)]
#[schema(as = Event, examples(json!({
    "id": "019588a4-5c00-7000-8000-0000000000e1", "title": "Linear algebra", "type": "CLASS",
    "start_ts": "2026-03-04T10:00:00Z", "end_ts": "2026-03-04T11:30:00Z", "is_movable": false, "protected": false,
    "transparent": false, "task_id": null, "source": "canvascal", "source_id": null, "metadata": {"room": "H 104"},
    "version": 1, "created_at": "2026-03-02T08:00:00Z", "updated_at": "2026-03-02T08:00:00Z",
})))]
struct EventView {
    id: Uuid,
    title: String,
    start_ts: Timestamp,
    end_ts: Timestamp,
    #[serde(rename = "type")]
    #[schema(schema_with = named::kinds)]
    kind: &'static str,
    is_movable: bool,
    protected: bool,
    transparent: bool,
    /// The task that it serves.
    #[schema(required)]
    task_id: Option<Uuid>,
    source: String,
    #[schema(required)]
    source_id: Option<String>,
    #[schema(value_type = Object, additional_properties)]
    metadata: Map<String, Value>,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<EventRecord> for EventView {
    fn from(record: EventRecord) -> Self {
        let fields = record.fields;
        Self {
            id: record.id.0,
            title: fields.title,
            start_ts: Timestamp(fields.start_ts),
            end_ts: Timestamp(fields.end_ts),
            kind: fields.kind.as_str(),
            is_movable: fields.is_movable,
            protected: fields.protected,
            transparent: fields.transparent,
            task_id: fields.task_id.map(|task| task.0),
            source: record.origin.source,
            source_id: record.origin.source_id,
            metadata: fields.metadata,
            version: record.version,
            created_at: Timestamp(record.created_at),
            updated_at: Timestamp(record.updated_at),
        }
    }
}

/// A whole event. Nothing is movable unless it is said to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({
    "title": "Running", "type": "CHILL", "start_ts": "2026-03-04T17:00:00+01:00",
    "end_ts": "2026-03-04T18:00:00+01:00", "is_movable": true,
})))]
struct EventBody {
    title: Line<500>,
    start_ts: Instant,
    /// Later than `start_ts`, and at most 62 days.
    end_ts: Instant,
    #[serde(rename = "type", deserialize_with = "named::kind")]
    #[schema(schema_with = named::kinds)]
    kind: Kind,
    #[serde(default)]
    is_movable: bool,
    #[serde(default)]
    protected: bool,
    #[serde(default)]
    transparent: bool,
    /// The task that it serves, which has to be one of the user's.
    #[serde(default)]
    task_id: Option<Uuid>,
    /// Anything, in at most 16384 bytes.
    #[serde(default)]
    #[schema(value_type = Object, additional_properties)]
    metadata: Map<String, Value>,
}

impl From<EventBody> for EventFields {
    fn from(body: EventBody) -> Self {
        Self {
            title: body.title.into_inner(),
            start_ts: body.start_ts.get(),
            end_ts: body.end_ts.get(),
            kind: body.kind,
            is_movable: body.is_movable,
            protected: body.protected,
            transparent: body.transparent,
            task_id: body.task_id.map(TaskId),
            metadata: body.metadata,
        }
    }
}

/// What to change of an event; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"title": "A longer run", "end_ts": "2026-03-04T19:00:00Z"})))]
struct EventPatch {
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    title: Option<Line<500>>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    start_ts: Option<Instant>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    end_ts: Option<Instant>,
    #[serde(default, rename = "type", deserialize_with = "named::optional_kind")]
    #[schema(schema_with = named::kinds)]
    kind: Option<Kind>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    is_movable: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    protected: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    transparent: Option<bool>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    task_id: Given<Uuid>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(value_type = Object, required = false, additional_properties)]
    metadata: Option<Map<String, Value>>,
}

impl EventPatch {
    fn over(self, fields: EventFields) -> EventFields {
        EventFields {
            title: self.title.map_or(fields.title, Line::into_inner),
            start_ts: self.start_ts.map_or(fields.start_ts, Instant::get),
            end_ts: self.end_ts.map_or(fields.end_ts, Instant::get),
            kind: self.kind.unwrap_or(fields.kind),
            is_movable: self.is_movable.unwrap_or(fields.is_movable),
            protected: self.protected.unwrap_or(fields.protected),
            transparent: self.transparent.unwrap_or(fields.transparent),
            task_id: self.task_id.or(fields.task_id.map(|task| task.0)).map(TaskId),
            metadata: self.metadata.unwrap_or(fields.metadata),
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct EventQuery {
    /// The first minute that counts.
    #[param(inline, nullable = false)]
    from: Option<Instant>,
    /// The first that does not.
    #[param(inline, nullable = false)]
    to: Option<Instant>,
    #[param(minimum = 1, maximum = 200, default = 50, nullable = false)]
    limit: Option<u16>,
    #[param(schema_with = cursor::schema)]
    cursor: Option<String>,
}

async fn list(
    me: Identity,
    UseCases(app): UseCases,
    Query(query): Query<EventQuery>,
) -> Result<Json<ListView<EventView>>, Problem> {
    let page = cursor::page(query.limit, query.cursor.as_deref())?;
    let (from, to) = cursor::between(query.from, query.to)?;
    let listed = app.list_events(&me.user(), EventPage { from, to, page }).await;
    let (events, more) = listed.map_err(|failure| problem(failure, app.now()))?;
    Ok(Json(ListView::new(events, more, |event| Position { at: event.fields.start_ts, id: event.id.0 })))
}

async fn create(
    me: Identity,
    UseCases(app): UseCases,
    Json(body): Json<EventBody>,
) -> Result<HttpResponse, Problem> {
    let created =
        app.create_event(&me.user(), body.into()).await.map_err(|failure| problem(failure, app.now()))?;
    let location = format!("/api/v1/events/{}", created.id.0);
    Ok(show(created, HttpResponse::Created().insert_header((header::LOCATION, location))))
}

async fn read(me: Identity, UseCases(app): UseCases, Path(id): Path<Uuid>) -> Result<HttpResponse, Problem> {
    let event = app.event(&me.user(), EventId(id)).await.map_err(|failure| problem(failure, app.now()))?;
    Ok(show(event, &mut HttpResponse::Ok()))
}

async fn replace(
    me: Identity,
    UseCases(app): UseCases,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
    Json(body): Json<EventBody>,
) -> Result<HttpResponse, Problem> {
    let if_match = if_match.said()?;
    let meant = |event: &EventRecord| if_match.means(&tag(event));
    let edited = app.edit_event(&me.user(), EventId(id), meant, |_| body.into()).await;
    Ok(show(edited.map_err(|failure| problem(failure, app.now()))?, &mut HttpResponse::Ok()))
}

async fn edit(
    me: Identity,
    UseCases(app): UseCases,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
    Json(patch): Json<EventPatch>,
) -> Result<HttpResponse, Problem> {
    let meant = |event: &EventRecord| if_match.means(&tag(event));
    let edited = app.edit_event(&me.user(), EventId(id), meant, |fields| patch.over(fields)).await;
    Ok(show(edited.map_err(|failure| problem(failure, app.now()))?, &mut HttpResponse::Ok()))
}

async fn remove(
    me: Identity,
    UseCases(app): UseCases,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
) -> Result<HttpResponse, Problem> {
    let meant = |event: &EventRecord| if_match.means(&tag(event));
    let removed = app.delete_event(&me.user(), EventId(id), meant).await;
    removed.map_err(|failure| problem(failure, app.now()))?;
    Ok(HttpResponse::NoContent().finish())
}

/// The entity tag of an event as it is.
fn tag(event: &EventRecord) -> String {
    format!("\"{}\"", event.version)
}

fn show(event: EventRecord, answer: &mut HttpResponseBuilder) -> HttpResponse {
    answer.insert_header((header::ETAG, tag(&event))).json(EventView::from(event))
}
