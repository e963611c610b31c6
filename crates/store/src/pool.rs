use std::fmt::Write as _;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use app::identity::{User, UserId};
use app::ports::{
    Access, Actor, Clock, Due, Insights, Leftover, LiveEvents, LivePage, LocalSignals, RequestKey, Signals,
    Store, StoreError, Stretch, Tally, TurnClaim, Unit, Upkeep,
};
use async_trait::async_trait;
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use planner_core::time::Moment;
use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_postgres::NoTls;
use tokio_postgres::config::SslMode;
use uuid::Uuid;

use crate::error::Error;
use crate::query::{insights, live, sweep, users};
use crate::tls;
use crate::turn::PgTurn;
use crate::unit::{Claimed, PgUnit};

const BEGIN_READING: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
const BEGIN_WRITING: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

/// How the store uses its database.
#[derive(Clone)]
pub struct Options {
    /// The most connections open at once.
    pub max_connections: usize,
    /// How long a unit of work may wait for a connection, and a connection for being made.
    pub connect_deadline: Duration,
    /// How long a statement may take, and how long it may wait for a lock.
    pub statement_deadline: Duration,
    /// How long a unit of work may do nothing before the database gives it up, and with it the user's lock.
    pub idle_deadline: Duration,
    /// Dates what units of work write (`created_at`, `updated_at`, `due_changed_at`). The database's own clock does
    /// where there is none.
    pub clock: Option<Arc<dyn Clock>>,
    /// Carries word of what units of work have committed.
    pub signals: Arc<dyn Signals>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_connections: 16,
            connect_deadline: Duration::from_secs(5),
            statement_deadline: Duration::from_secs(15),
            idle_deadline: Duration::from_mins(1),
            clock: None,
            signals: Arc::new(LocalSignals::default()),
        }
    }
}

/// How many connections there are to the database, and how many are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    /// The most there may be.
    pub most: usize,
    /// Open ones that nobody uses.
    pub idle: usize,
    /// Open ones in use.
    pub in_use: usize,
    /// Units of work that wait for one.
    pub waiting: usize,
}

/// Users' calendars in a PostgreSQL database.
#[derive(Clone)]
pub struct Pg {
    pool: Pool<AsyncPgConnection>,
    connect_deadline: Duration,
    clock: Option<Arc<dyn Clock>>,
    signals: Arc<dyn Signals>,
    runtime: Handle,
}

impl Pg {
    /// The store at `url`, such as `postgres://user@host/db` or `postgres:///db?host=/socket/folder&user=app`.
    ///
    /// `sslmode=require` encrypts connections and checks the server's certificate; without it they are plain.
    ///
    /// Connections are made when they are needed. They live on the runtime that this is called in, so call it in one
    /// that outlives all use of the store: not in a worker of a web server.
    ///
    /// # Errors
    /// [`StoreError::Failed`] where the URL cannot be understood.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn new(url: &str, options: Options) -> Result<Self, StoreError> {
        let config = parse(url)?;
        let runtime = Handle::current();
        let mut manager = ManagerConfig::default();
        // A unit of work notices a dead connection itself, without a question before each.
        manager.recycling_method = RecyclingMethod::Fast;
        manager.custom_setup = setup(config, session(&options), options.connect_deadline, runtime.clone());
        let manager = AsyncDieselConnectionManager::new_with_config(String::new(), manager);
        let pool = Pool::builder(manager)
            .max_size(options.max_connections)
            .build()
            .map_err(|error| StoreError::Failed(Box::new(error)))?;
        Ok(Self {
            pool,
            connect_deadline: options.connect_deadline,
            clock: options.clock,
            signals: options.signals,
            runtime,
        })
    }

    /// Whose proposal this is, for an operator who has nothing but its identity. It is that of several users only where
    /// somebody gave their rows the same one.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn owners_of_proposal(&self, id: Uuid) -> Result<Vec<User>, StoreError> {
        self.ask(move |connection| users::with_proposal(connection, id).boxed()).await
    }

    /// How the connections stand.
    pub fn connections(&self) -> Connections {
        let status = self.pool.status();
        Connections {
            most: status.max_size,
            idle: status.available,
            in_use: status.size.saturating_sub(status.available),
            waiting: status.waiting,
        }
    }

    async fn connection(&self) -> Result<Object<AsyncPgConnection>, StoreError> {
        match timeout(self.connect_deadline, self.pool.get()).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) => Err(StoreError::Unavailable(Box::new(error))),
            Err(_) => Err(StoreError::Unavailable("every connection is in use".into())),
        }
    }

    /// What statements answer that are a whole: some that read, or one that writes. They may be asked again, where a
    /// connection has died in the pool.
    pub(crate) async fn ask<T>(
        &self,
        question: impl for<'a> Fn(&'a mut AsyncPgConnection) -> BoxFuture<'a, Result<T, Error>>,
    ) -> Result<T, StoreError> {
        loop {
            let mut connection = self.connection().await?;
            let is_used = Object::metrics(&connection).recycle_count > 0;
            let error = match question(&mut connection).await {
                Ok(answer) => return Ok(answer),
                Err(error) => StoreError::from(error),
            };
            drop(Object::take(connection));
            if !is_used || !matches!(error, StoreError::Unavailable(_)) {
                return Err(error);
            }
        }
    }

    /// The statements that begin a unit of work.
    fn opening(&self, access: Access) -> String {
        match access {
            Access::Read => BEGIN_READING.to_owned(),
            Access::Write(_) => format!("{BEGIN_WRITING}; {}", self.declared(access)),
        }
    }

    /// The statements by which a unit of work that writes declares on whose word it does, and when.
    pub(crate) fn declared(&self, access: Access) -> String {
        let mut declared = match access {
            Access::Read | Access::Write(Actor::Planner) => String::new(),
            Access::Write(Actor::Owner) => "SET LOCAL canvascal.actor = 'owner'; ".to_owned(),
            Access::Write(Actor::Sync) => "SET LOCAL canvascal.actor = 'sync'; ".to_owned(),
        };
        if let Some(clock) = &self.clock {
            // Writing to a string does not fail.
            let _ = write!(declared, "SET LOCAL canvascal.now = '{}'", clock.now());
        }
        declared
    }

    /// A unit of work on a connection of the pool, as yet without a transaction. From here on it is rolled back,
    /// however this ends.
    async fn lend(&self, user: UserId) -> Result<PgUnit, StoreError> {
        let connection = self.connection().await?;
        Ok(PgUnit::new(connection, user, Arc::clone(&self.signals), self.runtime.clone()))
    }
}

impl Pg {
    /// Begins a unit of work, and says what is known of the user where their row is locked.
    async fn open(&self, user: UserId, access: Access) -> Result<(PgUnit, Option<users::Known>), StoreError> {
        self.open_with(user, access, &self.opening(access)).await
    }

    /// Begins a transaction that writes to what is nobody's in particular, and locks no user.
    pub(crate) async fn open_for_nobody(&self) -> Result<PgUnit, StoreError> {
        let opening = self.opening(Access::Write(Actor::Planner));
        Ok(self.open_with(UserId(Uuid::nil()), Access::Read, &opening).await?.0)
    }

    async fn open_with(
        &self,
        user: UserId,
        access: Access,
        opening: &str,
    ) -> Result<(PgUnit, Option<users::Known>), StoreError> {
        loop {
            let mut unit = self.lend(user).await?;
            match unit.begin(access, opening).await {
                Ok(known) => return Ok((unit, known)),
                Err(error) => unit.give_up(error)?,
            }
        }
    }
}

#[async_trait]
impl Store for Pg {
    async fn begin(&self, user: &User, access: Access) -> Result<Box<dyn Unit>, StoreError> {
        let (mut unit, known) = self.open(user.id, access).await?;
        if matches!(access, Access::Write(_)) {
            unit.ensure_user(user, known).await?;
        }
        Ok(Box::new(unit))
    }

    async fn begin_for(&self, user: UserId, actor: Actor) -> Result<Option<Box<dyn Unit>>, StoreError> {
        let (unit, known) = self.open(user, Access::Write(actor)).await?;
        Ok(known.is_some().then_some(Box::new(unit)))
    }

    async fn claim_turn(
        &self,
        user: &User,
        request: &RequestKey,
        now: Moment,
    ) -> Result<TurnClaim, StoreError> {
        let (unit, kept) = loop {
            let mut unit = self.lend(user.id).await?;
            match unit.claim(BEGIN_WRITING, request, now).await {
                Ok(kept) => break (unit, kept),
                Err(error) => unit.give_up(error)?,
            }
        };
        let claim = match kept {
            Claimed::Fresh => {
                let turn = PgTurn::new(self.clone(), user.clone(), request.clone(), unit);
                return Ok(TurnClaim::Fresh(Box::new(turn)));
            }
            Claimed::Kept(kept) if kept.fingerprint == request.fingerprint => {
                TurnClaim::Answered(kept.answer)
            }
            Claimed::Kept(_) => TurnClaim::Reused,
            Claimed::Taken => TurnClaim::InProgress,
        };
        // Waited for, so that whoever asks next is not told that this one is still being answered.
        unit.roll_back().await;
        Ok(claim)
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.ask(|connection| connection.batch_execute("SELECT 1").map(|done| Ok(done?)).boxed()).await
    }
}

#[async_trait]
impl LiveEvents for Pg {
    async fn live_events(&self, user: UserId, after: i64, limit: u16) -> Result<LivePage, StoreError> {
        self.ask(|connection| live::after(connection, user, after, limit).boxed()).await
    }
}

#[async_trait]
impl Upkeep for Pg {
    async fn overdue(&self, now: Moment, after: Option<Due>, limit: u16) -> Result<Vec<Due>, StoreError> {
        self.ask(|connection| sweep::overdue(connection, now, after.clone(), limit).boxed()).await
    }

    async fn release_spent_snapshots(
        &self,
        before: Moment,
        now: Moment,
        limit: u16,
    ) -> Result<u64, StoreError> {
        self.ask(|connection| sweep::release_spent_snapshots(connection, before, now, limit).boxed()).await
    }

    async fn discard(&self, what: Leftover, before: Moment, limit: u16) -> Result<u64, StoreError> {
        self.ask(|connection| sweep::discard(connection, what, before, limit).boxed()).await
    }
}

#[async_trait]
impl Insights for Pg {
    async fn tally(&self, stretch: Stretch, now: Moment) -> Result<Tally, StoreError> {
        self.ask(move |connection| insights::tally(connection, stretch, now).boxed()).await
    }
}

/// Reads a URL. What is wrong with it is not repeated, since a mistyped URL shows its password in odd places.
pub(crate) fn parse(url: &str) -> Result<tokio_postgres::Config, StoreError> {
    tokio_postgres::Config::from_str(url)
        .map_err(|_| StoreError::Failed("the database's URL cannot be understood".into()))
}

/// Makes one connection, on the runtime that this is called in.
pub(crate) async fn connect(config: &tokio_postgres::Config) -> ConnectionResult<AsyncPgConnection> {
    let refused = |error: tokio_postgres::Error| ConnectionError::BadConnection(told(&error));
    if config.get_ssl_mode() == SslMode::Require {
        let connector = tls::connector().map_err(ConnectionError::BadConnection)?;
        let (client, connection) = config.connect(connector).await.map_err(refused)?;
        return AsyncPgConnection::try_from_client_and_connection(client, connection).await;
    }
    let (client, connection) = config.connect(NoTls).await.map_err(refused)?;
    AsyncPgConnection::try_from_client_and_connection(client, connection).await
}

/// The error with its causes: by itself it only says that something about TLS or the network went wrong.
fn told(error: &tokio_postgres::Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes.fold(error.to_string(), |told, cause| format!("{told}: {cause}"))
}

fn session(options: &Options) -> String {
    format!(
        "SET statement_timeout = {statement}; SET lock_timeout = {statement}; \
         SET idle_in_transaction_session_timeout = {idle}",
        statement = options.statement_deadline.as_millis(),
        idle = options.idle_deadline.as_millis(),
    )
}

type Setup = diesel_async::pooled_connection::SetupCallback<AsyncPgConnection>;

fn setup(config: tokio_postgres::Config, session: String, deadline: Duration, runtime: Handle) -> Setup {
    let (config, session) = (Arc::new(config), Arc::new(session));
    Box::new(move |_| {
        let (config, session) = (Arc::clone(&config), Arc::clone(&session));
        let making = runtime.spawn(async move {
            let mut connection = connect(&config).await?;
            let set = connection.batch_execute(&session).await;
            set.map_err(ConnectionError::CouldntSetupConfiguration)?;
            Ok(connection)
        });
        async move {
            match timeout(deadline, making).await {
                Ok(Ok(made)) => made,
                Ok(Err(error)) => Err(ConnectionError::BadConnection(error.to_string())),
                Err(_) => Err(ConnectionError::BadConnection("no answer in time".to_owned())),
            }
        }
        .boxed()
    })
}
