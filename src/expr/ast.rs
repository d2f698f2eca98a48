//! The tree of an expression.

use std::fmt;
use std::sync::Arc;

use regex::Regex;

use super::value::Val;

/// A node of the tree.
#[derive(Clone)]
pub(super) struct Node {
    /// Byte offset into the source text.
    pub at: u32,
    pub kind: Kind,
}

/// The content of a node.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A constant, including lists and maps of constants.
    Lit(Val),
    /// A free identifier, as index into the expression's table of roots.
    Root(u16),
    /// The variable of an enclosing loop, counted from the innermost.
    Local(Arc<str>, u16),
    Select(Box<Node>, Arc<str>),
    Index(Box<Node>, Box<Node>),
    /// `has(..)` with a select or an index.
    Has(Box<Node>),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
    Not(Box<Node>),
    Negate(Box<Node>),
    /// Two or more terms, none an `And`.
    And(Vec<Node>),
    /// Two or more terms, none an `Or`.
    Or(Vec<Node>),
    Cond(Box<(Node, Node, Node)>),
    Binary(Binary, Box<(Node, Node)>),
    Call(Func, Vec<Node>),
    /// `matches` with a constant pattern, compiled once.
    Matches(Box<Node>, Regex),
    Loop(Box<Loop>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Func {
    Size,
    Contains,
    StartsWith,
    EndsWith,
    Matches,
    LowerAscii,
    UpperAscii,
    Int,
    Double,
    String,
    Min,
    Max,
    VersionAtLeast,
}

/// A macro over the elements of a list or the keys of a map.
#[derive(Clone, Debug)]
pub(super) struct Loop {
    pub walk: Walk,
    pub over: Node,
    pub var: Arc<str>,
    /// The condition of `map` with three arguments.
    pub filter: Option<Node>,
    pub body: Node,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Walk {
    All,
    Exists,
    ExistsOne,
    Map,
    Filter,
}

impl Node {
    /// Calls `visit` with each direct part of the node, in source order.
    pub fn for_each_part<'a>(&'a self, mut visit: impl FnMut(&'a Node)) {
        match &self.kind {
            Kind::Lit(_) | Kind::Root(_) | Kind::Local(..) => {}
            Kind::Select(of, _) | Kind::Has(of) | Kind::Not(of) | Kind::Negate(of) => visit(of),
            Kind::Matches(of, _) => visit(of),
            Kind::Index(of, key) => {
                visit(of);
                visit(key);
            }
            Kind::List(items) | Kind::Call(_, items) | Kind::And(items) | Kind::Or(items) => {
                items.iter().for_each(visit)
            }
            Kind::Map(entries) => {
                for (key, val) in entries {
                    visit(key);
                    visit(val);
                }
            }
            Kind::Binary(_, two) => {
                visit(&two.0);
                visit(&two.1);
            }
            Kind::Cond(three) => {
                visit(&three.0);
                visit(&three.1);
                visit(&three.2);
            }
            Kind::Loop(walk) => {
                visit(&walk.over);
                walk.filter.iter().for_each(&mut visit);
                visit(&walk.body);
            }
        }
    }

    /// Replaces each root index by `to` of the index.
    pub fn renumber_roots(&mut self, to: &impl Fn(u16) -> u16) {
        if let Kind::Root(slot) = &mut self.kind {
            *slot = to(*slot);
        }
        self.for_each_part_mut(&mut |part| part.renumber_roots(to));
    }

    /// Calls `visit` with each direct part of the node, in source order.
    pub fn for_each_part_mut(&mut self, visit: &mut impl FnMut(&mut Node)) {
        match &mut self.kind {
            Kind::Lit(_) | Kind::Root(_) | Kind::Local(..) => {}
            Kind::Select(of, _) | Kind::Has(of) | Kind::Not(of) | Kind::Negate(of) => visit(of),
            Kind::Matches(of, _) => visit(of),
            Kind::Index(of, key) => {
                visit(of);
                visit(key);
            }
            Kind::List(items) | Kind::Call(_, items) | Kind::And(items) | Kind::Or(items) => {
                items.iter_mut().for_each(visit)
            }
            Kind::Map(entries) => {
                for (key, val) in entries {
                    visit(key);
                    visit(val);
                }
            }
            Kind::Binary(_, two) => {
                visit(&mut two.0);
                visit(&mut two.1);
            }
            Kind::Cond(three) => {
                visit(&mut three.0);
                visit(&mut three.1);
                visit(&mut three.2);
            }
            Kind::Loop(walk) => {
                visit(&mut walk.over);
                walk.filter.iter_mut().for_each(&mut *visit);
                visit(&mut walk.body);
            }
        }
    }

    /// Whether the node names a variable of a loop outside of the innermost `inside` loops.
    pub fn names_outer_variable(&self, inside: u16) -> bool {
        match &self.kind {
            Kind::Local(_, up) => *up >= inside,
            Kind::Loop(walk) => {
                let mut inner = walk.filter.iter().chain([&walk.body]);
                walk.over.names_outer_variable(inside) || inner.any(|part| part.names_outer_variable(inside + 1))
            }
            _ => {
                let mut found = false;
                self.for_each_part(|part| found |= part.names_outer_variable(inside));
                found
            }
        }
    }

    /// The value of a constant; none for other nodes.
    pub fn as_lit(&self) -> Option<&Val> {
        match &self.kind {
            Kind::Lit(val) => Some(val),
            _ => None,
        }
    }
}

impl fmt::Debug for Node {
    /// Without offset, so that two spellings of one tree are equal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl Binary {
    /// Operator and sign.
    pub const ALL: [(Binary, &str); 12] = [
        (Binary::Add, "+"),
        (Binary::Sub, "-"),
        (Binary::Mul, "*"),
        (Binary::Div, "/"),
        (Binary::Rem, "%"),
        (Binary::Eq, "=="),
        (Binary::Ne, "!="),
        (Binary::Lt, "<"),
        (Binary::Le, "<="),
        (Binary::Gt, ">"),
        (Binary::Ge, ">="),
        (Binary::In, "in"),
    ];

    pub fn sign(self) -> &'static str {
        let row = Binary::ALL.iter().find(|(op, _)| *op == self);
        row.expect("every operator has a row").1
    }
}

impl Func {
    /// Function, name and number of arguments; the target of a method counts.
    pub const ALL: [(Func, &str, usize); 13] = [
        (Func::Size, "size", 1),
        (Func::Contains, "contains", 2),
        (Func::StartsWith, "startsWith", 2),
        (Func::EndsWith, "endsWith", 2),
        (Func::Matches, "matches", 2),
        (Func::LowerAscii, "lowerAscii", 1),
        (Func::UpperAscii, "upperAscii", 1),
        (Func::Int, "int", 1),
        (Func::Double, "double", 1),
        (Func::String, "string", 1),
        (Func::Min, "min", 1),
        (Func::Max, "max", 1),
        (Func::VersionAtLeast, "versionAtLeast", 2),
    ];

    pub fn name(self) -> &'static str {
        let row = Func::ALL.iter().find(|(func, ..)| *func == self);
        row.expect("every function has a row").1
    }

    /// Whether the function is written `x.f(..)` and not `f(x)`.
    pub fn is_method(self) -> bool {
        !matches!(
            self,
            Func::Size | Func::Int | Func::Double | Func::String | Func::Min | Func::Max | Func::VersionAtLeast
        )
    }
}

impl Walk {
    /// Macro and name; the first name of a macro is canonical.
    pub const ALL: [(Walk, &str); 6] = [
        (Walk::All, "all"),
        (Walk::Exists, "exists"),
        (Walk::ExistsOne, "exists_one"),
        (Walk::ExistsOne, "existsOne"),
        (Walk::Map, "map"),
        (Walk::Filter, "filter"),
    ];

    pub fn name(self) -> &'static str {
        let row = Walk::ALL.iter().find(|(walk, _)| *walk == self);
        row.expect("every macro has a row").1
    }
}
