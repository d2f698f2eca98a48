//! Names, fields and indices.

use std::collections::BTreeMap;

use super::checker::TypeChecker;
use crate::expr::ast::ExprNode;
use crate::expr::error::TypeErrorSeverity;
use crate::expr::nearest::suggest_name;
use crate::expr::print::print_node;
use crate::expr::reading::find_path;
use crate::expr::types::{RecordField, ValueType};
use crate::expr::value::ExprValue;

impl TypeChecker<'_> {
    /// The type of a root.
    pub(super) fn check_root(&mut self, node: &ExprNode, slot: usize) -> ValueType {
        let name: &str = &self.names[slot];
        if let Some(ty) = self.types.get(name) {
            return ty.clone();
        }
        let hint = suggest_name(name, self.types.keys());
        self.report_error(node, format!("there is no {name} here"), hint);
        ValueType::Never
    }

    /// The type of a path, without `null` if an enclosing condition ensures the presence of the path.
    pub(super) fn narrow_type(&self, node: &ExprNode, ty: ValueType) -> ValueType {
        if self.facts.is_empty() || !ty.may_be_null() {
            return ty;
        }
        match find_path(node, self.names) {
            Some(path) if self.facts.iter().any(|facts| facts.contains(&path)) => ty.without_null(),
            _ => ty,
        }
    }

    /// The type of a field, selected by a point or a constant index.
    pub(super) fn check_field(&mut self, node: &ExprNode, of: &ExprNode, of_type: &ValueType, key: &str) -> ValueType {
        let mut types = Vec::new();
        let mut others: Vec<&String> = Vec::new();
        for member in of_type.members() {
            match member {
                ValueType::Any | ValueType::Never | ValueType::Null => types.push(member.clone()),
                ValueType::Map(values) => types.push((**values).clone().or_null()),
                ValueType::Record { fields, open } => match fields.get(key) {
                    Some(field) if field.optional => types.push(field.ty.clone().or_null()),
                    Some(field) => types.push(field.ty.clone()),
                    None if *open => types.push(ValueType::Any),
                    None => others.extend(fields.keys()),
                },
                _ => {}
            }
        }
        if types.iter().any(|ty| *ty != ValueType::Null) || *of_type == ValueType::Null {
            let fieldless = |ty: &&ValueType| {
                !matches!(
                    ty,
                    ValueType::Any | ValueType::Never | ValueType::Null | ValueType::Map(_) | ValueType::Record { .. }
                )
            };
            if let Some(other) = of_type.members().iter().find(fieldless) {
                let of = print_node(of, self.names);
                let why = format!("{of} may be {other}, which has no fields");
                self.report_finding(TypeErrorSeverity::Warning, node, why, None);
            }
            return if others.is_empty() { ValueType::union(types) } else { ValueType::union(types).or_null() };
        }
        if *of_type == ValueType::Never {
            return ValueType::Never;
        }
        let of = print_node(of, self.names);
        if others.is_empty() {
            self.report_error(node, format!("{of} is {of_type} and has no fields"), None);
        } else {
            let hint = suggest_name(key, others);
            self.report_error(node, format!("there is no field {key} in {of}"), hint);
        }
        ValueType::Never
    }

    /// The type of an element or an entry.
    pub(super) fn check_index(&mut self, node: &ExprNode, of: &ExprNode, key: &ExprNode) -> ValueType {
        let of_type = self.check_node(of);
        if let Some(ExprValue::Str(name)) = key.as_constant() {
            return self.check_field(node, of, &of_type, name);
        }
        let key_type = self.check_operand(key, "a text or a whole number", |ty| {
            ty.is_text() || *ty == ValueType::Int || *ty == ValueType::Float
        });
        let mut types = Vec::new();
        for member in of_type.members() {
            match member {
                ValueType::Any | ValueType::Never | ValueType::Null => types.push(member.clone()),
                ValueType::List(items) if key_type.overlaps(&ValueType::Int) => types.push((**items).clone()),
                ValueType::Map(values) if key_type.overlaps(&ValueType::Str) => {
                    types.push((**values).clone().or_null());
                }
                ValueType::Record { fields, open } if key_type.overlaps(&ValueType::Str) => {
                    types.extend(fields.values().map(|field| field.ty.clone()));
                    types.push(if *open { ValueType::Any } else { ValueType::Null });
                }
                _ => {}
            }
        }
        if types.is_empty() && of_type != ValueType::Never {
            let of = print_node(of, self.names);
            let why = format!("{of} is {of_type} and cannot be indexed with {key_type}");
            self.report_error(node, why, None);
        }
        ValueType::union(types)
    }

    /// The type of a map literal.
    pub(super) fn check_map(&mut self, entries: &[(ExprNode, ExprNode)]) -> ValueType {
        let mut fields = BTreeMap::new();
        let mut open = false;
        for (key, val) in entries {
            let ty = self.check_node(val);
            match key.as_constant() {
                Some(ExprValue::Str(name)) => {
                    fields.insert(name.to_string(), RecordField { ty, optional: false });
                }
                _ => {
                    self.check_operand(key, "a text", ValueType::is_text);
                    open = true;
                }
            }
        }
        ValueType::Record { fields, open }
    }
}
