//! How much of a file is read, so that no file takes more than a moment or more than some memory.

/// The largest file that is read. Twenty years of a busy calendar take about 10 MB.
pub const MOST_BYTES: usize = 32 * 1024 * 1024;

/// Components (events, to-dos, zones and their parts) in one file. Twenty years of five single events a day are 36,500.
pub const MOST_COMPONENTS: usize = 100_000;

/// How deep components may lie in each other. A file of a real program goes three deep: calendar, event, alarm.
pub const MOST_DEPTH: usize = 16;

/// Characters of a title, a UID or a place; what is longer is cut off. UIDs should be no longer than 255.
pub const MOST_CHARS: usize = 1_000;

/// Categories of one event.
pub const MOST_CATEGORIES: usize = 50;

/// Occurrences that one range is expanded into. A person has some dozens a week.
pub const MOST_OCCURRENCES: usize = 50_000;

/// Times of one day that a recurrence rule may name: one for each quarter of an hour. A year of them is held at once.
pub const MOST_TIMES_A_DAY: usize = 96;

/// Warnings that are kept. Nobody reads more, and a broken export has one for every line.
pub const MOST_WARNINGS: usize = 100;

/// Steps in which one series may be counted from its start to the end of the range. A daily series with a COUNT takes
/// two a day, so this is four centuries of it; without a COUNT it needs no counting at all.
pub const MOST_STEPS_OF_A_SERIES: u64 = 300_000;

/// Steps in which all series of one expansion may be counted: some seconds where each is as bad as can be.
pub const MOST_STEPS: u64 = 3_000_000;
