//! Weeks to measure on, the same in every run.

pub mod student;
pub mod tight;

/// A small generator of numbers that are the same on every machine (xorshift64*).
struct Random(u64);

impl Random {
    const fn seeded(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number in `0..bound`.
    fn below(&mut self, bound: i64) -> i64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let mixed = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        i64::try_from(mixed).unwrap_or(0) % bound
    }

    fn chance(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }
}
