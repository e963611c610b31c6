//! Partial answers: `fields=kind,items(id,start/dateTime)`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::refusal::Refusal;

/// What is asked for of an object: nothing below means all of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields(BTreeMap<String, Fields>);

impl Fields {
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let mut rest = text;
        let fields = Self::list(&mut rest).filter(|_| rest.is_empty());
        fields.ok_or_else(|| Refusal::new(400, "invalidParameter", format!("Invalid field selection {text}")))
    }

    fn list(rest: &mut &str) -> Option<Self> {
        let mut all = Self::default();
        loop {
            let (name, below) = Self::one(rest)?;
            all.0.entry(name).or_default().0.extend(below.0);
            match rest.strip_prefix(',') {
                Some(after) => *rest = after,
                None => return Some(all),
            }
        }
    }

    fn one(rest: &mut &str) -> Option<(String, Self)> {
        let end = rest.find([',', '(', ')', '/']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let name = name.trim();
        if name.is_empty() {
            return None;
        }
        *rest = after;
        let below = if let Some(after) = rest.strip_prefix('/') {
            *rest = after;
            let (name, below) = Self::one(rest)?;
            Self(BTreeMap::from([(name, below)]))
        } else if let Some(after) = rest.strip_prefix('(') {
            *rest = after;
            let below = Self::list(rest)?;
            *rest = rest.strip_prefix(')')?;
            below
        } else {
            Self::default()
        };
        Some((name.to_owned(), below))
    }

    /// Leaves of `value` only what is asked for.
    pub(crate) fn cut(&self, value: &mut Value) {
        if self.0.is_empty() || self.0.contains_key("*") {
            return;
        }
        match value {
            Value::Array(list) => list.iter_mut().for_each(|value| self.cut(value)),
            Value::Object(map) => {
                map.retain(|name, _| self.0.contains_key(name));
                for (name, value) in map {
                    self.0[name].cut(value);
                }
            }
            _ => {}
        }
    }
}
