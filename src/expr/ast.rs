//! The tree that evaluation, printing, mining and type checking walk.

use std::fmt;
use std::sync::Arc;

use regex::Regex;

use super::value::Val;

/// A node and where it stands in the source text (byte offset).
#[derive(Clone)]
pub(super) struct Node {
    pub at: u32,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A constant; lists and maps of constants are constants too.
    Lit(Val),
    /// A free identifier, by its place in the expression's table of roots.
    Root(u16),
    /// The variable of an enclosing loop, counted from the innermost.
    Local(Arc<str>, u16),
    Select(Box<Node>, Arc<str>),
    Index(Box<Node>, Box<Node>),
    /// `has(..)` of a select or an index.
    Has(Box<Node>),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
    Not(Box<Node>),
    Negate(Box<Node>),
    /// Two or more terms; none of them is itself an `And`.
    And(Vec<Node>),
    /// Two or more terms; none of them is itself an `Or`.
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

/// A macro that walks a list, or the keys of a map.
#[derive(Clone, Debug)]
pub(super) struct Loop {
    pub walk: Walk,
    pub over: Node,
    pub var: Arc<str>,
    /// Only of `map` with three arguments: which elements to take.
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

    /// Gives each root the place that `to` has for its present one.
    pub fn renumber_roots(&mut self, to: &impl Fn(u16) -> u16) {
        if let Kind::Root(slot) = &mut self.kind {
            *slot = to(*slot);
        }
        self.for_each_part_mut(&mut |part| part.renumber_roots(to));
    }

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

    /// The constant that the node is, if it is one.
    pub fn as_lit(&self) -> Option<&Val> {
        match &self.kind {
            Kind::Lit(val) => Some(val),
            _ => None,
        }
    }
}

impl fmt::Debug for Node {
    /// Without the offset, so that two spellings of one tree look the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl Binary {
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
    /// Name, and how many arguments it takes, the target of a method included.
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

    /// Whether it is written `x.f(..)` rather than `f(x)`.
    pub fn is_method(self) -> bool {
        !matches!(
            self,
            Func::Size | Func::Int | Func::Double | Func::String | Func::Min | Func::Max | Func::VersionAtLeast
        )
    }
}

impl Walk {
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
