//! Reads a line clause by clause: what there is to do, whether it is due, and when.

mod particulars;
mod said;
mod split;
mod title;
mod unlike;
mod which_date;

use std::ops::Range;

use said::Said;
use split::clauses;
use title::key;

use super::lead::is_week_of;
use super::{Lead, Mention, Setting};
use crate::dates::token::folded;
use crate::dates::week::{leading_weekday, only_weekday};
use crate::dates::written::Written;
use crate::notes::Notes;
use crate::page::Line;
use crate::reading::{Flag, Kind, Rule};
use crate::words::among;
use crate::words::columns::Column;
use crate::words::items::{Item, Sort};
use crate::words::states::{self, State};

/// Reads a line.
pub(super) fn read(line: &Line, notes: &Notes, setting: &Setting<'_>, mentions: &mut Vec<Mention>) {
    let mut lead = notes.leads_with_date().then(|| Lead::of(notes)).flatten();
    if lead.is_none()
        && let Some((weekday, _)) = leading_weekday(&notes.tokens, &notes.taken)
    {
        lead = setting.lead.and_then(|lead| lead.on(weekday));
    }
    let own_lead = lead.is_some();
    let lead = lead.as_ref().or(setting.lead);
    let mut unnamed: Option<String> = None;
    for clause in clauses(line, notes) {
        let reader = Clause { line, notes, setting, lead, own_lead, at: clause };
        unnamed = reader.read(unnamed.as_deref(), mentions);
    }
}

/// Reads a field that is a date, of something that has its name elsewhere.
pub(super) fn dated(line: &Line, notes: &Notes, setting: &Setting<'_>, mentions: &mut Vec<Mention>) {
    let (Some(title), Some(date)) = (setting.title, notes.dates.first()) else { return };
    let named = Notes::of(title, false);
    let words = named.words(0..named.tokens.len());
    if words.is_empty() || states::is_vetoed(&words) {
        return;
    }
    let item = named.items.first();
    if item.is_none() && (setting.column != Column::Due || states::is_day_off_or_reading(&words)) {
        return;
    }
    let naming = Line::named(title);
    let whole = Clause {
        line: &naming,
        notes: &named,
        setting,
        lead: None,
        own_lead: false,
        at: 0..named.tokens.len(),
    };
    let whole_title = whole.rest();
    let is_short = whole_title.split_whitespace().count() <= 9 && !whole_title.is_empty();
    let title = if is_short { whole_title } else { whole.title(item, named.items.len()) };
    let lead =
        if date.until.is_some() || notes.dates.len() > 1 { Lead::of(notes) } else { Some(Lead::day(date)) };
    let Some(lead) = lead else { return };
    let bytes = 0..line.text.len();
    let mut mention = Mention {
        key: item.map(|item| key(&named, item)),
        kind: item.map_or(Kind::Assignment, |item| item.kind),
        title,
        lead,
        clock: notes.clocks.first().or(setting.clock).cloned(),
        in_class: false,
        is_work: item.is_none_or(|item| item.sort == Sort::Work),
        worth: whole.worth(),
        source: line.source(&bytes),
        text: line.text.clone(),
        rules: vec![setting.rule.clone()],
        flags: flags(line, &notes.bytes(&date.tokens)),
        share: setting.share * if item.is_some() { 1.0 } else { 0.85 },
        moved: false,
    };
    if mention.title.is_empty() {
        return;
    }
    if let (Lead { at: super::lead::At::Days(first, Some(last)), .. }, true) =
        (&mention.lead, item.is_some_and(|item| item.plural))
    {
        for date in [first.clone(), last.clone()] {
            mention.lead = Lead::day(&date);
            mentions.push(mention.clone());
        }
        return;
    }
    mentions.push(mention);
}

fn flags(line: &Line, bytes: &Range<usize>) -> Vec<Flag> {
    let mut flags = Vec::new();
    if line.hidden {
        flags.push(Flag::CommentedOut);
    }
    if line.is_struck(bytes) {
        flags.push(Flag::Superseded);
    }
    flags
}

struct Clause<'a> {
    line: &'a Line,
    notes: &'a Notes,
    setting: &'a Setting<'a>,
    lead: Option<&'a Lead>,
    /// The line itself has the lead.
    own_lead: bool,
    at: Range<usize>,
}

impl Clause<'_> {
    /// Reads the clause, and answers with a name in it that has no date yet.
    fn read(&self, unnamed: Option<&str>, mentions: &mut Vec<Mention>) -> Option<String> {
        let words = self.notes.words(self.at.clone());
        if states::is_vetoed(&words) {
            self.read_around_veto(mentions);
            return None;
        }
        // “Due: read the guide and the text of problem set 1”
        let reads = words.iter().take(4).any(|word| among("read skim reread watch lesen lire", word));
        if reads && !self.notes.items.iter().any(|item| item.tokens.start <= self.at.start + 2) {
            return None;
        }
        let items = self.items();
        let real = |item: &&Item| {
            !(self.is_something_else(item) && self.notes.words(item.tokens.clone()) == ["final"])
        };
        if !items.iter().any(real) {
            self.unnamed_thing(&words, unnamed, mentions);
            return None;
        }
        let mut waiting = None;
        let said: Vec<Said> = self.all_said(&items);
        for (place, item) in items.iter().enumerate() {
            if self.is_something_else(item) || said[place] == Said::NotDue {
                continue;
            }
            let before = mentions.len();
            // “HW1 due, HW2: trees”: the second is handed out.
            let overshadowed =
                said[place] == Said::Nothing && item.sort == Sort::Work && said[..place].contains(&Said::Due);
            let next = items.get(place + 1).map_or(self.at.end, |next| next.tokens.start);
            let dated = self.dates().any(|date| (item.tokens.end..next).contains(&date.tokens.start));
            if overshadowed && !dated {
                continue;
            }
            self.item(&items, place, said[place], mentions);
            if mentions.len() == before {
                waiting = Some(self.text_of(&item.tokens));
            }
        }
        waiting
    }

    /// Where one part of a clause is of no interest, those that commas part may be: `No class, HW 3 due`.
    fn read_around_veto(&self, mentions: &mut Vec<Mention>) {
        let is_comma = |at: &usize| self.notes.tokens[*at].is(',') && !self.notes.taken[*at];
        let commas: Vec<usize> = self.at.clone().filter(is_comma).collect();
        let off = self.notes.words(self.at.clone()).iter().any(|word| among("no kein keine pas", word));
        if commas.is_empty() || !off {
            return;
        }
        let starts = std::iter::once(self.at.start).chain(commas.iter().map(|comma| comma + 1));
        let ends = commas.iter().copied().chain(std::iter::once(self.at.end));
        for (start, end) in starts.zip(ends) {
            let part = Clause { at: start..end, ..*self };
            if start < end && !states::is_vetoed(&self.notes.words(start..end)) && !part.items().is_empty() {
                part.read(None, mentions);
            }
        }
    }

    fn items(&self) -> Vec<&Item> {
        let inside = |item: &&Item| self.at.contains(&item.tokens.start) && item.tokens.end <= self.at.end;
        let mut items: Vec<&Item> = Vec::new();
        for item in self.notes.items.iter().filter(inside) {
            // “Discussion post 1 – initial post due”: the second tells of the first.
            let again = items.last().is_some_and(|last| {
                let between = last.tokens.end..item.tokens.start;
                let dated = self.dates().any(|date| between.contains(&date.tokens.start));
                item.soft
                    && !item.numbered
                    && !dated
                    && last.numbered
                    && self.states(between).is_empty()
                    && !self.are_joined(last, item)
            });
            if !again {
                items.push(item);
            }
        }
        items
    }

    fn dates(&self) -> impl Iterator<Item = &Written> {
        self.notes.dates.iter().filter(|date| self.at.contains(&date.tokens.start))
    }

    fn word(&self, at: usize) -> &str {
        if self.at.contains(&at) && !self.notes.taken[at] { self.notes.tokens[at].word() } else { "" }
    }

    fn text_of(&self, tokens: &Range<usize>) -> String {
        self.line.text[self.notes.bytes(tokens)].to_owned()
    }

    fn item(&self, items: &[&Item], place: usize, said: Said, mentions: &mut Vec<Mention>) {
        let item = items[place];
        let (dates, own) = self.dates_of(items, place);
        let due = said == Said::Due || item.sort == Sort::TakesPlace || self.setting.column == Column::Due;
        if self.setting.column == Column::Out && said != Said::Due && !own {
            return;
        }
        let words = self.notes.words(self.at.clone());
        // “Finals” beside a date tells of the week.
        let is_week = words == ["finals"];
        if !own && (is_week || !self.setting.in_table && self.is_general(item, &words)) {
            return;
        }
        let mut share = self.setting.share;
        let mut flags = Vec::new();
        if item.vague
            && item.sort == Sort::TakesPlace
            && said != Said::Due
            && !own
            && self.setting.column != Column::Exams
        {
            // A word that also means other things stands for an exam where it stands alone.
            if words.len() > 5 {
                return;
            }
            share *= 0.85;
        }
        if !due {
            match self.guess_due(item, &dates, own, &words) {
                Some(guess) if guess < 0.7 => flags.push(Flag::MaybeNotDue),
                Some(guess) => share *= guess,
                None => return,
            }
        }
        if !own && !self.setting.in_table && words.len() > 14 {
            share *= 0.6;
        } else if words.len() > 30 {
            share *= 0.85;
        }
        let moved = states::is_moved(&words);
        let old = |date: &Written| self.is_old(date, &dates, moved);
        if dates.is_empty() {
            let week = self.notes.week.as_ref().filter(|week| self.at.contains(&week.tokens.start));
            let week = week.map(|week| Lead {
                at: super::lead::At::Week(week.number),
                text: format!("week {}", week.number),
            });
            let Some(lead) = self.lead.or(week.as_ref()) else { return };
            let day = only_weekday(&self.notes.tokens[self.at.clone()], &self.notes.taken[self.at.clone()]);
            let lead = day.and_then(|day| lead.on(day)).unwrap_or_else(|| lead.clone());
            flags.extend(self::flags(self.line, &self.notes.bytes(&item.tokens)));
            self.push(item, items.len(), lead, share, flags, false, mentions);
            return;
        }
        for date in dates.iter().copied() {
            let mut flags = flags.clone();
            flags.extend(self::flags(self.line, &self.notes.bytes(&date.tokens)));
            if old(date) && !flags.contains(&Flag::Superseded) {
                flags.push(Flag::Superseded);
            }
            let lead = if date.until.is_some() || is_week_of(self.notes, date) {
                Lead { at: super::lead::At::Days(date.clone(), None), text: super::lead::spelled(date) }
            } else {
                Lead::day(date)
            };
            let is_new = !flags.contains(&Flag::Superseded)
                && (moved
                    || dates.len() > 1
                        && dates.iter().any(|date| self.line.is_struck(&self.notes.bytes(&date.tokens))));
            self.push(item, items.len(), lead, share, flags, is_new, mentions);
        }
    }

    /// Whether a clause without a date is about all things of a kind, wherever it stands: `All papers must be stapled`.
    fn is_general(&self, item: &Item, words: &[&str]) -> bool {
        const VERBS: &str =
            "must will are is count counts worth should may can be have has cannot allowed accepted";
        let speaks = words.iter().any(|word| among(VERBS, word)) && !self.own_lead;
        let several = item.plural && !item.numbered && item.kind != Kind::Presentation && !self.own_lead;
        speaks || several
    }

    /// Something that is due and has no word that tells what it is.
    fn unnamed_thing(&self, words: &[&str], unnamed: Option<&str>, mentions: &mut Vec<Mention>) {
        let due = self.states(self.at.clone()).iter().any(|(_, state)| *state == State::Due);
        let date = self.dates().find(|date| !self.is_side(date));
        let colon = self.notes.tokens.get(self.at.start + 1).is_some_and(|sign| sign.is(':'));
        let named_field = matches!(words.first(), Some(&("when" | "date" | "wann" | "datum" | "quand")))
            && colon
            && date.is_some();
        if !due && self.setting.column != Column::Due && !named_field {
            return;
        }
        if states::is_day_off_or_reading(words) {
            return;
        }
        let mut title = self.title(None, 0);
        if title.split_whitespace().count() > 10 {
            title = title.split_whitespace().take(10).collect::<Vec<_>>().join(" ");
        }
        let own_words =
            title.split(|letter: char| !letter.is_alphabetic()).filter(|word| word.len() > 1).count();
        if let (true, Some(date)) = (own_words == 0 || named_field, date) {
            // `Due: Oct 12`, below the name of what is due.
            let Some(above) = unnamed.or(self.setting.title) else { return };
            let setting = Setting {
                title: Some(above),
                column: Column::Due,
                clock: self.clock(date.tokens.end).or(self.setting.clock),
                ..self.setting.clone()
            };
            let part = Notes { dates: vec![date.clone()], clocks: Vec::new(), ..self.notes.clone() };
            return dated(self.line, &part, &setting, mentions);
        }
        let is_cell = self.setting.in_table && self.setting.column == Column::Due;
        if own_words == 0
            || words.len() > if date.is_some() { 24 } else { 16 }
            || (date.is_none() && self.lead.is_none())
            || !(due || is_cell)
        {
            return;
        }
        // In a sentence much is due that is none of its words.
        let prose = !self.setting.in_table && words.len() > 8;
        let share = self.setting.share
            * if prose {
                0.6
            } else if date.is_some() || self.setting.in_table || self.own_lead {
                0.85
            } else {
                0.7
            };
        let tokens = date.map_or(self.at.clone(), |date| date.tokens.clone());
        let Some(lead) = date.map(Lead::day).or_else(|| self.lead.cloned()) else { return };
        mentions.push(Mention {
            key: Some(folded(&title)),
            title,
            kind: Kind::Assignment,
            lead,
            clock: self.clock(self.at.start).or(self.setting.clock).cloned(),
            in_class: Self::is_in_class(words),
            is_work: true,
            worth: self.worth(),
            source: self.line.source(&self.notes.bytes(&self.at)),
            text: self.line.text.clone(),
            rules: vec![self.rule(date.is_some())],
            flags: flags(self.line, &self.notes.bytes(&tokens)),
            share,
            moved: false,
        });
    }

    fn rule(&self, own: bool) -> Rule {
        if own {
            Rule::Line
        } else if self.own_lead {
            Rule::UnderDate(self.lead.map(|lead| lead.text.clone()).unwrap_or_default())
        } else {
            self.setting.rule.clone()
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of what is told")]
    fn push(
        &self,
        item: &Item,
        count: usize,
        lead: Lead,
        share: f32,
        flags: Vec<Flag>,
        moved: bool,
        mentions: &mut Vec<Mention>,
    ) {
        let words = self.notes.words(self.at.clone());
        let own = self.dates().next().is_some();
        let mut flags = flags;
        if states::is_tentative(&words) {
            flags.push(Flag::Tentative);
        }
        mentions.push(Mention {
            title: self.title(Some(item), count),
            key: Some(key(self.notes, item)),
            kind: item.kind,
            lead,
            clock: self.clock_of(item).or(self.setting.clock).cloned(),
            in_class: Self::is_in_class(&self.notes.words(self.territory(item))),
            is_work: item.sort == Sort::Work,
            worth: self.worth(),
            source: self.line.source(&self.notes.bytes(&self.at)),
            text: self.line.text.clone(),
            rules: vec![self.rule(own)],
            flags,
            share,
            moved,
        });
    }
}
