//! Channels on which Google tells that a calendar has changed.

use app::ports::google::{Account, GoogleError, Lease, NewChannel};
use google_calendar3::api::Channel;
use planner_core::time::Moment;
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::gcal::Gcal;
use crate::road::{decode, unexpected};
use crate::wire::text::piece;

const WATCH: &str = "events.watch";
const STOP: &str = "channels.stop";

impl Gcal {
    pub(crate) async fn open_channel(
        &self,
        account: &Account,
        channel: &NewChannel,
    ) -> Result<Lease, GoogleError> {
        let body = json!({
            "id": channel.id,
            "type": "web_hook",
            "address": channel.address,
            "token": channel.token.expose_secret(),
            "params": {"ttl": channel.ttl.as_secs().to_string()},
        });
        let call = self.post(WATCH, &format!("calendars/{}/events/watch", piece(&channel.calendar)), &body);
        let opened: Channel = decode(WATCH, &self.once(account, &call).await?)?;
        // How long it lasts, Google decides.
        let until =
            opened.expiration.and_then(|millis| millis.checked_mul(1000)).map(Moment::from_unix_micros);
        let lease = opened.resource_id.zip(until).map(|(resource, until)| Lease { resource, until });
        lease.ok_or_else(|| unexpected(WATCH))
    }

    pub(crate) async fn close_channel(
        &self,
        account: &Account,
        channel: &str,
        resource: &str,
    ) -> Result<(), GoogleError> {
        let call = self.post(STOP, "channels/stop", &json!({"id": channel, "resourceId": resource}));
        match self.once(account, &call).await.map_err(Into::into) {
            Ok(_) | Err(GoogleError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
