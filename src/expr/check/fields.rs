//! Names, fields and indices.

use std::collections::BTreeMap;

use super::checker::Checker;
use crate::expr::ast::Node;
use crate::expr::error::Severity;
use crate::expr::nearest::meant;
use crate::expr::print::print;
use crate::expr::reading::path_of;
use crate::expr::types::{Field, Type};
use crate::expr::value::Val;

impl Checker<'_> {
    /// The type of a root.
    pub(super) fn root(&mut self, node: &Node, slot: usize) -> Type {
        let name: &str = &self.names[slot];
        if let Some(ty) = self.types.get(name) {
            return ty.clone();
        }
        let hint = meant(name, self.types.keys());
        self.error(node, format!("there is no {name} here"), hint);
        Type::Never
    }

    /// The type of a path, without `null` if an enclosing condition ensures the presence of the path.
    pub(super) fn narrowed(&self, node: &Node, ty: Type) -> Type {
        if self.facts.is_empty() || !ty.may_be_null() {
            return ty;
        }
        match path_of(node, self.names) {
            Some(path) if self.facts.iter().any(|facts| facts.contains(&path)) => ty.not_null(),
            _ => ty,
        }
    }

    /// The type of a field, selected by a point or a constant index.
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

    /// The type of an element or an entry.
    pub(super) fn index(&mut self, node: &Node, of: &Node, key: &Node) -> Type {
        let of_type = self.node(of);
        if let Some(Val::Str(name)) = key.as_lit() {
            return self.field(node, of, &of_type, name);
        }
        let key_type =
            self.operand(key, "a text or a whole number", |ty| ty.is_text() || *ty == Type::Int || *ty == Type::Float);
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

    /// The type of a map literal.
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
                    self.operand(key, "a text", Type::is_text);
                    open = true;
                }
            }
        }
        Type::Record { fields, open }
    }
}
