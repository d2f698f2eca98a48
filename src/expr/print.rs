//! The canonical text of a tree.

use std::fmt::Write;
use std::sync::Arc;

use super::ast::{Binary, Kind, Node};
use super::path::is_identifier;
use super::value::{Val, quote};

/// The precedence of an expression, the weakest first. An operand weaker than its place is put in
/// parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binds {
    Cond,
    Or,
    And,
    Relation,
    Sum,
    Product,
    Unary,
    Postfix,
}

/// The canonical text of `node`, whose roots are `roots`.
pub(super) fn print(node: &Node, roots: &[Arc<str>]) -> String {
    let mut printer = Printer { roots, out: String::new() };
    printer.node(node, Binds::Cond);
    printer.out
}

/// Prints nodes.
struct Printer<'a> {
    roots: &'a [Arc<str>],
    out: String,
}

impl Printer<'_> {
    /// Prints a node, in parentheses if its place needs them.
    fn node(&mut self, node: &Node, place: Binds) {
        let binds = binds(node);
        if binds < place {
            self.out.push('(');
            self.bare(node);
            self.out.push(')');
        } else {
            self.bare(node);
        }
    }

    /// Prints a node without parentheses.
    fn bare(&mut self, node: &Node) {
        match &node.kind {
            Kind::Lit(val) => self.push(val),
            Kind::Root(slot) => self.out.push_str(&self.roots[usize::from(*slot)]),
            Kind::Local(name, _) => self.out.push_str(name),
            Kind::Select(of, key) => self.select(of, key),
            Kind::Index(of, key) => {
                self.node(of, Binds::Postfix);
                self.out.push('[');
                self.node(key, Binds::Cond);
                self.out.push(']');
            }
            Kind::Has(of) => self.call("has", [&**of]),
            Kind::List(items) => {
                self.out.push('[');
                self.separated(items);
                self.out.push(']');
            }
            Kind::Map(entries) => self.map(entries),
            Kind::Not(of) => self.unary("!", of),
            Kind::Negate(of) => self.unary("-", of),
            Kind::And(terms) => self.joined(" && ", terms, Binds::Relation),
            Kind::Or(terms) => self.joined(" || ", terms, Binds::And),
            Kind::Cond(three) => {
                self.node(&three.0, Binds::Or);
                self.out.push_str(" ? ");
                self.node(&three.1, Binds::Or);
                self.out.push_str(" : ");
                self.node(&three.2, Binds::Cond);
            }
            Kind::Binary(op, two) => {
                let binds = binds(node);
                self.infix(op.sign(), &two.0, &two.1, binds, tighter(binds));
            }
            Kind::Call(func, args) if func.is_method() => {
                self.method(&args[0], func.name(), &args[1..]);
            }
            Kind::Call(func, args) => self.call(func.name(), args),
            Kind::Matches(of, pattern) => {
                self.node(of, Binds::Postfix);
                self.out.push_str(".matches(");
                self.quoted(pattern.as_str());
                self.out.push(')');
            }
            Kind::Loop(walk) => {
                self.node(&walk.over, Binds::Postfix);
                write!(self.out, ".{}({}", walk.walk.name(), walk.var).expect(INFALLIBLE);
                for part in walk.filter.iter().chain([&walk.body]) {
                    self.out.push_str(", ");
                    self.node(part, Binds::Cond);
                }
                self.out.push(')');
            }
        }
    }

    fn select(&mut self, of: &Node, key: &str) {
        self.node(of, Binds::Postfix);
        if is_identifier(key) {
            self.out.push('.');
            self.out.push_str(key);
        } else {
            self.out.push('[');
            self.quoted(key);
            self.out.push(']');
        }
    }

    fn map(&mut self, entries: &[(Node, Node)]) {
        self.out.push('{');
        for (i, (key, val)) in entries.iter().enumerate() {
            if i > 0 {
                self.out.push_str(", ");
            }
            self.node(key, Binds::Cond);
            self.out.push_str(": ");
            self.node(val, Binds::Cond);
        }
        self.out.push('}');
    }

    fn unary(&mut self, sign: &str, of: &Node) {
        self.out.push_str(sign);
        // Without parentheses `--5` and `-5` parse to different trees.
        let place = match (&of.kind, sign) {
            (Kind::Lit(Val::Int(_) | Val::Float(_)), "-") | (Kind::Negate(_), "-") => None,
            (Kind::Not(_), _) => None,
            _ => Some(Binds::Unary),
        };
        match place {
            Some(place) => self.node(of, place),
            None => {
                self.out.push('(');
                self.node(of, Binds::Cond);
                self.out.push(')');
            }
        }
    }

    fn infix(&mut self, sign: &str, left: &Node, right: &Node, left_at: Binds, right_at: Binds) {
        self.node(left, left_at);
        write!(self.out, " {sign} ").expect(INFALLIBLE);
        self.node(right, right_at);
    }

    fn method(&mut self, of: &Node, name: &str, args: &[Node]) {
        self.node(of, Binds::Postfix);
        write!(self.out, ".{name}(").expect(INFALLIBLE);
        self.separated(args);
        self.out.push(')');
    }

    fn call<'a>(&mut self, name: &str, args: impl IntoIterator<Item = &'a Node>) {
        write!(self.out, "{name}(").expect(INFALLIBLE);
        self.separated(args);
        self.out.push(')');
    }

    fn separated<'a>(&mut self, items: impl IntoIterator<Item = &'a Node>) {
        self.joined(", ", items, Binds::Cond);
    }

    fn joined<'a>(&mut self, between: &str, items: impl IntoIterator<Item = &'a Node>, place: Binds) {
        for (i, item) in items.into_iter().enumerate() {
            if i > 0 {
                self.out.push_str(between);
            }
            self.node(item, place);
        }
    }

    fn quoted(&mut self, text: &str) {
        quote(&mut self.out, text).expect(INFALLIBLE);
    }

    fn push(&mut self, val: &Val) {
        write!(self.out, "{val}").expect(INFALLIBLE);
    }
}

const INFALLIBLE: &str = "writing to a String cannot fail";

/// The precedence of a node.
fn binds(node: &Node) -> Binds {
    match &node.kind {
        Kind::Cond(_) => Binds::Cond,
        Kind::Or(_) => Binds::Or,
        Kind::And(_) => Binds::And,
        Kind::Binary(Binary::Add | Binary::Sub, _) => Binds::Sum,
        Kind::Binary(Binary::Mul | Binary::Div | Binary::Rem, _) => Binds::Product,
        Kind::Binary(..) => Binds::Relation,
        Kind::Not(_) | Kind::Negate(_) => Binds::Unary,
        Kind::Lit(Val::Int(number)) if *number < 0 => Binds::Unary,
        Kind::Lit(Val::Float(number)) if number.get().is_sign_negative() => Binds::Unary,
        _ => Binds::Postfix,
    }
}

/// The next stronger precedence of the right operand.
fn tighter(binds: Binds) -> Binds {
    match binds {
        Binds::Relation => Binds::Sum,
        Binds::Sum => Binds::Product,
        _ => Binds::Unary,
    }
}
