//! The names that Windows has for time zones, as Outlook and Exchange write them.

/// The IANA name for the name that Windows has for a zone, in whatever case.
pub(super) fn iana_name(windows: &str) -> Option<&'static str> {
    let mut names = NAMES.iter().flat_map(|line| line.lines()).filter_map(|line| line.split_once(" = "));
    names.find(|(name, _)| name.eq_ignore_ascii_case(windows)).map(|(_, iana)| iana)
}

/// `Windows name = IANA name`, by parts of the world.
const NAMES: [&str; 6] = [
    "\
UTC = Etc/UTC
UTC-02 = Etc/GMT+2
UTC-08 = Etc/GMT+8
UTC-09 = Etc/GMT+9
UTC-11 = Etc/GMT+11
UTC+12 = Etc/GMT-12
UTC+13 = Etc/GMT-13
Dateline Standard Time = Etc/GMT+12",
    "\
W. Europe Standard Time = Europe/Berlin
Central Europe Standard Time = Europe/Budapest
Central European Standard Time = Europe/Warsaw
Romance Standard Time = Europe/Paris
GMT Standard Time = Europe/London
Greenwich Standard Time = Atlantic/Reykjavik
FLE Standard Time = Europe/Kyiv
GTB Standard Time = Europe/Bucharest
E. Europe Standard Time = Europe/Chisinau
Kaliningrad Standard Time = Europe/Kaliningrad
Belarus Standard Time = Europe/Minsk
Turkey Standard Time = Europe/Istanbul
Russian Standard Time = Europe/Moscow
Volgograd Standard Time = Europe/Volgograd
Astrakhan Standard Time = Europe/Astrakhan
Saratov Standard Time = Europe/Saratov
Russia Time Zone 3 = Europe/Samara
Azores Standard Time = Atlantic/Azores",
    "\
Morocco Standard Time = Africa/Casablanca
W. Central Africa Standard Time = Africa/Lagos
Sao Tome Standard Time = Africa/Sao_Tome
Libya Standard Time = Africa/Tripoli
Namibia Standard Time = Africa/Windhoek
Egypt Standard Time = Africa/Cairo
South Africa Standard Time = Africa/Johannesburg
Sudan Standard Time = Africa/Khartoum
South Sudan Standard Time = Africa/Juba
E. Africa Standard Time = Africa/Nairobi
Mauritius Standard Time = Indian/Mauritius
Cape Verde Standard Time = Atlantic/Cape_Verde",
    "\
Aleutian Standard Time = America/Adak
Hawaiian Standard Time = Pacific/Honolulu
Alaskan Standard Time = America/Anchorage
Pacific Standard Time = America/Los_Angeles
British Columbia Standard Time = America/Vancouver
Pacific Standard Time (Mexico) = America/Tijuana
Mountain Standard Time = America/Denver
Mountain Standard Time (Mexico) = America/Mazatlan
Alberta Standard Time = America/Edmonton
US Mountain Standard Time = America/Phoenix
Yukon Standard Time = America/Whitehorse
Central Standard Time = America/Chicago
Central Standard Time (Mexico) = America/Mexico_City
Manitoba Standard Time = America/Winnipeg
Canada Central Standard Time = America/Regina
Central America Standard Time = America/Guatemala
Eastern Standard Time = America/New_York
Eastern Standard Time (Mexico) = America/Cancun
US Eastern Standard Time = America/Indiana/Indianapolis
Haiti Standard Time = America/Port-au-Prince
Cuba Standard Time = America/Havana
Turks And Caicos Standard Time = America/Grand_Turk
Atlantic Standard Time = America/Halifax
Newfoundland Standard Time = America/St_Johns
Greenland Standard Time = America/Nuuk
Saint Pierre Standard Time = America/Miquelon
SA Pacific Standard Time = America/Bogota
SA Western Standard Time = America/La_Paz
SA Eastern Standard Time = America/Cayenne
Venezuela Standard Time = America/Caracas
Central Brazilian Standard Time = America/Cuiaba
E. South America Standard Time = America/Sao_Paulo
Tocantins Standard Time = America/Araguaina
Bahia Standard Time = America/Bahia
Pacific SA Standard Time = America/Santiago
Magallanes Standard Time = America/Punta_Arenas
Paraguay Standard Time = America/Asuncion
Argentina Standard Time = America/Argentina/Buenos_Aires
Montevideo Standard Time = America/Montevideo
Easter Island Standard Time = Pacific/Easter",
    "\
Israel Standard Time = Asia/Jerusalem
Middle East Standard Time = Asia/Beirut
Syria Standard Time = Asia/Damascus
Jordan Standard Time = Asia/Amman
West Bank Standard Time = Asia/Hebron
Arabic Standard Time = Asia/Baghdad
Arab Standard Time = Asia/Riyadh
Arabian Standard Time = Asia/Dubai
Iran Standard Time = Asia/Tehran
Azerbaijan Standard Time = Asia/Baku
Georgian Standard Time = Asia/Tbilisi
Caucasus Standard Time = Asia/Yerevan
Afghanistan Standard Time = Asia/Kabul
West Asia Standard Time = Asia/Tashkent
Qyzylorda Standard Time = Asia/Qyzylorda
Pakistan Standard Time = Asia/Karachi
India Standard Time = Asia/Kolkata
Sri Lanka Standard Time = Asia/Colombo
Nepal Standard Time = Asia/Kathmandu
Central Asia Standard Time = Asia/Bishkek
Bangladesh Standard Time = Asia/Dhaka
Myanmar Standard Time = Asia/Yangon
SE Asia Standard Time = Asia/Bangkok
Singapore Standard Time = Asia/Singapore
China Standard Time = Asia/Shanghai
Taipei Standard Time = Asia/Taipei
Ulaanbaatar Standard Time = Asia/Ulaanbaatar
W. Mongolia Standard Time = Asia/Hovd
North Korea Standard Time = Asia/Pyongyang
Korea Standard Time = Asia/Seoul
Tokyo Standard Time = Asia/Tokyo
Ekaterinburg Standard Time = Asia/Yekaterinburg
Omsk Standard Time = Asia/Omsk
N. Central Asia Standard Time = Asia/Novosibirsk
Altai Standard Time = Asia/Barnaul
Tomsk Standard Time = Asia/Tomsk
North Asia Standard Time = Asia/Krasnoyarsk
North Asia East Standard Time = Asia/Irkutsk
Transbaikal Standard Time = Asia/Chita
Yakutsk Standard Time = Asia/Yakutsk
Vladivostok Standard Time = Asia/Vladivostok
Magadan Standard Time = Asia/Magadan
Sakhalin Standard Time = Asia/Sakhalin
Russia Time Zone 10 = Asia/Srednekolymsk
Russia Time Zone 11 = Asia/Kamchatka",
    "\
W. Australia Standard Time = Australia/Perth
Aus Central W. Standard Time = Australia/Eucla
AUS Central Standard Time = Australia/Darwin
Cen. Australia Standard Time = Australia/Adelaide
E. Australia Standard Time = Australia/Brisbane
AUS Eastern Standard Time = Australia/Sydney
Tasmania Standard Time = Australia/Hobart
Lord Howe Standard Time = Australia/Lord_Howe
West Pacific Standard Time = Pacific/Port_Moresby
Bougainville Standard Time = Pacific/Bougainville
Central Pacific Standard Time = Pacific/Guadalcanal
Norfolk Standard Time = Pacific/Norfolk
New Zealand Standard Time = Pacific/Auckland
Chatham Islands Standard Time = Pacific/Chatham
Fiji Standard Time = Pacific/Fiji
Tonga Standard Time = Pacific/Tongatapu
Samoa Standard Time = Pacific/Apia
Line Islands Standard Time = Pacific/Kiritimati
Marquesas Standard Time = Pacific/Marquesas",
];

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn every_name_of_windows_stands_for_a_zone_of_the_database() {
        let lines: Vec<&str> = NAMES.iter().flat_map(|part| part.lines()).collect();
        for line in &lines {
            let (_, iana) = line.split_once(" = ").unwrap();
            assert!(TimeZone::get(iana).is_ok(), "{line}");
        }
        let mut names: Vec<&str> = lines.iter().map(|line| line.split_once(" = ").unwrap().0).collect();
        names.sort_unstable();
        assert!(names.is_sorted_by(|one, other| one < other), "no name is there twice");
        assert!(names.len() >= 135, "{}", names.len());
    }

    #[test]
    fn names_are_found_in_whatever_case() {
        assert_eq!(iana_name("w. europe standard time"), Some("Europe/Berlin"));
        assert_eq!(iana_name("Mars Standard Time"), None);
    }
}
