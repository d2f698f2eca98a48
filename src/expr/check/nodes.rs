//! Nodes, conditions and macros.

use super::checker::TypeChecker;
use crate::expr::ast::{ExprNode, ExprNodeKind, LoopMacro, LoopMacroKind};
use crate::expr::error::TypeErrorSeverity;
use crate::expr::present_paths::{PresentPaths, find_present_paths};
use crate::expr::print::print_node;
use crate::expr::reading::find_path;
use crate::expr::types::ValueType;

impl TypeChecker<'_> {
    /// Checks a node; returns the type of its value.
    pub(super) fn check_node(&mut self, node: &ExprNode) -> ValueType {
        self.check_constant(node);
        match &node.kind {
            ExprNodeKind::Lit(val) => ValueType::of_val(val),
            ExprNodeKind::Root(slot) => {
                let ty = self.check_root(node, usize::from(*slot));
                self.narrow_type(node, ty)
            }
            ExprNodeKind::Local(_, up) => self.vars[self.vars.len() - 1 - usize::from(*up)].clone(),
            ExprNodeKind::Select(of, key) => {
                let of_type = self.check_node(of);
                let ty = self.check_field(node, of, &of_type, key);
                self.narrow_type(node, ty)
            }
            ExprNodeKind::Index(of, key) => {
                let ty = self.check_index(node, of, key);
                self.narrow_type(node, ty)
            }
            ExprNodeKind::Has(of) => {
                self.check_node(of);
                ValueType::Bool
            }
            ExprNodeKind::List(items) => {
                let items: Vec<ValueType> = items.iter().map(|item| self.check_node(item)).collect();
                ValueType::List(Box::new(ValueType::union(items)))
            }
            ExprNodeKind::Map(entries) => self.check_map(entries),
            ExprNodeKind::Not(of) => {
                self.check_condition(of);
                ValueType::Bool
            }
            ExprNodeKind::And(terms) => self.check_junction(terms, true),
            ExprNodeKind::Or(terms) => self.check_junction(terms, false),
            ExprNodeKind::Cond(three) => {
                self.check_condition(&three.0);
                let then = self.check_under_condition(&three.1, &three.0, true);
                let otherwise = self.check_under_condition(&three.2, &three.0, false);
                ValueType::union([then, otherwise])
            }
            ExprNodeKind::Negate(of) => {
                let ty = self.check_operand(of, "a number", ValueType::is_number);
                self.join_numbers(&[ty])
            }
            ExprNodeKind::Binary(op, two) => self.check_binary(node, *op, two),
            ExprNodeKind::Call(func, args) => self.check_call(*func, args),
            ExprNodeKind::Matches(of, _) => {
                self.check_operand(of, "a text", ValueType::is_text);
                ValueType::Bool
            }
            ExprNodeKind::Loop(walk) => self.check_loop(walk),
        }
    }

    /// Checks the terms of `&&` or `||`. A term counts only if no other term decides.
    fn check_junction(&mut self, terms: &[ExprNode], truth: bool) -> ValueType {
        let known: Vec<PresentPaths> = terms.iter().map(|term| find_present_paths(term, truth, self.names)).collect();
        for (i, term) in terms.iter().enumerate() {
            let before = self.facts.len();
            self.facts.extend(known[..i].iter().chain(&known[i + 1..]).filter(|facts| !facts.is_empty()).cloned());
            self.check_condition(term);
            self.facts.truncate(before);
        }
        ValueType::Bool
    }

    fn check_condition(&mut self, node: &ExprNode) {
        self.check_operand(node, "a condition", |ty| *ty == ValueType::Bool);
    }

    /// Checks a node that counts only if `condition` is `truth`.
    fn check_under_condition(&mut self, node: &ExprNode, condition: &ExprNode, truth: bool) -> ValueType {
        self.facts.push(find_present_paths(condition, truth, self.names));
        let ty = self.check_node(node);
        self.facts.pop();
        ty
    }

    /// Checks a node in a place that accepts only the types that `fits` accepts, and not `null`;
    /// returns the accepted part of the type of the node.
    pub(super) fn check_operand(&mut self, node: &ExprNode, wanted: &str, fits: fn(&ValueType) -> bool) -> ValueType {
        let ty = self.check_node(node);
        let fits = |member: &&ValueType| fits(member) || matches!(member, ValueType::Any | ValueType::Never);
        let fitting: Vec<ValueType> = ty.members().iter().filter(fits).cloned().collect();
        if fitting.is_empty() && ty != ValueType::Never {
            let text = print_node(node, self.names);
            self.report_error(node, format!("{text} is {ty}, where {wanted} is needed"), None);
            return ValueType::Never;
        }
        let rest = ty.members().iter().filter(|member| !fits(member) && **member != ValueType::Null);
        let rest = ValueType::union(rest.cloned());
        if rest != ValueType::Never {
            let text = print_node(node, self.names);
            let why = format!("{text} may be {rest}, and {wanted} is needed here");
            self.report_finding(TypeErrorSeverity::Warning, node, why, None);
        }
        if ty.may_be_null() {
            let text = print_node(node, self.names);
            let hint = find_path(node, self.names)
                .filter(|path| !path.keys.is_empty())
                .map(|path| format!("test has({path}) first"));
            self.report_finding(
                TypeErrorSeverity::Warning,
                node,
                format!("{text} may be absent, and {wanted} is needed here"),
                hint,
            );
        }
        ValueType::union(fitting)
    }

    fn check_loop(&mut self, walk: &LoopMacro) -> ValueType {
        let over = self.check_operand(&walk.over, "a list or a map", |ty| {
            matches!(ty, ValueType::List(_) | ValueType::Map(_) | ValueType::Record { .. })
        });
        let items = over.element_type();
        self.vars.push(items.clone());
        let ty = match walk.walk {
            LoopMacroKind::Map => {
                let ty = match &walk.filter {
                    Some(filter) => {
                        self.check_condition(filter);
                        self.check_under_condition(&walk.body, filter, true)
                    }
                    None => self.check_node(&walk.body),
                };
                ValueType::List(Box::new(ty))
            }
            LoopMacroKind::Filter => {
                self.check_condition(&walk.body);
                ValueType::List(Box::new(items))
            }
            _ => {
                self.check_condition(&walk.body);
                ValueType::Bool
            }
        };
        self.vars.pop();
        ty
    }
}
