//! The owner's own hand on the calendar.

use planner_core::model::EventId;

use crate::identity::User;
use crate::ports::{Access, Actor, EventFields, EventPage, EventRecord, Origin, Unit};
use crate::{App, Failure, FieldError, validate};

/// No reason but the common ones keeps an owner from editing their own calendar.
pub type EventFailure = Failure<std::convert::Infallible>;

impl App {
    /// A page of the user's events, and whether more follow.
    ///
    /// # Errors
    /// [`Failure::Store`] where the store fails.
    pub async fn list_events(
        &self,
        user: &User,
        page: EventPage,
    ) -> Result<(Vec<EventRecord>, bool), EventFailure> {
        let mut unit = self.begin(user, Access::Read).await?;
        let events = unit.events(&EventPage { page: page.page.and_one_more(), ..page }).await?;
        unit.commit().await?;
        Ok(page.page.cut(events))
    }

    /// One event.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the user has no such event.
    pub async fn event(&self, user: &User, id: EventId) -> Result<EventRecord, EventFailure> {
        let mut unit = self.begin(user, Access::Read).await?;
        let event = unit.event(id).await?;
        unit.commit().await?;
        event.ok_or(Failure::NotFound)
    }

    /// Adds an event.
    ///
    /// # Errors
    /// [`Failure::Invalid`] where a field is out of bounds, or the task does not exist.
    pub async fn create_event(&self, user: &User, fields: EventFields) -> Result<EventRecord, EventFailure> {
        check(&fields)?;
        let mut unit = self.begin(user, Access::Write(Actor::Owner)).await?;
        check_task(unit.as_mut(), &fields).await?;
        let event = unit.insert_event(EventId(self.ids.id()), &fields, &Origin::own()).await?;
        unit.commit().await?;
        Ok(event)
    }

    /// Changes what an event says, if it is the one that is `meant`; `edit` gets it as it is.
    ///
    /// # Errors
    /// [`Failure::NotFound`], [`Failure::Outdated`] where another version is meant, or [`Failure::Invalid`] where a
    /// field is out of bounds or the task does not exist.
    pub async fn edit_event(
        &self,
        user: &User,
        id: EventId,
        meant: impl FnOnce(&EventRecord) -> bool + Send,
        edit: impl FnOnce(EventFields) -> EventFields + Send,
    ) -> Result<EventRecord, EventFailure> {
        let mut unit = self.begin(user, Access::Write(Actor::Owner)).await?;
        let record = unit.event(id).await?.ok_or(Failure::NotFound)?;
        if !meant(&record) {
            return Err(Failure::Outdated);
        }
        let fields = edit(record.fields);
        check(&fields)?;
        check_task(unit.as_mut(), &fields).await?;
        let event = unit.update_event(id, &fields).await?.ok_or(Failure::NotFound)?;
        unit.commit().await?;
        Ok(event)
    }

    /// Removes an event, if it is the one that is `meant`.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the user has no such event, [`Failure::Outdated`] where another version is meant.
    pub async fn delete_event(
        &self,
        user: &User,
        id: EventId,
        meant: impl FnOnce(&EventRecord) -> bool + Send,
    ) -> Result<(), EventFailure> {
        let mut unit = self.begin(user, Access::Write(Actor::Owner)).await?;
        let record = unit.event(id).await?.ok_or(Failure::NotFound)?;
        if !meant(&record) {
            return Err(Failure::Outdated);
        }
        unit.delete_event(id).await?;
        unit.commit().await?;
        Ok(())
    }
}

fn check(fields: &EventFields) -> Result<(), EventFailure> {
    let mut errors = Vec::new();
    validate::title(&mut errors, &fields.title);
    validate::whole_minute(&mut errors, "start_ts", fields.start_ts);
    validate::whole_minute(&mut errors, "end_ts", fields.end_ts);
    validate::metadata(&mut errors, &fields.metadata);
    if fields.end_ts <= fields.start_ts {
        errors.push(FieldError::new("end_ts", "must be later than start_ts"));
    } else if (fields.end_ts - fields.start_ts).whole_days() >= validate::MAX_EVENT_DAYS {
        errors.push(FieldError::new(
            "end_ts",
            format!("must be within {} days of start_ts", validate::MAX_EVENT_DAYS),
        ));
    }
    validate::verdict(errors)
}

async fn check_task(unit: &mut dyn Unit, fields: &EventFields) -> Result<(), EventFailure> {
    if let Some(task) = fields.task_id
        && unit.task(task).await?.is_none()
    {
        return Err(Failure::Invalid(vec![FieldError::new("task_id", "names no task")]));
    }
    Ok(())
}
