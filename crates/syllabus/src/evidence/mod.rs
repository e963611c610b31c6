//! What the page says of all its dates together: the year, whether the day or the month comes first, the term, the
//! hours of the class.

mod meetings;
mod order;
mod terms;
mod years;

use time::{Date, Time};

use crate::context::{Context, Language};
use crate::dates::written::Written;
use crate::limits::MOST_EVIDENCE;
use crate::notes::Notes;
use crate::page::{Block, Page};
use crate::words::{among, calendar, states};

pub(crate) use meetings::Meeting;
pub(crate) use order::Order;
pub(crate) use years::{Window, place};

/// What is known of all dates of a page.
#[derive(Debug)]
pub(crate) struct Evidence {
    pub(crate) language: Language,
    pub(crate) order: Order,
    pub(crate) window: Window,
    /// Most weekdays are right in another year.
    pub(crate) copied: bool,
    pub(crate) meetings: Vec<Meeting>,
    /// The time at which everything is due.
    pub(crate) usual_time: Option<Time>,
    /// The day from which weeks are counted, and whether the page names it.
    pub(crate) first_day: Option<(Date, bool)>,
}

/// A line of the page, as far as it is evidence.
pub(crate) struct Witness {
    pub(crate) notes: Notes,
    pub(crate) text: String,
    /// It is a heading, or among the first lines.
    pub(crate) leads: bool,
    /// It tells when the page was written, and not when something takes place.
    pub(crate) stamps: bool,
}

impl Witness {
    fn dates(&self) -> impl Iterator<Item = &Written> {
        self.notes.dates.iter().filter(|_| !self.stamps)
    }
}

/// Weighs a page.
pub(crate) fn weigh(page: &Page, context: &Context) -> Evidence {
    let witnesses = witnesses(page);
    let language = context.language.unwrap_or_else(|| language(page, &witnesses));
    let terms = terms::terms(&witnesses);
    let plain = order::plain(&witnesses, language);
    let (rough, _) = years::window(&witnesses, &terms, context, plain);
    let order = order::weighed(plain, &witnesses, &rough, language);
    let (window, copied) = years::window(&witnesses, &terms, context, order);
    let first_day = terms::first_day(&witnesses, order, &window)
        .map(|date| (date, true))
        .or_else(|| context.term.as_ref().map(|term| (term.start, false)));
    let (meetings, usual_time) = (meetings::meetings(&witnesses), meetings::usual_time(&witnesses));
    Evidence { language, order, window, copied, meetings, usual_time, first_day }
}

fn witnesses(page: &Page) -> Vec<Witness> {
    let headings: Vec<&str> = page
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Heading(level, line) if *level <= 2 => Some(line.text.as_str()),
            _ => None,
        })
        .take(50)
        .collect();
    let (mut list, mut dates) = (Vec::new(), 0);
    for (number, line) in page.lines().into_iter().enumerate() {
        if line.hidden && number > 0 {
            continue;
        }
        let notes = Notes::of(&line.text, false);
        dates += notes.dates.len();
        let words = notes.words(0..notes.tokens.len());
        let stamps = stamps(&words);
        let leads = number < 12 || headings.contains(&line.text.as_str());
        list.push(Witness { text: line.text.clone(), leads, stamps, notes });
        if dates > MOST_EVIDENCE {
            break;
        }
    }
    list
}

/// Whether words tell when a page was written, or printed, or what it took over.
fn stamps(words: &[&str]) -> bool {
    const STAMPS: &str = "updated modified copyright revised revision sent stand zuletzt edited isbn edition press published \
    created";
    words.len() < 14 && words.iter().any(|word| among(STAMPS, word)) && !states::is_moved(words)
}

fn language(page: &Page, witnesses: &[Witness]) -> Language {
    let mut counts = [(Language::English, 0_usize), (Language::German, 0), (Language::French, 0)];
    let words = witnesses.iter().flat_map(|witness| witness.notes.tokens.iter()).take(20_000);
    for language in words.filter_map(|token| calendar::language(token.word())) {
        counts.iter_mut().filter(|(known, _)| *known == language).for_each(|(_, count)| *count += 1);
    }
    let said = page.language.as_deref().unwrap_or_default();
    let said = [("en", Language::English), ("de", Language::German), ("fr", Language::French)]
        .into_iter()
        .find(|(code, _)| said.starts_with(code));
    let most = counts.into_iter().max_by_key(|(language, count)| (*count, std::cmp::Reverse(*language)));
    match (said, most) {
        (_, Some((language, count))) if count >= 5 => language,
        (Some((_, language)), _) => language,
        (_, Some((language, count))) if count > 0 => language,
        _ => Language::English,
    }
}
