//! The mark: a text in a created resource with the id of the run and the time of expiry.
//!
//! A mark has the form `probity-<run>-<expiry>-<plan>-`. People recognise the text, no other program
//! writes the form, and lower-case letters, digits and hyphens are valid in the names of every API.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// The first word of every mark, and the key of a mark in a map.
pub const MARK_WORD: &str = "probity";

/// Digits in base 32, without letters that look like digits.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Number of digits of a time in seconds: enough for a thousand years.
const TIME_DIGITS: usize = 7;
/// Number of digits that distinguish runs of the same second.
const SALT_DIGITS: usize = 6;

/// The id of a run that began at `began_s` (Unix seconds). Ids sort by the start of the run.
#[must_use]
pub fn make_run_id(began_s: u64, salt: &str) -> String {
    let digest = Sha256::digest(salt.as_bytes());
    let salt: String = digest.iter().take(SALT_DIGITS).map(|byte| char::from(DIGITS[usize::from(byte & 31)])).collect();
    format!("{}{salt}", write_base32(began_s, TIME_DIGITS))
}

/// The start of a run in Unix seconds; `None` if the text is not the id of a run.
#[must_use]
pub fn read_start(run: &str) -> Option<u64> {
    let fits = run.len() == TIME_DIGITS + SALT_DIGITS && run.bytes().all(|digit| DIGITS.contains(&digit));
    if fits { parse_base32(&run[..TIME_DIGITS]) } else { None }
}

/// The content of a mark.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunMark {
    /// The id of the run.
    pub run: String,
    /// Unix seconds. After this time the run no longer needs the resource.
    pub expires: u64,
    /// Number of the plan in the order of execution, repetitions included.
    pub execution: u64,
}

impl RunMark {
    /// The text at the start of a name.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!(
            "{MARK_WORD}-{}-{}-{}-",
            self.run,
            write_base32(self.expires, TIME_DIGITS),
            write_base32(self.execution, 1)
        )
    }

    /// The mark at the start of a text.
    #[must_use]
    pub fn parse(text: &str) -> Option<RunMark> {
        let mut parts = text.split('-');
        if parts.next() != Some(MARK_WORD) {
            return None;
        }
        let run = parts.next().filter(|run| read_start(run).is_some())?;
        let expires = parts.next().filter(|digits| digits.len() == TIME_DIGITS).and_then(parse_base32)?;
        let life = parts.next().filter(|digits| (1..=TIME_DIGITS).contains(&digits.len())).and_then(parse_base32)?;
        Some(RunMark { run: run.to_string(), expires, execution: life })
    }

    /// The mark in the value of a field: in a text, under the key `probity` of a map, or in a list of texts.
    #[must_use]
    pub fn find_in(value: &Value) -> Option<RunMark> {
        match value {
            Value::String(text) => RunMark::parse(text),
            Value::Object(entries) => entries.get(MARK_WORD).and_then(Value::as_str).and_then(RunMark::parse),
            Value::Array(items) => items.iter().filter_map(Value::as_str).find_map(RunMark::parse),
            _ => None,
        }
    }
}

/// A number in base 32 with at least `least` digits.
fn write_base32(mut number: u64, least: usize) -> String {
    let mut digits = Vec::new();
    while number > 0 || digits.len() < least {
        digits.push(DIGITS[(number % 32) as usize]);
        number /= 32;
    }
    digits.iter().rev().map(|&digit| char::from(digit)).collect()
}

fn parse_base32(digits: &str) -> Option<u64> {
    digits.bytes().try_fold(0_u64, |sum, digit| {
        let value = DIGITS.iter().position(|known| *known == digit)?;
        sum.checked_mul(32)?.checked_add(value as u64)
    })
}
