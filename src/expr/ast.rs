//! The tree of an expression.

use std::fmt;
use std::sync::Arc;

use regex::Regex;

use super::value::ExprValue;

/// A node of the tree.
#[derive(Clone)]
pub(super) struct ExprNode {
    /// Byte offset into the source text.
    pub at: u32,
    pub kind: ExprNodeKind,
}

/// The content of a node.
#[derive(Clone, Debug)]
pub(super) enum ExprNodeKind {
    /// A constant, including lists and maps of constants.
    Lit(ExprValue),
    /// A free identifier, as index into the expression's table of roots.
    Root(u16),
    /// The variable of an enclosing loop, counted from the innermost.
    Local(Arc<str>, u16),
    Select(Box<ExprNode>, Arc<str>),
    Index(Box<ExprNode>, Box<ExprNode>),
    /// `has(..)` with a select or an index.
    Has(Box<ExprNode>),
    List(Vec<ExprNode>),
    Map(Vec<(ExprNode, ExprNode)>),
    Not(Box<ExprNode>),
    Negate(Box<ExprNode>),
    /// Two or more terms, none an `And`.
    And(Vec<ExprNode>),
    /// Two or more terms, none an `Or`.
    Or(Vec<ExprNode>),
    Cond(Box<(ExprNode, ExprNode, ExprNode)>),
    Binary(BinaryOperator, Box<(ExprNode, ExprNode)>),
    Call(BuiltinFunction, Vec<ExprNode>),
    /// `matches` with a constant pattern, compiled once.
    Matches(Box<ExprNode>, Regex),
    Loop(Box<LoopMacro>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BinaryOperator {
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
pub(super) enum BuiltinFunction {
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
pub(super) struct LoopMacro {
    pub walk: LoopMacroKind,
    pub over: ExprNode,
    pub var: Arc<str>,
    /// The condition of `map` with three arguments.
    pub filter: Option<ExprNode>,
    pub body: ExprNode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LoopMacroKind {
    All,
    Exists,
    ExistsOne,
    Map,
    Filter,
}

impl ExprNode {
    /// Calls `visit` with each direct part of the node, in source order.
    pub fn for_each_part<'a>(&'a self, mut visit: impl FnMut(&'a ExprNode)) {
        match &self.kind {
            ExprNodeKind::Lit(_) | ExprNodeKind::Root(_) | ExprNodeKind::Local(..) => {}
            ExprNodeKind::Select(of, _) | ExprNodeKind::Has(of) | ExprNodeKind::Not(of) | ExprNodeKind::Negate(of) => {
                visit(of)
            }
            ExprNodeKind::Matches(of, _) => visit(of),
            ExprNodeKind::Index(of, key) => {
                visit(of);
                visit(key);
            }
            ExprNodeKind::List(items)
            | ExprNodeKind::Call(_, items)
            | ExprNodeKind::And(items)
            | ExprNodeKind::Or(items) => items.iter().for_each(visit),
            ExprNodeKind::Map(entries) => {
                for (key, val) in entries {
                    visit(key);
                    visit(val);
                }
            }
            ExprNodeKind::Binary(_, two) => {
                visit(&two.0);
                visit(&two.1);
            }
            ExprNodeKind::Cond(three) => {
                visit(&three.0);
                visit(&three.1);
                visit(&three.2);
            }
            ExprNodeKind::Loop(walk) => {
                visit(&walk.over);
                walk.filter.iter().for_each(&mut visit);
                visit(&walk.body);
            }
        }
    }

    /// Replaces each root index by `to` of the index.
    pub fn renumber_roots(&mut self, to: &impl Fn(u16) -> u16) {
        if let ExprNodeKind::Root(slot) = &mut self.kind {
            *slot = to(*slot);
        }
        self.for_each_part_mut(&mut |part| part.renumber_roots(to));
    }

    /// Calls `visit` with each direct part of the node, in source order.
    pub fn for_each_part_mut(&mut self, visit: &mut impl FnMut(&mut ExprNode)) {
        match &mut self.kind {
            ExprNodeKind::Lit(_) | ExprNodeKind::Root(_) | ExprNodeKind::Local(..) => {}
            ExprNodeKind::Select(of, _) | ExprNodeKind::Has(of) | ExprNodeKind::Not(of) | ExprNodeKind::Negate(of) => {
                visit(of)
            }
            ExprNodeKind::Matches(of, _) => visit(of),
            ExprNodeKind::Index(of, key) => {
                visit(of);
                visit(key);
            }
            ExprNodeKind::List(items)
            | ExprNodeKind::Call(_, items)
            | ExprNodeKind::And(items)
            | ExprNodeKind::Or(items) => items.iter_mut().for_each(visit),
            ExprNodeKind::Map(entries) => {
                for (key, val) in entries {
                    visit(key);
                    visit(val);
                }
            }
            ExprNodeKind::Binary(_, two) => {
                visit(&mut two.0);
                visit(&mut two.1);
            }
            ExprNodeKind::Cond(three) => {
                visit(&mut three.0);
                visit(&mut three.1);
                visit(&mut three.2);
            }
            ExprNodeKind::Loop(walk) => {
                visit(&mut walk.over);
                walk.filter.iter_mut().for_each(&mut *visit);
                visit(&mut walk.body);
            }
        }
    }

    /// Whether the node names a variable of a loop outside of the innermost `inside` loops.
    pub fn names_outer_variable(&self, inside: u16) -> bool {
        match &self.kind {
            ExprNodeKind::Local(_, up) => *up >= inside,
            ExprNodeKind::Loop(walk) => {
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
    pub fn as_constant(&self) -> Option<&ExprValue> {
        match &self.kind {
            ExprNodeKind::Lit(val) => Some(val),
            _ => None,
        }
    }
}

impl fmt::Debug for ExprNode {
    /// Without offset, so that two spellings of one tree are equal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl BinaryOperator {
    /// Operator and sign.
    pub const ALL: [(BinaryOperator, &str); 12] = [
        (BinaryOperator::Add, "+"),
        (BinaryOperator::Sub, "-"),
        (BinaryOperator::Mul, "*"),
        (BinaryOperator::Div, "/"),
        (BinaryOperator::Rem, "%"),
        (BinaryOperator::Eq, "=="),
        (BinaryOperator::Ne, "!="),
        (BinaryOperator::Lt, "<"),
        (BinaryOperator::Le, "<="),
        (BinaryOperator::Gt, ">"),
        (BinaryOperator::Ge, ">="),
        (BinaryOperator::In, "in"),
    ];

    pub fn sign(self) -> &'static str {
        let row = BinaryOperator::ALL.iter().find(|(op, _)| *op == self);
        row.expect("every operator has a row").1
    }
}

impl BuiltinFunction {
    /// Function, name and number of arguments; the target of a method counts.
    pub const ALL: [(BuiltinFunction, &str, usize); 13] = [
        (BuiltinFunction::Size, "size", 1),
        (BuiltinFunction::Contains, "contains", 2),
        (BuiltinFunction::StartsWith, "startsWith", 2),
        (BuiltinFunction::EndsWith, "endsWith", 2),
        (BuiltinFunction::Matches, "matches", 2),
        (BuiltinFunction::LowerAscii, "lowerAscii", 1),
        (BuiltinFunction::UpperAscii, "upperAscii", 1),
        (BuiltinFunction::Int, "int", 1),
        (BuiltinFunction::Double, "double", 1),
        (BuiltinFunction::String, "string", 1),
        (BuiltinFunction::Min, "min", 1),
        (BuiltinFunction::Max, "max", 1),
        (BuiltinFunction::VersionAtLeast, "versionAtLeast", 2),
    ];

    pub fn name(self) -> &'static str {
        let row = BuiltinFunction::ALL.iter().find(|(func, ..)| *func == self);
        row.expect("every function has a row").1
    }

    /// Whether the function is written `x.f(..)` and not `f(x)`.
    pub fn is_method(self) -> bool {
        !matches!(
            self,
            BuiltinFunction::Size
                | BuiltinFunction::Int
                | BuiltinFunction::Double
                | BuiltinFunction::String
                | BuiltinFunction::Min
                | BuiltinFunction::Max
                | BuiltinFunction::VersionAtLeast
        )
    }
}

impl LoopMacroKind {
    /// Macro and name; the first name of a macro is canonical.
    pub const ALL: [(LoopMacroKind, &str); 6] = [
        (LoopMacroKind::All, "all"),
        (LoopMacroKind::Exists, "exists"),
        (LoopMacroKind::ExistsOne, "exists_one"),
        (LoopMacroKind::ExistsOne, "existsOne"),
        (LoopMacroKind::Map, "map"),
        (LoopMacroKind::Filter, "filter"),
    ];

    pub fn name(self) -> &'static str {
        let row = LoopMacroKind::ALL.iter().find(|(walk, _)| *walk == self);
        row.expect("every macro has a row").1
    }
}
