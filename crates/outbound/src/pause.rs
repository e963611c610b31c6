use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use async_trait::async_trait;

/// Lets time pass.
#[async_trait]
pub trait Sleeper: std::fmt::Debug + Send + Sync {
    /// Comes back when that much time has passed.
    async fn sleep(&self, time: Duration);
}

/// Sleeps for real.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioSleeper;

#[async_trait]
impl Sleeper for TokioSleeper {
    async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

/// How long to wait after so many tries that failed: one second, two, four, up to 32, and up to one more by chance, so
/// that those who failed together do not come back together.
pub fn backoff(tries: u32) -> Duration {
    // A hasher of the standard library begins with numbers by chance, which is chance enough for this.
    let chance = RandomState::new().build_hasher().finish() % 1000;
    Duration::from_secs(1 << tries.min(5)) + Duration::from_millis(chance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_half_a_minute() {
        for (tries, seconds) in [(0, 1), (1, 2), (4, 16), (5, 32), (u32::MAX, 32)] {
            let wait = backoff(tries);
            assert_eq!(wait.as_secs(), seconds, "{wait:?}");
        }
    }
}
