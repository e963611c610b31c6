//! `/api/v1/google/calendars`: which calendars there are, and which are synchronised.

use std::collections::BTreeMap;

use app::google::{ChoiceFailure, GoogleOverview};
use app::ports::google::{AccessRole, CalendarChoice, CalendarRecord, ImportRule};
use planner_core::model::Kind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::ObjectBuilder;
use uuid::Uuid;

use super::sign_in::AccountView;
use crate::auth::Identity;
use crate::extract::{Json, UseCases};
use crate::openapi::one_of;
use crate::problem::{Problem, ProblemType};
use crate::routes::failure::problem;
use crate::routes::named;
use crate::value::{Line, Timestamp};

/// A calendar's name at Google, or `primary`, or `app`.
type Name = Line<1024>;

/// The account, what its owner chose, and its calendars.
#[derive(Serialize, ToSchema)]
#[schema(as = GoogleCalendars)]
pub(super) struct CalendarsView {
    /// Null where none is connected.
    #[schema(required)]
    account: Option<AccountView>,
    choice: ChoiceView,
    /// The first one first, then by title. None before they were listed for the first time.
    items: Vec<CalendarView>,
}

/// Which calendars are synchronised. They go by their `google_id`; `primary` is the account's own first one.
#[derive(Serialize, ToSchema)]
#[schema(as = CalendarChoice)]
pub(super) struct ChoiceView {
    sync_enabled: bool,
    read_calendar_ids: Vec<String>,
    busy_calendar_ids: Vec<String>,
    #[schema(required)]
    write_calendar_id: Option<String>,
    calendar_rules: BTreeMap<String, RuleView>,
}

/// What events of a calendar become here.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportRule)]
pub(super) struct RuleView {
    #[serde(rename = "type")]
    #[schema(schema_with = named::kinds)]
    kind: &'static str,
    is_movable: bool,
    protected: bool,
}

/// A calendar of the account's list.
#[derive(Serialize, ToSchema)]
#[schema(as = GoogleCalendar)]
pub(super) struct CalendarView {
    id: Uuid,
    google_id: String,
    title: String,
    #[schema(required)]
    time_zone: Option<String>,
    /// What the account may do with it.
    #[schema(schema_with = accesses)]
    access: &'static str,
    is_primary: bool,
    /// Whether it was made for what is written from here.
    is_ours: bool,
    /// Whether its events are read.
    is_read: bool,
    /// What its events become; null where they are fixed, and of no particular type.
    #[schema(required)]
    rule: Option<RuleView>,
    /// When it was last read.
    #[schema(required)]
    last_success_at: Option<Timestamp>,
    /// Tries that failed since.
    failures: u32,
    /// Why the last one failed.
    #[schema(required)]
    last_error: Option<String>,
}

fn accesses() -> ObjectBuilder {
    one_of(
        [AccessRole::FreeBusyReader, AccessRole::Reader, AccessRole::Writer, AccessRole::Owner]
            .map(AccessRole::as_str),
    )
}

/// Which calendars are to be synchronised, all of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CalendarChoiceBody, examples(json!({
    "sync_enabled": true, "read_calendar_ids": ["primary", "timetable@group.calendar.google.com"],
    "busy_calendar_ids": [], "write_calendar_id": "primary",
    "calendar_rules": {"timetable@group.calendar.google.com": {"type": "CLASS"}},
})))]
pub(super) struct ChoiceBody {
    /// Whether anything is.
    sync_enabled: bool,
    /// Those whose events are read.
    #[schema(max_items = 100)]
    read_calendar_ids: Vec<Name>,
    /// Those of which only is read when they are busy.
    #[schema(max_items = 100)]
    busy_calendar_ids: Vec<Name>,
    /// Where new events are written to: one of the list, or `app` for a calendar that is made for it. Null: nowhere.
    // By a function of its own, so that serde does not take null for what is left out.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required)]
    write_calendar_id: Option<Name>,
    /// What events become here, by calendar; at most 100.
    calendar_rules: BTreeMap<Name, RuleBody>,
}

/// What events of a calendar become here.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportRuleBody)]
pub(super) struct RuleBody {
    #[serde(rename = "type", deserialize_with = "named::kind")]
    #[schema(schema_with = named::kinds)]
    kind: Kind,
    /// Whether the planner may move them.
    #[serde(default)]
    is_movable: bool,
    /// Whether they are locked.
    #[serde(default)]
    protected: bool,
}

impl From<ChoiceBody> for CalendarChoice {
    fn from(body: ChoiceBody) -> Self {
        let names = |names: Vec<Name>| names.into_iter().map(Name::into_inner).collect();
        let rule = |(name, rule): (Name, RuleBody)| {
            let RuleBody { kind, is_movable, protected } = rule;
            (name.into_inner(), ImportRule { kind, is_movable, protected })
        };
        Self {
            sync_enabled: body.sync_enabled,
            read_calendar_ids: names(body.read_calendar_ids),
            busy_calendar_ids: names(body.busy_calendar_ids),
            write_calendar_id: body.write_calendar_id.map(Name::into_inner),
            calendar_rules: body.calendar_rules.into_iter().map(rule).collect(),
        }
    }
}

impl From<ImportRule> for RuleView {
    fn from(rule: ImportRule) -> Self {
        Self { kind: rule.kind.as_str(), is_movable: rule.is_movable, protected: rule.protected }
    }
}

impl From<GoogleOverview> for CalendarsView {
    fn from(overview: GoogleOverview) -> Self {
        let items = overview.calendars.iter().map(|calendar| calendar_view(calendar, &overview)).collect();
        let choice = overview.choice;
        Self {
            account: overview.account.map(AccountView::from),
            choice: ChoiceView {
                sync_enabled: choice.sync_enabled,
                read_calendar_ids: choice.read_calendar_ids,
                busy_calendar_ids: choice.busy_calendar_ids,
                write_calendar_id: choice.write_calendar_id,
                calendar_rules: choice
                    .calendar_rules
                    .into_iter()
                    .map(|(name, rule)| (name, rule.into()))
                    .collect(),
            },
            items,
        }
    }
}

fn calendar_view(calendar: &CalendarRecord, overview: &GoogleOverview) -> CalendarView {
    CalendarView {
        id: calendar.id,
        google_id: calendar.google_id.clone(),
        title: calendar.title.clone(),
        time_zone: calendar.time_zone.clone(),
        access: calendar.access.as_str(),
        is_primary: calendar.is_primary,
        is_ours: calendar.is_ours,
        is_read: overview.is_read(calendar),
        rule: overview.choice.rule_of(calendar).map(RuleView::from),
        last_success_at: calendar.health.succeeded_at.map(|at| Timestamp(at.into())),
        failures: calendar.health.failures,
        last_error: calendar.health.error.clone(),
    }
}

pub(super) async fn read(me: Identity, UseCases(app): UseCases) -> Result<Json<CalendarsView>, Problem> {
    let overview = app.google_overview(&me.user()).await.map_err(|failure| problem(failure, app.now()))?;
    Ok(Json(overview.into()))
}

pub(super) async fn choose(
    me: Identity,
    UseCases(app): UseCases,
    Json(body): Json<ChoiceBody>,
) -> Result<Json<CalendarsView>, Problem> {
    match app.choose_calendars(&me.user(), body.into()).await {
        Ok(overview) => Ok(Json(overview.into())),
        Err(ChoiceFailure::NotFound) => Err(nothing_connected()),
        Err(failure) => Err(problem(failure, app.now())),
    }
}

/// There is no account that something could be done with.
pub(super) fn nothing_connected() -> Problem {
    Problem::new(ProblemType::NotFound, "You have connected no account at Google.")
}
