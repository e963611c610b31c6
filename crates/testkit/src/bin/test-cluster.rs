//! Runs the cluster of test databases for as long as another process lives.
//!
//! `test-cluster --while-pid N` starts a cluster, prints its URL and stops when process N has ended.
//! `test-cluster --nextest` is nextest's setup script: it leaves such a process behind for nextest's own process, and
//! tells the tests where the cluster is.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::{CommandExt as _, parent_id};
use std::process::{Command, ExitCode, Stdio};
use std::{env, io};

use testkit::{CLUSTER, Cluster, Error};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["--while-pid", process] => match process.parse() {
            Ok(process) => run_while(process),
            Err(_) => Err(format!("{process} is no process number").into()),
        },
        ["--nextest"] => leave_behind(),
        _ => Err("usage: test-cluster --while-pid N | --nextest".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("test-cluster: {error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run_while(process: u32) -> Result<(), Error> {
    let cluster = match Cluster::start().await {
        Ok(cluster) => cluster,
        Err(error) => {
            // Whoever started this reads one line.
            println!("error: {error}");
            return Err(error);
        }
    };
    println!("{}", cluster.url());
    io::stdout().flush()?;
    Cluster::outlived(process).await;
    cluster.stop().await;
    Ok(())
}

/// Starts this program again, as a process that nextest does not wait for.
fn leave_behind() -> Result<(), Error> {
    let url = match env::var(CLUSTER) {
        Ok(url) if !url.is_empty() => url,
        _ => start_in_background()?,
    };
    let file = env::var("NEXTEST_ENV").map_err(|_| "NEXTEST_ENV is not set: this is for nextest to call")?;
    writeln!(OpenOptions::new().append(true).create(true).open(file)?, "{CLUSTER}={url}")?;
    Ok(())
}

fn start_in_background() -> Result<String, Error> {
    let mut child = Command::new(env::current_exe()?)
        .args(["--while-pid", &parent_id().to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        // Nextest waits for whoever holds its output open.
        .stderr(Stdio::null())
        // Ctrl-C ends nextest, and that ends the cluster in good order.
        .process_group(0)
        .spawn()?;
    let mut line = String::new();
    if let Some(output) = child.stdout.take() {
        BufReader::new(output).read_line(&mut line)?;
    }
    match line.trim() {
        "" => Err("the cluster did not start".into()),
        line => match line.strip_prefix("error: ") {
            Some(error) => Err(error.to_owned().into()),
            None => Ok(line.to_owned()),
        },
    }
}
