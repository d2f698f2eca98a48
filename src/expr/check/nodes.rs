//! Nodes, conditions and macros.

use super::checker::Checker;
use crate::expr::ast::{Kind, Loop, Node, Walk};
use crate::expr::error::Severity;
use crate::expr::facts::{Facts, facts};
use crate::expr::print::print;
use crate::expr::reading::path_of;
use crate::expr::types::Type;

impl Checker<'_> {
    /// Checks a node; returns the type of its value.
    pub(super) fn node(&mut self, node: &Node) -> Type {
        match &node.kind {
            Kind::Lit(val) => Type::of_val(val),
            Kind::Root(slot) => {
                let ty = self.root(node, usize::from(*slot));
                self.narrowed(node, ty)
            }
            Kind::Local(_, up) => self.vars[self.vars.len() - 1 - usize::from(*up)].clone(),
            Kind::Select(of, key) => {
                let of_type = self.node(of);
                let ty = self.field(node, of, &of_type, key);
                self.narrowed(node, ty)
            }
            Kind::Index(of, key) => {
                let ty = self.index(node, of, key);
                self.narrowed(node, ty)
            }
            Kind::Has(of) => {
                self.node(of);
                Type::Bool
            }
            Kind::List(items) => {
                let items: Vec<Type> = items.iter().map(|item| self.node(item)).collect();
                Type::List(Box::new(Type::union(items)))
            }
            Kind::Map(entries) => self.map(entries),
            Kind::Not(of) => {
                self.condition(of);
                Type::Bool
            }
            Kind::And(terms) => self.junction(terms, true),
            Kind::Or(terms) => self.junction(terms, false),
            Kind::Cond(three) => {
                self.condition(&three.0);
                let then = self.node_where(&three.1, &three.0, true);
                let otherwise = self.node_where(&three.2, &three.0, false);
                Type::union([then, otherwise])
            }
            Kind::Negate(of) => {
                let ty = self.operand(of, "a number", Type::is_number);
                self.number(&[ty])
            }
            Kind::Binary(op, two) => self.binary(node, *op, two),
            Kind::Call(func, args) => self.call(*func, args),
            Kind::Matches(of, _) => {
                self.operand(of, "a text", Type::is_text);
                Type::Bool
            }
            Kind::Loop(walk) => self.walk(walk),
        }
    }

    /// Checks the terms of `&&` or `||`. A term counts only if no other term decides.
    fn junction(&mut self, terms: &[Node], truth: bool) -> Type {
        let known: Vec<Facts> = terms.iter().map(|term| facts(term, truth, self.names)).collect();
        for (i, term) in terms.iter().enumerate() {
            let before = self.facts.len();
            self.facts.extend(known[..i].iter().chain(&known[i + 1..]).filter(|facts| !facts.is_empty()).cloned());
            self.condition(term);
            self.facts.truncate(before);
        }
        Type::Bool
    }

    fn condition(&mut self, node: &Node) {
        self.operand(node, "a condition", |ty| *ty == Type::Bool);
    }

    /// Checks a node that counts only if `condition` is `truth`.
    fn node_where(&mut self, node: &Node, condition: &Node, truth: bool) -> Type {
        self.facts.push(facts(condition, truth, self.names));
        let ty = self.node(node);
        self.facts.pop();
        ty
    }

    /// Checks a node in a place that accepts only the types that `fits` accepts, and not `null`;
    /// returns the accepted part of the type of the node.
    pub(super) fn operand(&mut self, node: &Node, wanted: &str, fits: fn(&Type) -> bool) -> Type {
        let ty = self.node(node);
        let fits = |member: &&Type| fits(member) || matches!(member, Type::Any | Type::Never);
        let fitting: Vec<Type> = ty.members().iter().filter(fits).cloned().collect();
        if fitting.is_empty() && ty != Type::Never {
            let text = print(node, self.names);
            self.error(node, format!("{text} is {ty}, where {wanted} is needed"), None);
            return Type::Never;
        }
        let rest = ty.members().iter().filter(|member| !fits(member) && **member != Type::Null);
        let rest = Type::union(rest.cloned());
        if rest != Type::Never {
            let text = print(node, self.names);
            let why = format!("{text} may be {rest}, and {wanted} is needed here");
            self.note(Severity::Warning, node, why, None);
        }
        if ty.may_be_null() {
            let text = print(node, self.names);
            let hint = path_of(node, self.names)
                .filter(|path| !path.keys.is_empty())
                .map(|path| format!("test has({path}) first"));
            self.note(Severity::Warning, node, format!("{text} may be absent, and {wanted} is needed here"), hint);
        }
        Type::union(fitting)
    }

    fn walk(&mut self, walk: &Loop) -> Type {
        let over = self.operand(&walk.over, "a list or a map", |ty| {
            matches!(ty, Type::List(_) | Type::Map(_) | Type::Record { .. })
        });
        let items = over.elements();
        self.vars.push(items.clone());
        let ty = match walk.walk {
            Walk::Map => {
                let ty = match &walk.filter {
                    Some(filter) => {
                        self.condition(filter);
                        self.node_where(&walk.body, filter, true)
                    }
                    None => self.node(&walk.body),
                };
                Type::List(Box::new(ty))
            }
            Walk::Filter => {
                self.condition(&walk.body);
                Type::List(Box::new(items))
            }
            _ => {
                self.condition(&walk.body);
                Type::Bool
            }
        };
        self.vars.pop();
        ty
    }
}
