//! Comparisons that can never hold.

use super::fields::meant;
use super::{Checker, Severity, is_text, widened};
use crate::expr::ast::{Kind, Node};
use crate::expr::nearest::nearest;
use crate::expr::print::print;
use crate::expr::types::Type;
use crate::expr::value::Val;

impl Checker<'_> {
    /// Reports two operands that are, or may be, of kinds that do not go
    /// together.
    pub(super) fn same_kind(
        &mut self,
        node: &Node,
        left: &Type,
        right: &Type,
        message: impl Fn(&Type, &Type) -> String,
    ) {
        let (wide_left, wide_right) = (widened(left), widened(right));
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

    /// Reports two sides of an equality that can never be equal. Comparing with
    /// `null` asks for presence, and with the empty text, as documents use it
    /// for absence, so those are left alone.
    pub(super) fn comparable(&mut self, node: &Node, left: (&Node, &Type), right: (&Node, &Type)) {
        let asks_presence = |(side, other): (&Type, &Type)| match side {
            Type::Null => true,
            Type::Enum(texts) => texts.iter().all(String::is_empty) && widened(other).overlaps(&Type::Str),
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

    pub(super) fn no_member(&mut self, at: &Node, text: &str, other: &Node, members: &[String]) {
        let hint = nearest(text, members.iter().map(String::as_str))
            .map(|name| format!("did you mean {name:?}?"))
            .or_else(|| Some(format!("it is {}", Type::Enum(members.to_vec()))));
        let other = print(other, self.names);
        self.error(at, format!("{other} is never {text:?}"), hint);
    }

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
            self.operand(needle, "a text", is_text);
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
        let why = format!("{a} is {}, which is never in {b}: it has {items}", needle.1);
        self.error(node, why, None);
    }
}

/// The texts that a type is limited to, apart from `null`.
fn texts(ty: &Type) -> Option<Vec<String>> {
    match ty.not_null() {
        Type::Enum(texts) => Some(texts),
        _ => None,
    }
}
