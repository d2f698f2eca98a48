//! Comparisons that are never true.

use super::checker::Checker;
use crate::expr::ast::{Kind, Node};
use crate::expr::error::Severity;
use crate::expr::nearest::{meant, nearest};
use crate::expr::print::print;
use crate::expr::types::Type;
use crate::expr::value::Val;

impl Checker<'_> {
    /// Reports two operands of incompatible kinds: an error if certain, a warning if possible.
    pub(super) fn same_kind(
        &mut self,
        node: &Node,
        left: &Type,
        right: &Type,
        message: impl Fn(&Type, &Type) -> String,
    ) {
        let (wide_left, wide_right) = (left.widened(), right.widened());
        let mut pairs = 0;
        let mut fitting = 0;
        for a in wide_left.members() {
            for b in wide_right.members() {
                pairs += 1;
                fitting += usize::from(a.overlaps(b));
            }
        }
        let severity = match fitting {
            0 => Severity::Error,
            _ if fitting < pairs => Severity::Warning,
            _ => return,
        };
        self.note(severity, node, message(left, right), None);
    }

    /// Reports two sides that are never equal. A comparison with `null` or the empty text is no
    /// defect, because both test for presence: some documents write the empty text for an absent value.
    pub(super) fn comparable(&mut self, node: &Node, left: (&Node, &Type), right: (&Node, &Type)) {
        let asks_presence = |(side, other): (&Type, &Type)| match side {
            Type::Null => true,
            Type::Enum(texts) => texts.iter().all(String::is_empty) && other.widened().overlaps(&Type::Str),
            _ => false,
        };
        if left.1.overlaps(right.1) || asks_presence((left.1, right.1)) || asks_presence((right.1, left.1)) {
            return;
        }
        for ((literal, _), (other, other_type)) in [(left, right), (right, left)] {
            if let (Some(Val::Str(text)), Some(members)) = (literal.as_lit(), texts(other_type)) {
                self.no_member(literal, text, other, &members);
                return;
            }
        }
        let (a, b) = (print(left.0, self.names), print(right.0, self.names));
        let why = format!("{a} is {}, {b} is {}: they are never equal", left.1, right.1);
        self.error(node, why, None);
    }

    /// Reports a text outside of the enumeration `members`.
    pub(super) fn no_member(&mut self, at: &Node, text: &str, other: &Node, members: &[String]) {
        let hint = nearest(text, members.iter().map(String::as_str))
            .map(|name| format!("did you mean {name:?}?"))
            .or_else(|| Some(format!("it is {}", Type::Enum(members.to_vec()))));
        let other = print(other, self.names);
        self.error(at, format!("{other} is never {text:?}"), hint);
    }

    /// Checks `needle in haystack`.
    pub(super) fn membership(&mut self, node: &Node, needle: &Node, haystack: &Node) -> Type {
        let needle_type = self.node(needle);
        let haystack_type = self.operand(haystack, "a list or a map", |ty| {
            matches!(ty, Type::List(_) | Type::Map(_) | Type::Record { .. })
        });
        if let Some(Val::List(items)) = haystack.as_lit() {
            for item in items.iter() {
                let item = Node { at: haystack.at, kind: Kind::Lit(item.clone()) };
                let item_type = self.node(&item);
                self.comparable(node, (needle, &needle_type), (&item, &item_type));
            }
            return Type::Bool;
        }
        let is_map = |ty: &Type| matches!(ty, Type::Map(_) | Type::Record { .. });
        if haystack_type.members().iter().all(is_map) {
            self.operand(needle, "a text", Type::is_text);
        }
        for member in haystack_type.members() {
            match (member, needle.as_lit()) {
                (Type::List(items), _) => {
                    self.member_of(node, (needle, &needle_type), haystack, items);
                }
                (Type::Record { fields, open: false }, Some(Val::Str(key))) if !fields.contains_key(&**key) => {
                    let hint = meant(key, fields.keys());
                    let of = print(haystack, self.names);
                    self.error(needle, format!("there is no field {key} in {of}"), hint);
                }
                _ => {}
            }
        }
        Type::Bool
    }

    /// Reports a needle that no list of `items` contains.
    pub(super) fn member_of(&mut self, node: &Node, needle: (&Node, &Type), list: &Node, items: &Type) {
        if needle.1.overlaps(items) || items.may_be_null() && *needle.1 == Type::Null {
            return;
        }
        if let (Some(Val::Str(text)), Some(members)) = (needle.0.as_lit(), texts(items)) {
            let list = print(list, self.names);
            let hint = nearest(text, members.iter().map(String::as_str)).map(|name| format!("did you mean {name:?}?"));
            self.error(needle.0, format!("{text:?} is never in {list}"), hint);
            return;
        }
        let (a, b) = (print(needle.0, self.names), print(list, self.names));
        let why = format!("{a} is {}, each element of {b} is {items}: they are never equal", needle.1);
        self.error(node, why, None);
    }
}

/// The texts of an enumeration, without `null`; none for other types.
fn texts(ty: &Type) -> Option<Vec<String>> {
    match ty.not_null() {
        Type::Enum(texts) => Some(texts),
        _ => None,
    }
}
