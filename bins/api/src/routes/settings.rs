//! `/api/v1/settings`: what a user has settled about planning.

use actix_web::HttpResponse;
use actix_web::http::header;
use app::ports::UserSettings;
use planner_core::model::{Priority, Settings};
use planner_core::time::Zone;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use serde_json::Number;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};

use super::failure::problem;
use super::named;
use crate::auth::Identity;
use crate::extract::{IfMatch, Json, UseCases};
use crate::openapi::operation;
use crate::problem::{FieldError, Problem, ProblemType};
use crate::server::{Endpoint, resource};
use crate::value::{not_null, whole_not_null};

pub(super) fn endpoints() -> Vec<Endpoint> {
    let etag = ("header.If-Match", "$response.header.ETag");
    vec![
        resource("/api/v1/settings")
            .get(read)
            .told(
                operation("readSettings", "The user's settings")
                    .answers::<SettingsView>(200, "The settings.")
                    .with_etag()
                    .leads_to("changeSettings", &[etag]),
            )
            .put(put)
            .told(
                operation("changeSettings", "Changes the user's settings")
                    .about("Changes what is given of the settings; a field that is left out stays as it is.")
                    .takes::<SettingsBody>()
                    .answers::<SettingsView>(200, "The settings as they are now.")
                    .with_etag()
                    .may_match(),
            ),
    ]
}

/// The settings as they are shown: times of day and durations in minutes.
#[derive(Serialize, ToSchema)]
#[schema(as = Settings, examples(json!({
    "time_zone": "Europe/Berlin", "day_start_min": 420, "day_end_min": 1320, "rest_gap_min": 480, "focus_min": 30,
    "focus_max": 120, "lookahead_days": 5, "lead_minutes": 15, "relocation_spill_days": 0, "allow_delete": false,
    "energy": [100, 100, 100, 100, 100, 100, 100, 100, 120, 120, 120, 120, 90, 90, 100, 100, 100, 100, 100, 100, 100,
        100, 100, 100],
    "churn_cap": 3, "churn_cap_max": 5, "priority_threshold": 70,
})))]
struct SettingsView {
    time_zone: String,
    day_start_min: u16,
    day_end_min: u16,
    rest_gap_min: u16,
    focus_min: u16,
    focus_max: u16,
    lookahead_days: u8,
    lead_minutes: u16,
    relocation_spill_days: u8,
    allow_delete: bool,
    #[schema(min_items = 24, max_items = 24)]
    energy: [u8; 24],
    churn_cap: u8,
    churn_cap_max: u8,
    #[schema(schema_with = named::priorities)]
    priority_threshold: Number,
}

impl From<UserSettings> for SettingsView {
    fn from(settings: UserSettings) -> Self {
        let planning = settings.planning;
        Self {
            time_zone: planning.zone.name().to_owned(),
            day_start_min: planning.day_start_minute,
            day_end_min: planning.day_end_minute,
            rest_gap_min: planning.rest_gap_minutes,
            focus_min: planning.focus_min_minutes,
            focus_max: planning.focus_max_minutes,
            lookahead_days: planning.lookahead_days,
            lead_minutes: planning.lead_minutes,
            relocation_spill_days: planning.relocation_spill_days,
            allow_delete: planning.allow_delete,
            energy: planning.energy,
            churn_cap: planning.churn_cap,
            churn_cap_max: planning.churn_cap_max,
            priority_threshold: named::priority_as_number(settings.priority_threshold),
        }
    }
}

/// The settings to keep. A field that is left out stays as it is, so that an older client loses nothing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"time_zone": "Europe/Berlin", "day_end_min": 1320, "churn_cap": 4})))]
struct SettingsBody {
    /// A name of the IANA time zone database.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z][A-Za-z0-9_+/-]*$", nullable = false)]
    time_zone: Option<String>,
    /// Nothing is placed before this wall time, in minutes since 00:00; less than `day_end_min`.
    #[serde(default, deserialize_with = "whole_not_null")]
    #[schema(maximum = 1379, nullable = false)]
    day_start_min: Option<u16>,
    /// Nor past this one; 23:00 at the latest.
    #[serde(default, deserialize_with = "whole_not_null")]
    #[schema(minimum = 1, maximum = 1380, nullable = false)]
    day_end_min: Option<u16>,
    /// Rest between any two focus blocks, in minutes.
    #[serde(default, deserialize_with = "whole_not_null")]
    #[schema(maximum = 1440, nullable = false)]
    rest_gap_min: Option<u16>,
    /// The shortest study block worth making, in minutes.
    #[serde(default, deserialize_with = "whole_not_null")]
    #[schema(minimum = 15, maximum = 720, multiple_of = 15, nullable = false)]
    focus_min: Option<u16>,
    /// The longest, in minutes; at least twice `focus_min`.
    #[serde(default, deserialize_with = "whole_not_null")]
    #[schema(minimum = 30, maximum = 1440, multiple_of = 15, nullable = false)]
    focus_max: Option<u16>,
    /// How many times 24 hours before the due time may change.
    #[serde(default, deserialize_with = "whole_not_null")]
    #[schema(minimum = 1, maximum = 14, nullable = false)]
    lookahead_days: Option<u8>,
    /// Nothing changes within so many minutes from now.
    #[serde(default, deserialize_with = "whole_not_null")]
    #[schema(maximum = 1440, nullable = false)]
    lead_minutes: Option<u16>,
    /// How many times 24 hours past the due time a moved event may land.
    #[serde(default, deserialize_with = "whole_not_null")]
    #[schema(maximum = 7, nullable = false)]
    relocation_spill_days: Option<u8>,
    /// Whether recreation and chores may be given up altogether.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    allow_delete: Option<bool>,
    /// How well the student works in each hour of the local day, in hundredths.
    #[serde(default, deserialize_with = "named::optional_energy")]
    #[schema(schema_with = energy)]
    energy: Option<[u8; 24]>,
    /// Changes allowed on one local day.
    #[serde(default, deserialize_with = "whole_not_null")]
    #[schema(maximum = 5, nullable = false)]
    churn_cap: Option<u8>,
    /// What a single request may raise that to.
    #[serde(default, deserialize_with = "whole_not_null")]
    #[schema(maximum = 5, nullable = false)]
    churn_cap_max: Option<u8>,
    #[serde(default, deserialize_with = "named::optional_priority")]
    #[schema(schema_with = named::priorities)]
    priority_threshold: Option<Priority>,
}

fn energy() -> ArrayBuilder {
    let hour = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(50)).maximum(Some(150));
    ArrayBuilder::new().items(hour).min_items(Some(24)).max_items(Some(24))
}

impl SettingsBody {
    fn zone(&self) -> Result<Option<Zone>, Problem> {
        self.time_zone.as_deref().map(Zone::named).transpose().map_err(|_| {
            Problem::new(ProblemType::InvalidBody, "Some fields are out of bounds.")
                .error(FieldError::body(["time_zone"], "must be a name of the IANA time zone database"))
        })
    }

    fn over(self, zone: Option<Zone>, settings: UserSettings) -> UserSettings {
        let old = settings.planning;
        UserSettings {
            priority_threshold: self.priority_threshold.unwrap_or(settings.priority_threshold),
            planning: Settings {
                zone: zone.unwrap_or(old.zone),
                day_start_minute: self.day_start_min.unwrap_or(old.day_start_minute),
                day_end_minute: self.day_end_min.unwrap_or(old.day_end_minute),
                rest_gap_minutes: self.rest_gap_min.unwrap_or(old.rest_gap_minutes),
                focus_min_minutes: self.focus_min.unwrap_or(old.focus_min_minutes),
                focus_max_minutes: self.focus_max.unwrap_or(old.focus_max_minutes),
                lookahead_days: self.lookahead_days.unwrap_or(old.lookahead_days),
                lead_minutes: self.lead_minutes.unwrap_or(old.lead_minutes),
                relocation_spill_days: self.relocation_spill_days.unwrap_or(old.relocation_spill_days),
                allow_delete: self.allow_delete.unwrap_or(old.allow_delete),
                energy: self.energy.unwrap_or(old.energy),
                churn_cap: self.churn_cap.unwrap_or(old.churn_cap),
                churn_cap_max: self.churn_cap_max.unwrap_or(old.churn_cap_max),
            },
        }
    }
}

async fn read(me: Identity, UseCases(app): UseCases) -> Result<HttpResponse, Problem> {
    let settings = app.settings(&me.user()).await.map_err(|failure| problem(failure, app.now()))?;
    Ok(show(settings))
}

async fn put(
    me: Identity,
    UseCases(app): UseCases,
    if_match: IfMatch,
    Json(body): Json<SettingsBody>,
) -> Result<HttpResponse, Problem> {
    let zone = body.zone()?;
    let meant = |settings: &UserSettings| if_match.means(&tag(&settings.clone().into()));
    let edited = app.edit_settings(&me.user(), meant, |settings| body.over(zone, settings)).await;
    Ok(show(edited.map_err(|failure| problem(failure, app.now()))?))
}

/// The entity tag of settings: what they say, since nothing counts their changes.
fn tag(settings: &SettingsView) -> String {
    let said = serde_json::to_vec(settings).unwrap_or_default();
    let digest = digest(&SHA256, &said);
    let half = digest.as_ref().iter().take(16).map(|byte| format!("{byte:02x}"));
    format!("\"{}\"", half.collect::<String>())
}

fn show(settings: UserSettings) -> HttpResponse {
    let view = SettingsView::from(settings);
    HttpResponse::Ok().insert_header((header::ETAG, tag(&view))).json(view)
}
