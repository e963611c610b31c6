use app::identity::UserId;
use app::ports::google::CalendarChoice;
use diesel::sql_types::{Jsonb, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryDsl as _};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::{Value, json};

use crate::error::Error;
use crate::schema::users;

/// Which calendars the user wants synchronised; the default where nothing else was chosen.
pub(crate) async fn load(connection: &mut AsyncPgConnection, user: UserId) -> Result<CalendarChoice, Error> {
    let stored: Option<Value> = users::table
        .find(user.0)
        .select(users::google_calendar_settings)
        .get_result(connection)
        .await
        .optional()?;
    read(stored.unwrap_or_else(|| json!({})))
}

/// Replaces the choice. Members that others have written beside it stay.
pub(crate) async fn replace(
    connection: &mut AsyncPgConnection,
    user: UserId,
    choice: &CalendarChoice,
) -> Result<(), Error> {
    let chosen = serde_json::to_value(choice).map_err(|error| Error::broken(error.to_string()))?;
    diesel::sql_query(
        "UPDATE users SET google_calendar_settings = google_calendar_settings || $2, updated_at = canvascal_now()
          WHERE id = $1 AND google_calendar_settings IS DISTINCT FROM google_calendar_settings || $2",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<Jsonb, _>(chosen)
    .execute(connection)
    .await?;
    Ok(())
}

/// Anybody may write to the column: what cannot be read in it is named.
fn read(stored: Value) -> Result<CalendarChoice, Error> {
    serde_path_to_error::deserialize(stored).map_err(|error| {
        Error::broken(format!("google_calendar_settings.{}: {}", error.path(), error.inner()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_named() {
        for (stored, named) in [
            (json!({"sync_enabled": "yes"}), "google_calendar_settings.sync_enabled: "),
            (json!({"read_calendar_ids": ["a", 7]}), "google_calendar_settings.read_calendar_ids[1]: "),
            (
                json!({"calendar_rules": {"primary": {"type": "PARTY"}}}),
                "google_calendar_settings.calendar_rules.primary.type: ",
            ),
        ] {
            let told = read(stored).unwrap_err().to_string();
            assert!(told.starts_with(named), "{told}");
        }
    }

    #[test]
    fn what_is_not_said_is_as_by_default_and_what_others_say_is_passed_over() {
        let choice = read(json!({"sync_enabled": true, "theirs": 1})).unwrap();
        assert_eq!(choice, CalendarChoice { sync_enabled: true, ..CalendarChoice::default() });
    }
}
