//! How well a student works at which time: constant from hour to hour of the wall clock.

use crate::model::Settings;
use crate::time::{Instant, Interval};

/// The energy over a stretch of time, summed up so that any part of it is looked up and not walked through.
#[derive(Debug)]
pub(crate) struct EnergyProfile {
    /// Where a piece of constant energy begins, the energy summed up to there, and the energy from there on.
    pieces: Vec<(Instant, u64, u8)>,
}

impl EnergyProfile {
    /// The profile over `span`.
    pub(crate) fn over(span: Interval, settings: &Settings) -> Self {
        let zone = &settings.zone;
        let mut changes = zone.offset_changes(span).into_iter().peekable();
        let mut pieces = Vec::new();
        let mut sum = 0;
        let mut from = span.start();
        while from < span.end() {
            let local = zone.local(from);
            let energy = settings.energy[usize::from(local.hour())];
            pieces.push((from, sum, energy));
            while changes.next_if(|change| *change <= from).is_some() {}
            // The hour on the clock face ends with the hour, or with a change of the clock, whichever comes first.
            let next_hour = from.plus(60 - i64::from(local.minute_of_day % 60));
            let to = changes.peek().map_or(next_hour, |change| next_hour.min(*change)).min(span.end());
            sum += product(to.minutes_since(from), energy);
            from = to;
        }
        Self { pieces }
    }

    /// The energy of every minute of `at`, in hundredths; `at` lies within the profile's span.
    pub(crate) fn sum(&self, at: Interval) -> u64 {
        self.sum_before(at.end()) - self.sum_before(at.start())
    }

    fn sum_before(&self, instant: Instant) -> u64 {
        let after = self.pieces.partition_point(|(from, _, _)| *from <= instant);
        match after.checked_sub(1).and_then(|index| self.pieces.get(index)) {
            Some((from, sum, energy)) => sum + product(instant.minutes_since(*from), *energy),
            None => 0,
        }
    }
}

fn product(minutes: i64, energy: u8) -> u64 {
    u64::try_from(minutes).unwrap_or(0) * u64::from(energy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Zone;

    #[test]
    fn a_part_is_what_its_minutes_add_up_to_on_the_day_the_clock_changes_too() {
        let mut settings =
            Settings { zone: Zone::named("Australia/Lord_Howe").unwrap(), ..Settings::default() };
        for (hour, energy) in settings.energy.iter_mut().enumerate() {
            *energy = 60 + 3 * u8::try_from(hour).unwrap();
        }
        // The clock goes back by half an hour at 02:00 on 6 April 2025.
        let start: Instant = "2025-04-05T10:07:00Z".parse().unwrap();
        let profile = EnergyProfile::over(Interval::starting(start, 24 * 60).unwrap(), &settings);
        for (offset, minutes) in [(0, 1), (13, 47), (5 * 60, 3 * 60), (0, 24 * 60), (287, 95), (1439, 1)] {
            let at = Interval::starting(start.plus(offset), minutes).unwrap();
            let hour = |minute| usize::from(settings.zone.local(at.start().plus(minute)).hour());
            let expected: u64 = (0..minutes).map(|minute| u64::from(settings.energy[hour(minute)])).sum();
            assert_eq!(profile.sum(at), expected, "{at:?}");
        }
    }
}
