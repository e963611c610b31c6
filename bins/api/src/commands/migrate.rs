//! `canvascal migrate`: the schema, up to date or back.

use anyhow::Context;

use super::database::Database;
use super::documents::print;
use crate::cli::MigrateArgs;
use crate::{config, telemetry};

pub(super) async fn run(args: &MigrateArgs) -> anyhow::Result<()> {
    let settings = config::tool(std::env::vars_os())?;
    telemetry::init(&settings.log).context("starting the log")?;
    let database = Database::open(&settings.database, "serve", false).await?;
    let outcome = migrate(args, database.url.expose()).await;
    database.close().await;
    outcome
}

async fn migrate(args: &MigrateArgs, url: &str) -> anyhow::Result<()> {
    if args.status {
        let status = store::migrate::status(url).await.context("asking for the migrations")?;
        let marked = |mark: &'static str, names: Vec<String>| {
            names.into_iter().map(move |name| format!("{mark}  {name}"))
        };
        let lines: Vec<String> = marked("applied", status.applied)
            .chain(marked("unknown", status.unknown))
            .chain(marked("pending", status.pending))
            .collect();
        return print(&lines.join("\n"));
    }
    let changed = match args.down {
        Some(count) => store::migrate::down(url, count as usize).await.context("taking migrations back")?,
        None => store::migrate::up(url).await.context("migrating")?,
    };
    let verb = if args.down.is_some() { "took back" } else { "applied" };
    match changed.as_slice() {
        [] => print("nothing to do"),
        names => print(&names.iter().map(|name| format!("{verb}  {name}")).collect::<Vec<_>>().join("\n")),
    }
}
