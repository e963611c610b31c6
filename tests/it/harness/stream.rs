//! Server-Sent Events, read as a browser does.

use std::time::Duration;

use futures_util::StreamExt;
use http::HeaderMap;
use http_body_util::Full;
use serde_json::Value;
use tokio::time::timeout;

use super::Caller;
use super::client::Pieces;

const PATH: &str = "/api/rebalancing/events";

/// A bound for what has to come.
const AGES: Duration = Duration::from_mins(2);

/// An open stream.
pub(crate) struct Stream {
    pub(crate) headers: HeaderMap,
    pieces: Pieces,
    unread: String,
    /// What a browser would send when it comes back.
    pub(crate) last_id: Option<i64>,
}

/// What stands between two empty lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Block {
    pub(crate) id: Option<i64>,
    pub(crate) retry: Option<u32>,
    pub(crate) event: Option<String>,
    pub(crate) data: Option<Value>,
}

impl Caller {
    /// Opens a stream from the live event after this one, or from the present on.
    pub(crate) async fn look_on(&self, last_id: Option<i64>) -> Stream {
        let mut request = self.request("GET", PATH);
        if let Some(id) = last_id {
            request = request.header("last-event-id", id.to_string());
        }
        self.look_on_with(request).await.unwrap()
    }

    /// Opens a stream, if the server answers with one.
    pub(crate) async fn look_on_with(&self, request: http::request::Builder) -> Result<Stream, String> {
        let response = self.open(request.body(Full::default()).unwrap()).await?;
        let (parts, body) = response.into_parts();
        if parts.status != 200 {
            return Err(parts.status.to_string());
        }
        Ok(Stream { headers: parts.headers, pieces: body, unread: String::new(), last_id: None })
    }
}

impl Stream {
    /// The next block; `None` where the stream has ended in good order.
    pub(crate) async fn block(&mut self) -> Option<Block> {
        self.try_block().await.unwrap()
    }

    /// The same, for streams that may be torn off.
    pub(crate) async fn try_block(&mut self) -> Result<Option<Block>, String> {
        loop {
            if let Some(end) = self.unread.find("\n\n") {
                let rest = self.unread.split_off(end + 2);
                let block = Block::read(self.unread.trim_end());
                self.unread = rest;
                self.last_id = block.id.or(self.last_id);
                return Ok(Some(block));
            }
            match timeout(AGES, self.pieces.next()).await.map_err(|_| "it says nothing")? {
                Some(piece) => self.unread.push_str(std::str::from_utf8(&piece?).unwrap()),
                None if self.unread.is_empty() => return Ok(None),
                None => return Err(format!("it ends with {:?}", self.unread)),
            }
        }
    }

    /// What is told next. Openings and heartbeats are passed over.
    pub(crate) async fn event(&mut self) -> Value {
        loop {
            let block = self.block().await.expect("the stream has ended");
            if let Some(data) = block.data {
                assert_eq!(block.id, data["seq"].as_i64());
                assert_eq!(block.event.as_deref(), data["kind"].as_str());
                return data;
            }
        }
    }

    /// So many of what is told next.
    pub(crate) async fn events(&mut self, count: usize) -> Vec<Value> {
        let mut events = Vec::new();
        for _ in 0..count {
            events.push(self.event().await);
        }
        events
    }
}

impl Block {
    fn read(text: &str) -> Self {
        let mut block = Self::default();
        for line in text.lines() {
            match line.split_once(": ") {
                Some(("id", id)) => block.id = Some(id.parse().unwrap()),
                Some(("retry", retry)) => block.retry = Some(retry.parse().unwrap()),
                Some(("event", event)) => block.event = Some(event.to_owned()),
                Some(("data", data)) => block.data = Some(serde_json::from_str(data).unwrap()),
                _ => assert!(line.starts_with(':'), "{line}"),
            }
        }
        block
    }
}
