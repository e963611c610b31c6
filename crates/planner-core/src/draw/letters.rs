//! Which letter stands for which event.

use std::collections::{BTreeMap, BTreeSet};

use super::picture::{Block, Look, Picture};
use super::words;
use crate::model::{EventId, Kind};

/// A letter for every event that is more than something in the way.
///
/// It is the title where that is a letter, else the title's first letter, else any that is free, else a star.
pub(super) fn of(picture: &Picture) -> BTreeMap<EventId, char> {
    let mut letters = BTreeMap::new();
    let mut free: Vec<char> = ('a'..='z').chain('A'..='Z').collect();
    let is_told =
        |block: &&Block| block.look != Look::Fixed || block.kind == Some(Kind::Focus) || block.transparent;
    let named: Vec<(EventId, String)> = oldest_first(picture)
        .filter(is_told)
        .filter_map(|block| Some((block.event?, words::clean(&block.title))))
        .collect();
    let mut give = |event: EventId, letter: Option<char>| {
        let index = letter.and_then(|letter| free.iter().position(|other| *other == letter));
        if let (Some(index), false) = (index, letters.contains_key(&event)) {
            letters.insert(event, free.remove(index));
        }
    };
    for (event, title) in &named {
        let mut chars = title.chars();
        give(*event, chars.next().filter(|_| chars.next().is_none()));
    }
    for (event, title) in &named {
        give(*event, title.chars().next().map(|first| first.to_ascii_lowercase()));
    }
    for (event, _) in &named {
        if !letters.contains_key(event) {
            let letter = if free.is_empty() { '*' } else { free.remove(0) };
            letters.insert(*event, letter);
        }
    }
    letters
}

/// What the letters stand for, such as `focus, fixed: Deep work`, in the order of time.
pub(super) fn told(picture: &Picture, letters: &BTreeMap<EventId, char>) -> Vec<(char, String)> {
    let mut told = BTreeSet::new();
    oldest_first(picture)
        .filter_map(|block| Some((block, block.event?)))
        .filter(|(_, event)| told.insert(*event))
        .filter_map(|(block, event)| letters.get(&event).map(|letter| (*letter, describe(*letter, block))))
        .collect()
}

/// The blocks of events as they were, in the order of time, then those that are proposed.
fn oldest_first(picture: &Picture) -> impl Iterator<Item = &Block> {
    let was = picture.blocks.iter().filter(|block| !block.look.is_proposed());
    was.chain(picture.blocks.iter().filter(|block| block.look.is_proposed()))
}

/// Such as `focus, fixed: Deep work`.
fn describe(letter: char, block: &Block) -> String {
    let kind = block.kind.unwrap_or(Kind::Other).as_str().to_lowercase().replace('_', " ");
    let mut words = kind;
    for (holds, word) in [
        (block.look == Look::Fixed, ", fixed"),
        (block.transparent, ", transparent"),
        (block.linked, ", linked"),
    ] {
        if holds {
            words.push_str(word);
        }
    }
    let title = words::title(&block.title);
    if title != letter.to_string() {
        words.push_str(": ");
        words.push_str(&title);
    }
    words
}
