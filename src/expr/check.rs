//! Finds, before any value is seen, what cannot be right in an expression.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ast::{Binary, Func, Kind, Loop, Node, Walk};
use super::expression::Expr;
use super::facts::{Facts, facts};
use super::mine::path_of;
use super::nearest::nearest;
use super::print::print;
use super::types::{Field, Type};
use super::value::Val;

/// More names than this in a hint help nobody.
const NAMES_MAX: usize = 12;

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
    let mut checker = Checker {
        names: expr.roots(),
        types: roots,
        facts: Vec::new(),
        vars: Vec::new(),
        found: Vec::new(),
    };
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
    fn node(&mut self, node: &Node) -> Type {
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

    fn root(&mut self, node: &Node, slot: usize) -> Type {
        let name: &str = &self.names[slot];
        if let Some(ty) = self.types.get(name) {
            return ty.clone();
        }
        let hint = meant(name, self.types.keys());
        self.error(node, format!("there is no {name} here"), hint);
        Type::Never
    }

    /// The type of a path without `null`, where a condition around says that
    /// the path is there.
    fn narrowed(&self, node: &Node, ty: Type) -> Type {
        if self.facts.is_empty() || !ty.may_be_null() {
            return ty;
        }
        match path_of(node, self.names) {
            Some(path) if self.facts.iter().any(|facts| facts.contains(&path)) => ty.not_null(),
            _ => ty,
        }
    }

    fn field(&mut self, node: &Node, of: &Node, of_type: &Type, key: &str) -> Type {
        let mut types = Vec::new();
        let mut others: Vec<&String> = Vec::new();
        for member in of_type.members() {
            match member {
                Type::Any | Type::Never | Type::Null => types.push(member.clone()),
                Type::Map(values) => types.push((**values).clone().or_null()),
                Type::Record { fields, open } => match fields.get(key) {
                    Some(field) if field.optional => types.push(field.ty.clone().or_null()),
                    Some(field) => types.push(field.ty.clone()),
                    None if *open => types.push(Type::Any),
                    None => others.extend(fields.keys()),
                },
                _ => {}
            }
        }
        if types.iter().any(|ty| *ty != Type::Null) || *of_type == Type::Null {
            let fieldless = |ty: &&Type| {
                !matches!(
                    ty,
                    Type::Any | Type::Never | Type::Null | Type::Map(_) | Type::Record { .. }
                )
            };
            if let Some(other) = of_type.members().iter().find(fieldless) {
                let of = print(of, self.names);
                let why = format!("{of} may be {other}, which has no fields");
                self.note(Severity::Warning, node, why, None);
            }
            return if others.is_empty() {
                Type::union(types)
            } else {
                Type::union(types).or_null()
            };
        }
        if *of_type == Type::Never {
            return Type::Never;
        }
        let of = print(of, self.names);
        if others.is_empty() {
            self.error(node, format!("{of} is {of_type} and has no fields"), None);
        } else {
            let hint = meant(key, others);
            self.error(node, format!("there is no field {key} in {of}"), hint);
        }
        Type::Never
    }

    fn index(&mut self, node: &Node, of: &Node, key: &Node) -> Type {
        let of_type = self.node(of);
        if let Some(Val::Str(name)) = key.as_lit() {
            return self.field(node, of, &of_type, name);
        }
        let key_type = self.operand(key, "a text or a whole number", |ty| {
            is_text(ty) || *ty == Type::Int || *ty == Type::Float
        });
        let mut types = Vec::new();
        for member in of_type.members() {
            match member {
                Type::Any | Type::Never | Type::Null => types.push(member.clone()),
                Type::List(items) if key_type.overlaps(&Type::Int) => types.push((**items).clone()),
                Type::Map(values) if key_type.overlaps(&Type::Str) => {
                    types.push((**values).clone().or_null());
                }
                Type::Record { fields, open } if key_type.overlaps(&Type::Str) => {
                    types.extend(fields.values().map(|field| field.ty.clone()));
                    types.push(if *open { Type::Any } else { Type::Null });
                }
                _ => {}
            }
        }
        if types.is_empty() && of_type != Type::Never {
            let of = print(of, self.names);
            let why = format!("{of} is {of_type} and cannot be indexed with {key_type}");
            self.error(node, why, None);
        }
        Type::union(types)
    }

    fn map(&mut self, entries: &[(Node, Node)]) -> Type {
        let mut fields = BTreeMap::new();
        let mut open = false;
        for (key, val) in entries {
            let ty = self.node(val);
            match key.as_lit() {
                Some(Val::Str(name)) => {
                    fields.insert(
                        name.to_string(),
                        Field {
                            ty,
                            optional: false,
                        },
                    );
                }
                _ => {
                    self.operand(key, "a text", is_text);
                    open = true;
                }
            }
        }
        Type::Record { fields, open }
    }

    fn junction(&mut self, terms: &[Node], truth: bool) -> Type {
        let known: Vec<Facts> = terms
            .iter()
            .map(|term| facts(term, truth, self.names))
            .collect();
        for (i, term) in terms.iter().enumerate() {
            let before = self.facts.len();
            self.facts.extend(
                known[..i]
                    .iter()
                    .chain(&known[i + 1..])
                    .filter(|facts| !facts.is_empty())
                    .cloned(),
            );
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
    fn operand(&mut self, node: &Node, wanted: &str, fits: fn(&Type) -> bool) -> Type {
        let ty = self.node(node);
        let fits = |member: &&Type| fits(member) || matches!(member, Type::Any | Type::Never);
        let fitting: Vec<Type> = ty.members().iter().filter(fits).cloned().collect();
        if fitting.is_empty() && ty != Type::Never {
            let text = print(node, self.names);
            self.error(
                node,
                format!("{text} is {ty}, where {wanted} is needed"),
                None,
            );
            return Type::Never;
        }
        let rest = ty
            .members()
            .iter()
            .filter(|member| !fits(member) && **member != Type::Null);
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
            self.note(
                Severity::Warning,
                node,
                format!("{text} may be absent, and {wanted} is needed here"),
                hint,
            );
        }
        Type::union(fitting)
    }

    fn number(&self, types: &[Type]) -> Type {
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
                self.same_kind(node, &left, &right, |left, right| {
                    format!("{left} and {right} have no order")
                });
                Type::Bool
            }
            _ => self.arithmetic(node, op, two),
        }
    }

    fn arithmetic(&mut self, node: &Node, op: Binary, two: &(Node, Node)) -> Type {
        let (wanted, fits): (&str, fn(&Type) -> bool) = match op {
            Binary::Add => ("a number, a text or a list", |ty| {
                is_number(ty) || is_text(ty) || matches!(ty, Type::List(_))
            }),
            Binary::Rem => ("a whole number", |ty| *ty == Type::Int),
            _ => ("a number", is_number),
        };
        let left = self.operand(&two.0, wanted, fits);
        let right = self.operand(&two.1, wanted, fits);
        self.same_kind(node, &left, &right, |left, right| {
            format!("{} does not go with {left} and {right}", op.sign())
        });
        let (wide_left, wide_right) = (widened(&left), widened(&right));
        match (&wide_left, &wide_right) {
            (Type::Never, _) | (_, Type::Never) => Type::Never,
            (Type::List(a), Type::List(b)) => {
                Type::List(Box::new(Type::union([(**a).clone(), (**b).clone()])))
            }
            (Type::Str, _) | (_, Type::Str) => Type::Str,
            (a, b) if is_number(a) && is_number(b) => self.number(&[wide_left, wide_right]),
            _ => Type::Any,
        }
    }

    /// Reports two operands that are, or may be, of kinds that do not go
    /// together.
    fn same_kind(
        &mut self,
        node: &Node,
        left: &Type,
        right: &Type,
        message: impl Fn(&Type, &Type) -> String,
    ) {
        let (wide_left, wide_right) = (widened(left), widened(right));
        let mut pairs = 0;
        let mut fitting = 0;
        for a in wide_left.members() {
            for b in wide_right.members() {
                pairs += 1;
                fitting += usize::from(a.overlaps(b));
            }
        }
        let severity = match fitting {
            0 => Severity::Error,
            _ if fitting < pairs => Severity::Warning,
            _ => return,
        };
        self.note(severity, node, message(left, right), None);
    }

    /// Reports two sides of an equality that can never be equal. Comparing with
    /// `null` asks for presence, and with the empty text, as documents use it
    /// for absence, so those are left alone.
    fn comparable(&mut self, node: &Node, left: (&Node, &Type), right: (&Node, &Type)) {
        let asks_presence = |(side, other): (&Type, &Type)| match side {
            Type::Null => true,
            Type::Enum(texts) => {
                texts.iter().all(String::is_empty) && widened(other).overlaps(&Type::Str)
            }
            _ => false,
        };
        if left.1.overlaps(right.1)
            || asks_presence((left.1, right.1))
            || asks_presence((right.1, left.1))
        {
            return;
        }
        for ((literal, _), (other, other_type)) in [(left, right), (right, left)] {
            if let (Some(Val::Str(text)), Some(members)) = (literal.as_lit(), texts(other_type)) {
                self.no_member(literal, text, other, &members);
                return;
            }
        }
        let (a, b) = (print(left.0, self.names), print(right.0, self.names));
        let why = format!(
            "{a} is {}, {b} is {}: they are never equal",
            left.1, right.1
        );
        self.error(node, why, None);
    }

    fn no_member(&mut self, at: &Node, text: &str, other: &Node, members: &[String]) {
        let hint = nearest(text, members.iter().map(String::as_str))
            .map(|name| format!("did you mean {name:?}?"))
            .or_else(|| Some(format!("it is {}", Type::Enum(members.to_vec()))));
        let other = print(other, self.names);
        self.error(at, format!("{other} is never {text:?}"), hint);
    }

    fn membership(&mut self, node: &Node, needle: &Node, haystack: &Node) -> Type {
        let needle_type = self.node(needle);
        let haystack_type = self.operand(haystack, "a list or a map", |ty| {
            matches!(ty, Type::List(_) | Type::Map(_) | Type::Record { .. })
        });
        if let Some(Val::List(items)) = haystack.as_lit() {
            for item in items.iter() {
                let item = Node {
                    at: haystack.at,
                    kind: Kind::Lit(item.clone()),
                };
                let item_type = self.node(&item);
                self.comparable(node, (needle, &needle_type), (&item, &item_type));
            }
            return Type::Bool;
        }
        let is_map = |ty: &Type| matches!(ty, Type::Map(_) | Type::Record { .. });
        if haystack_type.members().iter().all(is_map) {
            self.operand(needle, "a text", is_text);
        }
        for member in haystack_type.members() {
            match (member, needle.as_lit()) {
                (Type::List(items), _) => {
                    self.member_of(node, (needle, &needle_type), haystack, items);
                }
                (
                    Type::Record {
                        fields,
                        open: false,
                    },
                    Some(Val::Str(key)),
                ) if !fields.contains_key(&**key) => {
                    let hint = meant(key, fields.keys());
                    let of = print(haystack, self.names);
                    self.error(needle, format!("there is no field {key} in {of}"), hint);
                }
                _ => {}
            }
        }
        Type::Bool
    }

    fn member_of(&mut self, node: &Node, needle: (&Node, &Type), list: &Node, items: &Type) {
        if needle.1.overlaps(items) || items.may_be_null() && *needle.1 == Type::Null {
            return;
        }
        if let (Some(Val::Str(text)), Some(members)) = (needle.0.as_lit(), texts(items)) {
            let list = print(list, self.names);
            let hint = nearest(text, members.iter().map(String::as_str))
                .map(|name| format!("did you mean {name:?}?"));
            self.error(needle.0, format!("{text:?} is never in {list}"), hint);
            return;
        }
        let (a, b) = (print(needle.0, self.names), print(list, self.names));
        let why = format!("{a} is {}, which is never in {b}: it has {items}", needle.1);
        self.error(node, why, None);
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
                self.operand(&args[0], "a number or a text", |ty| {
                    is_number(ty) || is_text(ty)
                });
                if func == Func::Int {
                    Type::Int
                } else {
                    Type::Float
                }
            }
            Func::String => {
                self.operand(&args[0], "a number, a text or a truth value", is_ordered);
                Type::Str
            }
            Func::Min | Func::Max => {
                let list = self.operand(&args[0], "a list", |ty| matches!(ty, Type::List(_)));
                let items = elements(&list);
                self.same_kind(&args[0], &items, &items, |items, _| {
                    format!("{items} have no order among themselves")
                });
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

    fn error(&mut self, node: &Node, message: String, hint: Option<String>) {
        self.note(Severity::Error, node, message, hint);
    }

    fn note(&mut self, severity: Severity, node: &Node, message: String, hint: Option<String>) {
        self.found.push(TypeError {
            offset: node.at as usize,
            message,
            hint,
            severity,
        });
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

/// The texts that a type is limited to, apart from `null`.
fn texts(ty: &Type) -> Option<Vec<String>> {
    match ty.not_null() {
        Type::Enum(texts) => Some(texts),
        _ => None,
    }
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

fn meant<'a>(name: &str, known: impl IntoIterator<Item = &'a String>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().map(String::as_str).collect();
    if let Some(name) = nearest(name, known.iter().copied()) {
        return Some(format!("did you mean {name}?"));
    }
    let shown = &known[..known.len().min(NAMES_MAX)];
    (!shown.is_empty()).then(|| format!("there are {}", shown.join(", ")))
}
