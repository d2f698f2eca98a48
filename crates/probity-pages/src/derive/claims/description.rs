//! Reads all claims of one description.

use super::claim::Claims;
use super::sentences::plain_figures;
use super::{charset, enumeration, figures, presence};
use crate::derive::types::Type;
use crate::document::{Line, Text};

/// Reads a description cell. The type decides between lengths and ranges.
pub(in crate::derive) fn read(text: &Text, value_type: &Type) -> Claims {
    let mut claims = Claims::default();
    let lines: Vec<Line> = text.lines.iter().map(plain_figures).collect();
    figures::read(&lines, value_type, &mut claims);
    enumeration::read(&lines, value_type, &mut claims);
    charset::read(&lines, value_type, &mut claims);
    presence::read(&lines, value_type, &mut claims);
    claims
}
