//! What can be learnt about processes that may not be our children.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use rustix::{
    io::Errno,
    process::{Pid, test_kill_process},
};

/// What PostgreSQL writes about itself into `postmaster.pid`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PidFile {
    pub(crate) pid: Pid,
    pub(crate) is_ready: bool,
}

impl PidFile {
    pub(crate) const NAME: &str = "postmaster.pid";

    /// The file of the cluster in `pgdata`, if there is a readable one.
    pub(crate) fn read(pgdata: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(pgdata.join(Self::NAME)).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        // A server without a postmaster, `postgres --single`, writes its number with a minus.
        let pid = lines.next()?.trim().parse::<i32>().ok()?.checked_abs()?;
        let status = lines.nth(6).unwrap_or_default();
        Some(Self { pid: Pid::from_raw(pid)?, is_ready: status.trim() == "ready" })
    }
}

/// Whether the process still does something. A dead one that nobody has waited for does not.
///
/// Where the first process of a container waits for nobody, the dead stay in the list for good.
pub(crate) fn is_alive(pid: Pid) -> bool {
    if test_kill_process(pid) == Err(Errno::SRCH) {
        return false;
    }
    let stat = fs::read_to_string(of(pid, "stat")).unwrap_or_default();
    // The name before it is in brackets and may hold anything.
    let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
    !matches!(state, Some('Z' | 'X'))
}

/// The command line, or the title that a process has put in its place.
fn arguments(pid: Pid) -> Vec<u8> {
    fs::read(of(pid, "cmdline")).unwrap_or_default()
}

/// Whether this is a postmaster that a [`Cluster`](crate::cluster::Cluster) of this name started.
pub(crate) fn is_postmaster_of(pid: Pid, cluster: &str) -> bool {
    let wanted = format!("cluster_name={cluster}");
    arguments(pid).split(|byte| *byte == 0).any(|argument| argument == wanted.as_bytes())
}

/// Whether this is a PostgreSQL process at work on `pgdata`, as far as we may know.
pub(crate) fn may_serve(pid: Pid, pgdata: &Path) -> bool {
    match fs::read_link(of(pid, "cwd")) {
        Ok(folder) => folder == pgdata,
        // Another user's: go by its name.
        Err(_) => fs::read_to_string(of(pid, "comm")).map_or(true, |name| name.trim() == "postgres"),
    }
}

/// The children of a postmaster of this name, whether or not it still lives.
pub(crate) fn backends_of(cluster: &str, uid: u32) -> Vec<Pid> {
    let title = format!("postgres: {cluster}: ");
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let pid = Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)?;
            let is_theirs = entry.metadata().is_ok_and(|meta| meta.uid() == uid);
            (is_theirs && arguments(pid).starts_with(title.as_bytes())).then_some(pid)
        })
        .collect()
}

fn of(pid: Pid, file: &str) -> PathBuf {
    Path::new("/proc").join(pid.as_raw_nonzero().to_string()).join(file)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn line_eight_says_ready() {
        let file = |status: &str| {
            PidFile::parse(&format!("4711\n/d/pgdata\n1700000000\n5432\n/d/run\n\n  123 4\n{status}\n"))
                .unwrap()
        };
        assert_eq!(file("ready   "), PidFile { pid: Pid::from_raw(4711).unwrap(), is_ready: true });
        assert!(!file("starting").is_ready);
        assert!(!file("stopping").is_ready);
    }

    #[test]
    fn a_half_written_file_is_not_ready() {
        assert!(!PidFile::parse("4711\n/d/pgdata\n").unwrap().is_ready);
        assert_eq!(PidFile::parse("-4711\n").unwrap().pid, Pid::from_raw(4711).unwrap());
        assert_eq!(PidFile::parse(""), None);
        assert_eq!(PidFile::parse("0\n"), None);
    }

    #[test]
    fn the_dead_are_not_alive_even_before_someone_waits_for_them() {
        let mut child = Command::new("sleep").arg("1000").spawn().unwrap();
        let pid = Pid::from_child(&child);
        assert!(is_alive(pid));
        assert!(may_serve(pid, &std::env::current_dir().unwrap()));
        assert!(!may_serve(pid, Path::new("/elsewhere")));
        child.kill().unwrap();
        while is_alive(pid) {
            std::thread::yield_now();
        }
        assert!(test_kill_process(pid).is_ok(), "it waits to be waited for");
        child.wait().unwrap();
        assert!(!is_alive(pid));
    }
}
