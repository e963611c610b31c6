//! The parameters of a request.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::refusal::Refusal;

/// Parameters in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(text: &str) -> Self {
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    pub(crate) fn of(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// These parameters, and those of `outer` that are not among them.
    pub(crate) fn over(mut self, outer: &Self) -> Self {
        let new: Vec<_> = outer.0.iter().filter(|(name, _)| self.get(name).is_none()).cloned().collect();
        self.0.extend(new);
        self
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some("true" | "True" | "1") => Ok(Some(true)),
            Some("false" | "False" | "0") => Ok(Some(false)),
            Some(_) => Err(Refusal::invalid_parameter(name)),
        }
    }

    /// A number from 1; larger ones are taken for `most`.
    pub(crate) fn number(&self, name: &str, default: usize, most: usize) -> Result<usize, Refusal> {
        let Some(text) = self.get(name) else { return Ok(default) };
        let number: usize = text.parse().map_err(|_| Refusal::invalid_parameter(name))?;
        if number == 0 { Err(Refusal::invalid_parameter(name)) } else { Ok(number.min(most)) }
    }

    pub(crate) fn time(&self, name: &str) -> Result<Option<Timestamp>, Refusal> {
        // Google needs an offset. A `+` that was not encoded has become a space by now, and is refused as there.
        self.get(name).map(|text| text.parse().map_err(|_| Refusal::bad_request("Bad Request"))).transpose()
    }

    pub(crate) fn zone(&self, name: &str) -> Result<Option<TimeZone>, Refusal> {
        self.get(name)
            .map(|text| TimeZone::get(text).map_err(|_| Refusal::invalid_parameter(name)))
            .transpose()
    }

    /// The parameters without those named, in an order of their own: for comparing.
    pub(crate) fn without(&self, names: &[&str]) -> Vec<(String, String)> {
        let mut rest: Vec<_> =
            self.0.iter().filter(|(name, _)| !names.contains(&name.as_str())).cloned().collect();
        rest.sort();
        rest
    }
}
