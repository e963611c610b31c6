//! `canvascal`: reads its arguments, and hands over.

use std::process::ExitCode;

use api::cli::Cli;
use api::{auth, commands};

#[tokio::main]
async fn main() -> ExitCode {
    auth::install_crypto();
    commands::run(Cli::from_process().command).await
}
