//! Finds, before any value is seen, what cannot be right in an expression.

mod comparing;
mod fields;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::expr::ast::{Binary, Func, Kind, Loop, Node, Walk};
use crate::expr::expression::Expr;
use crate::expr::facts::{Facts, facts};
use crate::expr::mine::path_of;
use crate::expr::print::print;
use crate::expr::types::Type;

/// Something about the types of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeError {
    /// Where in the text of the expression, in bytes.
    pub offset: usize,
    /// What is wrong, or may go wrong.
    pub message: String,
    /// What might be meant, or what to do.
    pub hint: Option<String>,
    /// Whether it is certain.
    pub severity: Severity,
}

/// How bad a [`TypeError`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It may fail, on documents that the types allow.
    Warning,
    /// It fails, or means nothing, whatever the documents are.
    Error,
}

/// Checks an expression whose roots have the types `roots`; returns the type of
/// its value and what is wrong, in source order.
///
/// Found are names and fields that are not there, comparisons that can never
/// be equal (among them texts that are no member of an enumeration), operands
/// and arguments of a wrong type, and, as warnings, uses of a value that may be
/// absent where an absent one would fail.
pub fn check(expr: &Expr, roots: &BTreeMap<String, Type>) -> (Type, Vec<TypeError>) {
    let mut checker =
        Checker { names: expr.roots(), types: roots, facts: Vec::new(), vars: Vec::new(), found: Vec::new() };
    let ty = checker.node(expr.node());
    let mut found = checker.found;
    found.sort_by(|a, b| (a.offset, &a.message).cmp(&(b.offset, &b.message)));
    found.dedup();
    (ty, found)
}

struct Checker<'a> {
    names: &'a [Arc<str>],
    types: &'a BTreeMap<String, Type>,
    /// What is known to be there, by enclosing condition.
    facts: Vec<Facts>,
    /// The loop variables, innermost last.
    vars: Vec<Type>,
    found: Vec<TypeError>,
}

impl Checker<'_> {
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
                let ty = self.operand(of, "a number", is_number);
                self.number(&[ty])
            }
            Kind::Binary(op, two) => self.binary(node, *op, two),
            Kind::Call(func, args) => self.call(*func, args),
            Kind::Matches(of, _) => {
                self.operand(of, "a text", is_text);
                Type::Bool
            }
            Kind::Loop(walk) => self.walk(walk),
        }
    }

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

    fn node_where(&mut self, node: &Node, condition: &Node, truth: bool) -> Type {
        self.facts.push(facts(condition, truth, self.names));
        let ty = self.node(node);
        self.facts.pop();
        ty
    }

    /// Checks a node in a place that does not take `null`, and that takes only
    /// certain types; returns its type without the rest.
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
                .map(|path| format!("ask has({path}) first"));
            self.note(Severity::Warning, node, format!("{text} may be absent, and {wanted} is needed here"), hint);
        }
        Type::union(fitting)
    }

    pub(super) fn number(&self, types: &[Type]) -> Type {
        let whole = types.iter().all(|ty| *ty == Type::Int);
        if whole { Type::Int } else { Type::Float }
    }

    fn binary(&mut self, node: &Node, op: Binary, two: &(Node, Node)) -> Type {
        match op {
            Binary::Eq | Binary::Ne => {
                let left = self.node(&two.0);
                let right = self.node(&two.1);
                self.comparable(node, (&two.0, &left), (&two.1, &right));
                Type::Bool
            }
            Binary::In => self.membership(node, &two.0, &two.1),
            Binary::Lt | Binary::Le | Binary::Gt | Binary::Ge => {
                let wanted = "a number, a text or a truth value";
                let left = self.operand(&two.0, wanted, is_ordered);
                let right = self.operand(&two.1, wanted, is_ordered);
                self.same_kind(node, &left, &right, |left, right| format!("{left} and {right} have no order"));
                Type::Bool
            }
            _ => self.arithmetic(node, op, two),
        }
    }

    fn arithmetic(&mut self, node: &Node, op: Binary, two: &(Node, Node)) -> Type {
        let (wanted, fits): (&str, fn(&Type) -> bool) = match op {
            Binary::Add => {
                ("a number, a text or a list", |ty| is_number(ty) || is_text(ty) || matches!(ty, Type::List(_)))
            }
            Binary::Rem => ("a whole number", |ty| *ty == Type::Int),
            _ => ("a number", is_number),
        };
        let left = self.operand(&two.0, wanted, fits);
        let right = self.operand(&two.1, wanted, fits);
        self.same_kind(node, &left, &right, |left, right| format!("{} does not go with {left} and {right}", op.sign()));
        let (wide_left, wide_right) = (widened(&left), widened(&right));
        match (&wide_left, &wide_right) {
            (Type::Never, _) | (_, Type::Never) => Type::Never,
            (Type::List(a), Type::List(b)) => Type::List(Box::new(Type::union([(**a).clone(), (**b).clone()]))),
            (Type::Str, _) | (_, Type::Str) => Type::Str,
            (a, b) if is_number(a) && is_number(b) => self.number(&[wide_left, wide_right]),
            _ => Type::Any,
        }
    }

    fn call(&mut self, func: Func, args: &[Node]) -> Type {
        match func {
            Func::Size => {
                self.operand(&args[0], "a text, a list or a map", |ty| {
                    is_text(ty) || matches!(ty, Type::List(_) | Type::Map(_) | Type::Record { .. })
                });
                Type::Int
            }
            Func::Contains | Func::StartsWith | Func::EndsWith | Func::Matches => {
                for arg in args {
                    self.operand(arg, "a text", is_text);
                }
                Type::Bool
            }
            Func::LowerAscii | Func::UpperAscii => {
                self.operand(&args[0], "a text", is_text);
                Type::Str
            }
            Func::Int | Func::Double => {
                self.operand(&args[0], "a number or a text", |ty| is_number(ty) || is_text(ty));
                if func == Func::Int { Type::Int } else { Type::Float }
            }
            Func::String => {
                self.operand(&args[0], "a number, a text or a truth value", is_ordered);
                Type::Str
            }
            Func::VersionAtLeast => {
                // No version is a version too: a call may name none.
                self.node(&args[0]);
                self.operand(&args[1], "a version as text", is_text);
                Type::Bool
            }
            Func::Min | Func::Max => {
                let list = self.operand(&args[0], "a list", |ty| matches!(ty, Type::List(_)));
                let items = elements(&list);
                self.same_kind(&args[0], &items, &items, |items, _| format!("{items} have no order among themselves"));
                items
            }
        }
    }

    fn walk(&mut self, walk: &Loop) -> Type {
        let over = self.operand(&walk.over, "a list or a map", |ty| {
            matches!(ty, Type::List(_) | Type::Map(_) | Type::Record { .. })
        });
        let items = elements(&over);
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

    pub(super) fn error(&mut self, node: &Node, message: String, hint: Option<String>) {
        self.note(Severity::Error, node, message, hint);
    }

    pub(super) fn note(&mut self, severity: Severity, node: &Node, message: String, hint: Option<String>) {
        self.found.push(TypeError { offset: node.at as usize, message, hint, severity });
    }
}

/// The type of what a loop over a value walks: elements, or keys.
fn elements(ty: &Type) -> Type {
    Type::union(ty.members().iter().map(|member| match member {
        Type::List(items) => (**items).clone(),
        Type::Map(_) | Type::Record { .. } => Type::Str,
        other => other.clone(),
    }))
}

/// The type with its enumerations forgotten.
fn widened(ty: &Type) -> Type {
    Type::union(ty.members().iter().map(|member| match member {
        Type::Enum(_) => Type::Str,
        other => other.clone(),
    }))
}

fn is_number(ty: &Type) -> bool {
    matches!(ty, Type::Int | Type::Float)
}

fn is_text(ty: &Type) -> bool {
    matches!(ty, Type::Str | Type::Enum(_))
}

fn is_ordered(ty: &Type) -> bool {
    is_number(ty) || is_text(ty) || *ty == Type::Bool
}
