//! `/api/v1/settings`: what a user has settled about planning.

use actix_web::HttpResponse;
use actix_web::http::header;
use app::ports::UserSettings;
use planner_core::model::{Priority, Settings};
use planner_core::time::Zone;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use serde_json::Number;

use super::failure::problem;
use super::named;
use crate::auth::Identity;
use crate::extract::{IfMatch, Json, UseCases};
use crate::problem::{FieldError, Problem, ProblemType};
use crate::server::{Endpoint, resource};
use crate::value::not_null;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![resource("/api/v1/settings").get(read).put(put)]
}

/// The settings as they are shown: times of day and durations in minutes.
#[derive(Serialize)]
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
    energy: [u8; 24],
    churn_cap: u8,
    churn_cap_max: u8,
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
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsBody {
    #[serde(default, deserialize_with = "not_null")]
    time_zone: Option<String>,
    #[serde(default, deserialize_with = "not_null")]
    day_start_min: Option<u16>,
    #[serde(default, deserialize_with = "not_null")]
    day_end_min: Option<u16>,
    #[serde(default, deserialize_with = "not_null")]
    rest_gap_min: Option<u16>,
    #[serde(default, deserialize_with = "not_null")]
    focus_min: Option<u16>,
    #[serde(default, deserialize_with = "not_null")]
    focus_max: Option<u16>,
    #[serde(default, deserialize_with = "not_null")]
    lookahead_days: Option<u8>,
    #[serde(default, deserialize_with = "not_null")]
    lead_minutes: Option<u16>,
    #[serde(default, deserialize_with = "not_null")]
    relocation_spill_days: Option<u8>,
    #[serde(default, deserialize_with = "not_null")]
    allow_delete: Option<bool>,
    #[serde(default, deserialize_with = "named::optional_energy")]
    energy: Option<[u8; 24]>,
    #[serde(default, deserialize_with = "not_null")]
    churn_cap: Option<u8>,
    #[serde(default, deserialize_with = "not_null")]
    churn_cap_max: Option<u8>,
    #[serde(default, deserialize_with = "named::optional_priority")]
    priority_threshold: Option<Priority>,
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
