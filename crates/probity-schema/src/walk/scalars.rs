//! The checks of texts and numbers.

use super::walker::{SchemaWalk, ValueContext, ValuePath};
use crate::format::is_base64;
use crate::node::{SchemaNode, SchemaNodeId};
use crate::number::{compare_numbers, is_multiple};

use serde_json::{Number, Value};
use std::cmp::Ordering;

impl SchemaWalk<'_> {
    /// Checks length, pattern, format and encoding of a text.
    pub(super) fn check_text(
        &mut self,
        id: SchemaNodeId,
        node: &SchemaNode,
        text: &str,
        value: &Value,
        at: &ValuePath,
        place: ValueContext,
    ) {
        if node.min_length.is_some() || node.max_length.is_some() {
            let length = text.chars().count() as u64;
            if let Some(least) = node.min_length.filter(|&least| length < least) {
                self.report_hard(id, "minLength", value, at, place, || format!("at least {least} characters"));
            }
            if let Some(most) = node.max_length.filter(|&most| length > most) {
                self.report_hard(id, "maxLength", value, at, place, || format!("at most {most} characters"));
            }
        }
        if let Some(pattern) = &node.pattern {
            match pattern.matches(text) {
                Some(true) => {}
                Some(false) => {
                    let expected = || format!("a text that matches {}", pattern.text);
                    self.report_hard(id, "pattern", value, at, place, expected);
                }
                None => self.effort.give_up(),
            }
        }
        if let Some(format) = node.format.filter(|format| !format.accepts_text(text)) {
            self.report_hard(id, "format", value, at, place, || format!("a text in the format {}", format.name()));
        }
        if node.base64 && !is_base64(text) {
            self.report_hard(id, "contentEncoding", value, at, place, || "a text in base64".into());
        }
        if self.soft {
            self.check_unpromised_text(id, node, text, value, at);
        }
    }

    /// Soft findings: the schema accepts the text, and no page promises acceptance.
    fn check_unpromised_text(
        &mut self,
        id: SchemaNodeId,
        node: &SchemaNode,
        text: &str,
        value: &Value,
        at: &ValuePath,
    ) {
        let bounded = node.min_length.is_some() || node.members.is_some() || node.pattern.is_some();
        if text.is_empty() && !bounded {
            self.report_soft(id, "empty", value, at, "a text with characters: no page allows an empty text");
        }
        let named = |c: char, marks: &str| c.is_ascii_alphanumeric() || marks.contains(c);
        if let Some(marks) = &node.notes.charset
            && !text.chars().all(|c| named(c, marks))
        {
            self.report_soft(id, "charset", value, at, "only characters that the page lists");
        }
        if node.notes.bytes && node.max_length.is_some_and(|most| text.len() as u64 > most) {
            self.report_soft(id, "bytes", value, at, "a text within the limit in bytes");
        }
        if node.notes.hint.is_some_and(|hint| !hint.accepts_text(text)) {
            self.report_soft(id, "format", value, at, "a text in the format that the page names");
        }
    }

    /// Checks the bounds of a number.
    pub(super) fn check_number(
        &mut self,
        id: SchemaNodeId,
        node: &SchemaNode,
        number: &Number,
        value: &Value,
        at: &ValuePath,
        place: ValueContext,
    ) {
        let bounds = [
            ("minimum", &node.minimum, "at least", [Ordering::Greater, Ordering::Equal]),
            ("maximum", &node.maximum, "at most", [Ordering::Less, Ordering::Equal]),
            ("exclusiveMinimum", &node.above, "more than", [Ordering::Greater; 2]),
            ("exclusiveMaximum", &node.below, "less than", [Ordering::Less; 2]),
        ];
        for (keyword, bound, words, allowed) in bounds {
            if let Some(bound) = bound
                && !allowed.contains(&compare_numbers(number, bound))
            {
                self.report_hard(id, keyword, value, at, place, || format!("{words} {bound}"));
            }
        }
        if let Some(step) = &node.multiple_of
            && !is_multiple(step, number)
        {
            self.report_hard(id, "multipleOf", value, at, place, || format!("a multiple of {step}"));
        }
    }
}
