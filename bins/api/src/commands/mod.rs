//! What the program does for each command of its command line.

mod check;
mod database;
mod demo;
mod dev;
mod documents;
mod google;
mod mcp;
mod migrate;
mod plan;
mod replay;
mod serve;
mod work;

use std::process::ExitCode;

use crate::cli::Command;
use crate::config::ConfigError;

/// Like a wrong flag: the caller must change something before trying again.
const MISUSED: u8 = 2;

/// An input file that cannot be used; told in one line that names what is wrong with it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct BadInput(String);

/// Carries a command out; the exit code is 2 where the caller has to change something first.
pub async fn run(command: Command) -> ExitCode {
    let outcome = match command {
        Command::Demo(args) => demo::run(&args).await.map(|()| ExitCode::SUCCESS),
        Command::Serve(args) => serve::run(&args).await.map(|()| ExitCode::SUCCESS),
        Command::Work(args) => work::run(&args).await.map(|()| ExitCode::SUCCESS),
        Command::Migrate(args) => migrate::run(&args).await.map(|()| ExitCode::SUCCESS),
        Command::Plan(args) => plan::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Check(args) => check::run(&args),
        Command::Openapi => documents::print(&documents::openapi()).map(|()| ExitCode::SUCCESS),
        Command::Replay(args) => replay::run(&args).await,
        Command::Dev(args) => dev::run(&args).await.map(|()| ExitCode::SUCCESS),
        Command::Mcp(args) => mcp::run(&args).await.map(|()| ExitCode::SUCCESS),
        Command::Google(args) => google::run(&args).await.map(|()| ExitCode::SUCCESS),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("canvascal: {error:#}");
        let misused = error.is::<ConfigError>() || error.is::<BadInput>();
        if misused { ExitCode::from(MISUSED) } else { ExitCode::FAILURE }
    })
}
