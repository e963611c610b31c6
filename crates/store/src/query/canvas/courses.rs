use app::identity::UserId;
use app::ports::canvas::{CourseChoice, CourseRecord};
use diesel::{
    AsChangeset, ExpressionMethods as _, Insertable, OptionalExtension as _, QueryDsl as _, Queryable,
    Selectable, SelectableHelper as _,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::time::Moment;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::Error;
use crate::query::google::column;
use crate::query::number::{narrow, priority, score};
use crate::schema::canvas_courses as courses;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = courses, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
struct CourseRow {
    id: Uuid,
    canvas_id: String,
    name: String,
    code: String,
    term: Option<String>,
    time_zone: Option<String>,
    is_active: bool,
    empty_since: Option<OffsetDateTime>,
    is_ignored: bool,
    effort_percent: i32,
    priority_score: Option<f64>,
}

/// Every course, in order of name and identity.
pub(crate) async fn all(
    connection: &mut AsyncPgConnection,
    user: UserId,
) -> Result<Vec<CourseRecord>, Error> {
    let rows: Vec<CourseRow> = courses::table
        .filter(courses::user_id.eq(user.0))
        .order((courses::name, courses::id))
        .select(CourseRow::as_select())
        .load(connection)
        .await?;
    rows.into_iter().map(CourseRecord::try_from).collect()
}

/// One course.
pub(crate) async fn one(
    connection: &mut AsyncPgConnection,
    user: UserId,
    id: Uuid,
) -> Result<Option<CourseRecord>, Error> {
    let row: Option<CourseRow> = courses::table
        .find((user.0, id))
        .select(CourseRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    row.map(CourseRecord::try_from).transpose()
}

/// Adds or replaces a course, unless it says the same already.
pub(crate) async fn put(
    connection: &mut AsyncPgConnection,
    user: UserId,
    course: &CourseRecord,
) -> Result<(), Error> {
    if one(connection, user, course.id).await?.as_ref() == Some(course) {
        return Ok(());
    }
    let row = CourseRow::try_from(course)?;
    diesel::insert_into(courses::table)
        .values((courses::user_id.eq(user.0), &row))
        .on_conflict((courses::user_id, courses::id))
        .do_update()
        .set(&row)
        .execute(connection)
        .await?;
    Ok(())
}

impl TryFrom<CourseRow> for CourseRecord {
    type Error = Error;

    fn try_from(row: CourseRow) -> Result<Self, Error> {
        Ok(Self {
            id: row.id,
            canvas_id: row.canvas_id,
            name: row.name,
            code: row.code,
            term: row.term,
            time_zone: row.time_zone,
            is_active: row.is_active,
            empty_since: row.empty_since.map(Moment::from),
            choice: CourseChoice {
                is_ignored: row.is_ignored,
                effort_percent: narrow("effort_percent", row.effort_percent)?,
                priority: row.priority_score.map(priority).transpose()?,
            },
        })
    }
}

impl TryFrom<&CourseRecord> for CourseRow {
    type Error = Error;

    fn try_from(course: &CourseRecord) -> Result<Self, Error> {
        Ok(Self {
            id: course.id,
            canvas_id: course.canvas_id.clone(),
            name: course.name.clone(),
            code: course.code.clone(),
            term: course.term.clone(),
            time_zone: course.time_zone.clone(),
            is_active: course.is_active,
            empty_since: column(course.empty_since),
            is_ignored: course.choice.is_ignored,
            effort_percent: course.choice.effort_percent.into(),
            priority_score: course.choice.priority.map(score).transpose()?,
        })
    }
}
