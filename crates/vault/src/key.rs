use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use ring::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};
use secrecy::SecretString;
use zeroize::Zeroizing;

/// Bytes of a key.
const SIZE: usize = 32;
/// Characters of a key's id.
const LONGEST_ID: usize = 32;
/// As `openssl rand -base64 32` and its like write it, with or without the padding.
const TEXT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why a text is no key. Shows nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No colon.
    #[error("is not of the form `id:base64`")]
    Form,
    /// An id that would not be one.
    #[error("has an id that is not 1 to {LONGEST_ID} letters, digits, `-` or `_`")]
    Id,
    /// Not 32 bytes in base64.
    #[error("is not {SIZE} bytes in base64")]
    Bytes,
    /// The operating system gives no random numbers.
    #[error("cannot be made: the machine gives no random numbers")]
    Random,
}

/// A key that seals and opens, and the id by which sealed secrets name it.
pub struct Key {
    pub(crate) id: String,
    pub(crate) cipher: LessSafeKey,
}

impl Key {
    /// Reads `id:base64(32 bytes)`.
    ///
    /// # Errors
    /// [`KeyError`] where it is not that.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let (id, bytes) = text.split_once(':').ok_or(KeyError::Form)?;
        if !is_id(id) {
            return Err(KeyError::Id);
        }
        let bytes = Zeroizing::new(TEXT.decode(bytes).map_err(|_| KeyError::Bytes)?);
        let cipher = UnboundKey::new(&AES_256_GCM, &bytes).map_err(|_| KeyError::Bytes)?;
        Ok(Self { id: id.to_owned(), cipher: LessSafeKey::new(cipher) })
    }

    /// A new key in the form that is read, to be put where the program finds it.
    ///
    /// # Errors
    /// [`KeyError::Id`], or [`KeyError::Random`].
    pub fn generate(id: &str) -> Result<SecretString, KeyError> {
        if !is_id(id) {
            return Err(KeyError::Id);
        }
        let mut bytes = Zeroizing::new([0; SIZE]);
        SystemRandom::new().fill(bytes.as_mut_slice()).map_err(|_| KeyError::Random)?;
        let encoded = Zeroizing::new(TEXT.encode(bytes.as_slice()));
        Ok(SecretString::from(format!("{id}:{}", *encoded)))
    }
}

/// Shows the id alone.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("id", &self.id).finish_non_exhaustive()
    }
}

fn is_id(text: &str) -> bool {
    let is_good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(is_good)
}
