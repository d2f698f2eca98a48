//! Reads all claims of one description.

use super::claim::{CitedClaim, DescriptionClaims};
use super::sentences::remove_digit_commas;
use super::{charset, enumeration, figures, presence};
use crate::derive::types::FieldType;
use crate::document::{BlockText, PageLine};

/// Reads a description cell. The type decides between lengths and ranges.
pub(in crate::derive) fn read_claims(text: &BlockText, value_type: &FieldType) -> DescriptionClaims {
    let mut claims = DescriptionClaims::default();
    let lines: Vec<PageLine> = text.lines.iter().map(remove_digit_commas).collect();
    figures::read_figures(&lines, value_type, &mut claims);
    enumeration::read_enumeration(&lines, value_type, &mut claims);
    charset::read_charset(&lines, value_type, &mut claims);
    presence::read_presence(&lines, value_type, &mut claims);
    require_filled_text(value_type, &mut claims);
    claims
}

/// A text that must not be blank has at least one character.
fn require_filled_text(value_type: &FieldType, claims: &mut DescriptionClaims) {
    let (Some(filled), FieldType::String) = (&claims.filled, value_type) else {
        return;
    };
    match &mut claims.length {
        Some(length) => length.value.0 = Some(length.value.0.unwrap_or(0).max(1)),
        None => claims.length = Some(CitedClaim { value: (Some(1), None), first: filled.first, last: filled.last }),
    }
}
