//! Ids that are whole numbers in bodies. The model holds each id as text.

use crate::expr::ExprValue;

/// An id that is a number, from its text; the text itself if it is no number.
pub(super) fn parse_number_id(text: &str) -> ExprValue {
    text.parse::<i64>().map_or_else(|_| ExprValue::from(text), ExprValue::Int)
}
