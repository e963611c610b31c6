use crate::energy::EnergyProfile;
use crate::model::InvalidProblem;
use crate::time::{GRID_MINUTES, Interval, Zone};

/// What a student has settled about planning. The defaults are those of a new account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where the student's wall clock hangs.
    pub zone: Zone,
    /// Nothing is placed before this wall time, in minutes since 00:00.
    pub day_start_minute: u16,
    /// Nothing is placed past this wall time, in minutes since 00:00; 23:00 at the latest.
    pub day_end_minute: u16,
    /// Minutes of rest between any two focus blocks, 0..=1440.
    pub rest_gap_minutes: u16,
    /// The shortest study block worth making, in minutes; a multiple of the grid.
    pub focus_min_minutes: u16,
    /// The longest study block, in minutes; a multiple of the grid, at least twice the shortest.
    pub focus_max_minutes: u16,
    /// How many times 24 hours before the due time may change, 1..=14.
    pub lookahead_days: u8,
    /// Nothing changes within so many minutes from now, 0..=1440.
    pub lead_minutes: u16,
    /// How many times 24 hours past the due time a moved event may land, 0..=7.
    pub relocation_spill_days: u8,
    /// Whether recreation and chores may be given up altogether.
    pub allow_delete: bool,
    /// How well the student works in each hour of the local day, in hundredths, 50..=150.
    pub energy: [u8; 24],
    /// Changes allowed on one local day, at most `churn_cap_max`.
    pub churn_cap: u8,
    /// What a single request may raise the cap to, 0..=5.
    pub churn_cap_max: u8,
}

impl Settings {
    /// The latest a day may end: 23:00.
    pub const LATEST_DAY_END_MINUTE: u16 = 23 * 60;

    /// The cap that holds for a request which asks for `override_cap`, or for none.
    pub fn effective_cap(&self, override_cap: Option<u32>) -> u32 {
        u32::from(self.churn_cap).max(override_cap.unwrap_or(0).min(u32::from(self.churn_cap_max)))
    }

    /// The energy of every minute of `at`, by its local hour, summed up in hundredths.
    pub fn energy_over(&self, at: Interval) -> u64 {
        EnergyProfile::over(at, self).sum(at)
    }

    /// Says which field breaks its bounds, if one does.
    ///
    /// # Errors
    /// [`InvalidProblem`] with a path such as `settings.day_end_min`.
    pub fn validate(&self) -> Result<(), InvalidProblem> {
        let grid = u16::try_from(GRID_MINUTES).unwrap_or(15);
        let range = |field: &str, ok: bool, bounds: &str| {
            if ok { Ok(()) } else { Err(InvalidProblem::new(format!("settings.{field}"), bounds)) }
        };
        range(
            "day_end_min",
            self.day_end_minute <= Self::LATEST_DAY_END_MINUTE,
            "must be at most 1380 (23:00)",
        )?;
        range("day_start_min", self.day_start_minute < self.day_end_minute, "must be less than day_end_min")?;
        range("rest_gap_min", self.rest_gap_minutes <= 1440, "must be in 0..=1440")?;
        range(
            "focus_min",
            self.focus_min_minutes >= grid && self.focus_min_minutes.is_multiple_of(grid),
            "must be a multiple of 15 and at least 15",
        )?;
        range(
            "focus_max",
            self.focus_max_minutes.is_multiple_of(grid)
                && u32::from(self.focus_max_minutes) >= 2 * u32::from(self.focus_min_minutes)
                && self.focus_max_minutes <= 1440,
            "must be a multiple of 15, at least twice focus_min and at most 1440",
        )?;
        range("lookahead_days", (1..=14).contains(&self.lookahead_days), "must be in 1..=14")?;
        range("lead_minutes", self.lead_minutes <= 1440, "must be in 0..=1440")?;
        range("relocation_spill_days", self.relocation_spill_days <= 7, "must be in 0..=7")?;
        range(
            "energy",
            self.energy.iter().all(|e| (50..=150).contains(e)),
            "must be 24 numbers in 50..=150",
        )?;
        range("churn_cap_max", self.churn_cap_max <= 5, "must be in 0..=5")?;
        range("churn_cap", self.churn_cap <= 5, "must be in 0..=5")
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            zone: Zone::utc(),
            day_start_minute: 7 * 60,
            day_end_minute: Self::LATEST_DAY_END_MINUTE,
            rest_gap_minutes: 8 * 60,
            focus_min_minutes: 30,
            focus_max_minutes: 120,
            lookahead_days: 5,
            lead_minutes: 15,
            relocation_spill_days: 0,
            allow_delete: false,
            energy: [100; 24],
            churn_cap: 3,
            churn_cap_max: 5,
        }
    }
}
