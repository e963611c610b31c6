//! Reading requests: each extractor judges its part in one place and answers with a problem.
//!
//! ```ignore
//! async fn update(me: Identity, Path(task): Path<Uuid>, Json(body): Json<TaskBody>) -> Result<Json<TaskView>, Problem>
//! ```

mod if_match;
mod json;
mod params;
mod path;
mod query;
#[cfg(test)]
mod tests;
mod use_cases;
mod words;

use std::time::Duration;

pub use self::if_match::IfMatch;
pub use self::json::Json;
pub(crate) use self::json::read_body;
pub use self::path::Path;
pub use self::query::Query;
pub use self::use_cases::UseCases;

/// Bounds on what is read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Largest body, in bytes.
    pub max_body_bytes: usize,
    /// How long a body may take to arrive: one that trickles in would hold a connection for ever.
    pub body_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_body_bytes: 256 * 1024, body_time: Duration::from_secs(30) }
    }
}
