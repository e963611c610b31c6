//! `canvascal demo`: everything at once, with a student's fortnight to try it on.

use std::sync::Arc;

use anyhow::Context;
use serde_json::json;

use super::database::Database;
use super::documents::print;
use super::serve::{prepare, serve};
use crate::auth::{DevIssuer, DevUser};
use crate::cli::DemoArgs;
use crate::clock::SystemClock;
use crate::config;
use crate::{demo, server, telemetry};

pub(super) async fn run(args: &DemoArgs) -> anyhow::Result<()> {
    let settings = config::demo(args, std::env::vars_os())?;
    telemetry::init(&settings.log).context("starting the log")?;
    let listener = server::bind(settings.http.listen)?;
    let address = listener.local_addr().context("asking for the address")?;
    let database = Database::open(&settings.database, "demo", args.fresh).await?;
    let wired = prepare(&database, settings.database.pool_size, &settings.work).await?;
    let issuer = DevIssuer::generate(Arc::new(SystemClock))?;
    let [student, other, admin] = [("ada", false), ("ben", false), ("root", true)]
        .map(|(name, admin)| DevUser { name: name.to_owned(), admin });
    let seeded = demo::seed(&wired.app, &DevIssuer::user(&student))
        .await
        .context("writing the student's fortnight")?;
    let url = format!("http://{address}");
    let [token, other_token, admin_token] =
        [issuer.token(&student)?, issuer.token(&other)?, issuer.token(&admin)?];
    if args.json {
        let line = json!({
            "url": url, "token": token, "other_token": other_token, "admin_token": admin_token,
            "database_url": database.url.expose(),
        });
        print(&line.to_string())?;
    } else {
        let calendar = if seeded {
            "a student's fortnight, from today on"
        } else {
            "as the last run left it (--fresh starts over)"
        };
        let due = demo::exam_due(&wired.app).unwrap_or_default();
        print(&format!(
            "CanvasCal is up. The calendar: {calendar}.\n\n\
             In another terminal, paste these lines and follow the README:\n\n\
             export URL={url}\n\
             export EXAM_DUE={due}\n\
             export TOKEN={token}\n\n\
             Ctrl-C stops it."
        ))?;
    }
    serve(listener, database, wired, issuer.verifier(), &settings).await
}
