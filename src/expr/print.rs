//! The canonical text of a tree.

use std::fmt::Write;
use std::sync::Arc;

use super::ast::{BinaryOperator, ExprNode, ExprNodeKind};
use super::path::is_identifier;
use super::value::{ExprValue, write_quoted};

/// The precedence of an expression, the weakest first. An operand weaker than its place is put in
/// parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Precedence {
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
pub(super) fn print_node(node: &ExprNode, roots: &[Arc<str>]) -> String {
    let mut printer = ExprPrinter { roots, out: String::new() };
    printer.print_operand(node, Precedence::Cond);
    printer.out
}

/// Prints nodes.
struct ExprPrinter<'a> {
    roots: &'a [Arc<str>],
    out: String,
}

impl ExprPrinter<'_> {
    /// Prints a node, in parentheses if its place needs them.
    fn print_operand(&mut self, node: &ExprNode, place: Precedence) {
        let binds = find_precedence(node);
        if binds < place {
            self.out.push('(');
            self.print_bare(node);
            self.out.push(')');
        } else {
            self.print_bare(node);
        }
    }

    /// Prints a node without parentheses.
    fn print_bare(&mut self, node: &ExprNode) {
        match &node.kind {
            ExprNodeKind::Lit(val) => self.print_value(val),
            ExprNodeKind::Root(slot) => self.out.push_str(&self.roots[usize::from(*slot)]),
            ExprNodeKind::Local(name, _) => self.out.push_str(name),
            ExprNodeKind::Select(of, key) => self.print_select(of, key),
            ExprNodeKind::Index(of, key) => {
                self.print_operand(of, Precedence::Postfix);
                self.out.push('[');
                self.print_operand(key, Precedence::Cond);
                self.out.push(']');
            }
            ExprNodeKind::Has(of) => self.print_call("has", [&**of]),
            ExprNodeKind::List(items) => {
                self.out.push('[');
                self.print_separated(items);
                self.out.push(']');
            }
            ExprNodeKind::Map(entries) => self.print_map(entries),
            ExprNodeKind::Not(of) => self.print_unary("!", of),
            ExprNodeKind::Negate(of) => self.print_unary("-", of),
            ExprNodeKind::And(terms) => self.print_joined(" && ", terms, Precedence::Relation),
            ExprNodeKind::Or(terms) => self.print_joined(" || ", terms, Precedence::And),
            ExprNodeKind::Cond(three) => {
                self.print_operand(&three.0, Precedence::Or);
                self.out.push_str(" ? ");
                self.print_operand(&three.1, Precedence::Or);
                self.out.push_str(" : ");
                self.print_operand(&three.2, Precedence::Cond);
            }
            ExprNodeKind::Binary(op, two) => {
                let binds = find_precedence(node);
                self.print_infix(op.sign(), &two.0, &two.1, binds, raise_precedence(binds));
            }
            ExprNodeKind::Call(func, args) if func.is_method() => {
                self.print_method(&args[0], func.name(), &args[1..]);
            }
            ExprNodeKind::Call(func, args) => self.print_call(func.name(), args),
            ExprNodeKind::Matches(of, pattern) => {
                self.print_operand(of, Precedence::Postfix);
                self.out.push_str(".matches(");
                self.print_quoted(pattern.as_str());
                self.out.push(')');
            }
            ExprNodeKind::Loop(walk) => {
                self.print_operand(&walk.over, Precedence::Postfix);
                write!(self.out, ".{}({}", walk.walk.name(), walk.var).expect(INFALLIBLE);
                for part in walk.filter.iter().chain([&walk.body]) {
                    self.out.push_str(", ");
                    self.print_operand(part, Precedence::Cond);
                }
                self.out.push(')');
            }
        }
    }

    fn print_select(&mut self, of: &ExprNode, key: &str) {
        self.print_operand(of, Precedence::Postfix);
        if is_identifier(key) {
            self.out.push('.');
            self.out.push_str(key);
        } else {
            self.out.push('[');
            self.print_quoted(key);
            self.out.push(']');
        }
    }

    fn print_map(&mut self, entries: &[(ExprNode, ExprNode)]) {
        self.out.push('{');
        for (i, (key, val)) in entries.iter().enumerate() {
            if i > 0 {
                self.out.push_str(", ");
            }
            self.print_operand(key, Precedence::Cond);
            self.out.push_str(": ");
            self.print_operand(val, Precedence::Cond);
        }
        self.out.push('}');
    }

    fn print_unary(&mut self, sign: &str, of: &ExprNode) {
        self.out.push_str(sign);
        // Without parentheses `--5` and `-5` parse to different trees.
        let place = match (&of.kind, sign) {
            (ExprNodeKind::Lit(ExprValue::Int(_) | ExprValue::Float(_)), "-") | (ExprNodeKind::Negate(_), "-") => None,
            (ExprNodeKind::Not(_), _) => None,
            _ => Some(Precedence::Unary),
        };
        match place {
            Some(place) => self.print_operand(of, place),
            None => {
                self.out.push('(');
                self.print_operand(of, Precedence::Cond);
                self.out.push(')');
            }
        }
    }

    fn print_infix(
        &mut self,
        sign: &str,
        left: &ExprNode,
        right: &ExprNode,
        left_at: Precedence,
        right_at: Precedence,
    ) {
        self.print_operand(left, left_at);
        write!(self.out, " {sign} ").expect(INFALLIBLE);
        self.print_operand(right, right_at);
    }

    fn print_method(&mut self, of: &ExprNode, name: &str, args: &[ExprNode]) {
        self.print_operand(of, Precedence::Postfix);
        write!(self.out, ".{name}(").expect(INFALLIBLE);
        self.print_separated(args);
        self.out.push(')');
    }

    fn print_call<'a>(&mut self, name: &str, args: impl IntoIterator<Item = &'a ExprNode>) {
        write!(self.out, "{name}(").expect(INFALLIBLE);
        self.print_separated(args);
        self.out.push(')');
    }

    fn print_separated<'a>(&mut self, items: impl IntoIterator<Item = &'a ExprNode>) {
        self.print_joined(", ", items, Precedence::Cond);
    }

    fn print_joined<'a>(&mut self, between: &str, items: impl IntoIterator<Item = &'a ExprNode>, place: Precedence) {
        for (i, item) in items.into_iter().enumerate() {
            if i > 0 {
                self.out.push_str(between);
            }
            self.print_operand(item, place);
        }
    }

    fn print_quoted(&mut self, text: &str) {
        write_quoted(&mut self.out, text).expect(INFALLIBLE);
    }

    fn print_value(&mut self, val: &ExprValue) {
        write!(self.out, "{val}").expect(INFALLIBLE);
    }
}

const INFALLIBLE: &str = "writing to a String cannot fail";

/// The precedence of a node.
fn find_precedence(node: &ExprNode) -> Precedence {
    match &node.kind {
        ExprNodeKind::Cond(_) => Precedence::Cond,
        ExprNodeKind::Or(_) => Precedence::Or,
        ExprNodeKind::And(_) => Precedence::And,
        ExprNodeKind::Binary(BinaryOperator::Add | BinaryOperator::Sub, _) => Precedence::Sum,
        ExprNodeKind::Binary(BinaryOperator::Mul | BinaryOperator::Div | BinaryOperator::Rem, _) => Precedence::Product,
        ExprNodeKind::Binary(..) => Precedence::Relation,
        ExprNodeKind::Not(_) | ExprNodeKind::Negate(_) => Precedence::Unary,
        ExprNodeKind::Lit(ExprValue::Int(number)) if *number < 0 => Precedence::Unary,
        ExprNodeKind::Lit(ExprValue::Float(number)) if number.get().is_sign_negative() => Precedence::Unary,
        _ => Precedence::Postfix,
    }
}

/// The next stronger precedence of the right operand.
fn raise_precedence(binds: Precedence) -> Precedence {
    match binds {
        Precedence::Relation => Precedence::Sum,
        Precedence::Sum => Precedence::Product,
        _ => Precedence::Unary,
    }
}
