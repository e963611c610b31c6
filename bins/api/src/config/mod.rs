//! Configuration: read once from the environment and the flags, into types that cannot be wrong.
//!
//! Each command asks for what it needs. The functions take the environment as pairs, so they are
//! pure; only `main` passes the real one. Flags win over keys. All problems are told at once.

mod canvas;
mod clerk;
mod google;
mod keys;
mod reader;
mod secret;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use app::TaskTriggers;
use tracing_subscriber::EnvFilter;
use vault::Keyring;

pub use self::canvas::CanvasSettings;
pub use self::clerk::{ClerkSettings, KeySource};
pub use self::google::GoogleSettings;
use self::google::SignIn;
pub use self::keys::{KEYS, Key, keys_help};
pub use self::reader::ConfigError;
use self::reader::Reader;
pub use self::secret::Secret;
use crate::cli::{DemoArgs, ServeArgs, WorkArgs};

/// What `serve` and `demo` run with.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// What and how to log.
    pub log: LogSettings,
    /// Listening and limits.
    pub http: HttpSettings,
    /// The database.
    pub database: DatabaseSettings,
    /// Work in the background.
    pub work: WorkSettings,
    /// Who vouches for callers.
    pub auth: AuthSettings,
    /// Google, where it is to be reached.
    pub google: Option<GoogleSettings>,
    /// Canvas, where any may be asked.
    pub canvas: Option<CanvasSettings>,
}

/// What `work` runs with.
#[derive(Clone, Debug)]
pub struct WorkerSettings {
    /// What and how to log.
    pub log: LogSettings,
    /// The database.
    pub database: DatabaseSettings,
    /// Work in the background.
    pub work: WorkSettings,
    /// Google, where it is to be reached.
    pub google: Option<GoogleSettings>,
    /// Canvas, where any may be asked.
    pub canvas: Option<CanvasSettings>,
}

/// What the commands without a server run with.
#[derive(Clone, Debug)]
pub struct ToolSettings {
    /// What and how to log.
    pub log: LogSettings,
    /// The database.
    pub database: DatabaseSettings,
}

/// What the commands around Google run with.
#[derive(Clone, Debug)]
pub struct GoogleToolSettings {
    /// What and how to log.
    pub log: LogSettings,
    /// The database.
    pub database: DatabaseSettings,
    /// Google, which they are about.
    pub google: GoogleSettings,
    /// Whose users there are: the issuer of their tokens, where one is configured.
    pub issuer: Option<String>,
}

/// What the commands around keys run with.
#[derive(Clone, Debug)]
pub struct KeyToolSettings {
    /// What and how to log.
    pub log: LogSettings,
    /// The database.
    pub database: DatabaseSettings,
    /// The keys.
    pub keys: Arc<Keyring>,
}

/// What and how to log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// Directives of `tracing_subscriber`'s filter, known to parse.
    pub filter: String,
    /// How lines look.
    pub format: LogFormat,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Listening and limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpSettings {
    /// Where to listen; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Largest request body.
    pub max_body_bytes: usize,
    /// How long requests in flight may take to finish when the server stops.
    pub shutdown: Duration,
    /// Whoever asks for the metrics has to know it, where there is one.
    pub metrics_token: Option<Secret<String>>,
}

/// Work in the background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkSettings {
    /// The most jobs that run at once in this program; none where other programs do the work.
    pub concurrency: usize,
    /// How long running jobs may take to finish when the program stops.
    pub shutdown: Duration,
    /// Who notices that writing a task sets off a proposal.
    pub task_triggers: TaskTriggers,
}

/// Where the data lives.
#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// A PostgreSQL to use; none means the embedded one.
    pub url: Option<Secret<String>>,
    /// How many connections to hold.
    pub pool_size: usize,
    /// Folder of the embedded database, if one was named.
    pub data: Option<PathBuf>,
    /// Where programs of this user keep their data, if the environment says so.
    pub data_home: Option<PathBuf>,
}

/// Who vouches for callers.
#[derive(Clone, Debug)]
pub enum AuthSettings {
    /// Clerk's session tokens.
    Clerk(ClerkSettings),
    /// Tokens signed by this process; the listener is known to be on loopback.
    Development,
}

/// Settings of `serve`.
///
/// # Errors
/// Everything wrong with the flags and the environment.
pub fn serve<K, V>(
    args: &ServeArgs,
    environment: impl IntoIterator<Item = (K, V)>,
) -> Result<ServerSettings, ConfigError>
where
    K: Into<OsString>,
    V: Into<OsString>,
{
    let mut reader = Reader::new(environment);
    let http = http(&mut reader, args.listen.as_deref());
    let auth = if args.dev_auth {
        development_only(&mut reader, &http, "--dev-auth");
        if reader.text(keys::ISSUER).is_some() {
            reader.refuse("--dev-auth", format!("excludes {}: choose one", keys::ISSUER));
        }
        Some(AuthSettings::Development)
    } else {
        clerk::read(&mut reader).map(AuthSettings::Clerk)
    };
    let keyring = google::keyring(&mut reader);
    let google = google::read(&mut reader, SignIn::Here, keyring.clone());
    let canvas = canvas::read(&mut reader, SignIn::Here, keyring);
    let settings = server(reader, http, args.data.as_ref(), auth, "info")?;
    let concurrency = if args.no_workers { 0 } else { settings.work.concurrency };
    Ok(ServerSettings { work: WorkSettings { concurrency, ..settings.work }, google, canvas, ..settings })
}

/// Settings of `work`.
///
/// # Errors
/// Everything wrong with the environment.
pub fn work<K, V>(
    args: &WorkArgs,
    environment: impl IntoIterator<Item = (K, V)>,
) -> Result<WorkerSettings, ConfigError>
where
    K: Into<OsString>,
    V: Into<OsString>,
{
    let mut reader = Reader::new(environment);
    let log = log(&mut reader, "info");
    let database = database(&mut reader, args.data.as_ref());
    let shutdown = shutdown(&mut reader);
    let work = background(&mut reader, shutdown);
    let keyring = google::keyring(&mut reader);
    let google = google::read(&mut reader, SignIn::Elsewhere, keyring.clone());
    let canvas = canvas::read(&mut reader, SignIn::Elsewhere, keyring);
    reader.finish(Some(WorkerSettings { log, database, work, google, canvas }))
}

/// Settings of `demo`, which vouches for its callers itself.
///
/// # Errors
/// Everything wrong with the flags and the environment.
pub fn demo<K, V>(
    args: &DemoArgs,
    environment: impl IntoIterator<Item = (K, V)>,
) -> Result<ServerSettings, ConfigError>
where
    K: Into<OsString>,
    V: Into<OsString>,
{
    let mut reader = Reader::new(environment);
    let http = http(&mut reader, args.listen.as_deref());
    development_only(&mut reader, &http, "demo");
    // A person reads what the demo prints: the log joins in only where something is wrong, or where it was asked for.
    let settings = server(reader, http, args.data.as_ref(), Some(AuthSettings::Development), "warn")?;
    // The demo fills its database with a made-up student: never somebody's own.
    Ok(ServerSettings { database: DatabaseSettings { url: None, ..settings.database }, ..settings })
}

/// Settings of the commands that serve nobody.
///
/// # Errors
/// Everything wrong with the environment.
pub fn tool<K, V>(environment: impl IntoIterator<Item = (K, V)>) -> Result<ToolSettings, ConfigError>
where
    K: Into<OsString>,
    V: Into<OsString>,
{
    let mut reader = Reader::new(environment);
    let log = log(&mut reader, "info");
    let database = database(&mut reader, None);
    reader.finish(Some(ToolSettings { log, database }))
}

/// Settings of the commands around Google.
///
/// # Errors
/// Everything wrong with the environment.
pub fn google_tool<K, V>(
    data: Option<&PathBuf>,
    environment: impl IntoIterator<Item = (K, V)>,
) -> Result<GoogleToolSettings, ConfigError>
where
    K: Into<OsString>,
    V: Into<OsString>,
{
    let mut reader = Reader::new(environment);
    let log = log(&mut reader, "warn");
    let database = database(&mut reader, data);
    if reader.text(keys::GOOGLE_CLIENT_ID).is_none() {
        reader.refuse(keys::GOOGLE_CLIENT_ID, "is required");
    }
    let keyring = google::keyring(&mut reader);
    let google = google::read(&mut reader, SignIn::Elsewhere, keyring);
    let issuer = reader.text(keys::ISSUER);
    reader.finish(google.map(|google| GoogleToolSettings { log, database, google, issuer }))
}

/// Settings of the commands around keys.
///
/// # Errors
/// Everything wrong with the environment.
pub fn key_tool<K, V>(
    data: Option<&PathBuf>,
    environment: impl IntoIterator<Item = (K, V)>,
) -> Result<KeyToolSettings, ConfigError>
where
    K: Into<OsString>,
    V: Into<OsString>,
{
    let mut reader = Reader::new(environment);
    let log = log(&mut reader, "warn");
    let database = database(&mut reader, data);
    if reader.text(keys::TOKEN_KEYS).is_none() {
        reader.refuse(keys::TOKEN_KEYS, "is required");
    }
    let keyring = google::keyring(&mut reader);
    reader.finish(keyring.map(|keys| KeyToolSettings { log, database, keys }))
}

fn server(
    mut reader: Reader,
    http: HttpSettings,
    data: Option<&PathBuf>,
    auth: Option<AuthSettings>,
    default_log: &str,
) -> Result<ServerSettings, ConfigError> {
    let log = log(&mut reader, default_log);
    let database = database(&mut reader, data);
    let work = background(&mut reader, http.shutdown);
    reader.finish(auth.map(|auth| ServerSettings {
        log,
        http,
        database,
        work,
        auth,
        google: None,
        canvas: None,
    }))
}

fn log(reader: &mut Reader, default: &str) -> LogSettings {
    let filter = reader.text(keys::LOG).unwrap_or_else(|| default.to_owned());
    if let Err(error) = EnvFilter::builder().parse(&filter) {
        reader.refuse(keys::LOG, format!("{filter:?} is not a log filter: {error}"));
    }
    let format = match reader.text(keys::LOG_FORMAT).as_deref() {
        None | Some("text") => LogFormat::Text,
        Some("json") => LogFormat::Json,
        Some(other) => {
            reader.refuse(keys::LOG_FORMAT, format!("{other:?} is neither text nor json"));
            LogFormat::Text
        }
    };
    LogSettings { filter, format }
}

fn http(reader: &mut Reader, flag: Option<&str>) -> HttpSettings {
    let max_body = reader.number(keys::MAX_BODY_BYTES, 256 * 1024, 1024..=16 * 1024 * 1024);
    let shutdown = shutdown(reader);
    HttpSettings {
        listen: listen(reader, flag),
        max_body_bytes: usize::try_from(max_body).unwrap_or(usize::MAX),
        shutdown,
        metrics_token: metrics_token(reader),
    }
}

fn metrics_token(reader: &mut Reader) -> Option<Secret<String>> {
    let token = reader.text(keys::METRICS_TOKEN)?;
    if token.len() < 16 || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        // The value is a secret: it is not repeated.
        reader.refuse(keys::METRICS_TOKEN, "must be at least 16 visible ASCII characters");
    }
    Some(Secret::new(token))
}

fn shutdown(reader: &mut Reader) -> Duration {
    Duration::from_secs(reader.number(keys::SHUTDOWN_SECONDS, 20, 0..=600))
}

fn background(reader: &mut Reader, shutdown: Duration) -> WorkSettings {
    let concurrency = reader.number(keys::WORKERS, 4, 1..=100);
    let task_triggers = match reader.text(keys::TASK_TRIGGERS).as_deref() {
        None | Some("database") => TaskTriggers::Database,
        Some("program") => TaskTriggers::Program,
        Some(other) => {
            reader.refuse(keys::TASK_TRIGGERS, format!("{other:?} is neither database nor program"));
            TaskTriggers::Database
        }
    };
    WorkSettings { concurrency: usize::try_from(concurrency).unwrap_or(usize::MAX), shutdown, task_triggers }
}

fn listen(reader: &mut Reader, flag: Option<&str>) -> SocketAddr {
    let fallback = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
    let (name, text) = match (flag, reader.text(keys::LISTEN)) {
        (Some(flag), _) => ("--listen", flag.to_owned()),
        (None, Some(text)) => (keys::LISTEN, text),
        (None, None) => return fallback,
    };
    let numeric = text.strip_prefix("localhost:").map_or(text.clone(), |port| format!("127.0.0.1:{port}"));
    numeric.parse().unwrap_or_else(|_| {
        reader.refuse(name, format!("{text:?} is not ADDR:PORT, such as 127.0.0.1:8080"));
        fallback
    })
}

/// Tokens anybody on the machine can get must not open a door to the network.
fn development_only(reader: &mut Reader, http: &HttpSettings, what: &str) {
    if !http.listen.ip().is_loopback() {
        let listen = http.listen;
        reader.refuse(what, format!("signs its own tokens, so it listens on loopback only, not on {listen}"));
    }
}

fn database(reader: &mut Reader, flag: Option<&PathBuf>) -> DatabaseSettings {
    let url = reader.text(keys::DATABASE_URL);
    if url.as_ref().is_some_and(|url| !url.starts_with("postgres://") && !url.starts_with("postgresql://")) {
        // The value may hold a password: it is not repeated.
        reader.refuse(keys::DATABASE_URL, "must start with postgres:// or postgresql://");
    }
    let pool_size = reader.number(keys::DB_POOL_SIZE, 10, 1..=1000);
    DatabaseSettings {
        url: url.map(Secret::new),
        pool_size: usize::try_from(pool_size).unwrap_or(usize::MAX),
        data: flag.cloned().or_else(|| reader.text(keys::DATA).map(PathBuf::from)),
        data_home: reader.data_home(),
    }
}
