//! The real program, built once and run as people run it.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use std::{env, fs};

use tempfile::TempDir;

/// A bound for everything that is waited for: far more than it takes on a busy machine.
pub(crate) const AGES: Duration = Duration::from_mins(5);

/// Builds `canvascal` in the profile and the folder of this very test, and says where it is.
pub(crate) fn canvascal() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        // <target>/<profile>/deps/it-0123456789abcdef
        let test = env::current_exe().unwrap();
        let folder = test.parent().unwrap().parent().unwrap();
        let profile = match folder.file_name().unwrap().to_str().unwrap() {
            "debug" => "dev",
            profile => profile,
        };
        let built = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["build", "--quiet", "--package", "api", "--bin", "canvascal", "--profile", profile])
            .arg("--target-dir")
            .arg(folder.parent().unwrap())
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        folder.join("canvascal")
    })
}

/// The program with these arguments, in an environment that holds nothing of ours.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(canvascal());
    command.args(arguments).env_clear();
    for kept in ["PATH", "HOME", "TMPDIR"] {
        if let Some(value) = env::var_os(kept) {
            command.env(kept, value);
        }
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What the program answers when it gets this to read.
pub(crate) fn answer(arguments: &[&str], input: &str) -> Output {
    let mut child = command(arguments).stdin(Stdio::piped()).spawn().unwrap();
    write_all(child.stdin.take().unwrap(), input.to_owned());
    child.wait_with_output().unwrap()
}

/// Writes from a thread of its own: the program may answer before it has read everything.
fn write_all(mut input: ChildStdin, text: String) {
    std::thread::spawn(move || {
        // A program that refuses to start reads nothing.
        let _ = input.write_all(text.as_bytes());
    });
}

/// A folder that PostgreSQL's user can enter too.
pub(crate) fn open_folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let parent = if memory.is_dir() { memory.to_owned() } else { env::temp_dir() };
    let folder = tempfile::Builder::new().prefix("canvascal-it-").tempdir_in(parent).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

/// A running program, asked to stop when this goes.
pub(crate) struct Running {
    child: Child,
    /// What it has said on standard output, line by line.
    lines: std::sync::mpsc::Receiver<String>,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::inherit()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (tell, lines) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// The next line that it prints, or `None` where it ends instead.
    pub(crate) fn line(&self) -> Option<String> {
        match self.lines.recv_timeout(AGES) {
            Ok(line) => Some(line),
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => None,
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => panic!("it says nothing"),
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Sends a signal, and waits for the end.
    pub(crate) fn end_with(mut self, signal: &str) -> ExitStatus {
        kill(signal, self.pid());
        until("the program has ended", || self.child.try_wait().unwrap())
    }
}

impl Drop for Running {
    /// In good order, so that a database of its own lets go of its folder before that is removed.
    fn drop(&mut self) {
        let pid = self.pid().to_string();
        let deadline = Instant::now() + AGES;
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = Command::new("kill").args(["-TERM", &pid]).status();
        }
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal to a process of the test's own.
pub(crate) fn kill(signal: &str, process: u32) {
    let sent = Command::new("kill").args([signal, &process.to_string()]).status().unwrap();
    assert!(sent.success(), "kill {signal} {process}");
}

/// Looks until something is there.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + AGES;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "never happened: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
