//! Comparisons that are never true.

use super::checker::TypeChecker;
use crate::expr::ast::{ExprNode, ExprNodeKind};
use crate::expr::error::TypeErrorSeverity;
use crate::expr::nearest::{find_nearest, suggest_name};
use crate::expr::print::print_node;
use crate::expr::types::ValueType;
use crate::expr::value::ExprValue;

impl TypeChecker<'_> {
    /// Reports two operands of incompatible kinds: an error if certain, a warning if possible.
    pub(super) fn check_same_kind(
        &mut self,
        node: &ExprNode,
        left: &ValueType,
        right: &ValueType,
        message: impl Fn(&ValueType, &ValueType) -> String,
    ) {
        let (wide_left, wide_right) = (left.widen_enums(), right.widen_enums());
        let mut pairs = 0;
        let mut fitting = 0;
        for a in wide_left.members() {
            for b in wide_right.members() {
                pairs += 1;
                fitting += usize::from(a.overlaps(b));
            }
        }
        let severity = match fitting {
            0 => TypeErrorSeverity::Error,
            _ if fitting < pairs => TypeErrorSeverity::Warning,
            _ => return,
        };
        self.report_finding(severity, node, message(left, right), None);
    }

    /// Reports two sides that are never equal. A comparison with `null` or the empty text is no
    /// defect, because both test for presence: some documents write the empty text for an absent value.
    pub(super) fn check_comparable(
        &mut self,
        node: &ExprNode,
        left: (&ExprNode, &ValueType),
        right: (&ExprNode, &ValueType),
    ) {
        let asks_presence = |(side, other): (&ValueType, &ValueType)| match side {
            ValueType::Null => true,
            ValueType::Enum(texts) => {
                texts.iter().all(String::is_empty) && other.widen_enums().overlaps(&ValueType::Str)
            }
            _ => false,
        };
        if left.1.overlaps(right.1) || asks_presence((left.1, right.1)) || asks_presence((right.1, left.1)) {
            return;
        }
        for ((literal, _), (other, other_type)) in [(left, right), (right, left)] {
            if let (Some(ExprValue::Str(text)), Some(members)) = (literal.as_constant(), enum_texts(other_type)) {
                self.report_non_member(literal, text, other, &members);
                return;
            }
        }
        let (a, b) = (print_node(left.0, self.names), print_node(right.0, self.names));
        let why = format!("{a} is {}, {b} is {}: they are never equal", left.1, right.1);
        self.report_error(node, why, None);
    }

    /// Reports a text outside of the enumeration `members`.
    pub(super) fn report_non_member(&mut self, at: &ExprNode, text: &str, other: &ExprNode, members: &[String]) {
        let hint = find_nearest(text, members.iter().map(String::as_str))
            .map(|name| format!("did you mean {name:?}?"))
            .or_else(|| Some(format!("it is {}", ValueType::Enum(members.to_vec()))));
        let other = print_node(other, self.names);
        self.report_error(at, format!("{other} is never {text:?}"), hint);
    }

    /// Checks `needle in haystack`.
    pub(super) fn check_membership(&mut self, node: &ExprNode, needle: &ExprNode, haystack: &ExprNode) -> ValueType {
        let needle_type = self.check_node(needle);
        let haystack_type = self.check_operand(haystack, "a list or a map", |ty| {
            matches!(ty, ValueType::List(_) | ValueType::Map(_) | ValueType::Record { .. })
        });
        if let Some(ExprValue::List(items)) = haystack.as_constant() {
            for item in items.iter() {
                let item = ExprNode { at: haystack.at, kind: ExprNodeKind::Lit(item.clone()) };
                let item_type = self.check_node(&item);
                self.check_comparable(node, (needle, &needle_type), (&item, &item_type));
            }
            return ValueType::Bool;
        }
        let is_map = |ty: &ValueType| matches!(ty, ValueType::Map(_) | ValueType::Record { .. });
        if haystack_type.members().iter().all(is_map) {
            self.check_operand(needle, "a text", ValueType::is_text);
        }
        for member in haystack_type.members() {
            match (member, needle.as_constant()) {
                (ValueType::List(items), _) => {
                    self.check_list_member(node, (needle, &needle_type), haystack, items);
                }
                (ValueType::Record { fields, open: false }, Some(ExprValue::Str(key)))
                    if !fields.contains_key(&**key) =>
                {
                    let hint = suggest_name(key, fields.keys());
                    let of = print_node(haystack, self.names);
                    self.report_error(needle, format!("there is no field {key} in {of}"), hint);
                }
                _ => {}
            }
        }
        ValueType::Bool
    }

    /// Reports a needle that no list of `items` contains.
    pub(super) fn check_list_member(
        &mut self,
        node: &ExprNode,
        needle: (&ExprNode, &ValueType),
        list: &ExprNode,
        items: &ValueType,
    ) {
        if needle.1.overlaps(items) || items.may_be_null() && *needle.1 == ValueType::Null {
            return;
        }
        if let (Some(ExprValue::Str(text)), Some(members)) = (needle.0.as_constant(), enum_texts(items)) {
            let list = print_node(list, self.names);
            let hint =
                find_nearest(text, members.iter().map(String::as_str)).map(|name| format!("did you mean {name:?}?"));
            self.report_error(needle.0, format!("{text:?} is never in {list}"), hint);
            return;
        }
        let (a, b) = (print_node(needle.0, self.names), print_node(list, self.names));
        let why = format!("{a} is {}, each element of {b} is {items}: they are never equal", needle.1);
        self.report_error(node, why, None);
    }
}

/// The texts of an enumeration, without `null`; none for other types.
fn enum_texts(ty: &ValueType) -> Option<Vec<String>> {
    match ty.without_null() {
        ValueType::Enum(texts) => Some(texts),
        _ => None,
    }
}
