//! Rules that hold for any file.

use ical::limits::MOST_OCCURRENCES;
use ical::{Calendar, Occurrence};
use planner_core::time::{Instant, Interval, Zone};
use proptest::prelude::*;

use crate::told::days;

const FILES: [&[u8]; 5] = [
    include_bytes!("../calendars/google.ics"),
    include_bytes!("../calendars/apple.ics"),
    include_bytes!("../calendars/outlook.ics"),
    include_bytes!("../calendars/timetable.ics"),
    include_bytes!("../calendars/thunderbird.ics"),
];

fn weeks() -> Interval {
    days("2026-03-02", "2026-04-06", &Zone::utc())
}

fn read(file: &[u8], range: Interval) -> Option<Vec<Occurrence>> {
    let calendar = Calendar::parse(file).ok()?;
    let zone = Zone::named("America/St_Johns").unwrap();
    let _ = calendar.deadlines(&zone);
    Some(calendar.occurrences(range, &zone).list)
}

/// Lines that mean something, in an order that may mean nothing.
fn line() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "BEGIN:VCALENDAR",
        "END:VCALENDAR",
        "BEGIN:VEVENT",
        "BEGIN:VEVENT",
        "END:VEVENT",
        "END:VEVENT",
        "BEGIN:VTIMEZONE",
        "END:VTIMEZONE",
        "BEGIN:STANDARD",
        "END:STANDARD",
        "BEGIN:VALARM",
        "END:VALARM",
        "BEGIN:VTODO",
        "END:VTODO",
        "TZID:Here",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:-2359",
        "UID:1",
        "UID:2",
        "METHOD:CANCEL",
        "X-WR-TIMEZONE:Here",
        "SUMMARY:\\",
        "STATUS:CANCELLED",
        "SEQUENCE:99999999999999999999",
    ]);
    let property = prop::sample::select(vec![
        "DTSTART:",
        "DTSTART:",
        "DTSTART;TZID=Here:",
        "DTEND:",
        "DURATION:",
        "RRULE:",
        "RRULE:",
        "RDATE:",
        "EXDATE:",
        "RECURRENCE-ID:",
        "RECURRENCE-ID;RANGE=THISANDFUTURE:",
        "DUE:",
        "DTSTART;VALUE=DATE:",
        "SUMMARY;X=\"",
    ]);
    let value = prop_oneof![
        4 => prop::sample::select(vec![
            "20260329T023000", "20260329T023000Z", "20260401", "00010101T000000Z", "99981231T235959Z", "20260229",
            "20260329T000000Z/PT1H", "20260401/20260301", "-P1D", "P3650000D", "PT999999999S", "",
        ])
        .prop_map(str::to_owned),
        4 => rule(),
        1 => "[ -~äß€]{0,12}",
    ];
    prop_oneof![2 => name.prop_map(str::to_owned), 3 => (property, value).prop_map(|(name, value)| format!("{name}{value}"))]
}

/// A rule, mostly one that can be followed, though not to a good end.
fn rule() -> impl Strategy<Value = String> {
    let frequency =
        prop::sample::select(vec!["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"]);
    let part = prop::sample::select(vec![
        "INTERVAL=1",
        "INTERVAL=65535",
        "INTERVAL=23",
        "COUNT=3",
        "COUNT=2147483647",
        "UNTIL=20260401",
        "WKST=SU",
        "UNTIL=20260401T000000Z",
        "BYMONTH=2",
        "BYMONTHDAY=30",
        "BYMONTHDAY=-31,29",
        "BYDAY=MO",
        "BYDAY=5FR,-1SU",
        "BYHOUR=0,23",
        "BYMINUTE=59",
        "BYSECOND=60",
        "BYYEARDAY=366",
        "BYWEEKNO=53,-53",
        "BYSETPOS=-1,366",
    ]);
    (frequency, prop::collection::vec(part, 0..4)).prop_map(|(frequency, parts)| {
        parts.iter().fold(format!("FREQ={frequency}"), |rule, part| format!("{rule};{part}"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let _ = read(&bytes, weeks());
    }

    #[test]
    fn no_lines_make_the_reader_panic_or_run_on(lines in prop::collection::vec(line(), 0..60), from in 0_i64..4_000_000_000) {
        let file = lines.join("\r\n");
        let anywhere = Interval::starting(Instant::MIN.plus(from), 60 * 24 * 60).unwrap();
        for range in [weeks(), anywhere] {
            for occurrence in read(file.as_bytes(), range).into_iter().flatten() {
                prop_assert!(occurrence.interval.overlaps(range));
            }
        }
    }

    #[test]
    fn a_file_with_some_bytes_changed_is_read_or_refused(
        file in prop::sample::select(FILES.to_vec()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..30),
    ) {
        let mut file = file.to_vec();
        for (index, byte) in changes {
            *index.get_mut(&mut file) = byte;
        }
        let found = read(&file, weeks()).unwrap_or_default();
        prop_assert!(found.len() <= MOST_OCCURRENCES);
        prop_assert!(found.iter().all(|occurrence| occurrence.interval.overlaps(weeks())));
    }

    #[test]
    fn the_order_of_events_makes_no_difference(
        file in prop::sample::select(FILES.to_vec()),
        keys in prop::collection::vec(any::<u32>(), 64),
    ) {
        prop_assert_eq!(read(&with_events_by(file, &keys), weeks()), read(file, weeks()));
    }

    #[test]
    fn a_range_holds_what_its_parts_hold(file in prop::sample::select(FILES.to_vec()), minutes in 1_i64..35 * 24 * 60 - 1) {
        let middle = weeks().start().plus(minutes);
        let parts = [(weeks().start(), middle), (middle, weeks().end())];
        let [first, second] = parts.map(|(from, to)| read(file, Interval::new(from, to).unwrap()).unwrap());
        // What lies over the middle is in both.
        let mut joined = first.clone();
        joined.extend(second.into_iter().filter(|occurrence| !first.contains(occurrence)));
        let by_start = |occurrences: &mut Vec<Occurrence>| {
            occurrences.sort_by_key(|one| (one.interval.start(), one.interval.end(), one.uid.clone(), one.recurrence_id.clone()));
        };
        by_start(&mut joined);
        prop_assert_eq!(joined, read(file, weeks()).unwrap());
    }
}

/// The file with its events and to-dos in another order.
fn with_events_by(file: &[u8], keys: &[u32]) -> Vec<u8> {
    let text = String::from_utf8(file.to_vec()).unwrap().replace("\r\n", "\n");
    let (head, body) = text.split_once("BEGIN:VEVENT\n").unwrap();
    let body = format!("BEGIN:VEVENT\n{body}");
    let body = body.strip_suffix("END:VCALENDAR\n").unwrap();
    let mut parts: Vec<String> = Vec::new();
    for line in body.lines() {
        if ["BEGIN:VEVENT", "BEGIN:VTODO"].contains(&line) {
            parts.push(String::new());
        }
        let part = parts.last_mut().unwrap();
        part.push_str(line);
        part.push('\n');
    }
    let mut keyed: Vec<(u32, String)> = keys.iter().copied().zip(parts).collect();
    keyed.sort();
    let parts: String = keyed.into_iter().map(|(_, part)| part).collect();
    format!("{head}{parts}END:VCALENDAR\n").into_bytes()
}
