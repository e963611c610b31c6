//! `canvascal google`: an account connected from this machine, and the keys that seal tokens.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use app::google::ConnectRefusal;
use app::identity::{User, UserId};
use app::ports::google::{Feature, GoogleError};
use app::{Failure, Resealed};
use secrecy::ExposeSecret as _;
use time::OffsetDateTime;
use vault::{Key, Keyring};

use super::BadInput;
use super::database::Database;
use super::documents::print;
use crate::auth::{self, DevIssuer, DevUser};
use crate::cli::{GoogleArgs, GoogleCommand, GoogleConnectArgs, NewKeyArgs, RotateKeysArgs};
use crate::clock::SystemClock;
use crate::config::{self, DatabaseSettings, GoogleToolSettings};
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
        let (database, wired) = open(&settings.database).await?;
        let wired = wired.with_google(Some(&settings.google), Arc::new(SystemClock)).await?;
        Ok(Self { settings, database, wired })
    }
}

/// A database with its schema up to date, and the use cases over it.
async fn open(settings: &DatabaseSettings) -> anyhow::Result<(Database, Wired)> {
    let database = Database::open(settings, "serve", false).await?;
    let url = database.url.expose();
    store::migrate::up(url).await.context("migrating the database")?;
    let wired = wire(url, settings.pool_size, Arc::new(SystemClock)).context("opening the database")?;
    Ok((database, wired))
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
    let settings = config::key_tool(args.data.as_ref(), std::env::vars_os())?;
    telemetry::init(&settings.log).context("starting the log")?;
    let (database, wired) = open(&settings.database).await?;
    let done = reseal(&wired, &settings.keys).await;
    database.close().await;
    let done = done?;
    print(&format!("{} sealed anew, {} were fresh", done.resealed, done.fresh))?;
    if done.unopened > 0 {
        bail!("{} could not be opened, and stay as they are; the log says whose", done.unopened);
    }
    Ok(())
}

/// Seals everybody's tokens anew, whoever they are for.
async fn reseal(wired: &Wired, keys: &Keyring) -> anyhow::Result<Resealed> {
    wired.open_with(keys).await?;
    wired.app.reseal_tokens(keys).await.context("sealing tokens anew")
}

fn new_key(args: &NewKeyArgs) -> anyhow::Result<()> {
    let today = OffsetDateTime::now_utc().date();
    let id = args.id.clone().unwrap_or_else(|| format!("k{}", today.to_string().replace('-', "")));
    let key = Key::generate(&id).map_err(|error| BadInput(format!("--id {id:?}: a key {error}")))?;
    print(key.expose_secret())
}
