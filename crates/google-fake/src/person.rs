//! A person in Google's own pages: what they do needs no token, and everybody who watches is told.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::calls::{self, Call};
use crate::google::publish;
use crate::server::{Shared, lock};
use crate::state::Caller;
use crate::state::calendar::Role;
use crate::state::recurrence::Series;
use crate::wire::operation::{Operation, Verb};
use crate::wire::query::Query;
use crate::wire::refusal::Refusal;
use crate::wire::scope::Scopes;
use crate::wire::when::When;

/// A person in Google's own pages.
///
/// Calendars are named by their ids, events by theirs, and both as the API has them. What Google would not let a person
/// do panics, with its reason; where a name begins with `try_`, it comes back as a [`Refusal`].
#[derive(Clone)]
pub struct Person {
    shared: Arc<Shared>,
    email: String,
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "what is written is made up where it is given: `json!({..})`"
)]
impl Person {
    pub(crate) fn new(shared: Arc<Shared>, email: &str) -> Self {
        Self { shared, email: email.to_owned() }
    }

    /// The address, which is the id of the primary calendar too.
    pub fn email(&self) -> &str {
        &self.email
    }

    /// The id of the primary calendar.
    pub fn primary(&self) -> &str {
        &self.email
    }

    fn ask(
        &self,
        verb: Verb,
        calendar: &str,
        event: &str,
        query: &str,
        body: &Value,
    ) -> Result<Value, Refusal> {
        let caller = Caller { email: self.email.clone(), client: None, scopes: Scopes::default() };
        let operation = Operation { verb, calendar: calendar.to_owned(), event: event.to_owned() };
        let body = body.to_string();
        let call = Call {
            caller: &caller,
            operation: &operation,
            query: &Query::parse(query),
            if_match: None,
            if_none_match: None,
            body: body.as_bytes(),
            now: self.shared.now(),
        };
        let done = calls::run(&mut lock(&self.shared.world), &call);
        self.shared.news.notify_one();
        done.map(Option::unwrap_or_default)
    }

    /// Makes a calendar, in the zone of the primary one. Its id.
    #[track_caller]
    pub fn calendar(&self, summary: &str) -> String {
        text(&must(self.try_calendar(&json!({"summary": summary}))), "id")
    }

    /// Makes a calendar in a zone of its own. Its id.
    #[track_caller]
    pub fn calendar_in(&self, summary: &str, zone: &str) -> String {
        let body = json!({"summary": summary, "timeZone": zone});
        text(&must(self.try_calendar(&body)), "id")
    }

    pub(crate) fn try_calendar(&self, body: &Value) -> Result<Value, Refusal> {
        self.ask(Verb::InsertCalendar, "", "", "", body)
    }

    /// Gives a calendar another name.
    #[track_caller]
    pub fn rename(&self, calendar: &str, summary: &str) {
        must(self.ask(Verb::PatchCalendar, calendar, "", "", &json!({"summary": summary})));
    }

    /// Changes what a calendar says of itself: `summary`, `description`, `location`, `timeZone`.
    #[track_caller]
    pub fn edit_calendar(&self, calendar: &str, patch: Value) {
        must(self.ask(Verb::PatchCalendar, calendar, "", "", &patch));
    }

    /// Deletes a calendar.
    #[track_caller]
    pub fn delete_calendar(&self, calendar: &str) {
        must(self.ask(Verb::DeleteCalendar, calendar, "", "", &Value::Null));
    }

    /// Puts a calendar on the list: one of Google's own, such as `en.usa#holiday@group.v.calendar.google.com`, or one
    /// that somebody shares.
    #[track_caller]
    pub fn subscribe(&self, calendar: &str, summary: &str) {
        must(self.try_subscribe(calendar, summary));
    }

    pub(crate) fn try_subscribe(&self, calendar: &str, summary: &str) -> Result<Value, Refusal> {
        if calendar.ends_with("@group.v.calendar.google.com") {
            publish(&mut lock(&self.shared.world), calendar, summary, self.shared.now());
        }
        self.ask(Verb::InsertEntry, "", "", "", &json!({"id": calendar, "selected": true}))
    }

    /// Takes a calendar from the list.
    #[track_caller]
    pub fn unsubscribe(&self, calendar: &str) {
        must(self.ask(Verb::DeleteEntry, calendar, "", "", &Value::Null));
    }

    /// Changes the entry of a calendar on the list: `hidden`, `selected`, `summaryOverride`, colours.
    #[track_caller]
    pub fn edit_entry(&self, calendar: &str, patch: Value) {
        must(self.ask(Verb::PatchEntry, calendar, "", "", &patch));
    }

    /// The list of calendars, as the API tells it.
    #[track_caller]
    pub fn calendars(&self) -> Vec<Value> {
        items(must(self.ask(Verb::ListCalendars, "", "", "showHidden=true", &Value::Null)))
    }

    /// Lets somebody else, who gets it on their list, do this much with a calendar. Their sync tokens for it are no
    /// longer valid.
    pub fn share(&self, calendar: &str, email: &str, role: Role) {
        self.set_role(calendar, email, Some(role));
    }

    /// Takes back what `share` gave.
    pub fn unshare(&self, calendar: &str, email: &str) {
        self.set_role(calendar, email, None);
    }

    fn set_role(&self, calendar: &str, email: &str, role: Option<Role>) {
        let now = self.shared.now();
        let mut world = lock(&self.shared.world);
        let serial = world.next_serial();
        if let Some(calendar) = world.calendars.get_mut(calendar) {
            match role {
                Some(role) => calendar.roles.insert(email.to_owned(), role),
                None => calendar.roles.remove(email),
            };
            calendar.floors.insert(email.to_owned(), serial);
        }
        match role {
            Some(_) => world.list(email, calendar, json!({"selected": true}), now),
            // Nothing is on the list of someone who never had it there.
            None => drop(world.unlist(email, calendar, now)),
        }
        drop(world);
        self.shared.news.notify_one();
    }

    /// Makes an event. It may say who organises it: then it is an invitation.
    #[track_caller]
    pub fn insert_event(&self, calendar: &str, event: Value) -> Value {
        must(self.try_insert_event(calendar, &event))
    }

    /// Makes an event.
    ///
    /// # Errors
    /// What Google would say.
    pub fn try_insert_event(&self, calendar: &str, event: &Value) -> Result<Value, Refusal> {
        self.ask(Verb::InsertEvent, calendar, "", "conferenceDataVersion=1", event)
    }

    /// Changes an event: what is not said stays, and null clears.
    #[track_caller]
    pub fn edit(&self, calendar: &str, event: &str, patch: Value) -> Value {
        must(self.try_edit(calendar, event, &patch))
    }

    /// Changes an event: what is not said stays, and null clears.
    ///
    /// # Errors
    /// What Google would say.
    pub fn try_edit(&self, calendar: &str, event: &str, patch: &Value) -> Result<Value, Refusal> {
        self.ask(Verb::PatchEvent, calendar, event, "conferenceDataVersion=1", patch)
    }

    /// Deletes an event; of a series, all of it.
    #[track_caller]
    pub fn delete(&self, calendar: &str, event: &str) {
        must(self.try_delete(calendar, event));
    }

    /// Deletes an event; of a series, all of it.
    ///
    /// # Errors
    /// What Google would say.
    pub fn try_delete(&self, calendar: &str, event: &str) -> Result<Value, Refusal> {
        self.ask(Verb::DeleteEvent, calendar, event, "", &Value::Null)
    }

    /// Moves an event to another calendar.
    #[track_caller]
    pub fn move_event(&self, calendar: &str, event: &str, to: &str) {
        must(self.try_move_event(calendar, event, to));
    }

    /// Moves an event to another calendar.
    ///
    /// # Errors
    /// What Google would say.
    pub fn try_move_event(&self, calendar: &str, event: &str, to: &str) -> Result<Value, Refusal> {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("destination", to).finish();
        self.ask(Verb::MoveEvent, calendar, event, &query, &Value::Null)
    }

    /// The id of the occurrence of a series that starts, or once started, at a time such as `2026-03-23T09:15:00Z`, or
    /// on a day such as `2026-03-23`.
    ///
    /// # Panics
    /// If that is no time.
    #[track_caller]
    pub fn instance_id(&self, series: &str, start: &str) -> String {
        must(self.try_instance_id(series, start))
    }

    #[expect(clippy::unused_self, reason = "it is one of the things that are asked of a person")]
    pub(crate) fn try_instance_id(&self, series: &str, start: &str) -> Result<String, Refusal> {
        let stamp = match (start.parse::<Timestamp>(), start.parse()) {
            (Ok(moment), _) => When::At(moment, String::new()).stamp(),
            (_, Ok(day)) => When::Day(day).stamp(),
            _ => return Err(Refusal::invalid(format!("{start} is neither a time nor a day"))),
        };
        Ok(format!("{series}_{stamp}"))
    }

    /// Changes one occurrence of a series.
    #[track_caller]
    pub fn edit_instance(&self, calendar: &str, series: &str, start: &str, patch: Value) -> Value {
        self.edit(calendar, &self.instance_id(series, start), patch)
    }

    /// Deletes one occurrence of a series.
    #[track_caller]
    pub fn delete_instance(&self, calendar: &str, series: &str, start: &str) {
        self.delete(calendar, &self.instance_id(series, start));
    }

    /// Changes an occurrence of a series "and all following": the series ends before it, and a new one begins with it.
    /// The new series; its rules are those of the old one, where they do not count, unless `patch` has others.
    #[track_caller]
    pub fn edit_following(&self, calendar: &str, series: &str, start: &str, patch: Value) -> Value {
        must(self.try_edit_following(calendar, series, start, &patch))
    }

    /// Changes an occurrence of a series "and all following".
    ///
    /// # Errors
    /// What Google would say.
    pub fn try_edit_following(
        &self,
        calendar: &str,
        series: &str,
        start: &str,
        patch: &Value,
    ) -> Result<Value, Refusal> {
        let id = self.try_instance_id(series, start)?;
        let (stored, instance) = {
            let mut world = lock(&self.shared.world);
            let calendar = world.calendar_mut(calendar)?;
            let master = calendar.events.get(series).ok_or_else(Refusal::not_found)?.body.clone();
            (master, calls::events::found(calendar, &id)?.body)
        };
        Series::of(&stored)?.ok_or_else(|| Refusal::bad_request("The event is not a recurring event."))?;
        let lines = stored.get("recurrence").and_then(Value::as_array).cloned().unwrap_or_default();
        let ended: Vec<String> =
            lines.iter().filter_map(Value::as_str).map(|line| ended(line, &instance)).collect();
        self.try_edit(calendar, series, &json!({"recurrence": ended}))?;
        let mut new = stored;
        new.insert("id".to_owned(), Value::Null);
        for name in ["start", "end"] {
            new.insert(name.to_owned(), instance.get(name).cloned().unwrap_or_default());
        }
        let new = crate::wire::event::merged(&new, patch.as_object().ok_or_else(Refusal::parse_error)?);
        self.try_insert_event(calendar, &Value::Object(new))
    }

    /// Answers an invitation: `accepted`, `declined`, `tentative`.
    #[track_caller]
    pub fn respond(&self, calendar: &str, event: &str, response: &str) -> Value {
        let mut attendees = self.event(calendar, event)["attendees"].clone();
        for attendee in attendees.as_array_mut().into_iter().flatten() {
            if attendee["self"] == json!(true) {
                attendee["responseStatus"] = json!(response);
            }
        }
        self.edit(calendar, event, json!({"attendees": attendees}))
    }

    /// An event, or an occurrence of a series, as the API tells it; a deleted one too.
    #[track_caller]
    pub fn event(&self, calendar: &str, event: &str) -> Value {
        must(self.try_event(calendar, event))
    }

    /// An event, or an occurrence of a series, as the API tells it; a deleted one too.
    ///
    /// # Errors
    /// What Google would say.
    pub fn try_event(&self, calendar: &str, event: &str) -> Result<Value, Refusal> {
        self.ask(Verb::GetEvent, calendar, event, "", &Value::Null)
    }

    /// The events that there are, as the API tells them: single ones, series, and exceptions; no deleted ones.
    #[track_caller]
    pub fn events(&self, calendar: &str) -> Vec<Value> {
        let mut all = items(must(self.list(calendar, "")));
        all.retain(|event| event["status"] != "cancelled");
        all
    }

    /// What the calendar shows between two times: single events and the occurrences of series, by their starts.
    #[track_caller]
    pub fn week(&self, calendar: &str, from: &str, to: &str) -> Vec<Value> {
        let query = format!("singleEvents=true&orderBy=startTime&timeMin={from}&timeMax={to}");
        items(must(self.list(calendar, &query)))
    }

    fn list(&self, calendar: &str, query: &str) -> Result<Value, Refusal> {
        self.ask(Verb::ListEvents, calendar, "", query, &Value::Null)
    }
}

/// A line of a series that ends before an occurrence.
fn ended(line: &str, instance: &crate::wire::Map) -> String {
    let Some(rule) = line.strip_prefix("RRULE:") else { return line.to_owned() };
    let kept: Vec<&str> =
        rule.split(';').filter(|part| !part.starts_with("COUNT=") && !part.starts_with("UNTIL=")).collect();
    let until = match When::stored(instance, "originalStartTime") {
        Some(When::Day(day)) => day.yesterday().map_or_else(|_| String::new(), |day| When::Day(day).stamp()),
        Some(When::At(moment, zone)) => When::At(moment - jiff::SignedDuration::from_secs(1), zone).stamp(),
        None => return line.to_owned(),
    };
    format!("RRULE:{};UNTIL={until}", kept.join(";"))
}

#[track_caller]
fn must<T>(done: Result<T, Refusal>) -> T {
    match done {
        Ok(value) => value,
        Err(refusal) => panic!("Google does not let them: {refusal}"),
    }
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

fn items(mut list: Value) -> Vec<Value> {
    match list["items"].take() {
        Value::Array(items) => items,
        _ => Vec::new(),
    }
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person").field("email", &self.email).finish_non_exhaustive()
    }
}
