//! The commands of `canvascal` and their flags.
//!
//! Flags are kept as the person typed them; [`crate::config`] judges them together with the
//! environment, so that every mistake is told at once.

use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use secrecy::SecretString;

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
    /// The workers only
    Work(WorkArgs),
    /// Brings the database's schema up to date, or back
    Migrate(MigrateArgs),
    /// The pure planner on a problem file, or on calendar files; the answer goes to standard output
    Plan(Box<PlanArgs>),
    /// The independent checker on a problem and an answer
    Check(CheckArgs),
    /// Describes the API in `OpenAPI` 3.1, as JSON on standard output
    Openapi,
    /// Plans a stored proposal's problem once more, and compares. Exit status 0: the same; 1: not; 2: cannot say
    Replay(ReplayArgs),
    /// An account at Google connected from this machine, and the keys that seal tokens
    Google(GoogleArgs),
    /// The tools of a server, for agents on this machine
    Mcp(McpArgs),
    /// For trying things by hand
    Dev(DevArgs),
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
    /// With a Google in the same process, where the student has an account. Forgets the last run
    #[arg(long)]
    pub google: bool,
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
    /// Leave the work in the background to other programs
    #[arg(long)]
    pub no_workers: bool,
}

/// Flags of `work`.
#[derive(Args, Clone, Debug, Default)]
pub struct WorkArgs {
    /// Where the embedded database lives when `DATABASE_URL` is not set
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
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
    #[arg(value_name = "PROBLEM.json", required_unless_present = "ics", conflicts_with = "ics")]
    pub problem: Option<PathBuf>,
    /// Draw the week with its changes into a file, for light and dark
    #[arg(long, value_name = "OUT.svg")]
    pub svg: Option<PathBuf>,
    /// What takes the place of a problem file.
    #[command(flatten)]
    pub calendar: CalendarArgs,
}

/// Flags of `plan` on calendar files.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Planning on calendar files")]
pub struct CalendarArgs {
    /// An iCalendar file to plan on; `-` reads standard input. Give it again for each further calendar
    #[arg(long, value_name = "FILE", requires_all = ["exam", "effort"])]
    pub ics: Vec<PathBuf>,
    /// What to study for, and when it is due: `Algebra@2026-12-04T09:00`, on the clock of the zone
    #[arg(long, value_name = "TITLE@TIME", conflicts_with = "problem")]
    pub exam: Option<String>,
    /// How much study it takes: `6h`, `90m`, `1h30m`, or minutes
    #[arg(long, value_name = "DURATION", conflicts_with = "problem")]
    pub effort: Option<String>,
    /// Where the student lives, such as `Europe/Berlin`. Without it where the calendar is at home, or else this machine
    #[arg(long, value_name = "ZONE", conflicts_with = "problem")]
    pub zone: Option<String>,
    /// When it is asked, on the clock of the zone. Without it now
    #[arg(long, value_name = "TIME", conflicts_with = "problem")]
    pub now: Option<String>,
    /// What may be moved: `Gym=CHILL` for titles with this text in them, `category:Chores=LOW_PRIORITY` for a
    /// category. Kinds are `FOCUS`, `CHILL`, `LOW_PRIORITY`; a category of that name does the same. All else stays.
    /// The first that fits counts
    #[arg(long, value_name = "PATTERN=KIND", conflicts_with = "problem")]
    pub flexible: Vec<String>,
    /// How many times 24 hours before the exam may change
    #[arg(long, value_name = "N", conflicts_with = "problem", value_parser = clap::value_parser!(u8).range(1..=14))]
    pub lookahead_days: Option<u8>,
    /// How much may change: 1 for a new or moved event, 2 for a split one
    #[arg(long, value_name = "N", conflicts_with = "problem", value_parser = clap::value_parser!(u8).range(0..=5))]
    pub churn_cap: Option<u8>,
    /// The hours of a day in which something may be placed, 23:00 at the latest
    #[arg(long, value_name = "FROM-TO", conflicts_with = "problem")]
    pub day: Option<String>,
    /// Print the answer as JSON, as for a problem file
    #[arg(long, conflicts_with = "problem")]
    pub json: bool,
    /// Write the problem that the calendars make to a file, to plan and check it again
    #[arg(long = "problem", value_name = "OUT.json", conflicts_with = "problem")]
    pub problem_out: Option<PathBuf>,
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

/// Arguments of `replay`.
#[derive(Args, Clone, Debug)]
pub struct ReplayArgs {
    /// Which proposal
    #[arg(value_name = "PROPOSAL_ID")]
    pub proposal: uuid::Uuid,
    /// Write the problem that it was planned on to a file, to plan and check it again
    #[arg(long, value_name = "OUT.json")]
    pub problem: Option<PathBuf>,
}

/// Flags of `mcp`.
#[derive(Args, Clone, Debug)]
pub struct McpArgs {
    /// Speak over standard input and output, a message a line
    #[arg(long, required = true)]
    pub stdio: bool,
    /// The server
    #[arg(long, value_name = "URL")]
    pub url: String,
    /// The token of whoever it is for
    #[arg(long, value_name = "TOKEN", env = "CANVASCAL_TOKEN", hide_env_values = true)]
    pub token: SecretString,
}

/// Arguments of `dev`.
#[derive(Args, Clone, Debug)]
pub struct DevArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: DevCommand,
}

/// One command for trying things by hand.
#[derive(Clone, Debug, Subcommand)]
pub enum DevCommand {
    /// A Google of our own on this machine, in which anybody may act as anyone
    GoogleFake(GoogleFakeArgs),
}

/// Flags of `dev google-fake`.
#[derive(Args, Clone, Debug, Default)]
pub struct GoogleFakeArgs {
    /// The port of this machine; 0 takes any free one
    #[arg(long, value_name = "PORT", default_value_t = 4701)]
    pub port: u16,
}

/// Arguments of `google`.
#[derive(Args, Clone, Debug)]
pub struct GoogleArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: GoogleCommand,
}

/// One command around Google.
#[derive(Clone, Debug, Subcommand)]
pub enum GoogleCommand {
    /// Connects a user's account, signed in to with a browser on this machine
    Connect(GoogleConnectArgs),
    /// Seals every stored token under the newest key; may be done again at any time
    RotateKeys(RotateKeysArgs),
    /// Prints a new key for `CANVASCAL_TOKEN_KEYS`
    NewKey(NewKeyArgs),
}

/// Flags of `google connect`.
#[derive(Args, Clone, Debug)]
pub struct GoogleConnectArgs {
    /// Whose account: their id with the issuer, such as `user_2abc`. Without an issuer a name, such as `student`
    #[arg(long, value_name = "NAME")]
    pub user: String,
    /// Keep study blocks in a calendar of their own, which asks for one consent more
    #[arg(long)]
    pub own_calendar: bool,
    /// The port of this machine that the browser comes back to; 0 takes any free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub port: u16,
    /// Where the embedded database lives when `DATABASE_URL` is not set
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// Flags of `google rotate-keys`.
#[derive(Args, Clone, Debug, Default)]
pub struct RotateKeysArgs {
    /// Where the embedded database lives when `DATABASE_URL` is not set
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// Flags of `google new-key`.
#[derive(Args, Clone, Debug, Default)]
pub struct NewKeyArgs {
    /// What to call it; without it after the day
    #[arg(long)]
    pub id: Option<String>,
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

    fn plan(arguments: &[&str]) -> Result<PlanArgs, clap::Error> {
        let arguments = ["canvascal", "plan"].iter().chain(arguments);
        match Cli::try_parse_from(arguments)?.command {
            Command::Plan(args) => Ok(*args),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_problem_may_come_from_standard_input() {
        assert_eq!(plan(&["-"]).unwrap().problem.as_deref(), Some(std::path::Path::new("-")));
    }

    #[test]
    fn a_plan_is_made_on_a_problem_or_on_calendars() {
        let calendars =
            ["--ics", "a.ics", "--ics", "b.ics", "--exam", "Algebra@2026-12-04T09:00", "--effort", "6h"];
        let args = plan(&calendars).unwrap();
        assert_eq!((args.problem, args.calendar.ics.len()), (None, 2));
        for wrong in [
            &["--ics", "a.ics"][..],
            &["--ics", "a.ics", "--exam", "Algebra@2026-12-04T09:00"],
            &["--ics", "a.ics", "--effort", "6h"],
            &["problem.json", "--ics", "a.ics", "--exam", "Algebra@2026-12-04T09:00", "--effort", "6h"],
            &["problem.json", "--exam", "Algebra@2026-12-04T09:00", "--effort", "6h"],
            &["problem.json", "--json"],
            &["problem.json", "--problem", "out.json"],
            &[],
        ] {
            assert!(plan(wrong).is_err(), "{wrong:?}");
        }
        for (flag, value) in [("--lookahead-days", "15"), ("--lookahead-days", "0"), ("--churn-cap", "6")] {
            assert!(plan(&[&calendars[..], &[flag, value]].concat()).is_err(), "{flag} {value}");
        }
    }
}
