//! Pages of every make, each with what is on it in a file beside it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use planner_core::time::Zone;
use serde_json::Value;
use syllabus::{Band, Context, Document, Flag, Found, Reading, Term, read};
use time::Date;
use time::macros::format_description;

/// What is on a page.
pub(crate) struct Labels {
    pub(crate) context: Context,
    items: Vec<Label>,
}

struct Label {
    title: Vec<String>,
    kind: String,
    date: Date,
    last_date: Option<Date>,
    time: Option<String>,
}

#[derive(Default)]
struct Score {
    labels: usize,
    found: usize,
    right: usize,
    above: usize,
    wrong_above: usize,
    lines: String,
}

impl Score {
    fn f1(&self) -> f64 {
        let count = |number: usize| f64::from(u32::try_from(number).unwrap());
        if self.labels + self.found == 0 {
            1.0
        } else {
            2.0 * count(self.right) / count(self.labels + self.found)
        }
    }

    fn add(&mut self, other: &Self) {
        self.labels += other.labels;
        self.found += other.found;
        self.right += other.right;
        self.above += other.above;
        self.wrong_above += other.wrong_above;
    }
}

pub(crate) fn pages(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> = files
        .filter(|path| path.is_file() && path.extension().is_some_and(|ending| ending != "json"))
        .collect();
    pages.sort();
    pages
}

pub(crate) fn date(text: &str) -> Date {
    Date::parse(text, format_description!("[year]-[month]-[day]")).unwrap()
}

pub(crate) fn labels(page: &Path) -> Labels {
    let path = page.with_extension("json");
    let text = fs::read_to_string(&path).unwrap_or_else(|_| panic!("{} has no labels", page.display()));
    let value: Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let zone = value["zone"].as_str().unwrap_or("America/New_York");
    let today = value["today"].as_str().unwrap_or("2026-09-01");
    let mut context = Context::new(date(today), Zone::named(zone).unwrap());
    if let Some(term) = value["term"].as_object() {
        let day = |name: &str| date(term[name].as_str().unwrap());
        let name = term["name"].as_str().unwrap().to_owned();
        context = context.with_term(Term { name, start: day("start"), end: day("end") });
    }
    let items = value["items"].as_array().unwrap().iter().map(label).collect();
    Labels { context, items }
}

/// `["2026-10-08 19:00", "exam", "midterm 1"]`; two days are parted by `..`.
fn label(value: &Value) -> Label {
    let when = value[0].as_str().unwrap();
    let (days, time) =
        when.split_once(' ').map_or((when, None), |(days, time)| (days, Some(time.to_owned())));
    let (first, last) = days.split_once("..").map_or((days, None), |(first, last)| (first, Some(last)));
    Label {
        title: value[2].as_str().unwrap().to_lowercase().split_whitespace().map(str::to_owned).collect(),
        kind: value[1].as_str().unwrap().to_owned(),
        date: date(first),
        last_date: last.map(date),
        time,
    }
}

pub(crate) fn read_page(page: &Path, labels: &Labels) -> Reading {
    let text = fs::read_to_string(page).unwrap();
    let name = page.file_name().and_then(|name| name.to_str());
    read(&Document::guess(name, None, &text), &labels.context).unwrap()
}

fn is_right(label: &Label, found: &Found) -> bool {
    let title = found.title.to_lowercase();
    let time = |time: &String| {
        found.when.time.is_some_and(|found| format!("{:02}:{:02}", found.hour(), found.minute()) == *time)
    };
    let kind = serde_json::to_value(found.kind).unwrap();
    label.title.iter().all(|word| title.contains(word))
        && kind == label.kind.as_str()
        && found.when.date == label.date
        && label.last_date.is_none_or(|last| found.when.last_date == Some(last))
        && label.time.as_ref().is_none_or(time)
}

fn score(page: &Path) -> Score {
    let labels = labels(page);
    let reading = read_page(page, &labels);
    let replaced = |found: &&Found| {
        !found.flags.iter().any(|flag| matches!(flag, Flag::Superseded | Flag::CommentedOut))
    };
    let mut open: Vec<&Label> = labels.items.iter().collect();
    let mut score = Score { labels: open.len(), ..Score::default() };
    for found in reading.found.iter().filter(replaced) {
        score.found += 1;
        score.above += usize::from(found.band == Band::Confident);
        if let Some(place) = open.iter().position(|label| is_right(label, found)) {
            open.remove(place);
            score.right += 1;
            continue;
        }
        score.wrong_above += usize::from(found.band == Band::Confident);
        let time = found.when.time.map(|time| time.to_string()).unwrap_or_default();
        let _ = writeln!(
            score.lines,
            "    wrong: {:.2} {} {time} {:?} “{}” line {} {:?} {:?}",
            found.confidence,
            found.when.date,
            found.kind,
            found.title,
            found.provenance.line,
            found.flags,
            found.provenance.rules
        );
    }
    for label in open {
        let _ = writeln!(
            score.lines,
            "    missing: {} {:?} {} {:?}",
            label.date, label.time, label.kind, label.title
        );
    }
    for found in reading.found.iter().filter(|found| !replaced(found)) {
        assert_eq!(found.band, Band::Doubtful, "{}: {found:?}", page.display());
    }
    score
}

fn table(folder: &str) -> Score {
    let mut total = Score::default();
    println!(
        "{:34} {:>6} {:>5} {:>5} {:>5} {:>9} {:>6}",
        folder, "labels", "found", "right", "above", "precision", "F1"
    );
    for page in pages(folder) {
        let score = score(&page);
        let name = page.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        print_row(name, &score);
        print!("{}", score.lines);
        total.add(&score);
    }
    print_row("all", &total);
    total
}

fn print_row(name: &str, score: &Score) {
    let precision = f64::from(u32::try_from(score.right).unwrap())
        / f64::from(u32::try_from(score.found.max(1)).unwrap());
    println!(
        "{name:34} {:>6} {:>5} {:>5} {:>5} {precision:>9.3} {:>6.3}{}",
        score.labels,
        score.found,
        score.right,
        score.above,
        score.f1(),
        if score.wrong_above > 0 { "  WRONG ABOVE THE LINE" } else { "" }
    );
}

#[test]
fn pages_of_every_make_are_read_and_nothing_wrong_lies_above_the_line() {
    let total = table("tests/pages");
    assert!(total.f1() >= 0.97, "F1 is {:.3}", total.f1());
    assert_eq!(total.wrong_above, 0, "wrong dates lie above the line");
}

#[test]
fn so_are_pages_that_the_reader_was_not_written_for() {
    let total = table("tests/pages/held_out");
    assert!(total.f1() >= 0.97, "F1 is {:.3}", total.f1());
    assert_eq!(total.wrong_above, 0, "wrong dates lie above the line");
}
