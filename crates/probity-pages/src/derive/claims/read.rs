//! Reads all claims of one description.

use super::claim::Claims;
use super::sentences::plain_figures;
use super::{charset, enumeration, figures, presence};
use crate::derive::types::Type;
use crate::document::{Line, Text};

/// Reads a description cell. The type decides between lengths and ranges.
pub(in crate::derive) fn read(text: &Text, is: &Type) -> Claims {
    let mut claims = Claims::default();
    let lines: Vec<Line> = text.lines.iter().map(plain_figures).collect();
    figures::read(&lines, is, &mut claims);
    enumeration::read(&lines, is, &mut claims);
    charset::read(&lines, is, &mut claims);
    presence::read(&lines, is, &mut claims);
    claims
}
