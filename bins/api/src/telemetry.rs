//! Logging: to standard error, as text for people or JSON for machines.

use tracing::Subscriber;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{EnvFilter, fmt, registry};

use crate::config::{LogFormat, LogSettings};

/// Starts logging for the whole process and sends panics there too. Call it once.
///
/// # Errors
/// When something else has taken the process's logging already.
pub fn init(settings: &LogSettings) -> Result<(), TryInitError> {
    subscriber(settings, std::io::stderr).try_init()?;
    log_panics();
    Ok(())
}

/// Writes what `settings` let through to `writer`.
pub(crate) fn subscriber<W>(settings: &LogSettings, writer: W) -> impl Subscriber + Send + Sync + use<W>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = fmt::layer().with_writer(writer);
    let lines = match settings.format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
    };
    registry().with(lines).with(EnvFilter::new(&settings.filter))
}

/// A panic inside a request shall carry that request's id like every other line.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("no message");
        let location = panic.location().map(ToString::to_string);
        tracing::error!(location, "panicked: {message}");
    }));
}
