//! Values at the edge: parsed on the way in, so that nothing behind them checks again.

mod given;
mod instant;
mod text;
mod whole;

pub use self::given::{Given, not_null};
pub use self::instant::{Instant, Timestamp};
pub use self::text::{Line, Text};
pub use self::whole::{whole, whole_not_null, whole_or_null};
