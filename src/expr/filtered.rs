//! Expressions for a field of the filtered elements of a list.

use super::ast::{Kind, Walk};
use super::expression::Expr;
use super::path::Path;
use std::sync::Arc;

/// The parts of `<list>.filter(<name>, <condition>).<field>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filtered {
    /// The list.
    pub list: Path,
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
    pub fn as_field_of_filtered(&self) -> Option<Filtered> {
        let Kind::Select(of, field) = &self.node().kind else { return None };
        let Kind::Loop(walk) = &of.kind else { return None };
        if walk.walk != Walk::Filter {
            return None;
        }
        let list = self.part(&walk.over).as_path()?;
        // The text of the condition lacks the loop, so the variable is parsed as a root.
        let condition = Expr::parse(self.part(&walk.body).text()).ok()?;
        Some(Filtered { list, name: walk.var.clone(), condition, field: field.clone(), among: self.part(of) })
    }
}
