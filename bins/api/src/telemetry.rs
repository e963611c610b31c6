//! Logging: to standard error, as text for people or JSON for machines.

use serde_json::{Map, Value};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
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
pub fn subscriber<W>(settings: &LogSettings, writer: W) -> impl Subscriber + Send + Sync + use<W>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = fmt::layer().with_writer(writer);
    let lines = match settings.format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => {
            lines.json().flatten_event(true).with_current_span(false).map_event_format(Flat).boxed()
        }
    };
    let discreet = filter_fn(|metadata| !tells_too_much(metadata.target(), *metadata.level()));
    registry().with(lines).with(EnvFilter::new(&settings.filter)).with(discreet)
}

/// Whether a library writes secrets at this level, whatever the filter says: yup-oauth2 its codes and tokens.
fn tells_too_much(target: &str, level: Level) -> bool {
    target.starts_with("yup_oauth2") && level > Level::INFO
}

/// Lines of JSON on which the fields of spans stand beside those of the event, so that whoever gathers logs finds
/// `trace_id` and `span_id` where they are looked for. Where two have one name, the inner one is told.
struct Flat<E>(E);

impl<S, N, E> FormatEvent<S, N> for Flat<E>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    E: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> std::fmt::Result {
        let mut nested = String::new();
        self.0.format_event(context, Writer::new(&mut nested), event)?;
        let Ok(mut line) = serde_json::from_str::<Map<String, Value>>(&nested) else {
            return writer.write_str(&nested);
        };
        let spans = line.remove("spans");
        for span in spans.iter().filter_map(Value::as_array).flatten().rev().filter_map(Value::as_object) {
            for (name, value) in span.iter().filter(|(name, _)| *name != "name") {
                line.entry(name).or_insert_with(|| value.clone());
            }
        }
        writeln!(writer, "{}", Value::Object(line))
    }
}

/// A panic inside a request shall carry that request's id like every other line.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("no message");
        let location = panic.location().map(ToString::to_string);
        tracing::error!(location, "panicked: {message}");
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_writes_secrets_is_kept_from_that_whatever_the_filter() {
        for level in [Level::TRACE, Level::DEBUG] {
            assert!(tells_too_much("yup_oauth2::refresh", level));
            assert!(!tells_too_much("gcal::road", level));
        }
        assert!(!tells_too_much("yup_oauth2::refresh", Level::WARN));
    }
}
