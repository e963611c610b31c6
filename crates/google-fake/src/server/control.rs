//! `/_fake/`: acting as a person, and breaking things, over HTTP. For programs in other languages, and for trying by
//! hand.

use http::Method;
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Shared, lock};
use crate::faults::Fault;
use crate::person::Person;
use crate::state::calendar::Role;
use crate::state::channel::{Mishap, Notification};
use crate::wire::answer::Answer;
use crate::wire::refusal::Refusal;
use crate::wire::scope::Scopes;

/// What a person does.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Deed {
    Insert { calendar: String, event: Value },
    Edit { calendar: String, id: String, event: Value },
    Delete { calendar: String, id: String },
    Move { calendar: String, id: String, to: String },
    EditInstance { calendar: String, id: String, start: String, event: Value },
    DeleteInstance { calendar: String, id: String, start: String },
    EditFollowing { calendar: String, id: String, start: String, event: Value },
    Calendar { summary: String },
    Subscribe { calendar: String, summary: String },
    Share { calendar: String, with: String, role: String },
}

#[derive(Deserialize)]
struct Deeds {
    account: String,
    #[serde(flatten)]
    deed: Deed,
}

pub(super) async fn answer(
    shared: &std::sync::Arc<Shared>,
    method: &Method,
    path: &str,
    body: &[u8],
) -> Answer {
    match done(shared, method, path, body).await {
        Ok(body) => Answer::json(200, body),
        Err(refusal) => refusal.answer(),
    }
}

async fn done(
    shared: &std::sync::Arc<Shared>,
    method: &Method,
    path: &str,
    body: &[u8],
) -> Result<Value, Refusal> {
    let name = path.strip_prefix("/_fake/").unwrap_or_default();
    match (method.as_str(), name) {
        ("POST", "accounts") => {
            let body: Value = read(body)?;
            let zone = body["timeZone"].as_str().unwrap_or("UTC");
            lock(&shared.world).add_account(&word(&body, "email")?, zone, shared.now());
            Ok(json!({}))
        }
        ("POST", "tokens") => token(shared, &read(body)?),
        ("POST", "person") => {
            let Deeds { account, deed } = read(body)?;
            act(&Person::new(shared.clone(), &account), deed)
        }
        ("POST", "faults") => {
            let faults: Vec<Fault> = read(body)?;
            let mut script = lock(&shared.script);
            for fault in faults {
                script.push(fault);
            }
            Ok(json!({"left": script.left()}))
        }
        ("DELETE", "faults") => {
            lock(&shared.script).clear();
            Ok(json!({}))
        }
        ("POST", "mishaps") => {
            let mishaps: Vec<Mishap> = read(body)?;
            lock(&shared.world).channels.mishaps.extend(mishaps);
            Ok(json!({}))
        }
        ("POST", "clock") => {
            let body: Value = read(body)?;
            let seconds = body["advance_seconds"].as_i64().ok_or_else(Refusal::parse_error)?;
            shared.clock.advance(SignedDuration::from_secs(seconds));
            shared.news.notify_one();
            Ok(json!({"now": shared.now().to_string()}))
        }
        ("POST", "pages") => {
            let body: Value = read(body)?;
            let rows = body["rows"].as_u64().and_then(|rows| usize::try_from(rows).ok());
            lock(&shared.world).rules.page_rows = rows.filter(|rows| *rows > 0);
            Ok(json!({}))
        }
        ("POST", "forget") => forget(shared, &read(body)?),
        ("POST", "revoke") => {
            lock(&shared.world).oauth.revoke_person(&word(&read(body)?, "account")?);
            Ok(json!({}))
        }
        ("POST", "expire") => {
            lock(&shared.world).oauth.expire_access_tokens();
            Ok(json!({}))
        }
        ("POST", "deliver") => {
            let delivered = shared.deliver_due().await;
            let told: Vec<Value> = delivered
                .iter()
                .map(|one| json!({"to": one.notification.address, "status": one.status}))
                .collect();
            Ok(json!(told))
        }
        ("GET", "notifications") => {
            let world = lock(&shared.world);
            Ok(world.channels.outbox.iter().map(notification).collect())
        }
        ("GET", "requests") => Ok(requests(shared)),
        _ => Err(Refusal::not_found()),
    }
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::bad_request(error.to_string()))
}

fn word(body: &Value, name: &str) -> Result<String, Refusal> {
    let word = body[name].as_str().map(str::to_owned);
    word.ok_or_else(|| Refusal::required(format!("{name} is missing")))
}

fn token(shared: &Shared, body: &Value) -> Result<Value, Refusal> {
    let email = word(body, "account")?;
    let scopes: Vec<&str> =
        body["scopes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let world = &mut *lock(&shared.world);
    world.add_account(&email, "UTC", shared.now());
    Ok(world.oauth.access(&email, Scopes::parse(&scopes.join(" ")), &mut world.ids, shared.now()))
}

fn act(person: &Person, deed: Deed) -> Result<Value, Refusal> {
    match deed {
        Deed::Insert { calendar, event } => person.try_insert_event(&calendar, &event),
        Deed::Edit { calendar, id, event } => person.try_edit(&calendar, &id, &event),
        Deed::Delete { calendar, id } => person.try_delete(&calendar, &id),
        Deed::Move { calendar, id, to } => person.try_move_event(&calendar, &id, &to),
        Deed::EditInstance { calendar, id, start, event } => {
            person.try_edit(&calendar, &person.try_instance_id(&id, &start)?, &event)
        }
        Deed::DeleteInstance { calendar, id, start } => {
            person.try_delete(&calendar, &person.try_instance_id(&id, &start)?)
        }
        Deed::EditFollowing { calendar, id, start, event } => {
            person.try_edit_following(&calendar, &id, &start, &event)
        }
        Deed::Calendar { summary } => person.try_calendar(&json!({"summary": summary})),
        Deed::Subscribe { calendar, summary } => person.try_subscribe(&calendar, &summary),
        Deed::Share { calendar, with, role } => {
            let role = Role::named(&role).ok_or_else(|| Refusal::invalid("Unknown role"))?;
            person.share(&calendar, &with, role);
            Ok(json!({}))
        }
    }
}

fn forget(shared: &Shared, body: &Value) -> Result<Value, Refusal> {
    let mut world = lock(&shared.world);
    let serial = world.next_serial();
    if let Some(calendar) = body["calendar"].as_str() {
        world.calendar_mut(calendar)?.floors.insert(String::new(), serial);
    } else {
        let account = world.accounts.get_mut(&word(body, "account")?);
        account.ok_or_else(Refusal::not_found)?.floor = serial;
    }
    Ok(json!({}))
}

fn notification(notification: &Notification) -> Value {
    let headers: crate::wire::Map =
        notification.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    json!({"address": notification.address, "headers": headers, "due": notification.due.to_string()})
}

fn requests(shared: &Shared) -> Value {
    let log = lock(&shared.log);
    let told = log.iter().map(|asked| {
        json!({
            "method": asked.method, "path": asked.path, "operation": asked.operation, "status": asked.status,
            "account": asked.account, "is_part": asked.is_part,
        })
    });
    told.collect()
}
