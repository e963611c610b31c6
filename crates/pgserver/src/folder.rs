//! The folder of one cluster: what is where in it, who holds it, and making its parts.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError},
    io::{self, ErrorKind, Read, Seek, SeekFrom, Write},
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, lchown},
    },
    path::{Path, PathBuf},
    process, thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use crate::{
    Error,
    process::{PidFile, is_alive, may_serve},
    runner::Runner,
};

/// The cluster itself, as PostgreSQL lays it out.
pub(crate) const PGDATA: &str = "pgdata";
/// Begins the name of a folder in which a cluster is being made.
const UNFINISHED: &str = "pgdata.new-";
/// The port is only part of the socket's name, and every cluster has a socket folder of its own.
pub(crate) const PORT: u16 = 5432;
/// The longest path of a socket: `sun_path` holds 108 bytes, the last of which is a NUL.
const LONGEST_SOCKET_PATH: usize = 107;
/// How long whoever is at work on an unfinished cluster may take to end.
const PATIENCE_WITH_UNFINISHED: Duration = Duration::from_secs(10);
/// A log larger than this is put aside at the next start.
const LARGE_LOG: u64 = 16 << 20;

/// A folder that this program holds, and no other.
pub(crate) struct Folder {
    /// Absolute and free of symbolic links, so that one folder has one name.
    pub(crate) dir: PathBuf,
    pub(crate) pgdata: PathBuf,
    pub(crate) log: PathBuf,
    /// Goes with the last handle to the file, so with the program, however it ends.
    _lock: File,
}

impl Folder {
    /// Makes `dir` if it is missing, and takes hold of it.
    pub(crate) fn hold(dir: &Path) -> Result<Self, Error> {
        make_with_parents(dir)?;
        let dir = dir.canonicalize().map_err(Error::io("find", dir))?;
        // Its own files are read line by line by PostgreSQL and by us.
        if dir.as_os_str().as_bytes().iter().any(u8::is_ascii_control) {
            return Err(Error::ChangeFolder {
                folder: dir,
                why: "its path holds a control character".into(),
            });
        }
        let lock = lock(&dir)?;
        let pgdata = dir.join(PGDATA);
        // It may be a link to another disk.
        let pgdata = pgdata.canonicalize().unwrap_or(pgdata);
        Ok(Self { pgdata, log: dir.join("postgres.log"), dir, _lock: lock })
    }

    /// A short word for this folder that no other folder on this machine has at the same time.
    ///
    /// It is in the titles of all processes of the server, which lets us find those that were left behind.
    pub(crate) fn cluster_name(&self) -> Result<String, Error> {
        let meta = fs::metadata(&self.dir).map_err(Error::io("look at", &self.dir))?;
        let numbers = [meta.dev().to_le_bytes(), meta.ino().to_le_bytes()].concat();
        let hash = fnv1a(self.dir.as_os_str().as_bytes().iter().chain(&numbers));
        Ok(format!("canvascal-{hash:016x}"))
    }

    /// The folder for the socket: inside ours if the path can be a socket's, else a short one in `/tmp`.
    pub(crate) fn make_socket_folder(&self, cluster: &str, runner: &Runner) -> Result<PathBuf, Error> {
        let inside = self.dir.join("run");
        let folder = if can_hold_socket(&inside) { inside } else { Path::new("/tmp").join(cluster) };
        match DirBuilder::new().mode(0o700).create(&folder) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(Error::io("make", folder)(error));
            }
            _ => (),
        }
        // Everyone may make folders in /tmp: take none that another user put there.
        let meta = fs::symlink_metadata(&folder).map_err(Error::io("look at", &folder))?;
        let ours = meta.uid() == runner.uid() || meta.uid() == runner.own_uid();
        if !meta.is_dir() || !ours {
            let why = "it is not a folder of the user who runs PostgreSQL; remove it".into();
            return Err(Error::ChangeFolder { folder, why });
        }
        hand_over(&folder, 0o700, runner)?;
        Ok(folder)
    }

    /// Removes what an interrupted first start left behind.
    pub(crate) fn remove_all_unfinished(&self) -> Result<(), Error> {
        for entry in fs::read_dir(&self.dir).map_err(Error::io("list", &self.dir))? {
            let entry = entry.map_err(Error::io("list", &self.dir))?;
            if entry.file_name().as_bytes().starts_with(UNFINISHED.as_bytes()) {
                remove_unfinished(&entry.path())?;
            }
        }
        Ok(())
    }

    /// A new folder for a cluster in the making; no earlier one had its name.
    ///
    /// The program that was at work in an earlier one may still be busy in it.
    pub(crate) fn make_unfinished(&self) -> Result<PathBuf, Error> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        let folder = self.dir.join(format!("{UNFINISHED}{}-{now}", process::id()));
        make(&folder, 0o755)?;
        Ok(folder)
    }

    /// Puts the finished cluster in its place, whole or not at all.
    pub(crate) fn finish(&self, made: &Path) -> Result<(), Error> {
        fs::rename(made, &self.pgdata).map_err(Error::io("move the new cluster to", &self.pgdata))?;
        File::open(&self.dir).and_then(|dir| dir.sync_all()).map_err(Error::io("write", &self.dir))
    }

    /// Puts a large log aside, so that two of them at most are kept.
    pub(crate) fn turn_log(&self) -> Result<(), Error> {
        if fs::metadata(&self.log).is_ok_and(|meta| meta.len() > LARGE_LOG) {
            fs::rename(&self.log, self.log.with_extension("log.1"))
                .map_err(Error::io("rename", &self.log))?;
        }
        Ok(())
    }

    /// The log, to be written at its end.
    pub(crate) fn open_log(&self) -> Result<File, Error> {
        OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&self.log)
            .map_err(Error::io("open", &self.log))
    }

    /// How long the log is by now.
    pub(crate) fn log_length(&self) -> u64 {
        fs::metadata(&self.log).map_or(0, |meta| meta.len())
    }

    /// The last lines of what was written to the log after `start`.
    pub(crate) fn log_tail(&self, start: u64) -> String {
        const LINES: usize = 12;
        const BYTES: u64 = 4096;
        let read = || -> io::Result<Vec<u8>> {
            let mut file = File::open(&self.log)?;
            let end = file.metadata()?.len();
            file.seek(SeekFrom::Start(start.max(end.saturating_sub(BYTES))))?;
            let mut bytes = Vec::new();
            file.take(BYTES).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let bytes = read().unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(LINES)..].join("\n")
    }
}

/// The version that wrote the cluster in `pgdata`, `None` if there is none yet.
pub(crate) fn written_by(pgdata: &Path) -> Result<Option<String>, Error> {
    let file = pgdata.join("PG_VERSION");
    match fs::read_to_string(&file) {
        Ok(text) => return Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(Error::io("read", file)(error)),
        Err(_) => (),
    }
    let mut entries = match fs::read_dir(pgdata) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io("list", pgdata)(error)),
    };
    if entries.next().is_none() {
        return Ok(None);
    }
    let why = "it has files in it but is no PostgreSQL cluster (PG_VERSION is missing); nothing was changed";
    Err(Error::ChangeFolder { folder: pgdata.into(), why: why.into() })
}

/// Makes a folder whose mode does not hang on the umask.
fn make(folder: &Path, mode: u32) -> Result<(), Error> {
    DirBuilder::new().mode(mode).create(folder).map_err(Error::io("make", folder))?;
    fs::set_permissions(folder, Permissions::from_mode(mode)).map_err(Error::io("set the mode of", folder))
}

/// Makes a folder that only the user of the server can look into.
pub(crate) fn make_private(folder: &Path, runner: &Runner) -> Result<(), Error> {
    make(folder, 0o700)?;
    hand_over(folder, 0o700, runner)
}

/// Makes a file that only the user of the server can read.
pub(crate) fn make_secret(path: &Path, content: &str, runner: &Runner) -> Result<(), Error> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(Error::io("make", path))?;
    file.write_all(content.as_bytes()).map_err(Error::io("write", path))?;
    hand_over(path, 0o600, runner)
}

/// Gives a file or folder to the user of the server.
fn hand_over(path: &Path, mode: u32, runner: &Runner) -> Result<(), Error> {
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(Error::io("set the mode of", path))?;
    if let Some((uid, gid)) = runner.other() {
        lchown(path, Some(uid), Some(gid)).map_err(Error::io("change the owner of", path))?;
    }
    Ok(())
}

/// Removes a folder in which a cluster was being made, as soon as nobody is at work in it.
pub(crate) fn remove_unfinished(folder: &Path) -> Result<(), Error> {
    let deadline = Instant::now() + PATIENCE_WITH_UNFINISHED;
    let data = folder.join("data");
    let is_busy =
        || PidFile::read(&data).is_some_and(|file| is_alive(file.pid) && may_serve(file.pid, &data));
    while is_busy() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(5));
    }
    loop {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty && Instant::now() < deadline => (),
            result => return result.map_err(Error::io("remove", folder)),
        }
    }
}

/// Makes `dir` and the parents it lacks. What was there before keeps its owner and mode.
fn make_with_parents(dir: &Path) -> Result<(), Error> {
    let dir = std::path::absolute(dir).map_err(Error::io("find", dir))?;
    let missing: Vec<_> = dir.ancestors().take_while(|folder| !folder.exists()).collect();
    for folder in missing.into_iter().rev() {
        // PostgreSQL's user must pass through; the folders inside are closed to everyone else.
        let mode = match (folder == dir, Runner::is_root()) {
            (true, true) => 0o711,
            (true, false) => 0o700,
            (false, _) => 0o755,
        };
        match make(folder, mode) {
            Err(Error::Io { source, .. }) if source.kind() == ErrorKind::AlreadyExists => (),
            result => result?,
        }
    }
    Ok(())
}

fn lock(dir: &Path) -> Result<File, Error> {
    let path = dir.join("lock");
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(Error::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => (),
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let by = file.read_to_string(&mut holder).ok().and_then(|_| holder.trim().parse().ok());
            return Err(Error::InUse { folder: dir.into(), by });
        }
        Err(TryLockError::Error(source)) => return Err(Error::Io { doing: "lock", path, source }),
    }
    file.set_len(0).and_then(|()| writeln!(file, "{}", process::id())).map_err(Error::io("write", path))?;
    Ok(file)
}

/// Whether PostgreSQL, and a client given the path in a URL, can use a socket in this folder.
fn can_hold_socket(folder: &Path) -> bool {
    let length = folder.join(socket_name()).as_os_str().len();
    // A comma separates several folders, in the setting as in the URL; a quote begins a quoted one.
    let plain = folder.to_str().is_some_and(|path| !path.contains([',', '"']));
    plain && length <= LONGEST_SOCKET_PATH
}

pub(crate) fn socket_name() -> String {
    format!(".s.PGSQL.{PORT}")
}

/// The hash of Fowler, Noll and Vo: short, and the same in every build of this program.
fn fnv1a<'a>(bytes: impl IntoIterator<Item = &'a u8>) -> u64 {
    bytes
        .into_iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_path_has_107_bytes_at_most() {
        let rest = "/.s.PGSQL.5432".len();
        assert!(can_hold_socket(Path::new(&format!("/{}", "a".repeat(106 - rest)))));
        assert!(!can_hold_socket(Path::new(&format!("/{}", "a".repeat(107 - rest)))));
        assert!(can_hold_socket(Path::new("/with spaces/100%")));
        assert!(!can_hold_socket(Path::new("/a,b")));
        assert!(!can_hold_socket(Path::new("/a\"b")));
    }

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn the_tail_of_the_log_is_what_this_start_wrote() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::hold(place.path()).unwrap();
        assert_eq!(folder.log_tail(0), "");
        fs::write(&folder.log, "old\n").unwrap();
        let start = folder.log_length();
        assert_eq!(folder.log_tail(start), "");
        let new: Vec<_> = (1..=20).map(|n| format!("line {n}")).collect();
        folder.open_log().unwrap().write_all(new.join("\n").as_bytes()).unwrap();
        assert_eq!(folder.log_tail(start), new[8..].join("\n"));
    }

    #[test]
    fn a_held_folder_is_held_once() {
        let place = tempfile::tempdir().unwrap();
        let first = Folder::hold(place.path()).unwrap();
        let refused = Folder::hold(place.path()).err();
        assert!(matches!(refused, Some(Error::InUse { by: Some(pid), .. }) if pid == process::id()));
        drop(first);
        assert!(Folder::hold(place.path()).is_ok());
    }

    #[test]
    fn only_an_empty_or_missing_folder_is_a_new_cluster() {
        let place = tempfile::tempdir().unwrap();
        assert!(matches!(written_by(&place.path().join("missing")), Ok(None)));
        assert!(matches!(written_by(place.path()), Ok(None)));
        fs::write(place.path().join("letter"), "dear").unwrap();
        assert!(matches!(written_by(place.path()), Err(Error::ChangeFolder { .. })));
        fs::write(place.path().join("PG_VERSION"), "9.6\n").unwrap();
        assert_eq!(written_by(place.path()).unwrap().as_deref(), Some("9.6"));
    }
}
