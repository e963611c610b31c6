//! What a user has settled about planning.

use crate::identity::User;
use crate::ports::{Access, Actor, UserSettings};
use crate::{App, Failure, FieldError, validate};

/// No reason but the common ones keeps a user from changing their settings.
pub type SettingsFailure = Failure<std::convert::Infallible>;

impl App {
    /// The user's settings.
    ///
    /// # Errors
    /// [`Failure::Store`] where the store fails.
    pub async fn settings(&self, user: &User) -> Result<UserSettings, SettingsFailure> {
        let mut unit = self.begin(user, Access::Read).await?;
        let settings = unit.settings().await?;
        unit.commit().await?;
        Ok(settings)
    }

    /// Changes the user's settings, if they are those that are `meant`; `edit` gets them as they are. The answer is
    /// what they are then.
    ///
    /// # Errors
    /// [`Failure::Outdated`] where others are meant, [`Failure::Invalid`] where a field is out of bounds.
    pub async fn edit_settings(
        &self,
        user: &User,
        meant: impl FnOnce(&UserSettings) -> bool + Send,
        edit: impl FnOnce(UserSettings) -> UserSettings + Send,
    ) -> Result<UserSettings, SettingsFailure> {
        let mut unit = self.begin(user, Access::Write(Actor::Owner)).await?;
        let settings = unit.settings().await?;
        if !meant(&settings) {
            return Err(Failure::Outdated);
        }
        let settings = edit(settings);
        check(&settings)?;
        unit.put_settings(&settings).await?;
        unit.commit().await?;
        Ok(settings)
    }
}

fn check(settings: &UserSettings) -> Result<(), SettingsFailure> {
    let mut errors = Vec::new();
    if let Err(invalid) = settings.planning.validate() {
        errors.push(FieldError::new(field_name(&invalid.field), invalid.reason));
    }
    if !(0..=100_000).contains(&settings.priority_threshold.thousandths()) {
        errors.push(FieldError::new("priority_threshold", "must be in 0..=100"));
    }
    validate::verdict(errors)
}

/// The planner's path of a settings field as one of this interface's names, which are the same but for the prefix.
fn field_name(path: &str) -> &'static str {
    const NAMES: [&str; 12] = [
        "day_start_min",
        "day_end_min",
        "rest_gap_min",
        "focus_min",
        "focus_max",
        "lookahead_days",
        "lead_minutes",
        "relocation_spill_days",
        "allow_delete",
        "energy",
        "churn_cap",
        "churn_cap_max",
    ];
    let name = path.strip_prefix("settings.").unwrap_or(path);
    NAMES.into_iter().find(|known| *known == name).unwrap_or("settings")
}
