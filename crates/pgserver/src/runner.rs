//! As whom PostgreSQL's programs run, and how they learn that we are gone.

use std::{
    fs,
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use rustix::process::Signal;

use crate::Error;

/// Starts programs the way PostgreSQL wants them: not as root, in a bare environment, away from our terminal.
pub(crate) struct Runner {
    own_uid: u32,
    /// The user to become, if we are root.
    account: Option<Account>,
    /// util-linux's `setpriv`, which arranges the signal at our death. Doing so by ourselves takes `unsafe`.
    setpriv: Option<PathBuf>,
}

/// How to stop a program, at our wish or at our death.
#[derive(Clone, Copy)]
pub(crate) enum Stop {
    /// A server rolls back what is under way, and ends.
    InGoodOrder,
    /// `initdb` must not clean up: it does so under the feet of a server that it has started. Killed, it
    /// leaves that one to end in good order, and us to remove the files.
    AtOnce,
}

impl Stop {
    pub(crate) fn signal(self) -> Signal {
        match self {
            Self::InGoodOrder => Signal::INT,
            Self::AtOnce => Signal::KILL,
        }
    }
}

struct Account {
    name: String,
    uid: u32,
    gid: u32,
}

impl Runner {
    /// How to run the server of the cluster in `pgdata`, which may not be there yet.
    ///
    /// A cluster belongs to one user, and PostgreSQL insists on being run by that one.
    pub(crate) fn for_cluster(pgdata: &Path) -> Result<Self, Error> {
        let own_uid = own_uid();
        // Root gives an empty folder to whom it likes.
        let is_taken = own_uid != 0 || pgdata.join("PG_VERSION").exists();
        let owner = fs::metadata(pgdata).ok().filter(|_| is_taken);
        let change = |why: String| Err(Error::ChangeFolder { folder: pgdata.into(), why });
        let account = match owner {
            Some(meta) if own_uid != 0 => {
                if meta.uid() != own_uid {
                    return change(format!("it belongs to user {}, and this is user {own_uid}", meta.uid()));
                }
                None
            }
            Some(meta) if meta.uid() == 0 => {
                let name = ordinary_account()?.name;
                let advice = format!("chown -R {name} '{}'", pgdata.display());
                return change(format!("it belongs to root, as whom PostgreSQL does not run; run: {advice}"));
            }
            Some(meta) => Some(account_of(meta.uid(), meta.gid())),
            None if own_uid == 0 => Some(ordinary_account()?),
            None => None,
        };
        let setpriv = find_setpriv();
        if setpriv.is_none() {
            tracing::warn!(
                "setpriv (package util-linux) is missing: PostgreSQL will run on if this program is killed, \
                 until the program is started again"
            );
        }
        Ok(Self { own_uid, account, setpriv })
    }

    /// As on a system that lacks util-linux.
    #[cfg(test)]
    pub(crate) fn forget_setpriv(&mut self) {
        self.setpriv = None;
    }

    pub(crate) fn is_root() -> bool {
        own_uid() == 0
    }

    /// The user this program runs as.
    pub(crate) fn own_uid(&self) -> u32 {
        self.own_uid
    }

    /// The user the server runs as.
    pub(crate) fn uid(&self) -> u32 {
        self.account.as_ref().map_or(self.own_uid, |account| account.uid)
    }

    /// The user and group of the server, if they are not our own.
    pub(crate) fn other(&self) -> Option<(u32, u32)> {
        self.account.as_ref().map(|account| (account.uid, account.gid))
    }

    /// A command that is stopped by the same signal when the *thread* that starts it ends.
    pub(crate) fn command(&self, program: &Path, stop: Stop) -> Command {
        let mut command = match &self.setpriv {
            Some(setpriv) => {
                let mut command = Command::new(setpriv);
                let signal = match stop {
                    Stop::InGoodOrder => "--pdeathsig=INT",
                    Stop::AtOnce => "--pdeathsig=KILL",
                };
                command.args([signal, "--"]).arg(program);
                command
            }
            None => Command::new(program),
        };
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            // Ours may be closed to that user.
            .current_dir("/")
            .stdin(Stdio::null())
            // Ctrl-C is for us; we stop the server in good order.
            .process_group(0);
        if let Some(Account { uid, gid, .. }) = self.account {
            // Drops root's groups as well.
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Refuses folders that the server's user cannot enter.
    pub(crate) fn must_enter(&self, folders: &[&Path]) -> Result<(), Error> {
        let Some(account) = &self.account else { return Ok(()) };
        let ways = folders.iter().flat_map(|folder| {
            let mut way: Vec<_> = folder.ancestors().collect();
            way.reverse();
            way
        });
        // Asked of the system, as that user: modes alone do not tell about access lists and mounts.
        let output = self
            .command(Path::new("/bin/sh"), Stop::AtOnce)
            .args(["-c", r#"for f; do [ -x "$f" ] || { printf %s "$f"; exit 1; }; done"#, "sh"])
            .args(ways)
            .output()
            .map_err(|error| Error::ChangeUser {
                why: format!("becoming user {} failed ({error}); start the program as it", account.name),
            })?;
        if output.status.success() {
            return Ok(());
        }
        let folder = PathBuf::from(String::from_utf8_lossy(&output.stdout).into_owned());
        if folder.as_os_str().is_empty() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(Error::ChangeUser { why: format!("becoming user {} failed: {said}", account.name) });
        }
        let why = format!(
            "PostgreSQL runs as user {}, who may not enter it; choose another folder, or run: chmod o+x '{}'",
            account.name,
            folder.display()
        );
        Err(Error::ChangeFolder { folder, why })
    }
}

fn own_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// An ordinary user for root to run the server as.
fn ordinary_account() -> Result<Account, Error> {
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    ["postgres", "nobody"].into_iter().find_map(|name| account_named(&passwd, name)).ok_or_else(|| {
        Error::ChangeUser {
            why: "there is neither a user postgres nor a user nobody to run it as; \
                  add one (useradd --system postgres), or start the program as an ordinary user"
                .into(),
        }
    })
}

fn account_named(passwd: &str, wanted: &str) -> Option<Account> {
    passwd.lines().filter_map(account_in).find(|account| account.name == wanted && account.uid != 0)
}

/// The account with this number; its name is only for messages.
fn account_of(uid: u32, gid: u32) -> Account {
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let known = passwd.lines().filter_map(account_in).find(|account| account.uid == uid);
    known.unwrap_or_else(|| Account { name: uid.to_string(), uid, gid })
}

/// One line of `/etc/passwd`.
fn account_in(line: &str) -> Option<Account> {
    let mut fields = line.split(':');
    let name = fields.next()?.to_owned();
    let mut numbers = fields.skip(1).map(str::parse);
    Some(Account { name, uid: numbers.next()?.ok()?, gid: numbers.next()?.ok()? })
}

/// A `setpriv` that knows the death signal; busybox has one that does not.
fn find_setpriv() -> Option<PathBuf> {
    let places = ["/usr/bin/setpriv", "/bin/setpriv", "/usr/local/bin/setpriv"];
    places.into_iter().map(PathBuf::from).find(|path| {
        let help = Command::new(path).arg("--help").stdin(Stdio::null()).output();
        help.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("--pdeathsig"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\n\
                          broken\n\
                          nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin\n\
                          postgres:x:0:0:root under another name:/:/bin/sh\n";

    #[test]
    fn accounts_are_read_from_passwd_and_never_are_root() {
        let nobody = account_named(PASSWD, "nobody").unwrap();
        assert_eq!((nobody.uid, nobody.gid), (65534, 65533));
        assert!(account_named(PASSWD, "postgres").is_none());
        assert!(account_named(PASSWD, "broken").is_none());
    }

    #[test]
    fn an_unknown_user_is_named_by_number() {
        assert_eq!(account_of(3_999_999_999, 7).name, "3999999999");
    }

    #[test]
    fn programs_run_in_a_bare_environment_and_a_group_of_their_own() {
        let place = tempfile::tempdir().unwrap();
        let runner = Runner::for_cluster(place.path()).unwrap();
        let script = "id -u; env | cut -d= -f1 | sort | tr '\\n' ' '; pwd";
        let output =
            runner.command(Path::new("/bin/sh"), Stop::AtOnce).args(["-c", script]).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<_> = said.lines().collect();
        assert_eq!(lines[0], runner.uid().to_string());
        assert_ne!(lines[0], "0");
        assert!(!lines[1].contains("CARGO"), "{said}");
        assert!(lines[1].ends_with(" /"), "{said}");
    }
}
