//! Expressions for a field of the filtered elements of a list.

use super::ast::{ExprNodeKind, LoopMacroKind};
use super::expression::Expr;
use super::path::FieldPath;
use std::sync::Arc;

/// The parts of `<list>.filter(<name>, <condition>).<field>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilteredField {
    /// The list.
    pub list: FieldPath,
    /// The loop variable.
    pub name: Arc<str>,
    /// The condition, with `name` as a root.
    pub condition: Expr,
    /// The field of each element.
    pub field: Arc<str>,
    /// The expression `<list>.filter(<name>, <condition>)`.
    pub among: Expr,
}

impl Expr {
    /// The parts of `<list>.filter(<name>, <condition>).<field>`; none for other expressions.
    pub fn as_field_of_filtered(&self) -> Option<FilteredField> {
        let ExprNodeKind::Select(of, field) = &self.node().kind else { return None };
        let ExprNodeKind::Loop(walk) = &of.kind else { return None };
        if walk.walk != LoopMacroKind::Filter {
            return None;
        }
        let list = self.extract_part(&walk.over).as_path()?;
        // The text of the condition lacks the loop, so the variable is parsed as a root.
        let condition = Expr::parse(self.extract_part(&walk.body).text()).ok()?;
        Some(FilteredField {
            list,
            name: walk.var.clone(),
            condition,
            field: field.clone(),
            among: self.extract_part(of),
        })
    }
}
