use std::time::Duration;

use async_trait::async_trait;

use super::{Done, Handler, JobError};
use crate::App;
use crate::ports::ClaimedJob;

/// The kind and key of the job that clears away what time has passed by.
pub const SWEEP: &str = "sweep";

/// How long what is past its time may lie about.
pub(super) const SWEEP_EVERY: Duration = Duration::from_mins(5);

/// Has everything swept.
pub(super) struct Sweep(pub(super) App);

#[async_trait]
impl Handler for Sweep {
    async fn run(&self, _: &ClaimedJob) -> Result<Done, JobError> {
        match self.0.sweep(self.0.now()).await {
            Ok(swept) => {
                tracing::debug!(?swept, "swept");
                Ok(Done::Finished)
            }
            Err(error) => Err(JobError::passing(error.to_string())),
        }
    }
}
