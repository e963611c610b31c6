//! `canvascal google`: an account connected from this machine, and the keys that seal tokens.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use app::Failure;
use app::google::ConnectRefusal;
use app::identity::{User, UserId};
use app::ports::google::{Feature, GoogleError};
use secrecy::ExposeSecret as _;
use time::OffsetDateTime;
use vault::Key;

use super::BadInput;
use super::database::Database;
use super::documents::print;
use crate::auth::{self, DevIssuer, DevUser};
use crate::cli::{GoogleArgs, GoogleCommand, GoogleConnectArgs, NewKeyArgs, RotateKeysArgs};
use crate::clock::SystemClock;
use crate::config::{self, GoogleToolSettings};
use crate::telemetry;
use crate::wiring::{Wired, google, wire};

/// How long somebody may take to sign in.
const PATIENCE: Duration = Duration::from_mins(10);

pub(super) async fn run(args: &GoogleArgs) -> anyhow::Result<()> {
    match &args.command {
        GoogleCommand::Connect(args) => connect(args).await,
        GoogleCommand::RotateKeys(args) => rotate_keys(args).await,
        GoogleCommand::NewKey(args) => new_key(args),
    }
}

/// Google and a database, for as long as a command takes.
struct Tool {
    settings: GoogleToolSettings,
    database: Database,
    wired: Wired,
}

impl Tool {
    async fn open(data: Option<&PathBuf>) -> anyhow::Result<Self> {
        let settings = config::google_tool(data, std::env::vars_os())?;
        telemetry::init(&settings.log).context("starting the log")?;
        let database = Database::open(&settings.database, "serve", false).await?;
        let url = database.url.expose();
        store::migrate::up(url).await.context("migrating the database")?;
        let clock = Arc::new(SystemClock);
        let wired = wire(url, settings.database.pool_size, Arc::clone(&clock) as _)
            .context("opening the database")?;
        let wired = wired.with_google(Some(&settings.google), clock).await?;
        Ok(Self { settings, database, wired })
    }
}

async fn connect(args: &GoogleConnectArgs) -> anyhow::Result<()> {
    let tool = Tool::open(args.data.as_ref()).await?;
    let connected = sign_in(&tool, args).await;
    tool.database.close().await;
    connected?;
    print("The account is connected. `canvascal serve` or `canvascal work` keep it in step.")
}

async fn sign_in(tool: &Tool, args: &GoogleConnectArgs) -> anyhow::Result<()> {
    let gcal = google(&tool.settings.google, Arc::new(SystemClock))?;
    let features = Feature::ALL.into_iter().filter(|one| args.own_calendar || *one != Feature::OwnCalendar);
    let scopes = features.map(|feature| feature.scope().to_owned()).collect();
    let show = |url: &str| eprintln!("Open this address with a browser on this machine:\n\n{url}\n");
    let granted = gcal.connect_here(&scopes, args.port, PATIENCE, show).await.map_err(explained)?;
    let user = user(tool.settings.issuer.as_deref(), &args.user);
    tool.wired.app.accept_google_consent(&user, granted).await.map(drop).map_err(refused)
}

/// The user whom the tokens of this issuer call so; without one whoever `serve --dev-auth` calls so.
fn user(issuer: Option<&str>, name: &str) -> User {
    match issuer {
        Some(issuer) => User { id: UserId(auth::user_id(issuer, name)), external_id: name.to_owned() },
        None => DevIssuer::user(&DevUser { name: name.to_owned(), admin: false }),
    }
}

fn explained(error: GoogleError) -> anyhow::Error {
    match error {
        GoogleError::Disconnected(_) => anyhow::anyhow!("nothing was connected: consent was refused"),
        error => anyhow::Error::new(error).context("signing in at Google"),
    }
}

fn refused(failure: Failure<ConnectRefusal>) -> anyhow::Error {
    match failure {
        Failure::Refused(ConnectRefusal::NoRefreshToken) => anyhow::anyhow!(
            "Google gave no refresh token. Remove the app at myaccount.google.com/connections, and try again"
        ),
        Failure::Refused(ConnectRefusal::Missing(features)) => {
            let lost: Vec<&str> = features.into_iter().map(Feature::spelled).collect();
            anyhow::anyhow!("nothing was connected: there is no consent for {}", lost.join(", "))
        }
        failure => anyhow::anyhow!("nothing was connected: {failure:?}"),
    }
}

async fn rotate_keys(args: &RotateKeysArgs) -> anyhow::Result<()> {
    let tool = Tool::open(args.data.as_ref()).await?;
    let done = tool.wired.app.reseal_tokens().await;
    tool.database.close().await;
    let done = done.context("sealing tokens anew")?;
    print(&format!("{} sealed anew, {} were fresh", done.resealed, done.fresh))?;
    if done.unopened > 0 {
        bail!("{} could not be opened, and stay as they are; the log says whose", done.unopened);
    }
    Ok(())
}

fn new_key(args: &NewKeyArgs) -> anyhow::Result<()> {
    let today = OffsetDateTime::now_utc().date();
    let id = args.id.clone().unwrap_or_else(|| format!("k{}", today.to_string().replace('-', "")));
    let key = Key::generate(&id).map_err(|error| BadInput(format!("--id {id:?}: a key {error}")))?;
    print(key.expose_secret())
}
