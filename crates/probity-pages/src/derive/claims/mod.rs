//! What a description cell claims about a value: lengths, ranges, enumerations, formats,
//! defaults, whether it has any effect, and since when it exists.
//!
//! Wordings are recognised, not understood: a sentence that fits no pattern claims
//! nothing. Each claim keeps its lines. What is said twice with different figures, or
//! said in words that cannot be meant literally, is an `Oddity`.

mod charset;
mod claim;
mod enumeration;
mod figures;
mod presence;
mod read;
mod sentences;
#[cfg(test)]
mod tests;

pub(in crate::derive) use claim::{Bounds, Cited, Claims, Format};
pub(in crate::derive) use read::read;
