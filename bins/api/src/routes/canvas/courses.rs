//! `/api/v1/canvas/courses`: the courses, and what is settled for them.

use app::canvas::CourseOverview;
use app::ports::canvas::{CourseChoice, PageHead};
use planner_core::model::Priority;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Number;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use uuid::Uuid;

use crate::auth::Identity;
use crate::extract::{Json, Path, UseCases};
use crate::problem::Problem;
use crate::routes::failure::problem;
use crate::routes::named;
use crate::value::{Timestamp, whole};

/// The courses.
#[derive(Serialize, ToSchema)]
#[schema(as = CanvasCourses)]
pub(super) struct CoursesView {
    /// In order of name. None before they were read for the first time.
    items: Vec<CourseView>,
}

/// A course, what is settled for it, and which pages are kept of it.
#[derive(Serialize, ToSchema)]
#[schema(as = CanvasCourse)]
pub(super) struct CourseView {
    id: Uuid,
    canvas_id: String,
    name: String,
    code: String,
    #[schema(required)]
    term: Option<String>,
    #[schema(required)]
    time_zone: Option<String>,
    /// Whether the user takes part in it now.
    is_active: bool,
    is_ignored: bool,
    effort_percent: u16,
    /// Null: as the rules say.
    #[schema(required, schema_with = priority_or_null)]
    priority_score: Option<Number>,
    /// Whether there is a syllabus among the pages.
    has_syllabus: bool,
    pages: Vec<PageView>,
}

/// A page that is kept.
#[derive(Serialize, ToSchema)]
#[schema(as = CanvasPage)]
struct PageView {
    /// `syllabus`, or `pages/` and what it is called in addresses.
    place: String,
    title: String,
    /// Whether it was too long to be kept as a whole.
    is_cut: bool,
    /// When it was last changed at Canvas.
    #[schema(required)]
    updated_at: Option<Timestamp>,
    /// When it was first read as it is.
    read_at: Timestamp,
}

/// How a course is treated, all of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CanvasCourseBody, examples(json!({"is_ignored": false, "effort_percent": 150, "priority_score": null})))]
pub(super) struct CourseBody {
    /// Whether nothing of it is to be done: its tasks are closed, and it is not read.
    is_ignored: bool,
    /// The effort of its tasks, in hundredths of what the rules say.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 10, maximum = 1000)]
    effort_percent: u16,
    /// How much its tasks matter. Null: as the rules say.
    // By a function of its own, so that serde does not take null for what is left out.
    #[serde(deserialize_with = "optional_priority")]
    #[schema(required, schema_with = priority_or_null)]
    priority_score: Option<Priority>,
}

fn optional_priority<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Priority>, D::Error> {
    #[derive(Deserialize)]
    struct Said(#[serde(deserialize_with = "named::priority")] Priority);
    Ok(Option::<Said>::deserialize(deserializer)?.map(|said| said.0))
}

fn priority_or_null() -> RefOr<Schema> {
    let number = ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::SchemaType::from_iter([Type::Number, Type::Null]))
        .minimum(Some(0))
        .maximum(Some(100))
        .multiple_of(Some(0.001));
    number.into()
}

impl From<PageHead> for PageView {
    fn from(head: PageHead) -> Self {
        Self {
            place: head.place,
            title: head.title,
            is_cut: head.is_cut,
            updated_at: head.updated_at.map(Timestamp),
            read_at: Timestamp(head.read_at.into()),
        }
    }
}

impl From<CourseOverview> for CourseView {
    fn from(CourseOverview { course, pages }: CourseOverview) -> Self {
        Self {
            id: course.id,
            canvas_id: course.canvas_id,
            name: course.name,
            code: course.code,
            term: course.term,
            time_zone: course.time_zone,
            is_active: course.is_active,
            is_ignored: course.choice.is_ignored,
            effort_percent: course.choice.effort_percent,
            priority_score: course.choice.priority.map(named::priority_as_number),
            has_syllabus: pages.iter().any(|page| page.place == PageHead::SYLLABUS),
            pages: pages.into_iter().map(PageView::from).collect(),
        }
    }
}

pub(super) async fn list(me: Identity, UseCases(app): UseCases) -> Result<Json<CoursesView>, Problem> {
    let courses = app.canvas_courses(&me.user()).await.map_err(|failure| problem(failure, app.now()))?;
    Ok(Json(CoursesView { items: courses.into_iter().map(CourseView::from).collect() }))
}

pub(super) async fn choose(
    me: Identity,
    UseCases(app): UseCases,
    Path(id): Path<Uuid>,
    Json(body): Json<CourseBody>,
) -> Result<Json<CourseView>, Problem> {
    let choice = CourseChoice {
        is_ignored: body.is_ignored,
        effort_percent: body.effort_percent,
        priority: body.priority_score,
    };
    let chosen = app.choose_canvas_course(&me.user(), id, choice).await;
    Ok(Json(chosen.map_err(|failure| problem(failure, app.now()))?.into()))
}
