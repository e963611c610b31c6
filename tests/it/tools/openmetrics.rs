//! OpenMetrics text, read to the letter: whatever the specification does not allow is a fault of the test's subject.

use std::collections::{BTreeMap, BTreeSet};

/// What a server tells of itself.
#[derive(Debug, Default)]
pub(crate) struct Exposition {
    pub(crate) families: BTreeMap<String, Family>,
}

/// A metric with all its labels.
#[derive(Debug, Default)]
pub(crate) struct Family {
    pub(crate) kind: String,
    unit: Option<String>,
    help: Option<String>,
    pub(crate) samples: BTreeMap<(String, Labels), f64>,
}

pub(crate) type Labels = BTreeMap<String, String>;

impl Exposition {
    /// # Panics
    /// Where the text is not OpenMetrics.
    pub(crate) fn read(text: &str) -> Self {
        let body = text.strip_suffix("# EOF\n").expect("the text ends with # EOF");
        let mut read = Self::default();
        let mut current = String::new();
        for line in body.split_terminator('\n') {
            assert!(!line.contains('\r') && line.trim() == line && !line.is_empty(), "{line:?}");
            let name = match line.strip_prefix("# ") {
                Some(metadata) => metadata.split(' ').nth(1).unwrap().to_owned(),
                None => current.clone(),
            };
            if name != current {
                assert!(is_name(&name), "{line}");
                assert!(!read.families.contains_key(&name), "{name} is told in two places");
                current.clone_from(&name);
            }
            let family = read.families.entry(name.clone()).or_default();
            match line.strip_prefix("# ") {
                Some(metadata) => family.describe(metadata),
                None => family.sample(&name, line),
            }
        }
        for (name, family) in &read.families {
            family.judge(name);
        }
        read
    }

    /// The value of a sample.
    pub(crate) fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let key = (name.to_owned(), labels);
        self.families.values().find_map(|family| family.samples.get(&key).copied())
    }

    /// How many values are told in all.
    pub(crate) fn size(&self) -> usize {
        self.families.values().map(|family| family.samples.len()).sum()
    }
}

impl Family {
    fn describe(&mut self, metadata: &str) {
        assert!(self.samples.is_empty(), "{metadata} comes after samples");
        let mut words = metadata.splitn(3, ' ');
        let (what, name, said) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
        let was = match what {
            "TYPE" => std::mem::replace(&mut self.kind, said.to_owned()),
            "UNIT" => {
                assert!(name.ends_with(&format!("_{said}")), "{name} does not end with its unit {said}");
                self.unit.replace(said.to_owned()).unwrap_or_default()
            }
            "HELP" => self.help.replace(said.to_owned()).unwrap_or_default(),
            other => panic!("{other} is no metadata"),
        };
        assert_eq!(was, "", "{what} of {name} is told twice");
    }

    fn sample(&mut self, family: &str, line: &str) {
        let end = line.find(['{', ' ']).unwrap();
        let (name, rest) = line.split_at(end);
        let suffix = name.strip_prefix(family).unwrap_or_else(|| panic!("{name} is not of {family}"));
        let suffixes: &[&str] = match self.kind.as_str() {
            "counter" => &["_total"],
            "gauge" => &[""],
            "histogram" => &["_bucket", "_count", "_sum"],
            "info" => &["_info"],
            other => panic!("{family} is of the type {other:?}"),
        };
        assert!(suffixes.contains(&suffix), "{name} is no sample of a {}", self.kind);
        let (labels, rest) = match rest.strip_prefix('{') {
            Some(rest) => labels(rest),
            None => (Labels::new(), rest),
        };
        let value = rest.strip_prefix(' ').expect("a space stands before the value");
        let value: f64 = if value == "+Inf" { f64::INFINITY } else { value.parse().unwrap() };
        let old = self.samples.insert((name.to_owned(), labels), value);
        assert!(old.is_none(), "{line} is told twice");
    }

    fn judge(&self, name: &str) {
        assert!(self.help.as_ref().is_some_and(|help| !help.is_empty()), "{name} is not explained");
        match self.kind.as_str() {
            "counter" => {
                assert!(self.samples.values().all(|value| value.is_finite() && *value >= 0.0), "{name}");
            }
            "info" => {
                assert!(self.samples.values().all(|value| value.to_bits() == 1.0_f64.to_bits()), "{name}");
            }
            "histogram" => self.judge_histogram(name),
            _ => {}
        }
    }

    /// Buckets grow up to the last, which holds everything that was counted.
    fn judge_histogram(&self, name: &str) {
        let without_le = |labels: &Labels| {
            let mut labels = labels.clone();
            labels.remove("le");
            labels
        };
        let each: BTreeSet<Labels> = self.samples.keys().map(|(_, labels)| without_le(labels)).collect();
        for labels in each {
            let buckets = self
                .samples
                .iter()
                .filter(|((sample, of), _)| *sample == format!("{name}_bucket") && without_le(of) == labels);
            let mut buckets: Vec<(f64, f64)> = buckets
                .map(|((_, labels), value)| (labels["le"].replace("+Inf", "inf").parse().unwrap(), *value))
                .collect();
            buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
            assert!(buckets.is_sorted_by(|one, next| one.1 <= next.1), "{name} {labels:?}: {buckets:?}");
            let (last, all) = *buckets.last().unwrap();
            assert!(last.is_infinite(), "{name} {labels:?} has no last bucket");
            let count = self.samples[&(format!("{name}_count"), labels.clone())];
            assert_eq!(count.to_bits(), all.to_bits(), "{name} {labels:?}");
            assert!(self.samples[&(format!("{name}_sum"), labels)] >= 0.0);
        }
    }
}

/// The labels up to the closing brace, and what follows it.
fn labels(mut rest: &str) -> (Labels, &str) {
    let mut labels = Labels::new();
    loop {
        let (name, after) = rest.split_once("=\"").unwrap();
        assert!(is_name(name) && !name.contains(':'), "{name} is no name of a label");
        let mut value = String::new();
        let mut characters = after.char_indices();
        let end = loop {
            match characters.next().expect("the value of a label ends") {
                (end, '"') => break end,
                (_, '\\') => value.push(match characters.next().unwrap().1 {
                    'n' => '\n',
                    escaped @ ('\\' | '"') => escaped,
                    other => panic!("\\{other} is no escape"),
                }),
                (_, plain) => value.push(plain),
            }
        };
        assert!(labels.insert(name.to_owned(), value).is_none(), "{name} is there twice");
        rest = &after[end + 1..];
        match rest.strip_prefix(',') {
            Some(next) => rest = next,
            None => return (labels, rest.strip_prefix('}').expect("a comma or a brace follows a label")),
        }
    }
}

fn is_name(name: &str) -> bool {
    let is_first = |c: char| c.is_ascii_alphabetic() || c == '_' || c == ':';
    name.starts_with(is_first) && name.chars().all(|c| is_first(c) || c.is_ascii_digit())
}
