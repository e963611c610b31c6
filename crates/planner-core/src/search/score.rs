use std::ops::{Add, AddAssign};

use crate::model::Objective;

/// An objective packed into one number, so that to add and to compare are one instruction each.
///
/// The fields stand in the objective's order, the most important in the highest bits. A plan makes at most five
/// changes within three weeks, so every sum stays within its field; `missing` and `unmet` are counted from the least
/// that any plan leaves, see [`Offset`], and stay within theirs for the same reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Score(u128);

/// A field of a [`Score`]: its lowest bit and its width.
#[derive(Clone, Copy)]
pub(super) struct Field(u32, u32);

pub(super) const MISSING: Field = Field(113, 15);
pub(super) const DELETED: Field = Field(110, 3);
pub(super) const FOCUS: Field = Field(107, 3);
pub(super) const CHURN: Field = Field(104, 3);
pub(super) const UNMET: Field = Field(87, 17);
pub(super) const CREATED: Field = Field(84, 3);
pub(super) const LOW_PRIORITY: Field = Field(81, 3);
pub(super) const PROXIMITY: Field = Field(62, 19);
pub(super) const ENERGY: Field = Field(38, 24);
pub(super) const DISPLACEMENT: Field = Field(19, 19);
pub(super) const LATENESS: Field = Field(0, 19);

/// What `missing` and `unmet` are counted from.
#[derive(Clone, Copy, Default)]
pub(super) struct Offset {
    pub(super) missing: u32,
    pub(super) unmet: u32,
}

impl Score {
    pub(super) const NOTHING: Self = Self(0);
    /// No plan is as bad as this.
    pub(super) const IMPOSSIBLE: Self = Self(u128::MAX);

    pub(super) fn of(field: Field, amount: u32) -> Self {
        debug_assert!(u64::from(amount) < 1 << field.1, "{amount} does not fit into {} bits", field.1);
        Self(u128::from(amount) << field.0)
    }

    pub(super) fn get(self, field: Field) -> u32 {
        let bits = self.0 >> field.0 & ((1 << field.1) - 1);
        u32::try_from(bits).unwrap_or(u32::MAX)
    }

    /// The worst score that agrees with this one in `field` and all before it.
    pub(super) fn worst_down_from(self, field: Field) -> Self {
        Self(self.0 | ((1 << field.0) - 1))
    }

    /// The sum, where what is impossible stays impossible.
    pub(super) fn checked_add(self, more: Self) -> Self {
        Self(self.0.saturating_add(more.0))
    }

    /// What is left of this score without `less`, which is part of it.
    pub(super) fn without(self, less: Self) -> Self {
        Self(self.0 - less.0)
    }

    pub(super) fn objective(self, offset: Offset) -> Objective {
        Objective {
            missing_blocks: self.get(MISSING) + offset.missing,
            deleted: self.get(DELETED),
            focus_disturbed: self.get(FOCUS),
            churn: self.get(CHURN),
            unmet_minutes: self.get(UNMET) + offset.unmet,
            created: self.get(CREATED),
            low_priority_disturbed: self.get(LOW_PRIORITY),
            proximity: self.get(PROXIMITY),
            energy: self.get(ENERGY),
            displacement_minutes: self.get(DISPLACEMENT),
            lateness_minutes: self.get(LATENESS),
        }
    }
}

impl Add for Score {
    type Output = Self;

    fn add(self, more: Self) -> Self {
        Self(self.0 + more.0)
    }
}

impl AddAssign for Score {
    fn add_assign(&mut self, more: Self) {
        *self = *self + more;
    }
}
