//! What is written to calendars, in batches.

use std::collections::BTreeMap;
use std::time::Duration;

use app::ports::google::{Account, Edit, GoogleError, RemoteEvent, Wanted, Write, WriteKind, Written};
use http::{HeaderValue, Method, StatusCode, Uri};
use outbound::backoff;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::events::FIELDS;
use crate::convert::{self, MADE_FOR};
use crate::gcal::Gcal;
use crate::road::{Call, Failure, decode, unexpected};
use crate::wire::multipart::{self, Part};
use crate::wire::text::{piece, query, second};
use crate::wire::{Answer, Refusal};

const BATCH: &str = "batch";
/// Parts that Google takes in one batch; newer pages of its guide say 1000, older ones and its staff 50.
const MOST_PARTS: usize = 50;
/// What a PATCH counts for; everything else counts for one.
const UNITS_OF_PATCH: u32 = 3;

/// What became of a part.
enum Outcome {
    Settled(Written),
    /// It was certainly not done, and may be asked for again.
    Again(Refusal),
}

impl Gcal {
    pub(crate) async fn write_all(
        &self,
        account: &Account,
        writes: &[Write],
    ) -> Result<Vec<Written>, GoogleError> {
        let mut written = Vec::with_capacity(writes.len());
        for some in writes.chunks(MOST_PARTS) {
            match self.write_some(account, some).await {
                Ok(some) => written.extend(some),
                Err(failure) if written.is_empty() && !failure.was_sent() => return Err(failure.into()),
                // What failed as a whole would fail again; the rest is not even tried.
                Err(failure) => {
                    let error = GoogleError::from(failure);
                    written.resize(writes.len(), Written::Failed(error));
                    break;
                }
            }
        }
        Ok(written)
    }

    /// One batch, and a second one of the parts that were certainly not done.
    async fn write_some(&self, account: &Account, writes: &[Write]) -> Result<Vec<Written>, Failure> {
        let everything: Vec<usize> = (0..writes.len()).collect();
        let mut outcomes = match self.send_batch(account, writes, &everything).await {
            Err(Failure::Refused(refusal)) if refusal.is_throttle() => {
                if !self.pause_before_again(refusal.retry_after).await {
                    return Err(Failure::Refused(refusal));
                }
                self.send_batch(account, writes, &everything).await?
            }
            outcomes => outcomes?,
        };
        self.write_again(account, writes, &mut outcomes).await;
        Ok(outcomes.into_values().map(settle).collect())
    }

    async fn write_again(
        &self,
        account: &Account,
        writes: &[Write],
        outcomes: &mut BTreeMap<usize, Outcome>,
    ) {
        let refused = |(number, outcome): (&usize, &Outcome)| match outcome {
            Outcome::Again(refusal) => Some((*number, refusal.clone())),
            Outcome::Settled(_) => None,
        };
        let (again, refusals): (Vec<usize>, Vec<Refusal>) = outcomes.iter().filter_map(refused).unzip();
        if refusals.iter().any(Refusal::is_unauthorized) {
            self.tokens.forget_all(account.user);
        }
        let pause = refusals.iter().filter_map(|refusal| refusal.retry_after).max();
        if again.is_empty() || !self.pause_before_again(pause).await {
            return;
        }
        match self.send_batch(account, writes, &again).await {
            Ok(second) => outcomes.extend(second),
            // They may have been done, and nobody heard.
            Err(failure @ Failure::Lost(_)) if failure.was_sent() => {
                let failed = Written::Failed(failure.into());
                outcomes.extend(again.into_iter().map(|number| (number, Outcome::Settled(failed.clone()))));
            }
            // It stands how they were refused at first.
            Err(_) => {}
        }
    }

    /// Waits, if not for too long.
    async fn pause_before_again(&self, pause: Option<Duration>) -> bool {
        let pause = backoff(0).max(pause.unwrap_or_default());
        if pause > self.config.limits.longest_wait {
            return false;
        }
        self.sleeper.sleep(pause).await;
        true
    }

    /// Sends those of the writes that have these numbers, and tells what became of each.
    async fn send_batch(
        &self,
        account: &Account,
        writes: &[Write],
        numbers: &[usize],
    ) -> Result<BTreeMap<usize, Outcome>, Failure> {
        let mut outcomes = BTreeMap::new();
        let mut parts = Vec::with_capacity(numbers.len());
        for &number in numbers {
            if let Some(part) = self.part(&writes[number]) {
                parts.push((number, part));
            } else {
                let error = GoogleError::NotUnderstood("an etag that is none".to_owned());
                outcomes.insert(number, Outcome::Settled(Written::Failed(error)));
            }
        }
        if parts.is_empty() {
            return Ok(outcomes);
        }
        let call = Call {
            name: BATCH,
            method: Method::POST,
            url: self.config.endpoints.batch.clone(),
            body: Some((multipart::CONTENT_TYPE, multipart::write(&parts))),
            units: parts
                .iter()
                .map(|(_, part)| if part.method == Method::PATCH { UNITS_OF_PATCH } else { 1 })
                .sum(),
        };
        let answer = self.once(account, &call).await?;
        let mut answers = multipart::read(&answer);
        for (number, _) in parts {
            outcomes.insert(number, outcome(&writes[number], answers.remove(&number).as_ref()));
        }
        Ok(outcomes)
    }

    /// A write as a part of a batch; `None` where its etag cannot be sent.
    fn part(&self, write: &Write) -> Option<Part> {
        let base = self.config.endpoints.calendar.parse::<Uri>().ok()?;
        let events = format!("{}calendars/{}/events", base.path(), piece(&write.calendar));
        let one = format!("{events}/{}", piece(&write.id));
        let fields = query([("fields", FIELDS)]);
        let if_match = |etag: &str| HeaderValue::from_str(etag).ok();
        let (method, path, if_match, body) = match &write.kind {
            WriteKind::Insert(wanted) => {
                (Method::POST, format!("{events}?{fields}"), None, Some(insertion(&write.id, wanted)))
            }
            WriteKind::Edit(edit, etag) => {
                (Method::PATCH, format!("{one}?{fields}"), Some(if_match(etag)?), Some(change(edit)))
            }
            WriteKind::Delete(etag) => (Method::DELETE, one, Some(if_match(etag)?), None),
        };
        Some(Part { method, path, if_match, body: body.map(|body| body.to_string()) })
    }
}

/// A new event.
fn insertion(id: &str, wanted: &Wanted) -> Value {
    json!({
        "id": id,
        "summary": wanted.title,
        "start": {"dateTime": second(wanted.start), "timeZone": "UTC"},
        "end": {"dateTime": second(wanted.end), "timeZone": "UTC"},
        "transparency": transparency(wanted.transparent),
        "extendedProperties": {"private": {MADE_FOR: wanted.made_for.0.to_string()}},
    })
}

/// A change, in which what is not named stays as it is.
fn change(edit: &Edit) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    if let Some(title) = &edit.title {
        put("summary", json!(title));
    }
    if let Some((start, end)) = edit.times {
        put("start", moment(start));
        put("end", moment(end));
    }
    if let Some(transparent) = edit.transparent {
        put("transparency", json!(transparency(transparent)));
    }
    Value::Object(fields)
}

/// A moment instead of whatever was there: a whole day would otherwise stay beside it, and Google takes only one.
fn moment(moment: OffsetDateTime) -> Value {
    json!({"dateTime": second(moment), "timeZone": "UTC", "date": null})
}

fn transparency(transparent: bool) -> &'static str {
    if transparent { "transparent" } else { "opaque" }
}

/// What an answer, or none, says of a write.
fn outcome(write: &Write, answer: Option<&Answer>) -> Outcome {
    let failed = |error| Outcome::Settled(Written::Failed(error));
    let Some(answer) = answer else {
        return failed(GoogleError::Unavailable("the batch's answer says nothing of it".to_owned()));
    };
    let Some(refusal) = Refusal::of(answer) else {
        return done(write, answer)
            .map_or_else(failed, |event| Outcome::Settled(Written::Done(Box::new(event))));
    };
    let is_new = matches!(write.kind, WriteKind::Insert(_));
    let is = |status| refusal.is(status);
    if is_new && is(StatusCode::CONFLICT) && !refusal.is_collision() {
        return Outcome::Settled(Written::Taken);
    }
    if !is_new && is(StatusCode::PRECONDITION_FAILED) {
        return Outcome::Settled(Written::Changed);
    }
    if !is_new && (is(StatusCode::NOT_FOUND) || is(StatusCode::GONE)) {
        return Outcome::Settled(Written::Gone);
    }
    if refusal.is_throttle() || refusal.is_unauthorized() || refusal.is_collision() {
        return Outcome::Again(refusal);
    }
    failed(refusal.error())
}

fn done(write: &Write, answer: &Answer) -> Result<RemoteEvent, GoogleError> {
    if matches!(write.kind, WriteKind::Delete(_)) {
        let (id, etag) = (write.id.clone(), String::new());
        return Ok(RemoteEvent { id, etag, updated: None, is_cancelled: true, place: None, fields: None });
    }
    convert::event(decode(BATCH, answer)?).ok_or_else(|| unexpected(BATCH))
}

fn settle(outcome: Outcome) -> Written {
    match outcome {
        Outcome::Settled(written) => written,
        Outcome::Again(refusal) => Written::Failed(refusal.error()),
    }
}
