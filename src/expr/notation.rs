//! Values read in a notation, and their comparison with other values.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use super::notated_text::{NotatedText, TextNotation};
use super::value::ExprValue;

impl ExprValue {
    /// The value with its texts read in a notation; texts that are not written so stay texts. Elements of a list are
    /// read one by one.
    #[must_use]
    pub fn read_notation(self, notation: TextNotation) -> ExprValue {
        match self {
            ExprValue::Str(text) => match NotatedText::read(notation, &text) {
                Some(read) => ExprValue::Notated(Arc::new(read)),
                None => ExprValue::Str(text),
            },
            ExprValue::List(items) => items.iter().map(|item| item.clone().read_notation(notation)).collect(),
            other => other,
        }
    }

    /// The value as a plain text or number, as functions and arithmetic take values.
    pub(super) fn without_notation(&self) -> Cow<'_, ExprValue> {
        match self {
            ExprValue::Notated(read) => Cow::Owned(ExprValue::Str(read.text().clone())),
            ExprValue::Large(number) => Cow::Owned(ExprValue::from(*number as f64)),
            other => Cow::Borrowed(other),
        }
    }
}

/// The order of a notated text and a text: the text is read in the same notation. `None` within `Some` where the texts
/// do not tell; `None` for other values and for a text that is not written so.
pub(super) fn compare_notated(left: &ExprValue, right: &ExprValue) -> Option<Option<Ordering>> {
    match (left, right) {
        (ExprValue::Notated(left), ExprValue::Notated(right)) => left.compare(right),
        (ExprValue::Notated(left), ExprValue::Str(right)) => left.compare(&NotatedText::read(left.notation(), right)?),
        (ExprValue::Str(left), ExprValue::Notated(right)) => NotatedText::read(right.notation(), left)?.compare(right),
        _ => None,
    }
}
