//! Expressions that name a field of each element of a list.

use super::ast::{Kind, Walk};
use super::expression::Expr;
use super::path::Path;
use std::sync::Arc;

/// The parts of `<list>.filter(<name>, <condition>).<field>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filtered {
    pub list: Path,
    pub name: Arc<str>,
    /// `name` is a root in it.
    pub condition: Expr,
    pub field: Arc<str>,
    /// `<list>.filter(<name>, <condition>)`.
    pub among: Expr,
}

impl Expr {
    /// The parts of an expression that names a field of those elements of a list for which
    /// a condition holds.
    pub fn as_field_of_filtered(&self) -> Option<Filtered> {
        let Kind::Select(of, field) = &self.node().kind else { return None };
        let Kind::Loop(walk) = &of.kind else { return None };
        if walk.walk != Walk::Filter {
            return None;
        }
        let list = self.part(&walk.over).as_path()?;
        // The loop is gone in the text of its condition, so that its variable is read as a root.
        let condition = Expr::parse(self.part(&walk.body).text()).ok()?;
        Some(Filtered { list, name: walk.var.clone(), condition, field: field.clone(), among: self.part(of) })
    }
}
