//! The claims of a description cell about a value: lengths, ranges, enumerations, formats, defaults, effect, and
//! microversions.
//!
//! Patterns recognise wordings. A sentence that matches no pattern makes no claim. Each claim keeps its lines.
//! Different figures for one limit, and words that cannot be meant literally, are an `OddClaim`.

mod charset;
mod claim;
mod description;
mod enumeration;
mod figures;
mod presence;
mod sentences;
#[cfg(test)]
mod tests;

pub(in crate::derive) use claim::{CitedClaim, ClaimBounds, DescriptionClaims, DocumentedFormat};
pub(in crate::derive) use description::read_claims;
