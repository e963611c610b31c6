//! Canvas's types, and what they are in our words. They stop here. What is missing or odd in a row is no reason to read
//! none of the others.

use app::ports::canvas::{Form, ItemKind, RemoteCourse, RemoteGroup, RemoteItem, RemotePage, RemoteUser};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use planner_core::time::Moment;
use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Nobody hands in anything before or after.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=8999;

/// The longest id.
const LONGEST_ID: usize = 64;

/// An id: a string for whoever asks so, and a number for others.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Id {
    Text(String),
    Number(u64),
}

impl Id {
    /// As text that may stand in an address.
    fn text(self) -> Option<String> {
        let text = match self {
            Self::Text(text) => text,
            Self::Number(number) => number.to_string(),
        };
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"~-_".contains(&byte);
        ((1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(is_plain)).then_some(text)
    }
}

#[derive(Deserialize)]
pub(crate) struct UserRow {
    id: Id,
    name: Option<String>,
    time_zone: Option<String>,
}

impl UserRow {
    pub(crate) fn user(self) -> Option<RemoteUser> {
        let name = self.name.unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect();
        Some(RemoteUser { id: self.id.text()?, name, time_zone: zone(self.time_zone) })
    }
}

#[derive(Deserialize)]
struct CourseRow {
    id: Id,
    /// Missing where dates keep the user out.
    name: Option<String>,
    course_code: Option<String>,
    time_zone: Option<String>,
    #[serde(default)]
    apply_assignment_group_weights: Option<bool>,
    syllabus_body: Option<String>,
    term: Option<TermRow>,
}

#[derive(Deserialize)]
struct TermRow {
    name: Option<String>,
}

pub(crate) fn course(row: Value) -> Option<RemoteCourse> {
    let row: CourseRow = serde_json::from_value(row).ok()?;
    Some(RemoteCourse {
        id: row.id.text()?,
        name: clean(&row.name?),
        code: clean(&row.course_code.unwrap_or_default()),
        term: row.term.and_then(|term| term.name).map(|name| clean(&name)).filter(|name| !name.is_empty()),
        time_zone: zone(row.time_zone),
        is_weighted: row.apply_assignment_group_weights.unwrap_or(false),
        syllabus: row.syllabus_body.map(|body| clean(&body)),
    })
}

#[derive(Deserialize)]
struct GroupRow {
    id: Id,
    group_weight: Option<f64>,
}

pub(crate) fn group(row: Value) -> Option<RemoteGroup> {
    let row: GroupRow = serde_json::from_value(row).ok()?;
    let weight_permille =
        whole(row.group_weight.unwrap_or(0.0), 10.0).and_then(|weight| u32::try_from(weight).ok());
    Some(RemoteGroup { id: row.id.text()?, weight_permille: weight_permille.unwrap_or(0).min(1000) })
}

#[derive(Deserialize)]
struct AssignmentRow {
    id: Id,
    name: Option<String>,
    due_at: Option<String>,
    #[serde(default)]
    all_dates: Option<Vec<DateRow>>,
    points_possible: Option<f64>,
    assignment_group_id: Option<Id>,
    published: Option<bool>,
    workflow_state: Option<String>,
    omit_from_final_grade: Option<bool>,
    is_quiz_assignment: Option<bool>,
    #[serde(default)]
    submission_types: Option<Vec<String>>,
    submission: Option<SubmissionRow>,
}

#[derive(Deserialize)]
struct DateRow {
    due_at: Option<String>,
}

#[derive(Deserialize)]
struct SubmissionRow {
    workflow_state: Option<String>,
    submitted_at: Option<String>,
    excused: Option<bool>,
    redo_request: Option<bool>,
}

impl SubmissionRow {
    /// Whether there is nothing left to do.
    fn is_done(&self) -> bool {
        let is_in = matches!(
            self.workflow_state.as_deref(),
            Some("submitted" | "graded" | "pending_review" | "complete")
        );
        let is_to_be_done_again = self.redo_request == Some(true);
        self.excused == Some(true) || ((is_in || self.submitted_at.is_some()) && !is_to_be_done_again)
    }
}

pub(crate) fn assignment(course: &RemoteCourse, row: Value) -> Option<RemoteItem> {
    let row: AssignmentRow = serde_json::from_value(row).ok()?;
    let is_of = |kind: &str| row.submission_types.iter().flatten().any(|other| other == kind);
    let form = if row.is_quiz_assignment == Some(true) || is_of("online_quiz") {
        Form::Quiz
    } else if is_of("discussion_topic") {
        Form::Discussion
    } else {
        Form::Work
    };
    let due_at = row.due_at.clone().or_else(|| only_date(row.all_dates.as_deref()));
    let is_published = row.published != Some(false)
        && !matches!(row.workflow_state.as_deref(), Some("unpublished" | "deleted"));
    let item =
        item(ItemKind::Assignment, row.id.clone(), Some(course), row.name.as_deref(), due_at.as_deref())?;
    Some(RemoteItem {
        points: row.points_possible.and_then(|points| whole(points, 100.0)).filter(|points| *points > 0),
        group: row.assignment_group_id.clone().and_then(Id::text),
        form,
        is_published,
        is_counted: row.omit_from_final_grade != Some(true),
        is_done: row.submission.as_ref().is_some_and(SubmissionRow::is_done),
        ..item
    })
}

/// The due time of all dates, where they know only one.
fn only_date(dates: Option<&[DateRow]>) -> Option<String> {
    let mut dates: Vec<&String> = dates?.iter().filter_map(|date| date.due_at.as_ref()).collect();
    dates.sort_unstable();
    dates.dedup();
    match dates.as_slice() {
        [one] => Some((*one).clone()),
        _ => None,
    }
}

#[derive(Deserialize)]
struct QuizRow {
    id: Id,
    title: Option<String>,
    due_at: Option<String>,
    points_possible: Option<f64>,
    published: Option<bool>,
    assignment_id: Option<Id>,
}

/// A quiz that is due at some time and is no assignment.
pub(crate) fn quiz(course: &RemoteCourse, row: Value) -> Option<RemoteItem> {
    let row: QuizRow =
        serde_json::from_value(row).ok().filter(|row: &QuizRow| row.assignment_id.is_none())?;
    let item = item(ItemKind::Quiz, row.id, Some(course), row.title.as_deref(), row.due_at.as_deref())?;
    item.due?;
    let points = row.points_possible.and_then(|points| whole(points, 100.0)).filter(|points| *points > 0);
    Some(RemoteItem { form: Form::Quiz, is_published: row.published != Some(false), points, ..item })
}

#[derive(Deserialize)]
struct DiscussionRow {
    id: Id,
    title: Option<String>,
    todo_date: Option<String>,
    published: Option<bool>,
    assignment_id: Option<Id>,
}

/// A discussion that is to be taken part in by some time and is no assignment.
pub(crate) fn discussion(course: &RemoteCourse, row: Value) -> Option<RemoteItem> {
    let row: DiscussionRow =
        serde_json::from_value(row).ok().filter(|row: &DiscussionRow| row.assignment_id.is_none())?;
    let item =
        item(ItemKind::Discussion, row.id, Some(course), row.title.as_deref(), row.todo_date.as_deref())?;
    item.due?;
    Some(RemoteItem { form: Form::Discussion, is_published: row.published != Some(false), ..item })
}

#[derive(Deserialize)]
struct PlannerRow {
    plannable_type: String,
    plannable_id: Id,
    plannable_date: Option<String>,
    course_id: Option<Id>,
    plannable: Option<PlannableRow>,
    planner_override: Option<OverrideRow>,
}

#[derive(Deserialize)]
struct PlannableRow {
    title: Option<String>,
}

#[derive(Deserialize)]
struct OverrideRow {
    marked_complete: Option<bool>,
}

/// What stands on the planner and is in no list of a course.
pub(crate) fn planned(row: Value) -> Option<RemoteItem> {
    let row: PlannerRow = serde_json::from_value(row).ok()?;
    let kind = match row.plannable_type.as_str() {
        "planner_note" => ItemKind::Note,
        "wiki_page" => ItemKind::Page,
        _ => return None,
    };
    let title = row.plannable.and_then(|plannable| plannable.title);
    let item = item(kind, row.plannable_id, None, title.as_deref(), row.plannable_date.as_deref())?;
    let is_done = row.planner_override.and_then(|over| over.marked_complete) == Some(true);
    Some(RemoteItem { course: row.course_id.and_then(Id::text), is_done, is_counted: false, ..item })
}

#[derive(Deserialize)]
pub(crate) struct PageRow {
    url: Option<String>,
    title: Option<String>,
    body: Option<String>,
    updated_at: Option<String>,
}

impl PageRow {
    /// The page, where it says anything.
    pub(crate) fn page(self) -> Option<RemotePage> {
        Some(RemotePage {
            slug: self.url.filter(|url| (1..=255).contains(&url.len()))?,
            title: clean(&self.title.unwrap_or_default()),
            body: clean(&self.body?),
            updated_at: self.updated_at.as_deref().and_then(|at| moment(at, None)),
        })
    }
}

/// What all items have. Whatever is not said is as it mostly is.
fn item(
    kind: ItemKind,
    id: Id,
    course: Option<&RemoteCourse>,
    title: Option<&str>,
    due: Option<&str>,
) -> Option<RemoteItem> {
    let zone = course.and_then(|course| course.time_zone.as_deref());
    Some(RemoteItem {
        kind,
        id: id.text()?,
        course: course.map(|course| course.id.clone()),
        title: clean(title.unwrap_or_default()),
        due: due.and_then(|due| moment(due, zone)).map(|due| Moment::from(due).floor().moment().into()),
        points: None,
        group: None,
        form: Form::Work,
        is_published: true,
        is_counted: true,
        is_done: false,
    })
}

/// A point in time; a day alone ends with its last minute, on the clock of that zone. Down to the minute a time is cut and
/// not rounded: what is due at 23:59:59 is due on that day.
fn moment(text: &str, zone: Option<&str>) -> Option<OffsetDateTime> {
    let at = OffsetDateTime::parse(text, &Rfc3339).ok().or_else(|| end_of_day(text, zone))?;
    let at = at.to_offset(time::UtcOffset::UTC);
    YEARS.contains(&at.year()).then_some(at)
}

/// The last minute of a day.
fn end_of_day(text: &str, zone: Option<&str>) -> Option<OffsetDateTime> {
    let day: Date = text.parse().ok()?;
    let zone = zone.and_then(|zone| TimeZone::get(zone).ok()).unwrap_or(TimeZone::UTC);
    let end = day.at(23, 59, 0, 0).to_zoned(zone).ok()?;
    OffsetDateTime::from_unix_timestamp(end.timestamp().as_second()).ok()
}

/// A zone that is known.
fn zone(name: Option<String>) -> Option<String> {
    name.filter(|name| TimeZone::get(name).is_ok())
}

/// Text that a database keeps.
fn clean(text: &str) -> String {
    text.replace('\0', "")
}

/// `value` times `scale` as a whole number, unless it is out of all bounds.
fn whole(value: f64, scale: f64) -> Option<u64> {
    let scaled = (value * scale).round();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "within the bounds that were looked at"
    )]
    (0.0..=1e12).contains(&scaled).then_some(scaled as u64)
}

#[cfg(test)]
mod tests;
