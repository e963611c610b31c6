use app::identity::UserId;
use app::ports::canvas::{PageHead, PageRecord};
use diesel::{
    AsChangeset, ExpressionMethods as _, Insertable, QueryDsl as _, Queryable, Selectable,
    SelectableHelper as _,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::Error;
use crate::schema::canvas_pages as pages;

#[derive(Queryable, Selectable)]
#[diesel(table_name = pages, check_for_backend(diesel::pg::Pg))]
struct HeadRow {
    course_id: Uuid,
    place: String,
    title: String,
    is_cut: bool,
    updated_at: Option<OffsetDateTime>,
    read_at: OffsetDateTime,
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = pages, treat_none_as_null = true)]
struct PageRow<'a> {
    place: &'a str,
    title: &'a str,
    body: &'a str,
    is_cut: bool,
    updated_at: Option<OffsetDateTime>,
    read_at: OffsetDateTime,
}

/// What pages there are of each course, in order of course and place.
pub(crate) async fn heads(
    connection: &mut AsyncPgConnection,
    user: UserId,
) -> Result<Vec<(Uuid, PageHead)>, Error> {
    let rows: Vec<HeadRow> = pages::table
        .filter(pages::user_id.eq(user.0))
        .order((pages::course_id, pages::place))
        .select(HeadRow::as_select())
        .load(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.course_id, row.into())).collect())
}

/// The pages of a course, in order of place.
pub(crate) async fn of_course(
    connection: &mut AsyncPgConnection,
    user: UserId,
    course: Uuid,
) -> Result<Vec<PageRecord>, Error> {
    let rows: Vec<(HeadRow, String)> = pages::table
        .filter(pages::user_id.eq(user.0))
        .filter(pages::course_id.eq(course))
        .order(pages::place)
        .select((HeadRow::as_select(), pages::body))
        .load(connection)
        .await?;
    let record = |(row, body): (HeadRow, String)| PageRecord { course, head: row.into(), body };
    Ok(rows.into_iter().map(record).collect())
}

/// Keeps these pages of a course and no others. One that says the same already is not written to.
pub(crate) async fn replace(
    connection: &mut AsyncPgConnection,
    user: UserId,
    course: Uuid,
    kept: &[PageRecord],
) -> Result<(), Error> {
    let places: Vec<&str> = kept.iter().map(|page| page.head.place.as_str()).collect();
    diesel::delete(pages::table.filter(pages::user_id.eq(user.0)))
        .filter(pages::course_id.eq(course))
        .filter(pages::place.ne_all(places))
        .execute(connection)
        .await?;
    let known = of_course(connection, user, course).await?;
    for page in kept.iter().filter(|page| !known.iter().any(|known| says_the_same(known, page))) {
        let row = PageRow {
            place: &page.head.place,
            title: &page.head.title,
            body: &page.body,
            is_cut: page.head.is_cut,
            updated_at: page.head.updated_at,
            read_at: page.head.read_at.into(),
        };
        diesel::insert_into(pages::table)
            .values((pages::user_id.eq(user.0), pages::course_id.eq(course), &row))
            .on_conflict((pages::user_id, pages::course_id, pages::place))
            .do_update()
            .set(&row)
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Whether two readings of a page differ in nothing but when it was read.
fn says_the_same(one: &PageRecord, other: &PageRecord) -> bool {
    let head = PageHead { read_at: other.head.read_at, ..one.head.clone() };
    head == other.head && one.body == other.body
}

impl From<HeadRow> for PageHead {
    fn from(row: HeadRow) -> Self {
        Self {
            place: row.place,
            title: row.title,
            is_cut: row.is_cut,
            updated_at: row.updated_at,
            read_at: row.read_at.into(),
        }
    }
}
