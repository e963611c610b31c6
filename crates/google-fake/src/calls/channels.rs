//! Channels: opened and stopped.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Call;
use crate::state::World;
use crate::state::calendar::{Kind, Role};
use crate::state::channel::{Channel, Watched};
use crate::wire::refusal::Refusal;

/// How long a channel lives at most, and where nothing is asked for.
const LONGEST_SECONDS: i64 = 604_800;

pub(super) fn watch_events(world: &mut World, call: &Call<'_>) -> Result<Value, Refusal> {
    let id = call.caller.resolved(&call.operation.calendar).to_owned();
    let (calendar, _) = world.open(call.caller, &id, call.name(), Role::FreeBusyReader)?;
    if calendar.kind == Kind::Published {
        let message = "Push notifications are not supported by this resource.";
        return Err(Refusal::new(400, "pushNotSupportedForRequestedResource", message));
    }
    let encoded = percent_encoding::utf8_percent_encode(&id, percent_encoding::NON_ALPHANUMERIC).to_string();
    // Google leaves what is common in ids as it is.
    let encoded = encoded.replace("%40", "@").replace("%2E", ".").replace("%5F", "_").replace("%2D", "-");
    let uri = format!("https://www.googleapis.com/calendar/v3/calendars/{encoded}/events?alt=json");
    open(world, call, Watched::Events(id), &uri)
}

pub(super) fn watch_calendars(world: &mut World, call: &Call<'_>) -> Result<Value, Refusal> {
    let watched = Watched::Calendars(call.caller.email.clone());
    open(world, call, watched, "https://www.googleapis.com/calendar/v3/users/me/calendarList?alt=json")
}

fn open(world: &mut World, call: &Call<'_>, watched: Watched, uri: &str) -> Result<Value, Refusal> {
    let body = call.object()?;
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let id = text("id").filter(|id| !id.is_empty()).ok_or_else(|| Refusal::required("Required"))?;
    let is_good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_+/=".contains(&byte);
    if id.len() > 64 || !id.bytes().all(is_good) {
        return Err(Refusal::new(400, "channelIdInvalid", format!("Invalid channel id {id}")));
    }
    match text("type") {
        Some("web_hook" | "webhook") => {}
        Some(other) => {
            let message = format!("Unknown channel type: {other}");
            return Err(Refusal::new(400, "push.channelTypeNotSupported", message));
        }
        None => return Err(Refusal::required("Required")),
    }
    let address = text("address").ok_or_else(|| Refusal::required("Required"))?;
    check_address(address, world.rules.plain_webhooks)?;
    let token = text("token");
    if token.is_some_and(|token| token.len() > 256) {
        return Err(Refusal::invalid("The channel token is too long."));
    }
    let expires = expiration(&body, call.now)?;
    if !world.channels.take_id(id) {
        let message = format!("Channel id {id} not unique");
        return Err(Refusal::new(400, "channelIdNotUnique", message));
    }
    let resource_id = world.channels.resource_id(uri, &call.caller.email, &mut world.ids);
    let mut answer = json!({
        "kind": "api#channel", "id": id, "resourceId": resource_id, "resourceUri": uri,
        "expiration": expires.as_millisecond().to_string(),
    });
    if let Some(token) = token {
        answer["token"] = json!(token);
    }
    let channel = Channel {
        id: id.to_owned(),
        resource_id,
        resource_uri: uri.to_owned(),
        watched,
        address: address.to_owned(),
        token: token.map(str::to_owned),
        expires,
        email: call.caller.email.clone(),
        client: call.caller.client.clone(),
        number: 1,
    };
    world.channels.open(channel, call.now);
    Ok(answer)
}

fn check_address(address: &str, plain: bool) -> Result<(), Refusal> {
    let rest = address.strip_prefix("https://");
    let is_secure = rest.is_some_and(|rest| !rest.is_empty());
    let loopback = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    if is_secure || (plain && loopback.iter().any(|prefix| address.starts_with(prefix))) {
        return Ok(());
    }
    Err(Refusal::new(400, "push.webhookUrlNotHttps", format!("WebHook callback must be HTTPS: {address}")))
}

/// When the channel ends: as asked for, but within a week.
fn expiration(body: &crate::wire::Map, now: Timestamp) -> Result<Timestamp, Refusal> {
    let longest = now + SignedDuration::from_secs(LONGEST_SECONDS);
    let number = |value: &Value| value.as_str().map_or_else(|| value.as_i64(), |text| text.parse().ok());
    let asked = match (body.get("expiration"), body.get("params").and_then(|params| params.get("ttl"))) {
        (Some(millis), _) => {
            let millis = number(millis).ok_or_else(Refusal::parse_error)?;
            Timestamp::from_millisecond(millis).map_err(|_| Refusal::parse_error())?
        }
        (None, Some(seconds)) => {
            let seconds = number(seconds).ok_or_else(Refusal::parse_error)?;
            now + SignedDuration::from_secs(seconds.clamp(0, LONGEST_SECONDS))
        }
        (None, None) => longest,
    };
    if asked <= now {
        return Err(Refusal::invalid("The channel expiration is in the past."));
    }
    Ok(asked.min(longest))
}

pub(super) fn stop(world: &mut World, call: &Call<'_>) -> Result<(), Refusal> {
    let body = call.object()?;
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let (Some(id), Some(resource)) = (text("id"), text("resourceId")) else {
        return Err(Refusal::required("Required"));
    };
    let client = call.caller.client.as_deref();
    if world.channels.stop(id, resource, &call.caller.email, client, call.now) {
        return Ok(());
    }
    let message = format!("Channel '{id}' not found for project '000000000000'");
    Err(Refusal::new(404, "notFound", message))
}
