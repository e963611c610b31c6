//! `canvascal demo`: everything at once, with a student's fortnight to try it on.

use std::sync::Arc;

use anyhow::Context;
use serde_json::json;

use super::database::Database;
use super::dev::acting;
use super::documents::print;
use super::serve::{prepare, serve};
use crate::auth::{DevIssuer, DevUser};
use crate::cli::DemoArgs;
use crate::clock::SystemClock;
use crate::config;
use crate::{demo, server, telemetry};

pub(super) async fn run(args: &DemoArgs) -> anyhow::Result<()> {
    let mut settings = config::demo(args, std::env::vars_os())?;
    telemetry::init(&settings.log).context("starting the log")?;
    let listener = server::bind(settings.http.listen)?;
    let address = listener.local_addr().context("asking for the address")?;
    let database =
        Database::open(&settings.database, "demo", args.fresh || args.google || args.canvas).await?;
    let wired = prepare(&database, settings.database.pool_size, &settings.work).await?;
    let url = format!("http://{address}");
    let google = if args.google { Some(demo::google::start(0).await?) } else { None };
    settings.google = google.as_ref().map(|google| demo::google::settings(google, &url)).transpose()?;
    let wired = wired.with_google(settings.google.as_ref(), Arc::new(SystemClock)).await?;
    let canvas = if args.canvas { Some(demo::canvas::start(0).await?) } else { None };
    settings.canvas = canvas.as_ref().map(demo::canvas::settings).transpose()?;
    let wired = wired.with_canvas(settings.canvas.as_ref(), Arc::new(SystemClock)).await?;
    let issuer = DevIssuer::generate(Arc::new(SystemClock))?;
    let [student, other, admin] = [("ada", false), ("ben", false), ("root", true)]
        .map(|(name, admin)| DevUser { name: name.to_owned(), admin });
    let seeded = demo::seed(&wired.app, &DevIssuer::user(&student))
        .await
        .context("writing the student's fortnight")?;
    if let Some(google) = &google {
        let ada = DevIssuer::user(&student);
        demo::google::connect(&wired.app, &ada, google).await.context("connecting the student's account")?;
    }
    if let Some(canvas) = &canvas {
        let ada = DevIssuer::user(&student);
        demo::canvas::connect(&wired.app, &ada, canvas).await.context("connecting the student's account")?;
    }
    let [token, other_token, admin_token] =
        [issuer.token(&student)?, issuer.token(&other)?, issuer.token(&admin)?];
    if args.json {
        let mut line = json!({
            "url": url, "token": token, "other_token": other_token, "admin_token": admin_token,
            "database_url": database.url.expose(),
        });
        if let Some(google) = &google {
            line["google_url"] = google.url().into();
        }
        if let Some(canvas) = &canvas {
            line["canvas_url"] = canvas.url().into();
        }
        print(&line.to_string())?;
    } else {
        let calendar = if seeded {
            "a student's fortnight, from today on"
        } else {
            "as the last run left it (--fresh starts over)"
        };
        let at_google = google.as_ref().map_or_else(String::new, |google| {
            format!(
                "Google is at {url}. See how far it is in step, and \
                 act as the student there:\n\n\
                 curl -s -H \"Authorization: Bearer $TOKEN\" \"$URL/api/v1/sync/status\"\n{acting}\n\n",
                url = google.url(),
                acting = acting(&google.url()),
            )
        });
        let at_canvas = canvas.as_ref().map_or_else(String::new, |canvas| {
            format!(
                "Canvas is at {}. See how far it is read, and what became of it:\n\n\
                 curl -s -H \"Authorization: Bearer $TOKEN\" \"$URL/api/v1/sync/canvas\"\n\
                 curl -s -H \"Authorization: Bearer $TOKEN\" \"$URL/api/v1/tasks\"\n\n",
                canvas.url()
            )
        });
        let due = demo::exam_due(&wired.app).unwrap_or_default();
        print(&format!(
            "CanvasCal is up. The calendar: {calendar}.\n\n\
             In another terminal, paste these lines and follow the README:\n\n\
             export URL={url}\n\
             export EXAM_DUE={due}\n\
             export TOKEN={token}\n\n\
             {at_google}{at_canvas}Ctrl-C stops it."
        ))?;
    }
    serve(listener, database, wired, issuer.verifier(), &settings).await
}
