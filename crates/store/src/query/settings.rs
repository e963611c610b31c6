use app::identity::UserId;
use app::ports::UserSettings;
use diesel::{
    AsChangeset, ExpressionMethods as _, Insertable, JoinOnDsl as _, OptionalExtension as _, QueryDsl as _,
    Queryable, Selectable, SelectableHelper as _,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use planner_core::model::Settings;
use planner_core::time::Zone;

use super::canvascal_now;
use super::number::{narrow, priority, score};
use crate::error::Error;
use crate::schema::{churn_settings, user_settings, users};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = user_settings, check_for_backend(diesel::pg::Pg))]
struct PlanningRow {
    day_start_min: i16,
    day_end_min: i16,
    rest_gap_min: i16,
    focus_min: i16,
    focus_max: i16,
    lookahead_days: i16,
    lead_minutes: i16,
    relocation_spill_days: i16,
    allow_delete: bool,
    energy: Vec<i16>,
    priority_threshold: f64,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = churn_settings, check_for_backend(diesel::pg::Pg))]
struct ChurnRow {
    churn_cap: i16,
    churn_cap_max: i16,
}

/// The user's settings; the defaults where none were stored.
pub(crate) async fn load(connection: &mut AsyncPgConnection, user: UserId) -> Result<UserSettings, Error> {
    let row: Option<(String, Option<PlanningRow>, Option<ChurnRow>)> = users::table
        .left_join(user_settings::table.on(user_settings::user_id.eq(users::id)))
        .left_join(churn_settings::table.on(churn_settings::user_id.eq(users::id)))
        .filter(users::id.eq(user.0))
        .select((users::time_zone, Option::<PlanningRow>::as_select(), Option::<ChurnRow>::as_select()))
        .get_result(connection)
        .await
        .optional()?;
    let mut settings = UserSettings::default();
    let Some((zone, planning, churn)) = row else { return Ok(settings) };
    settings.planning.zone =
        Zone::named(&zone).map_err(|_| Error::broken(format!("the time zone {zone:?} is unknown")))?;
    if let Some(planning) = planning {
        planning.fill(&mut settings)?;
    }
    if let Some(churn) = churn {
        settings.planning.churn_cap = narrow("churn_cap", churn.churn_cap)?;
        settings.planning.churn_cap_max = narrow("churn_cap_max", churn.churn_cap_max)?;
    }
    settings.planning.validate().map_err(|invalid| Error::broken(invalid.to_string()))?;
    Ok(settings)
}

/// Replaces the user's settings.
pub(crate) async fn replace(
    connection: &mut AsyncPgConnection,
    user: UserId,
    settings: &UserSettings,
) -> Result<(), Error> {
    let planning = PlanningRow::from_settings(settings)?;
    let churn = ChurnRow {
        churn_cap: settings.planning.churn_cap.into(),
        churn_cap_max: settings.planning.churn_cap_max.into(),
    };
    diesel::update(users::table.find(user.0))
        .set((users::time_zone.eq(settings.planning.zone.name()), users::updated_at.eq(canvascal_now())))
        .execute(connection)
        .await?;
    diesel::insert_into(user_settings::table)
        .values((user_settings::user_id.eq(user.0), &planning))
        .on_conflict(user_settings::user_id)
        .do_update()
        .set((&planning, user_settings::updated_at.eq(canvascal_now())))
        .execute(connection)
        .await?;
    diesel::insert_into(churn_settings::table)
        .values((churn_settings::user_id.eq(user.0), &churn))
        .on_conflict(churn_settings::user_id)
        .do_update()
        .set((&churn, churn_settings::updated_at.eq(canvascal_now())))
        .execute(connection)
        .await?;
    Ok(())
}

impl PlanningRow {
    fn from_settings(settings: &UserSettings) -> Result<Self, Error> {
        let planning = &settings.planning;
        Ok(Self {
            day_start_min: narrow("day_start_min", planning.day_start_minute)?,
            day_end_min: narrow("day_end_min", planning.day_end_minute)?,
            rest_gap_min: narrow("rest_gap_min", planning.rest_gap_minutes)?,
            focus_min: narrow("focus_min", planning.focus_min_minutes)?,
            focus_max: narrow("focus_max", planning.focus_max_minutes)?,
            lookahead_days: planning.lookahead_days.into(),
            lead_minutes: narrow("lead_minutes", planning.lead_minutes)?,
            relocation_spill_days: planning.relocation_spill_days.into(),
            allow_delete: planning.allow_delete,
            energy: planning.energy.iter().map(|hundredths| i16::from(*hundredths)).collect(),
            priority_threshold: score(settings.priority_threshold)?,
        })
    }

    fn fill(&self, settings: &mut UserSettings) -> Result<(), Error> {
        let energy: Result<Vec<u8>, Error> = self.energy.iter().map(|hour| narrow("energy", *hour)).collect();
        settings.priority_threshold = priority(self.priority_threshold)?;
        settings.planning = Settings {
            zone: settings.planning.zone.clone(),
            day_start_minute: narrow("day_start_min", self.day_start_min)?,
            day_end_minute: narrow("day_end_min", self.day_end_min)?,
            rest_gap_minutes: narrow("rest_gap_min", self.rest_gap_min)?,
            focus_min_minutes: narrow("focus_min", self.focus_min)?,
            focus_max_minutes: narrow("focus_max", self.focus_max)?,
            lookahead_days: narrow("lookahead_days", self.lookahead_days)?,
            lead_minutes: narrow("lead_minutes", self.lead_minutes)?,
            relocation_spill_days: narrow("relocation_spill_days", self.relocation_spill_days)?,
            allow_delete: self.allow_delete,
            energy: energy?.try_into().map_err(|_| Error::broken("energy has not 24 hours"))?,
            churn_cap: settings.planning.churn_cap,
            churn_cap_max: settings.planning.churn_cap_max,
        };
        Ok(())
    }
}
