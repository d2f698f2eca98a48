//! Reads all claims of one description.

use super::claim::DescriptionClaims;
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
    claims
}
