use std::sync::LazyLock;

use jiff::civil::{DateTime, date};
use proptest::prelude::*;

use super::*;
use crate::component;
use crate::fault::Warning;

fn zone_name(tzid: &str) -> Option<String> {
    Place::called(tzid).and_then(|place| place.zone()).map(|zone| zone.name().to_owned())
}

/// The zones of a calendar that defines one, and what is wrong with it.
fn zones(tzid: &str, parts: &[&str]) -> (Zones, Vec<Warning>) {
    let parts = parts.join("\n");
    let file =
        format!("BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:{tzid}\n{parts}\nEND:VTIMEZONE\nEND:VCALENDAR\n");
    let mut warnings = Warnings::default();
    let calendars = component::read(file.as_bytes(), &mut warnings).unwrap();
    (Zones::of(&calendars[0], &mut Budget::new(), &mut warnings), warnings.into_list())
}

fn part(kind: &str, start: &str, offsets: (&str, &str), more: &str) -> String {
    let (from, to) = offsets;
    format!("BEGIN:{kind}\nDTSTART:{start}\nTZOFFSETFROM:{from}\nTZOFFSETTO:{to}\n{more}\nEND:{kind}")
}

/// Berlin's clock since 1996 as a calendar would define it, under a name that tells nothing.
fn berlin_by_its_rules() -> Place {
    let summer =
        part("DAYLIGHT", "19960331T020000", ("+0100", "+0200"), "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU");
    let winter =
        part("STANDARD", "19961027T030000", ("+0200", "+0100"), "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU");
    let (zones, warnings) = zones("Customized Time Zone", &[&summer, &winter]);
    assert!(warnings.is_empty(), "{warnings:?}");
    let place = zones.place("Customized Time Zone").unwrap();
    assert!(matches!(place, Place::Own(_)));
    place
}

fn berlin() -> Place {
    Place::called("Europe/Berlin").unwrap()
}

#[test]
fn a_zone_goes_by_its_name_in_the_database_by_that_of_windows_or_behind_a_programs_prefix() {
    for (tzid, name) in [
        ("Europe/Berlin", "Europe/Berlin"),
        ("\"America/New_York\"", "America/New_York"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("eastern standard time", "America/New_York"),
        ("/mozilla.org/20050126_1/Europe/Berlin", "Europe/Berlin"),
        ("/freeassociation.sourceforge.net/Tzfile/Asia/Tokyo", "Asia/Tokyo"),
        ("/citadel.org/20190914_1/America/Argentina/Ushuaia", "America/Argentina/Ushuaia"),
        ("/softwarestudio.org/Olson_20011030_5/UTC", "UTC"),
    ] {
        assert_eq!(zone_name(tzid).as_deref(), Some(name), "{tzid}");
    }
    for unknown in ["", "/", "Mars/Olympus", "/mozilla.org/20050126_1/Mars/Olympus", "Customized Time Zone"] {
        assert_eq!(zone_name(unknown), None, "{unknown}");
    }
}

#[test]
fn a_skipped_time_counts_by_the_offset_before_and_a_repeated_one_is_the_first() {
    for place in [berlin(), berlin_by_its_rules()] {
        let utc = |wall: DateTime| Place::utc().wall(place.second(wall).unwrap()).unwrap();
        assert_eq!(utc(date(2026, 3, 29).at(2, 30, 0, 0)), date(2026, 3, 29).at(1, 30, 0, 0));
        assert_eq!(utc(date(2026, 3, 29).at(3, 0, 0, 0)), date(2026, 3, 29).at(1, 0, 0, 0));
        assert_eq!(utc(date(2026, 10, 25).at(2, 30, 0, 0)), date(2026, 10, 25).at(0, 30, 0, 0));
        assert_eq!(utc(date(2026, 10, 25).at(3, 0, 0, 0)), date(2026, 10, 25).at(2, 0, 0, 0));
    }
}

#[test]
fn a_zone_of_the_files_own_may_change_once_or_on_given_days() {
    let winter = part("STANDARD", "20200101T000000", ("+0200", "+0300"), "");
    let more =
        part("DAYLIGHT", "20260301T000000", ("+0300", "+0330"), "RDATE:20260301T000000,20260401T000000");
    let (zones, warnings) = zones("Campus", &[&winter, &more]);
    assert!(warnings.is_empty(), "{warnings:?}");
    let place = zones.place(" campus ").unwrap();
    let offset = |day: jiff::civil::Date| {
        let noon = day.at(12, 0, 0, 0);
        Place::utc().second(noon).unwrap() - place.second(noon).unwrap()
    };
    let days = [date(2019, 6, 1), date(2020, 6, 1), date(2026, 3, 1), date(2026, 6, 1)];
    assert_eq!(days.map(offset), [7200, 10_800, 12_600, 12_600]);
}

#[test]
fn what_is_wrong_with_a_zone_is_told_and_the_zone_unknown() {
    for (bad, fault) in [
        (part("STANDARD", "20200101T000000", ("+02", "+0300"), ""), Fault::bad("TZOFFSETFROM", "+02")),
        (part("STANDARD", "yesterday", ("+0200", "+0300"), ""), Fault::bad("DTSTART", "yesterday")),
        (
            "BEGIN:STANDARD\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nEND:STANDARD".to_owned(),
            Fault::Missing("DTSTART"),
        ),
    ] {
        let (zones, warnings) = zones("Campus", &[&bad]);
        assert_eq!(warnings.iter().map(|warning| warning.fault.clone()).collect::<Vec<_>>(), [fault]);
        assert_eq!(zones.place("Campus"), Err(Fault::UnknownZone("Campus".to_owned())));
    }
    let (_, warnings) = zones("", &[]);
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn zones_take_no_more_steps_than_series_do() {
    let daily = part("STANDARD", "16010101T000000", ("+0200", "+0300"), "RRULE:FREQ=DAILY;COUNT=999999");
    let (zones, warnings) = zones("Campus", &[daily.as_str(); 12]);
    assert!(zones.place("Campus").is_err());
    assert_eq!(warnings.len(), 12, "{warnings:?}");
}

#[test]
fn a_location_tells_what_a_name_does_not() {
    let (zones, _) = zones("Mein Büro", &["X-LIC-LOCATION:Europe/Vienna"]);
    assert_eq!(zones.place("Mein Büro").unwrap().zone().unwrap().name(), "Europe/Vienna");
}

proptest! {
    #[test]
    fn a_zone_by_its_rules_is_the_zone_of_the_database(minutes in -60_i64..44 * 365 * 24 * 60) {
        // From the spring of 1996 to the year 2040.
        static BY_ITS_RULES: LazyLock<Place> = LazyLock::new(berlin_by_its_rules);
        let wall = later(date(1996, 3, 31).at(3, 0, 0, 0), 0, minutes * 60).unwrap();
        prop_assert_eq!(BY_ITS_RULES.second(wall), berlin().second(wall), "{}", wall);
        let second = berlin().second(wall).unwrap();
        prop_assert_eq!(BY_ITS_RULES.wall(second), berlin().wall(second), "{}", wall);
    }
}
