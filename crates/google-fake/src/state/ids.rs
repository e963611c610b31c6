//! Names that nothing has yet, the same for the same seed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// What makes ids, codes and tokens.
pub(crate) struct Ids(fastrand::Rng);

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    fn letters(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(alphabet[self.0.usize(..alphabet.len())])).collect()
    }

    pub(crate) fn event(&mut self) -> String {
        self.letters(b"0123456789abcdefghijklmnopqrstuv", 26)
    }

    pub(crate) fn calendar(&mut self) -> String {
        format!("c_{}@group.calendar.google.com", self.letters(b"0123456789abcdef", 64))
    }

    /// A token in the alphabet of base64 for addresses.
    pub(crate) fn token(&mut self, prefix: &str, bytes: usize) -> String {
        let bytes: Vec<u8> = (0..bytes).map(|_| self.0.u8(..)).collect();
        format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// A number of `1..=most`.
    pub(crate) fn step(&mut self, most: u64) -> u64 {
        self.0.u64(1..=most)
    }

    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        self.0.shuffle(list);
    }
}
