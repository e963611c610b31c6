//! Takes our keys out of an environment and gathers what is wrong with them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use super::keys;

/// Everything that is wrong with the configuration, each line naming its key or flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    problems: Vec<String>,
}

impl ConfigError {
    /// The problems, one line each.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration cannot be used:")?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for ConfigError {}

/// Our part of the environment, and the problems met so far.
pub(super) struct Reader {
    values: BTreeMap<&'static str, String>,
    home: Option<PathBuf>,
    xdg_data_home: Option<PathBuf>,
    problems: Vec<String>,
}

impl Reader {
    /// Keeps what is ours. An empty value counts as not set: that is how compose files say "unset".
    pub(super) fn new<K, V>(pairs: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<OsString>,
        V: Into<OsString>,
    {
        let mut reader =
            Self { values: BTreeMap::new(), home: None, xdg_data_home: None, problems: Vec::new() };
        for (name, value) in pairs {
            let (Ok(name), value) = (name.into().into_string(), value.into()) else { continue };
            match name.as_str() {
                "HOME" => reader.home = Some(PathBuf::from(value)),
                "XDG_DATA_HOME" => reader.xdg_data_home = Some(PathBuf::from(value)),
                ours if keys::is_ours(ours) => reader.take(ours, value),
                _ => {}
            }
        }
        reader
    }

    fn take(&mut self, name: &str, value: OsString) {
        let Some(known) = keys::known(name) else {
            return self.refuse(
                name,
                keys::nearest(name).map_or_else(
                    || "is not a known key".to_owned(),
                    |nearest| format!("is not a known key; did you mean {nearest}?"),
                ),
            );
        };
        match value.into_string() {
            Ok(value) if value.trim().is_empty() => {}
            Ok(value) => drop(self.values.insert(known, value)),
            Err(_) => self.refuse(known, "is not valid UTF-8"),
        }
    }

    /// Where programs of this user keep their data (XDG Base Directory Specification): relative paths do not count.
    pub(super) fn data_home(&self) -> Option<PathBuf> {
        let named = self.xdg_data_home.clone().filter(|path| path.is_absolute());
        named.or_else(|| self.home.as_ref().map(|home| home.join(".local/share")))
    }

    pub(super) fn refuse(&mut self, key: &str, why: impl fmt::Display) {
        self.problems.push(format!("{key}: {why}"));
    }

    pub(super) fn text(&self, key: &'static str) -> Option<String> {
        self.values.get(key).map(|value| value.trim().to_owned())
    }

    /// A whole number within `range`, or `default` when the key is not set.
    pub(super) fn number(&mut self, key: &'static str, default: u64, range: RangeInclusive<u64>) -> u64 {
        let Some(text) = self.text(key) else { return default };
        match text.parse() {
            Ok(number) if range.contains(&number) => number,
            _ => {
                let (low, high) = (range.start(), range.end());
                self.refuse(key, format!("{text:?} is not a whole number from {low} to {high}"));
                default
            }
        }
    }

    /// The parts of a comma separated list; empty when the key is not set.
    pub(super) fn list(&self, key: &'static str) -> Vec<String> {
        let text = self.text(key).unwrap_or_default();
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// `value`, unless something was wrong.
    pub(super) fn finish<T>(self, value: Option<T>) -> Result<T, ConfigError> {
        match value {
            Some(value) if self.problems.is_empty() => Ok(value),
            _ => Err(ConfigError { problems: self.problems }),
        }
    }
}
