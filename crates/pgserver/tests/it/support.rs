//! A place for a cluster, and ways to look at what runs there.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use pgserver::{Options, Server};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

/// A bound for everything that is waited for: far more than it takes on a busy machine.
pub(crate) const AGES: Duration = Duration::from_mins(4);

/// A folder that the server's user can enter, in memory where that is possible.
pub(crate) struct Place {
    pub(crate) root: TempDir,
    pub(crate) dir: PathBuf,
}

impl Place {
    pub(crate) fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory } else { Path::new("/tmp") };
        let root = tempfile::Builder::new().prefix("pgserver-").tempdir_in(parent).unwrap();
        fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).unwrap();
        Self { dir: root.path().join("db"), root }
    }

    pub(crate) fn named(name: &str) -> Self {
        let mut place = Self::new();
        place.dir = place.root.path().join(name);
        place
    }

    pub(crate) fn options(&self) -> Options {
        Options { start_deadline: AGES, ..Options::new(&self.dir) }
    }

    pub(crate) async fn start(&self) -> Server {
        Server::start(self.options()).await.unwrap()
    }

    pub(crate) fn pgdata(&self) -> PathBuf {
        self.dir.join("pgdata")
    }

    /// The process that PostgreSQL names in its own file.
    pub(crate) fn postmaster(&self) -> Option<Pid> {
        let file = fs::read_to_string(self.pgdata().join("postmaster.pid")).ok()?;
        Pid::from_raw(file.lines().next()?.parse().ok()?)
    }

    pub(crate) fn signal_postmaster(&self, signal: Signal) -> Pid {
        let pid = self.postmaster().expect("a server runs");
        kill_process(pid, signal).unwrap();
        pid
    }

    /// All processes at work on this cluster, `initdb` included.
    pub(crate) fn processes(&self) -> Vec<i32> {
        let Ok(dir) = self.dir.canonicalize() else { return vec![] };
        let is_at_work = |process: &Path| {
            let stat = fs::read_to_string(process.join("stat")).unwrap_or_default();
            let arguments = fs::read(process.join("cmdline")).unwrap_or_default();
            let folder = fs::read_link(process.join("cwd")).unwrap_or_default();
            let names_it = String::from_utf8_lossy(&arguments).contains(&format!("{}/pgdata", dir.display()));
            !stat.contains(") Z ") && (folder.starts_with(&dir) || names_it)
        };
        fs::read_dir("/proc")
            .unwrap()
            .filter_map(|entry| {
                let path = entry.ok()?.path();
                let pid = path.file_name()?.to_str()?.parse().ok()?;
                is_at_work(&path).then_some(pid)
            })
            .collect()
    }
}

/// Waits until something is there.
pub(crate) async fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + AGES;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "never happened: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub(crate) async fn until_true(what: &str, mut look: impl FnMut() -> bool) {
    until(what, || look().then_some(())).await;
}

/// A connection, as soon as the server takes one.
pub(crate) async fn connect(url: &str) -> Client {
    let deadline = Instant::now() + AGES;
    loop {
        match tokio_postgres::connect(url, NoTls).await {
            Ok((client, connection)) => {
                tokio::spawn(connection);
                return client;
            }
            Err(error) => assert!(Instant::now() < deadline, "no connection to {url}: {error}"),
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// One value of one row.
pub(crate) async fn ask(client: &Client, query: &str) -> String {
    client.query_one(query, &[]).await.unwrap().get(0)
}

/// Commits something to be found later.
pub(crate) async fn write_note(client: &Client, note: &str) {
    let create = "CREATE TABLE IF NOT EXISTS note (text text)";
    client.batch_execute(create).await.unwrap();
    client.execute("INSERT INTO note VALUES ($1)", &[&note]).await.unwrap();
}

pub(crate) async fn notes(url: &str) -> String {
    ask(&connect(url).await, "SELECT string_agg(text, ' ' ORDER BY text) FROM note").await
}

pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// Names, sizes and modes of all files below, to see that nothing was touched.
pub(crate) fn picture(folder: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let meta = entry.metadata().unwrap();
        let line = format!(
            "{} {:o} {} {} {:?}",
            entry.path().display(),
            meta.mode(),
            meta.uid(),
            meta.len(),
            meta.modified().unwrap()
        );
        lines.push(line);
        if meta.is_dir() {
            lines.extend(picture(&entry.path()));
        }
    }
    lines.sort();
    lines
}

/// Another program that runs a server: the example `hold`.
pub(crate) struct Program {
    child: Child,
    /// What it has said, line by line.
    told: mpsc::Receiver<String>,
    url: Option<String>,
}

impl Program {
    pub(crate) fn start(place: &Place) -> Self {
        // Examples are built along with tests, beside the folder that the test is in.
        let test = env::current_exe().unwrap();
        let hold = test.parent().unwrap().with_file_name("examples").join("hold");
        let mut child =
            Command::new(hold).arg(&place.dir).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (tell, told) = mpsc::channel();
        thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| tell.send(line)));
        Self { child, told, url: None }
    }

    /// The URL of its server, once it runs.
    pub(crate) async fn url(&mut self) -> String {
        if let Some(url) = &self.url {
            return url.clone();
        }
        let url = until("the other program has a server", || {
            assert!(self.child.try_wait().unwrap().is_none(), "the other program ended");
            self.told.try_recv().ok()
        })
        .await;
        self.url = Some(url.clone());
        url
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
