//! Notifications on their way.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::Empty;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use jiff::SignedDuration;

use super::{Shared, lock};
use crate::state::channel::Notification;

/// A notification is given up after so many attempts.
const MOST_ATTEMPTS: u32 = 8;

/// How long is waited for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is answered where it is to come again.
const RETRIED: [u16; 4] = [500, 502, 503, 504];

/// A notification that was sent.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// What was sent.
    pub notification: Notification,
    /// What was answered; nothing where nobody was reached.
    pub status: Option<u16>,
}

impl Shared {
    /// Sends what is due, in order. What is answered with a 500, 502, 503 or 504 is due again later.
    pub(crate) async fn deliver_due(&self) -> Vec<Delivered> {
        let now = self.now();
        let due: Vec<Notification> = {
            let outbox = &mut lock(&self.world).channels.outbox;
            let (due, later) = outbox.drain(..).partition(|notification| notification.due <= now);
            *outbox = later;
            due
        };
        let mut delivered = Vec::new();
        for notification in due {
            let status = self.post(&notification).await;
            if status.is_some_and(|status| RETRIED.contains(&status)) && notification.attempts < MOST_ATTEMPTS
            {
                let again = again(&notification, now);
                lock(&self.world).channels.outbox.push(again);
            }
            delivered.push(Delivered { notification, status });
        }
        delivered
    }

    pub(crate) async fn post(&self, notification: &Notification) -> Option<u16> {
        let reach = lock(&self.reach).clone();
        let reached = reach.iter().find_map(|(known, reached)| {
            notification.address.strip_prefix(known).map(|rest| format!("{reached}{rest}"))
        });
        let mut request = Request::post(reached.as_ref().unwrap_or(&notification.address))
            .header("user-agent", "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)")
            .header("content-length", "0");
        for (name, value) in &notification.headers {
            request = request.header(name, value);
        }
        let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
        let sent = client.request(request.body(Empty::new()).ok()?);
        let response = tokio::time::timeout(PATIENCE, sent).await.ok()?.ok()?;
        Some(response.status().as_u16())
    }
}

fn again(notification: &Notification, now: jiff::Timestamp) -> Notification {
    let wait = SignedDuration::from_secs(1 << notification.attempts);
    Notification { due: now + wait, attempts: notification.attempts + 1, ..notification.clone() }
}

/// Delivers by itself for as long as it is polled.
pub(crate) async fn deliver(shared: Arc<Shared>) -> Infallible {
    loop {
        shared.deliver_due().await;
        let next = lock(&shared.world).channels.outbox.iter().map(|notification| notification.due).min();
        let wait = next.map(|next| next.duration_since(shared.now()));
        match wait.map(|wait| Duration::try_from(wait).unwrap_or_default()) {
            Some(wait) => {
                let _ =
                    tokio::time::timeout(wait.max(Duration::from_millis(5)), shared.news.notified()).await;
            }
            None => shared.news.notified().await,
        }
    }
}
