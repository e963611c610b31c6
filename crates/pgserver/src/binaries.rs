//! Where PostgreSQL is installed, and which of several installed versions fits a folder.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Error, folder};

/// The oldest major version we run.
const MINIMUM_MAJOR: u32 = 15;

/// Where Debian and its kin install PostgreSQL, one folder per major version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The programs of one installed PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    folder: PathBuf,
    major: u32,
}

impl Binaries {
    /// The installed PostgreSQL that fits the cluster in `dir`, or the newest one when there is none yet.
    ///
    /// Looks into `/usr/lib/postgresql/<N>/bin` first and along the `PATH` then. `dir` is the folder that
    /// [`Options::dir`](crate::Options::dir) names.
    ///
    /// # Errors
    ///
    /// [`Error::Install`] if there is no PostgreSQL at all, [`Error::OtherMajor`] if there are only others
    /// than the folder needs, [`Error::ChangeFolder`] if the folder holds something else.
    pub fn find(dir: Option<&Path>) -> Result<Self, Error> {
        let pgdata = dir.map(|dir| dir.join(folder::PGDATA));
        find_for(pgdata.as_deref())
    }

    /// The PostgreSQL whose programs are in `folder`.
    ///
    /// # Errors
    ///
    /// [`Error::Install`] if there is none, or only one that is too old.
    pub fn at(folder: impl Into<PathBuf>) -> Result<Self, Error> {
        let folder = folder.into();
        ask(&folder)
            .filter(|found| found.major >= MINIMUM_MAJOR)
            .ok_or_else(|| install(None, format!("in {}", folder.display())))
    }

    /// The major version, such as 17.
    pub fn major(&self) -> u32 {
        self.major
    }

    /// The folder with the programs.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Refuses to run on a cluster that another major version wrote.
    pub(crate) fn must_fit(&self, pgdata: &Path, wrote: &str) -> Result<(), Error> {
        if wrote == self.major.to_string() {
            return Ok(());
        }
        Err(other_major(pgdata, wrote, std::slice::from_ref(self)))
    }
}

/// The PostgreSQL for the cluster in `pgdata`.
pub(crate) fn find_for(pgdata: Option<&Path>) -> Result<Binaries, Error> {
    let wrote = pgdata.map(folder::written_by).transpose()?.flatten();
    let found = installed(Path::new(DEBIAN), env::var_os("PATH").as_deref());
    choose(found, pgdata.zip(wrote.as_deref()))
}

/// Every usable PostgreSQL: Debian's, newest first, then those on the path, in its order.
fn installed(debian: &Path, path: Option<&OsStr>) -> Vec<Binaries> {
    let mut found: Vec<_> = fs::read_dir(debian)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let major = entry.file_name().to_str()?.parse().ok()?;
            Some(Binaries { folder: entry.path().join("bin"), major })
        })
        .filter(|binaries| is_complete(&binaries.folder))
        .collect();
    found.sort_by_key(|binaries| std::cmp::Reverse(binaries.major));
    let absolute = env::split_paths(path.unwrap_or_default()).filter(|folder| folder.is_absolute());
    found.extend(absolute.filter_map(|folder| ask(&folder)));
    found.retain(|binaries| binaries.major >= MINIMUM_MAJOR);
    found
}

/// The first that fits: `needed` is a cluster and the version that wrote it.
fn choose(found: Vec<Binaries>, needed: Option<(&Path, &str)>) -> Result<Binaries, Error> {
    let looked = || format!("in {DEBIAN} or on the PATH");
    let Some((pgdata, wrote)) = needed else {
        return found.into_iter().next().ok_or_else(|| install(None, looked()));
    };
    if let Some(fits) = found.iter().find(|binaries| binaries.major.to_string() == wrote) {
        return Ok(fits.clone());
    }
    let could_run = wrote.parse().is_ok_and(|major: u32| major >= MINIMUM_MAJOR);
    if found.is_empty() && could_run {
        return Err(install(Some(wrote), looked()));
    }
    Err(other_major(pgdata, wrote, &found))
}

fn is_complete(folder: &Path) -> bool {
    folder.join("postgres").is_file() && folder.join("initdb").is_file()
}

/// The PostgreSQL in `folder`, by its own word.
fn ask(folder: &Path) -> Option<Binaries> {
    if !is_complete(folder) {
        return None;
    }
    let output = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    let major = major_in(&String::from_utf8_lossy(&output.stdout))?;
    Some(Binaries { folder: folder.to_owned(), major })
}

/// 17 for `postgres (PostgreSQL) 17.2 (Debian 17.2-1)`, and for `17beta1`.
fn major_in(said: &str) -> Option<u32> {
    let version = said.split("(PostgreSQL) ").nth(1)?;
    let digits = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    version[..digits].parse().ok()
}

fn install(version: Option<&str>, looked: String) -> Error {
    Error::Install {
        wanted: version.map_or(format!("{MINIMUM_MAJOR} or newer"), str::to_owned),
        package: version.map_or("postgresql".into(), |version| format!("postgresql-{version}")),
        looked,
    }
}

fn other_major(pgdata: &Path, wrote: &str, found: &[Binaries]) -> Error {
    let majors: Vec<_> = found.iter().map(|binaries| binaries.major.to_string()).collect();
    let found = match majors.as_slice() {
        [] => "no PostgreSQL that we can run is installed".into(),
        majors => format!("the PostgreSQL installed here is {}", majors.join(", ")),
    };
    Error::OtherMajor { folder: pgdata.into(), wrote: wrote.into(), found }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fake(folder: &Path, says: &str) {
        fs::create_dir_all(folder).unwrap();
        let script = folder.join("script");
        fs::write(&script, format!("#!/bin/sh\necho '{says}'\n")).unwrap();
        for program in ["postgres", "initdb"] {
            // A file is busy, and not run, as long as some process has it open to write: also one that another
            // thread is just starting. So it is not this process that writes it.
            let made =
                Command::new("install").args(["-m", "755"]).args([&script, &folder.join(program)]).status();
            assert!(made.unwrap().success());
        }
    }

    fn of_major(major: u32) -> Binaries {
        Binaries { folder: format!("/pg/{major}").into(), major }
    }

    #[test]
    fn debians_come_first_newest_first_and_old_ones_not_at_all() {
        let place = tempfile::tempdir().unwrap();
        for major in ["9.6", "14", "15", "17"] {
            fake(&place.path().join("lib").join(major).join("bin"), "not asked");
        }
        fs::create_dir_all(place.path().join("lib/18/bin")).unwrap();
        fake(&place.path().join("bin"), "postgres (PostgreSQL) 16.3");
        let path = env::join_paths([place.path().join("nothing"), place.path().join("bin")]).unwrap();

        let found = installed(&place.path().join("lib"), Some(&path));

        assert_eq!(found.iter().map(Binaries::major).collect::<Vec<_>>(), [17, 15, 16]);
    }

    #[test]
    fn nothing_installed_names_the_command_to_install_it() {
        let place = tempfile::tempdir().unwrap();
        let found = installed(place.path(), None);
        let said = choose(found, None).unwrap_err().to_string();
        assert!(said.starts_with("PostgreSQL 15 or newer was not found"), "{said}");
        assert!(said.ends_with("apt-get install postgresql"), "{said}");

        let said = choose(vec![], Some((place.path(), "16"))).unwrap_err().to_string();
        assert!(said.ends_with("apt-get install postgresql-16"), "{said}");

        let said = Binaries::at(place.path()).unwrap_err().to_string();
        assert!(said.contains(&format!("not found in {}", place.path().display())), "{said}");
    }

    #[test]
    fn a_cluster_gets_the_version_that_wrote_it() {
        let both = vec![of_major(17), of_major(15)];
        assert_eq!(choose(both.clone(), None).unwrap().major, 17);
        assert_eq!(choose(both.clone(), Some((Path::new("/d"), "15"))).unwrap().major, 15);

        let said = choose(both, Some((Path::new("/d"), "16"))).unwrap_err().to_string();
        assert!(said.contains("written by PostgreSQL 16"), "{said}");
        assert!(said.contains("installed here is 17, 15"), "{said}");
    }

    #[test]
    fn versions_are_read_as_postgres_prints_them() {
        assert_eq!(major_in("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"), Some(15));
        assert_eq!(major_in("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major_in("postgres (PostgreSQL) 19devel\n"), Some(19));
        assert_eq!(major_in("mysqld 8"), None);
    }
}
