//! Killing one side or the other.

use std::{
    fs,
    os::unix::fs::symlink,
    process::{Command, Stdio},
};

use pgserver::{Error, Options, Server};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Place, Program, connect, notes, until, until_true, write_note};

#[tokio::test]
async fn a_killed_server_comes_back_with_what_was_committed() {
    let place = Place::new();
    let server = place.start().await;
    write_note(&connect(&server.url()).await, "first").await;

    let killed = place.signal_postmaster(Signal::KILL);
    until_true("another server runs", || place.postmaster().is_some_and(|pid| pid != killed)).await;
    let client = connect(&server.url()).await;
    write_note(&client, "second").await;

    place.signal_postmaster(Signal::KILL);
    until_true("the connection has broken", || client.is_closed()).await;
    assert_eq!(notes(&server.url()).await, "first second");
    server.stop().await;
    assert_eq!(place.processes(), [0; 0]);
}

#[tokio::test]
async fn a_busy_backend_does_not_outlive_its_server_for_long() {
    let place = Place::new();
    let server = place.start().await;
    let client = connect(&server.url()).await;
    write_note(&client, "kept").await;
    let backend: i32 = client.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0);
    // It computes, waits for nothing, and so does not see that its postmaster has gone.
    let busy = tokio::spawn(async move {
        client.query("SELECT count(*) FROM generate_series(1, 1000000000000)", &[]).await
    });
    until_true("the backend computes", || cpu_ticks(backend) > 5).await;

    place.signal_postmaster(Signal::KILL);

    assert!(busy.await.unwrap().is_err());
    assert_eq!(notes(&server.url()).await, "kept");
    let backend = Pid::from_raw(backend).unwrap();
    until_true("the backend has gone", || !place.processes().contains(&backend.as_raw_nonzero().get())).await;
    server.stop().await;
}

/// The time a process has computed for.
fn cpu_ticks(pid: i32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = stat.rsplit(") ").next().unwrap_or_default();
    fields.split(' ').nth(11).and_then(|ticks| ticks.parse().ok()).unwrap_or(0)
}

#[tokio::test]
async fn a_server_that_dies_again_and_again_is_given_up() {
    let place = Place::new();
    let server = Server::start(Options { restarts_per_minute: 1, ..place.options() }).await.unwrap();
    let mut failed = Box::pin(server.failed());
    let error = loop {
        tokio::select! {
            error = &mut failed => break error,
            // The file of a killed one is there for a moment.
            () = tokio::time::sleep(std::time::Duration::from_millis(5)) => {
                place.postmaster().map(|pid| kill_process(pid, Signal::KILL));
            }
        }
    };
    assert!(matches!(*error, Error::RestartProgram { times: 2, .. }), "{error}");
    drop(failed);
    server.stop().await;
    // A new program may try again.
    place.start().await.stop().await;
}

#[tokio::test]
async fn a_killed_program_takes_its_server_along() {
    let place = Place::new();
    let mut program = Program::start(&place);
    write_note(&connect(&program.url().await).await, "kept").await;
    program.kill();
    until_true("the server has stopped", || place.processes().is_empty()).await;
    assert!(place.postmaster().is_none(), "it stopped in good order");

    let server = place.start().await;
    assert_eq!(notes(&server.url()).await, "kept");
    server.stop().await;
}

#[tokio::test]
async fn a_start_right_after_a_killed_program_succeeds() {
    let place = Place::new();
    for round in ["1", "2", "3"] {
        let mut program = Program::start(&place);
        write_note(&connect(&program.url().await).await, round).await;
        program.kill();
    }
    let server = place.start().await;
    assert_eq!(notes(&server.url()).await, "1 2 3");
    server.stop().await;
}

#[tokio::test]
async fn a_start_waits_for_a_server_that_is_slow_to_stop() {
    let place = Place::new();
    let mut program = Program::start(&place);
    write_note(&connect(&program.url().await).await, "kept").await;
    // A server does not stop before its backends have, and a frozen one takes its time.
    let client = connect(&program.url().await).await;
    let backend: i32 = client.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0);
    let backend = Pid::from_raw(backend).unwrap();
    kill_process(backend, Signal::STOP).unwrap();
    let old = place.postmaster().unwrap();
    program.kill();

    let mut start = Box::pin(place.start());
    let early = tokio::time::timeout(std::time::Duration::from_millis(300), &mut start).await;
    assert!(early.is_err(), "two servers on one cluster");
    assert_eq!(place.postmaster(), Some(old));
    kill_process(backend, Signal::CONT).unwrap();

    let server = start.await;
    assert_eq!(notes(&server.url()).await, "kept");
    server.stop().await;
}

#[tokio::test]
async fn killing_both_sides_loses_nothing_that_was_committed() {
    let place = Place::new();
    let mut program = Program::start(&place);
    write_note(&connect(&program.url().await).await, "kept").await;
    let postmaster = place.postmaster().unwrap();
    // A frozen program cannot restart its server.
    let frozen = Pid::from_raw(program.pid().cast_signed()).unwrap();
    kill_process(frozen, Signal::STOP).unwrap();
    kill_process(postmaster, Signal::KILL).unwrap();
    program.kill();

    let server = place.start().await;
    assert_eq!(notes(&server.url()).await, "kept");
    server.stop().await;
}

#[tokio::test]
async fn a_first_start_may_be_killed_at_any_moment() {
    let place = Place::new();
    for wanted in ["", "PG_VERSION", "base/1", "global/pg_control"] {
        let mut program = Some(Program::start(&place));
        until("initdb is at work", || {
            let unfinished = fs::read_dir(&place.dir).into_iter().flatten().find_map(|entry| {
                let path = entry.ok()?.path();
                path.to_string_lossy().contains("pgdata.new-").then_some(path)
            });
            let is_there = unfinished.is_some_and(|folder| folder.join("data").join(wanted).exists());
            (is_there || place.pgdata().exists()).then_some(())
        })
        .await;
        program.take().unwrap().kill();
    }
    // And one that left files which nobody removes any more.
    let leftover = place.dir.join("pgdata.new-1-1");
    fs::create_dir_all(leftover.join("data/base")).unwrap();
    fs::write(leftover.join("data/PG_VERSION"), "15\n").unwrap();
    symlink("/etc", leftover.join("data/pg_tblspc")).unwrap();

    let server = place.start().await;
    write_note(&connect(&server.url()).await, "kept").await;
    assert_eq!(notes(&server.url()).await, "kept");
    assert!(!leftover.exists());
    server.stop().await;
    assert_eq!(place.processes(), [0; 0]);
}

#[tokio::test]
async fn stale_files_that_name_a_living_process_do_not_matter() {
    let place = Place::new();
    place.start().await.stop().await;
    let mut stranger = Command::new("sleep").arg("1000").stdin(Stdio::null()).spawn().unwrap();
    let text = format!(
        "{}\n{}\n1700000000\n5432\n{}\n\n    12345     67890\nready   \n",
        stranger.id(),
        place.pgdata().display(),
        place.dir.join("run").display()
    );
    fs::write(place.pgdata().join("postmaster.pid"), &text).unwrap();
    fs::write(place.dir.join("run/.s.PGSQL.5432.lock"), &text).unwrap();
    fs::write(place.dir.join("run/.s.PGSQL.5432"), "").unwrap();

    let server = place.start().await;
    connect(&server.url()).await;
    server.stop().await;
    assert!(stranger.try_wait().unwrap().is_none(), "the stranger was left alone");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
}
