//! The commands of `canvascal` and their flags.
//!
//! Flags are kept as the person typed them; [`crate::config`] judges them together with the
//! environment, so that every mistake is told at once.

use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config;

/// Keeps a student's week workable: plans, explains, and changes nothing until told to.
#[derive(Debug, Parser)]
#[command(name = "canvascal", version, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Reads the process's arguments; prints help or a usage error and exits where clap would.
    pub fn from_process() -> Self {
        let matches = Self::with_environment_help().get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }

    fn with_environment_help() -> clap::Command {
        Self::command().after_help(config::keys_help())
    }
}

/// One command of the program.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Everything at once on an embedded PostgreSQL, with a believable student's fortnight
    Demo(DemoArgs),
    /// The API with its workers
    Serve(ServeArgs),
    /// Brings the database's schema up to date, or back
    Migrate(MigrateArgs),
    /// The pure planner on a problem file; the answer goes to standard output
    Plan(PlanArgs),
    /// The independent checker on a problem and an answer
    Check(CheckArgs),
}

/// Flags of `demo`.
#[derive(Args, Clone, Debug, Default)]
pub struct DemoArgs {
    /// Where to listen; port 0 takes any free one. Loopback only
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<String>,
    /// Where the demo keeps its database between runs
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Forget the last run and start over
    #[arg(long)]
    pub fresh: bool,
    /// Print one line of JSON with the address and the tokens, for scripts
    #[arg(long)]
    pub json: bool,
}

/// Flags of `serve`.
#[derive(Args, Clone, Debug, Default)]
pub struct ServeArgs {
    /// Where to listen; port 0 takes any free one
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<String>,
    /// Where the embedded database lives when `DATABASE_URL` is not set
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Accept tokens this program signs itself instead of Clerk's. Loopback only
    #[arg(long)]
    pub dev_auth: bool,
}

/// Flags of `migrate`.
#[derive(Args, Clone, Debug, Default)]
pub struct MigrateArgs {
    /// Take back this many migrations instead
    #[arg(long, value_name = "N", conflicts_with = "status")]
    pub down: Option<u32>,
    /// Only tell which migrations are applied
    #[arg(long)]
    pub status: bool,
}

/// Arguments of `plan`.
#[derive(Args, Clone, Debug)]
pub struct PlanArgs {
    /// The problem as JSON; `-` reads standard input
    #[arg(value_name = "PROBLEM.json")]
    pub problem: PathBuf,
}

/// Arguments of `check`.
#[derive(Args, Clone, Debug)]
pub struct CheckArgs {
    /// The problem as JSON
    #[arg(value_name = "PROBLEM.json")]
    pub problem: PathBuf,
    /// The answer as JSON
    #[arg(value_name = "ANSWER.json")]
    pub answer: PathBuf,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::with_environment_help().debug_assert();
    }

    #[test]
    fn help_names_every_environment_key() {
        let help = Cli::with_environment_help().render_long_help().to_string();
        for key in config::KEYS {
            assert!(help.contains(key.name), "{} is not in --help", key.name);
        }
    }

    #[test]
    fn migrating_down_and_asking_for_the_status_exclude_each_other() {
        assert!(Cli::try_parse_from(["canvascal", "migrate", "--down", "1", "--status"]).is_err());
    }

    #[test]
    fn a_problem_may_come_from_standard_input() {
        let cli = Cli::try_parse_from(["canvascal", "plan", "-"]).unwrap();
        assert!(matches!(cli.command, Command::Plan(args) if args.problem == std::path::Path::new("-")));
    }
}
