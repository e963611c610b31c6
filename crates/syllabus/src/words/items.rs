//! Words for what students have to do, and the phrases they stand in.

use std::ops::Range;

use crate::dates::token::Token;
use crate::reading::Kind;
use crate::words::among;

/// Whether something takes place on its date, or has to be ready by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sort {
    TakesPlace,
    /// It is worked on before; a date beside it may be that on which it is handed out.
    Work,
}

/// A word for something to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    kind: Kind,
    sort: Sort,
    /// It also means other things: *hypothesis test*, *paper by Lamport*.
    vague: bool,
    /// It is one only with a number: `PS 3`.
    numbered: bool,
}

const fn head_of(kind: Kind, sort: Sort, vague: bool) -> Head {
    Head { kind, sort, vague, numbered: false }
}

fn head(word: &str) -> Option<Head> {
    use Kind::{Assignment, Exam, Paper, Presentation, Project, Quiz};
    use Sort::{TakesPlace, Work};
    Some(match word {
        "exam" | "exams" | "examination" | "examinations" | "midterm" | "midterms" | "final" | "finals"
        | "prelim" | "prelims" | "klausur" | "klausuren" | "prufung" | "prufungen" | "examen" | "examens"
        | "partiel" | "partiels" | "epreuve" | "epreuves" | "intra" | "modulprufung" => {
            head_of(Exam, TakesPlace, false)
        }
        "test" | "tests" | "controle" | "controles" | "mt" => head_of(Exam, TakesPlace, true),
        "quiz" | "quizzes" | "quizz" | "kurztest" | "kurztests" | "qcm" | "testat" | "interro"
        | "interrogation" | "minitest" => head_of(Quiz, TakesPlace, false),
        "presentation"
        | "presentations"
        | "vortrag"
        | "vortrage"
        | "referat"
        | "referate"
        | "prasentation"
        | "prasentationen"
        | "expose"
        | "exposes"
        | "soutenance"
        | "soutenances"
        | "abschlussprasentation"
        | "endprasentation"
        | "projektprasentation" => head_of(Presentation, TakesPlace, true),
        "homework" | "homeworks" | "hw" | "hws" | "hwk" | "hmwk" | "assignment" | "assignments" | "asgn"
        | "assn" | "assgn" | "asst" | "pset" | "psets" | "worksheet" | "worksheets" | "hausaufgabe"
        | "hausaufgaben" | "ubungsblatt" | "ubungsblatter" | "blatt" | "blatter" | "aufgabenblatt"
        | "hausubung" | "hausubungen" | "devoir" | "devoirs" | "programmieraufgabe" | "pflichtaufgabe"
        | "abgabeblatt" | "ubungszettel" | "zettel" | "serie" => head_of(Assignment, Work, false),
        "set" | "sets" | "exercise" | "exercises" | "lab" | "labs" | "response" | "responses"
        | "reflection" | "reflections" | "journal" | "journals" | "post" | "posts" | "writeup"
        | "portfolio" | "outline" | "sheet" | "sheets" | "activity" | "survey" | "aufgabe" | "aufgaben"
        | "tp" | "tps" | "travail" | "travaux" | "protokoll" | "critique" | "questionnaire"
        | "deliverable" | "deliverables" | "annotation" | "annotations" | "autograder" | "evaluation"
        | "evaluations" => head_of(Assignment, Work, true),
        "ps" | "mp" | "pa" | "dm" | "wa" | "ha" | "p" | "a" | "gps" => {
            Head { kind: Assignment, sort: Work, vague: true, numbered: true }
        }
        "ds" | "cc" => Head { kind: Exam, sort: TakesPlace, vague: true, numbered: true },
        "paper" | "papers" | "essay" | "essays" | "report" | "reports" | "draft" | "drafts" | "thesis"
        | "prospectus" | "memo" | "memos" | "bibliography" | "abstract" | "hausarbeit" | "seminararbeit"
        | "hausarbeiten" | "aufsatz" | "bericht" | "abschlussbericht" | "dissertation" | "memoire"
        | "rapport" | "rapports" | "redaction" | "compte" | "ausarbeitung" => head_of(Paper, Work, true),
        "project" | "projects" | "proj" | "projekt" | "projekte" | "projet" | "projets" | "proposal"
        | "proposals" | "milestone" | "milestones" | "checkpoint" | "checkpoints" | "projektarbeit"
        | "abschlussprojekt" | "capstone" | "poster" => head_of(Project, Work, true),
        _ => return compound(word),
    })
}

/// German words are made of others.
fn compound(word: &str) -> Option<Head> {
    const ENDS: [(&str, Kind, Sort); 10] = [
        ("klausur", Kind::Exam, Sort::TakesPlace),
        ("klausuren", Kind::Exam, Sort::TakesPlace),
        ("prufung", Kind::Exam, Sort::TakesPlace),
        ("blatt", Kind::Assignment, Sort::Work),
        ("aufgabe", Kind::Assignment, Sort::Work),
        ("hausarbeit", Kind::Paper, Sort::Work),
        ("projekt", Kind::Project, Sort::Work),
        ("protokoll", Kind::Assignment, Sort::Work),
        ("prasentation", Kind::Presentation, Sort::TakesPlace),
        ("prasentationen", Kind::Presentation, Sort::TakesPlace),
    ];
    let (_, kind, sort) = ENDS.into_iter().find(|(end, ..)| word.len() > end.len() && word.ends_with(end))?;
    Some(head_of(kind, sort, false))
}

/// Whether a word may be for something to do.
pub(crate) fn is_head(word: &str) -> bool {
    head(word).is_some_and(|head| !head.numbered)
}

/// Words that belong to the one behind them.
fn modifies(word: &str) -> bool {
    const MODIFIERS: &str = "take home in class group team individual research term first second third fourth fifth 1st 2nd last \
    written oral programming coding lab laboratory reading weekly short long comprehensive cumulative \
    online unit response reaction position book film discussion annotated literature peer case problem \
    hour hourly practical mini pop design analysis analytical data rough revised guided self machine \
    optional preliminary course final midterm mid personal critical policy field site creative \
    argumentative comparative narrative close map history vocabulary grammar listening chapter module \
    schriftliche mundliche erste zweite premier deuxieme concept";
    among(MODIFIERS, word)
}

/// Something to do, as a line names it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for by itself")]
pub(crate) struct Item {
    pub(crate) kind: Kind,
    pub(crate) sort: Sort,
    /// Its words also mean other things, and it has no number.
    pub(crate) vague: bool,
    /// Its words also mean other things, whether or not it has a number: `Lab 3` is due or takes place.
    pub(crate) soft: bool,
    /// It has a number, or a letter.
    pub(crate) numbered: bool,
    /// There are several.
    pub(crate) plural: bool,
    /// The tokens that it takes.
    pub(crate) tokens: Range<usize>,
}

/// What there is to do in a line; `taken` tells which tokens are dates and times.
pub(crate) fn items(text: &str, tokens: &[Token], taken: &[bool]) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let free = |place: usize| place < tokens.len() && !taken[place];
        let known = if free(at) { head(tokens[at].word()) } else { None };
        // “P1” is a project, “à 1” is none.
        let is_letter =
            |token: &Token| token.at.len() > 1 || text[token.at.clone()].starts_with(char::is_uppercase);
        let Some(first) = known
            .filter(|first| !first.numbered || tokens[at].at.len() > 2 || is_abbreviation(text, tokens, at))
            .filter(|_| is_letter(&tokens[at]))
        else {
            at += 1;
            continue;
        };
        let floor = items.last().map_or(0, |item| item.tokens.end);
        let mut start = at;
        while start > floor && joins(tokens, taken, start - 1) {
            start -= 1;
        }
        while start < at && tokens[start].word().is_empty() {
            start += 1;
        }
        // `2. Klausur`
        let counts = start >= floor + 2
            && tokens[start - 1].is('.')
            && !tokens[start - 1].apart
            && tokens[start].apart;
        let behind = start.checked_sub(3).map_or("", |at| tokens[at].word());
        let counted =
            counts && behind.is_empty() && !taken[start - 2] && tokens[start - 2].number(1).is_some();
        if counted {
            start -= 2;
        }
        let mut item = Item {
            kind: first.kind,
            sort: first.sort,
            vague: first.vague,
            soft: first.vague,
            numbered: counted,
            plural: is_plural(tokens[at].word()),
            tokens: start..at + 1,
        };
        let mut needs_number = first.numbered;
        extend(text, tokens, taken, &mut item, &mut needs_number);
        at = item.tokens.end;
        let opens = tokens.get(item.tokens.start + 1).is_some_and(|next| next.is('/') || next.is('&'));
        let title = item.vague && opens && item.tokens.len() == 1;
        if !(needs_number || title) {
            item.vague &= !item.numbered && item.tokens.len() == 1;
            items.push(item);
        }
    }
    joined(tokens, taken, items)
}

/// Whether a few letters are in capitals, right before their number: `PS3`, `P1`.
fn is_abbreviation(text: &str, tokens: &[Token], at: usize) -> bool {
    let capitals = text[tokens[at].at.clone()].chars().all(char::is_uppercase);
    let close = tokens.get(at + 1).is_some_and(|next| !next.apart);
    capitals && (close || tokens[at].at.len() > 1)
}

/// Joins what is of something else: `draft of the second paper`, `proposal for the research paper`.
fn joined(tokens: &[Token], taken: &[bool], items: Vec<Item>) -> Vec<Item> {
    let mut list: Vec<Item> = Vec::new();
    for item in items {
        if let Some(last) = list.last_mut() {
            let between = last.tokens.end..item.tokens.start;
            let links = |at: usize| {
                !taken[at] && among("of for the your a on to du de zum zur der des my", tokens[at].word())
            };
            // “Midterm 1 will be an in-class exam”: both are one.
            let is = |at: usize| among("will be is a an the", tokens[at].word());
            if between.len() > 1 && between.clone().all(is) {
                continue;
            }
            let first = tokens.get(between.start).map_or("", Token::word);
            let opens = among("of for du de zum zur der des", first);
            if opens && between.len() <= 3 && between.clone().all(links) && last.kind != Kind::Exam {
                last.tokens.end = item.tokens.end;
                (last.vague, last.numbered) = (false, last.numbered || item.numbered);
                last.soft &= item.soft;
                continue;
            }
        }
        list.push(item);
    }
    list
}

/// Whether the token before a phrase belongs to it.
fn joins(tokens: &[Token], taken: &[bool], at: usize) -> bool {
    if taken[at] {
        return false;
    }
    let word = tokens[at].word();
    let hyphen =
        tokens[at].is('-') && !tokens[at].apart && tokens.get(at + 1).is_some_and(|next| !next.apart);
    let ordinal = matches!(word, "st" | "nd" | "rd") && !tokens[at].apart;
    // “in class” belongs to what follows, “in” alone does not.
    let alone =
        word == "in" && !tokens.get(at + 1).is_some_and(|next| next.is('-') || next.word() == "class");
    hyphen || ordinal || (modifies(word) && !alone)
}

fn is_plural(word: &str) -> bool {
    among("klausuren prufungen blatter ubungsblatter hausaufgaben referate vortrage", word)
        || (word.ends_with('s') && !among("thesis ps prospectus ds hws class gps", word))
}

/// Takes what follows into a phrase: more words for it, numbers, letters.
fn extend(text: &str, tokens: &[Token], taken: &[bool], item: &mut Item, needs_number: &mut bool) {
    loop {
        let at = item.tokens.end;
        let Some(token) = tokens.get(at).filter(|_| !taken[at]) else { return };
        if let Some(next) = head(token.word()).filter(|next| !next.numbered) {
            // “Midterm paper” is a paper, “project report” a project.
            let is_exam = ["exam", "exams", "examination", "klausur", "test"].contains(&token.word());
            let only_tells_which =
                ["final", "finals", "midterm", "intra"].contains(&token.word()) && item.kind != Kind::Exam;
            if only_tells_which {
            } else if item.kind == Kind::Exam
                || next.kind == Kind::Presentation
                || is_exam
                || (item.kind == Kind::Assignment && item.soft)
            {
                (item.kind, item.sort) = (next.kind, next.sort);
            }
            item.plural |= is_plural(token.word());
            item.vague &= next.vague;
            item.soft &= next.vague;
            item.tokens.end += 1;
            *needs_number = false;
        } else if let Some(length) =
            modified(tokens, taken, at).filter(|_| ["final", "midterm"].contains(&tokens[at - 1].word()))
        {
            // `Final research paper`: what stands first tells which.
            item.tokens.end += length;
        } else if let Some(length) = number(text, tokens, taken, at) {
            if item.numbered {
                return;
            }
            item.numbered = true;
            *needs_number = false;
            item.tokens.end += length;
        } else if token.is('-')
            && !token.apart
            && tokens
                .get(at + 1)
                .is_some_and(|next| !next.apart && !taken[at + 1] && head(next.word()).is_some())
        {
            item.tokens.end += 1;
        } else {
            return;
        }
    }
}

/// How many words there are before a word for something to do, all of which belong to it.
fn modified(tokens: &[Token], taken: &[bool], at: usize) -> Option<usize> {
    let length = (at..tokens.len())
        .take_while(|place| {
            !taken[*place] && modifies(tokens[*place].word()) && head(tokens[*place].word()).is_none()
        })
        .count();
    let next = tokens.get(at + length).filter(|_| !taken[at + length])?;
    (length > 0 && length <= 3 && head(next.word()).is_some_and(|head| !head.numbered)).then_some(length)
}

/// How many tokens the number of an item takes: `3`, `#3`, `No. 3`, `III`, `B`.
fn number(text: &str, tokens: &[Token], taken: &[bool], at: usize) -> Option<usize> {
    let free = |place: usize| tokens.get(place).filter(|_| !taken[place]);
    let first = free(at)?;
    // `Lab 1a`
    if first.number(2).is_some()
        && free(at + 1)
            .is_some_and(|letter| !letter.apart && letter.at.len() == 1 && !letter.word().is_empty())
    {
        return Some(2);
    }
    if first.number(2).is_some() {
        // No number of an item is one of points or of a share.
        let unit = free(at + 1).is_some_and(|next| {
            next.is('%') || among("points pts punkte percent pages hours minutes questions", next.word())
        });
        return (!unit).then_some(1);
    }
    if first.is('#') || among("no nr number numero n", first.word()) {
        let dot = usize::from(free(at + 1).is_some_and(|next| next.is('.') || next.is('°') || next.is('º')));
        return free(at + 1 + dot).and_then(|number| number.number(2)).map(|_| 2 + dot);
    }
    let written = &text[first.at.clone()];
    let counted = "one two three four five six seven eight nine ten";
    let roman = among("I II III IV V VI VII VIII", written);
    let letter = written.len() == 1 && first.apart && among("A B C D E", written);
    (roman || letter || among(counted, first.word())).then_some(1)
}
