//! One cluster in its folder: making it, and starting a server on it whatever the last one left behind.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{
    Binaries, Durability, Error, Options,
    binaries::find_for,
    control::{Control, has_ended},
    folder::{self, Folder, PORT, socket_name},
    options::USER,
    process::{PidFile, backends_of, is_alive, is_postmaster_of, may_serve},
    runner::{Runner, Stop},
};

/// How often a file or a process is looked at while something is awaited.
const PAUSE: Duration = Duration::from_millis(5);
/// How long a server that an earlier program left behind may take to stop in good order.
const PATIENCE_WITH_ORPHANS: Duration = Duration::from_secs(20);
/// How long a program that was told to end may take before it is killed.
const PATIENCE_WITH_THE_TOLD: Duration = Duration::from_secs(10);

/// A cluster that this program holds, ready to be served.
pub(crate) struct Cluster {
    folder: Folder,
    options: Options,
    binaries: Binaries,
    runner: Runner,
    name: String,
    socket_folder: PathBuf,
    control: Arc<Control>,
}

impl Cluster {
    /// Takes hold of the folder and makes the cluster if there is none.
    pub(crate) fn open(options: Options, control: Arc<Control>) -> Result<Self, Error> {
        let folder = Folder::hold(&options.dir)?;
        let runner = Runner::for_cluster(&folder.pgdata)?;
        let wrote = if options.fresh { None } else { folder::written_by(&folder.pgdata)? };
        let binaries = match &options.binaries {
            Some(binaries) => binaries.clone(),
            None => find_for(wrote.is_some().then_some(&*folder.pgdata))?,
        };
        if let Some(wrote) = &wrote {
            binaries.must_fit(&folder.pgdata, wrote)?;
        }
        let programs = binaries.folder().canonicalize().map_err(Error::io("find", binaries.folder()))?;
        runner.must_enter(&[&folder.dir, &programs])?;

        let name = folder.cluster_name()?;
        let socket_folder = folder.make_socket_folder(&name, &runner)?;
        folder.turn_log()?;
        folder.remove_all_unfinished()?;
        let cluster = Self { folder, options, binaries, runner, name, socket_folder, control };
        if wrote.is_none() {
            cluster.forget()?;
            cluster.make()?;
        }
        Ok(cluster)
    }

    /// Removes the cluster that is there, if one is, once whatever still serves it has ended.
    fn forget(&self) -> Result<(), Error> {
        if !self.options.fresh || !self.folder.pgdata.exists() {
            return Ok(());
        }
        self.clear_away(Instant::now() + self.options.start_deadline)?;
        fs::remove_dir_all(&self.folder.pgdata).map_err(Error::io("remove", &self.folder.pgdata))
    }

    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }

    pub(crate) fn socket_folder(&self) -> &Path {
        &self.socket_folder
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    /// Starts a server and waits until it takes connections.
    pub(crate) fn launch(&self) -> Result<Child, Error> {
        let begun = Instant::now();
        let deadline = begun + self.options.start_deadline;
        loop {
            self.clear_away(deadline)?;
            let log_start = self.folder.log_length();
            let mut child = self.spawn(&mut self.postgres(), Stop::InGoodOrder)?;
            match self.wait_until_ready(&mut child, deadline) {
                Outcome::Ready => return Ok(child),
                Outcome::Late => return Err(self.late(&mut child, begun, log_start)),
                Outcome::Ended(_) if self.control.is_stopping() => return Err(Error::Stopped),
                Outcome::Ended(_) if self.met_leftovers(log_start) && Instant::now() < deadline => {
                    self.quit_backends();
                    thread::sleep(PAUSE * 10);
                }
                Outcome::Ended(status) => return Err(self.ended("PostgreSQL", status, log_start)),
            }
        }
    }

    /// Runs `initdb` aside and moves the result into place, so that a killed one leaves no half cluster.
    fn make(&self) -> Result<(), Error> {
        let unfinished = self.folder.make_unfinished()?;
        let made = self.run_initdb(&unfinished).and_then(|data| self.folder.finish(&data));
        made.and(folder::remove_unfinished(&unfinished))
    }

    fn run_initdb(&self, unfinished: &Path) -> Result<PathBuf, Error> {
        let data = unfinished.join("data");
        folder::make_private(&data, &self.runner)?;
        // Nobody needs it: the socket asks for none and there is no other way in. But an administrator who
        // opens the server to the network must not find it without one.
        let password = unfinished.join("password");
        folder::make_secret(&password, &random_password()?, &self.runner)?;

        let mut initdb = self.runner.command(&self.binaries.program("initdb"), Stop::AtOnce);
        initdb
            .args(["--auth-local=trust", "--auth-host=scram-sha-256", "-E", "UTF8", "--no-locale"])
            .args(["--data-checksums", "--no-instructions", "-U", USER])
            .arg("--pwfile")
            .arg(&password);
        if self.options.durability == Durability::None {
            initdb.arg("--no-sync");
        }
        initdb.arg("-D").arg(&data);

        let log_start = self.folder.log_length();
        let begun = Instant::now();
        let mut child = self.spawn(&mut initdb, Stop::AtOnce)?;
        match self.wait(&mut child, begun + self.options.start_deadline, || false) {
            Outcome::Ended(Some(status)) if status.success() => Ok(data),
            Outcome::Ended(_) if self.control.is_stopping() => Err(Error::Stopped),
            Outcome::Ended(status) => Err(self.ended("initdb", status, log_start)),
            Outcome::Ready | Outcome::Late => Err(self.late(&mut child, begun, log_start)),
        }
    }

    fn postgres(&self) -> Command {
        let mut command = self.runner.command(&self.binaries.program("postgres"), Stop::InGoodOrder);
        command.arg("-D").arg(&self.folder.pgdata);
        let durable = match self.options.durability {
            Durability::Full => "on",
            Durability::None => "off",
        };
        let mut set = |name: &str, value: &str| {
            command.arg("-c").arg(format!("{name}={value}"));
        };
        set("max_connections", &self.options.max_connections.to_string());
        for name in ["fsync", "synchronous_commit", "full_page_writes"] {
            set(name, durable);
        }
        set("log_checkpoints", "off");
        for (name, value) in &self.options.settings {
            set(name, value);
        }
        // The last word counts: from here on nothing is a matter of choice.
        set("logging_collector", "off");
        set("log_destination", "stderr");
        set("listen_addresses", "");
        set("port", &PORT.to_string());
        set("unix_socket_directories", &self.socket_folder.to_string_lossy());
        set("cluster_name", &self.name);
        command
    }

    fn spawn(&self, command: &mut Command, stop: Stop) -> Result<Child, Error> {
        let log = self.folder.open_log()?;
        let copy = log.try_clone().map_err(Error::io("open", &self.folder.log))?;
        self.control
            .spawn(command.stdout(log).stderr(copy), stop.signal())?
            .map_err(Error::io("run a program of", self.binaries.folder()))
    }

    fn wait_until_ready(&self, child: &mut Child, deadline: Instant) -> Outcome {
        let pid = Pid::from_child(child);
        self.wait(child, deadline, || {
            // After a crash the file of the last server is there until the new one writes its own.
            PidFile::read(&self.folder.pgdata).is_some_and(|file| file.pid == pid && file.is_ready)
        })
    }

    fn wait(&self, child: &mut Child, deadline: Instant, is_ready: impl Fn() -> bool) -> Outcome {
        loop {
            if has_ended(child) {
                return Outcome::Ended(self.control.reap(child));
            }
            if is_ready() {
                return Outcome::Ready;
            }
            if Instant::now() >= deadline {
                return Outcome::Late;
            }
            thread::sleep(PAUSE);
        }
    }

    /// Whether the server ended only because of what a killed one left, which goes away.
    fn met_leftovers(&self, log_start: u64) -> bool {
        let tail = self.folder.log_tail(log_start);
        // LC_ALL is C, so these are the words in every country.
        ["is still in use", "lock file \""].iter().any(|words| tail.contains(words))
    }

    fn late(&self, child: &mut Child, begun: Instant, log_start: u64) -> Error {
        let (after, log) = (begun.elapsed(), self.folder.log.clone());
        self.end(child);
        Error::GiveMoreTime { after, log, tail: self.folder.log_tail(log_start) }
    }

    /// Ends a child that is of no use.
    fn end(&self, child: &mut Child) {
        self.control.stop_child();
        let deadline = Instant::now() + PATIENCE_WITH_THE_TOLD;
        while !has_ended(child) && Instant::now() < deadline {
            thread::sleep(PAUSE);
        }
        self.control.signal(Signal::KILL);
        self.control.reap(child);
    }

    /// Makes way for a new server: stops one that an earlier program left, and removes stale files.
    ///
    /// We hold the lock, so no program of ours runs a server here. But PostgreSQL itself refuses to start
    /// when the numbers in its files happen to belong to other processes by now, which is common in
    /// containers, where the numbers are small.
    fn clear_away(&self, deadline: Instant) -> Result<(), Error> {
        if let Some(PidFile { pid, .. }) = PidFile::read(&self.folder.pgdata) {
            if is_alive(pid) && is_postmaster_of(pid, &self.name) {
                self.stop_orphan(pid, deadline)?;
            } else if is_alive(pid) && may_serve(pid, &self.folder.pgdata) {
                return Err(self.in_use(pid));
            }
            remove_stale(&self.folder.pgdata.join(PidFile::NAME))?;
        }
        let socket = self.socket_folder.join(socket_name());
        remove_stale(&socket)?;
        remove_stale(&socket.with_added_extension("lock"))
    }

    fn stop_orphan(&self, pid: Pid, deadline: Instant) -> Result<(), Error> {
        tracing::info!(
            pid = pid.as_raw_nonzero(),
            "waiting for the PostgreSQL of an earlier program to stop"
        );
        let _ = kill_process(pid, Signal::INT);
        let impatient = Instant::now() + PATIENCE_WITH_ORPHANS;
        let mut was_told = false;
        while is_alive(pid) {
            let now = Instant::now();
            if self.control.is_stopping() {
                return Err(Error::Stopped);
            }
            if now >= deadline {
                return Err(self.in_use(pid));
            }
            if now >= impatient && !was_told {
                let _ = kill_process(pid, Signal::QUIT);
                was_told = true;
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// Ends backends whose postmaster was killed.
    ///
    /// They go by themselves when they next wait for something, but a long computation does not wait, and
    /// no new server starts as long as one of them has the old one's memory.
    fn quit_backends(&self) {
        for pid in backends_of(&self.name, self.runner.uid()) {
            let _ = kill_process(pid, Signal::QUIT);
        }
    }

    fn in_use(&self, pid: Pid) -> Error {
        Error::InUse { folder: self.folder.dir.clone(), by: u32::try_from(pid.as_raw_nonzero().get()).ok() }
    }

    fn ended(&self, what: &'static str, status: Option<ExitStatus>, log_start: u64) -> Error {
        Error::ReadLog {
            what,
            status: status.map_or("nobody knows how".into(), |status| status.to_string()),
            log: self.folder.log.clone(),
            tail: self.folder.log_tail(log_start),
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if !self.socket_folder.starts_with(&self.folder.dir) {
            // It stays, and is found again, if there still is a socket in it.
            let _ = fs::remove_dir(&self.socket_folder);
        }
    }
}

enum Outcome {
    Ready,
    Late,
    Ended(Option<ExitStatus>),
}

fn remove_stale(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", path)(error)),
        _ => Ok(()),
    }
}

fn random_password() -> Result<String, Error> {
    const SOURCE: &str = "/dev/urandom";
    let mut bytes = [0; 16];
    File::open(SOURCE).and_then(|mut file| file.read_exact(&mut bytes)).map_err(Error::io("read", SOURCE))?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_server_that_heard_nothing_of_our_death_is_stopped_by_the_next_start() {
        let place = tempfile::tempdir().unwrap();
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let options = Options { durability: Durability::None, ..Options::new(place.path().join("db")) };
        let open = || Cluster::open(options.clone(), Arc::default()).unwrap();

        let mut cluster = open();
        cluster.runner.forget_setpriv();
        let (cluster, mut orphan) = thread::spawn(move || {
            let child = cluster.launch().unwrap();
            (cluster, child)
        })
        .join()
        .unwrap();
        assert!(!has_ended(&orphan), "the thread that started it has ended, and it lives");
        drop(cluster);

        let cluster = open();
        let mut child = cluster.launch().unwrap();

        assert!(orphan.wait().unwrap().success(), "it was stopped in good order");
        assert!(!has_ended(&child));
        cluster.end(&mut child);
    }
}
