//! What each operation does. No I/O: a request comes in, the world changes, an answer goes out.

mod busy;
mod calendar_list;
mod calendars;
mod channels;
pub(crate) mod events;
mod events_list;
mod palette;

use jiff::Timestamp;
use serde_json::Value;

use crate::state::{Caller, World};
use crate::wire::Map;
use crate::wire::answer::Answer;
use crate::wire::fields::Fields;
use crate::wire::operation::{Operation, Verb};
use crate::wire::query::Query;
use crate::wire::refusal::Refusal;

/// A request, or a part of a batch.
pub(crate) struct Call<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) operation: &'a Operation,
    pub(crate) query: &'a Query,
    pub(crate) if_match: Option<&'a str>,
    pub(crate) if_none_match: Option<&'a str>,
    pub(crate) body: &'a [u8],
    pub(crate) now: Timestamp,
}

impl Call<'_> {
    /// The body, which has to be a JSON object.
    pub(crate) fn object(&self) -> Result<Map, Refusal> {
        match serde_json::from_slice(self.body) {
            Ok(Value::Object(map)) => Ok(map),
            _ => Err(Refusal::parse_error()),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.operation.verb.name()
    }

    /// Whether the caller knows what it is about to change.
    pub(crate) fn check_match(&self, etag: &str) -> Result<(), Refusal> {
        match self.if_match {
            Some(wanted) if wanted.trim() != "*" && !wanted.split(',').any(|one| one.trim() == etag) => {
                Err(Refusal::condition_not_met())
            }
            _ => Ok(()),
        }
    }
}

/// Does what is asked for.
pub(crate) fn answer(world: &mut World, call: &Call<'_>) -> Answer {
    let fields = call.query.get("fields").map(Fields::parse).transpose();
    match fields.and_then(|fields| Ok((run(world, call)?, fields))) {
        Err(refusal) => refusal.answer(),
        Ok((None, _)) => Answer::empty(204),
        Ok((Some(mut body), fields)) => {
            let etag = body.get("etag").and_then(Value::as_str).map(str::to_owned);
            if call.operation.verb.is_reading() && etag.is_some() && etag.as_deref() == call.if_none_match {
                return Answer::empty(304);
            }
            if let Some(fields) = fields {
                fields.cut(&mut body);
            }
            let answer = Answer::json(200, body);
            match etag {
                Some(etag) => answer.with("etag", &etag),
                None => answer,
            }
        }
    }
}

/// Does what is asked for, or refuses.
pub(crate) fn run(world: &mut World, call: &Call<'_>) -> Result<Option<Value>, Refusal> {
    if call.caller.client.is_some() {
        if call.caller.scopes.opening(call.name()).is_empty() {
            return Err(Refusal::out_of_scope(call.name()));
        }
        if let Some(quota) = world.rules.quota {
            world.quotas.take(quota, &call.caller.email, call.operation.verb.units(), call.now)?;
        }
    }
    match call.operation.verb {
        Verb::ListEvents => events_list::list(world, call).map(Some),
        Verb::ListInstances => events_list::instances(world, call).map(Some),
        Verb::GetEvent => events::get(world, call).map(Some),
        Verb::InsertEvent => events::insert(world, call).map(Some),
        Verb::ImportEvent => events::import(world, call).map(Some),
        Verb::PatchEvent => events::change(world, call, events::How::Patch).map(Some),
        Verb::UpdateEvent => events::change(world, call, events::How::Replace).map(Some),
        Verb::DeleteEvent => events::delete(world, call).map(|()| None),
        Verb::MoveEvent => events::move_over(world, call).map(Some),
        Verb::WatchEvents => channels::watch_events(world, call).map(Some),
        Verb::WatchCalendars => channels::watch_calendars(world, call).map(Some),
        Verb::StopChannel => channels::stop(world, call).map(|()| None),
        Verb::ListCalendars => calendar_list::list(world, call).map(Some),
        Verb::GetEntry => calendar_list::get(world, call).map(Some),
        Verb::InsertEntry => calendar_list::insert(world, call).map(Some),
        Verb::PatchEntry | Verb::UpdateEntry => calendar_list::change(world, call).map(Some),
        Verb::DeleteEntry => calendar_list::delete(world, call).map(|()| None),
        Verb::GetCalendar => calendars::get(world, call).map(Some),
        Verb::InsertCalendar => calendars::insert(world, call).map(Some),
        Verb::PatchCalendar => calendars::change(world, call, true).map(Some),
        Verb::UpdateCalendar => calendars::change(world, call, false).map(Some),
        Verb::DeleteCalendar => calendars::delete(world, call).map(|()| None),
        Verb::ClearCalendar => calendars::clear(world, call).map(|()| None),
        Verb::QueryBusy => busy::query(world, call).map(Some),
        Verb::GetColors => Ok(Some(palette::colors())),
        Verb::GetSetting => palette::setting(world, call).map(Some),
        Verb::ListSettings => Ok(Some(palette::settings(world, call))),
    }
}
