//! Names, fields and indices.

use std::collections::BTreeMap;

use super::{Checker, Severity, is_text};
use crate::expr::ast::Node;
use crate::expr::mine::path_of;
use crate::expr::nearest::nearest;
use crate::expr::print::print;
use crate::expr::types::{Field, Type};
use crate::expr::value::Val;

/// More names than this in a hint help nobody.
const NAMES_MAX: usize = 12;

impl Checker<'_> {
    pub(super) fn root(&mut self, node: &Node, slot: usize) -> Type {
        let name: &str = &self.names[slot];
        if let Some(ty) = self.types.get(name) {
            return ty.clone();
        }
        let hint = meant(name, self.types.keys());
        self.error(node, format!("there is no {name} here"), hint);
        Type::Never
    }

    /// The type of a path without `null`, where a condition around says that
    /// the path is there.
    pub(super) fn narrowed(&self, node: &Node, ty: Type) -> Type {
        if self.facts.is_empty() || !ty.may_be_null() {
            return ty;
        }
        match path_of(node, self.names) {
            Some(path) if self.facts.iter().any(|facts| facts.contains(&path)) => ty.not_null(),
            _ => ty,
        }
    }

    pub(super) fn field(&mut self, node: &Node, of: &Node, of_type: &Type, key: &str) -> Type {
        let mut types = Vec::new();
        let mut others: Vec<&String> = Vec::new();
        for member in of_type.members() {
            match member {
                Type::Any | Type::Never | Type::Null => types.push(member.clone()),
                Type::Map(values) => types.push((**values).clone().or_null()),
                Type::Record { fields, open } => match fields.get(key) {
                    Some(field) if field.optional => types.push(field.ty.clone().or_null()),
                    Some(field) => types.push(field.ty.clone()),
                    None if *open => types.push(Type::Any),
                    None => others.extend(fields.keys()),
                },
                _ => {}
            }
        }
        if types.iter().any(|ty| *ty != Type::Null) || *of_type == Type::Null {
            let fieldless =
                |ty: &&Type| !matches!(ty, Type::Any | Type::Never | Type::Null | Type::Map(_) | Type::Record { .. });
            if let Some(other) = of_type.members().iter().find(fieldless) {
                let of = print(of, self.names);
                let why = format!("{of} may be {other}, which has no fields");
                self.note(Severity::Warning, node, why, None);
            }
            return if others.is_empty() { Type::union(types) } else { Type::union(types).or_null() };
        }
        if *of_type == Type::Never {
            return Type::Never;
        }
        let of = print(of, self.names);
        if others.is_empty() {
            self.error(node, format!("{of} is {of_type} and has no fields"), None);
        } else {
            let hint = meant(key, others);
            self.error(node, format!("there is no field {key} in {of}"), hint);
        }
        Type::Never
    }

    pub(super) fn index(&mut self, node: &Node, of: &Node, key: &Node) -> Type {
        let of_type = self.node(of);
        if let Some(Val::Str(name)) = key.as_lit() {
            return self.field(node, of, &of_type, name);
        }
        let key_type =
            self.operand(key, "a text or a whole number", |ty| is_text(ty) || *ty == Type::Int || *ty == Type::Float);
        let mut types = Vec::new();
        for member in of_type.members() {
            match member {
                Type::Any | Type::Never | Type::Null => types.push(member.clone()),
                Type::List(items) if key_type.overlaps(&Type::Int) => types.push((**items).clone()),
                Type::Map(values) if key_type.overlaps(&Type::Str) => {
                    types.push((**values).clone().or_null());
                }
                Type::Record { fields, open } if key_type.overlaps(&Type::Str) => {
                    types.extend(fields.values().map(|field| field.ty.clone()));
                    types.push(if *open { Type::Any } else { Type::Null });
                }
                _ => {}
            }
        }
        if types.is_empty() && of_type != Type::Never {
            let of = print(of, self.names);
            let why = format!("{of} is {of_type} and cannot be indexed with {key_type}");
            self.error(node, why, None);
        }
        Type::union(types)
    }

    pub(super) fn map(&mut self, entries: &[(Node, Node)]) -> Type {
        let mut fields = BTreeMap::new();
        let mut open = false;
        for (key, val) in entries {
            let ty = self.node(val);
            match key.as_lit() {
                Some(Val::Str(name)) => {
                    fields.insert(name.to_string(), Field { ty, optional: false });
                }
                _ => {
                    self.operand(key, "a text", is_text);
                    open = true;
                }
            }
        }
        Type::Record { fields, open }
    }
}

/// What a name that is not known may have been meant to be.
pub(super) fn meant<'a>(name: &str, known: impl IntoIterator<Item = &'a String>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().map(String::as_str).collect();
    if let Some(name) = nearest(name, known.iter().copied()) {
        return Some(format!("did you mean {name}?"));
    }
    let shown = &known[..known.len().min(NAMES_MAX)];
    (!shown.is_empty()).then(|| format!("there are {}", shown.join(", ")))
}
