use std::sync::Arc;
use std::thread;

use app::ports::Store;
use store::{Options, Pg};
use tokio::runtime;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::{Error, cluster};

/// A database for one test, removed when this is dropped.
#[derive(Debug)]
pub struct TestDb {
    cluster: &'static str,
    name: String,
}

impl TestDb {
    /// A migrated database without any rows.
    ///
    /// # Errors
    /// Where there is no PostgreSQL.
    pub async fn new() -> Result<Self, Error> {
        let this = Self::named().await?;
        cluster::copy_template(this.cluster, &this.name).await?;
        Ok(this)
    }

    /// A database without any tables.
    ///
    /// # Errors
    /// Where there is no PostgreSQL.
    pub async fn empty() -> Result<Self, Error> {
        let this = Self::named().await?;
        let admin = cluster::connect(this.cluster).await?;
        admin.batch_execute(&format!("CREATE DATABASE {} TEMPLATE template0", this.name)).await?;
        Ok(this)
    }

    /// The database's URL.
    pub fn url(&self) -> String {
        cluster::with_database(self.cluster, &self.name)
    }

    /// A connection for statements of the test's own.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn client(&self) -> Result<Client, Error> {
        cluster::connect(&self.url()).await
    }

    /// A store over the database.
    ///
    /// # Errors
    /// None that a test would meet.
    pub fn pg(&self, options: Options) -> Result<Pg, Error> {
        Ok(Pg::new(&self.url(), options)?)
    }

    /// A store over the database whose rows are dated by `clock`, as the use cases want it.
    ///
    /// # Errors
    /// None that a test would meet.
    pub fn store(&self, clock: &crate::TestClock) -> Result<Arc<dyn Store>, Error> {
        let options = Options { clock: Some(Arc::new(clock.clone())), ..Options::default() };
        Ok(Arc::new(self.pg(options)?))
    }

    async fn named() -> Result<Self, Error> {
        let name = format!("test_{}", Uuid::new_v4().simple());
        Ok(Self { cluster: cluster::url().await?, name })
    }
}

impl Drop for TestDb {
    /// Removes the database, as well as it can be done: a run leaves some hundred of them otherwise.
    fn drop(&mut self) {
        let (cluster, name) = (self.cluster, self.name.clone());
        // The test's own runtime cannot be waited for from here.
        let removing = thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().ok()?;
            runtime.block_on(async {
                let admin = cluster::connect(cluster).await.ok()?;
                admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.ok()
            })
        });
        let _ = removing.join();
    }
}
