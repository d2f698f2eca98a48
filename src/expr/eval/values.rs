//! Values: names, fields, operators, functions, lists and maps.

use std::cmp::Ordering;
use std::sync::Arc;

use super::run::{Found, Frame, NULL, Run, Step, UNKNOWN, at, error};
use crate::expr::ast::{Binary, Kind, Node};
use crate::expr::calls;
use crate::expr::compare::{contains, equal, order, unless_unknown};
use crate::expr::value::Val;

impl<'e, S: Fn(usize) -> Option<&'e Val>> Run<'e, S> {
    /// The value of a node.
    pub(super) fn eval<'f>(&self, node: &'f Node, frame: Option<&'f Frame<'f>>) -> Step<Found<'f>>
    where
        'e: 'f,
    {
        self.charge(node, 1)?;
        match &node.kind {
            Kind::Lit(val) => Ok(Found::At(val)),
            Kind::Root(slot) => self.root(node, usize::from(*slot)).map(Found::At),
            Kind::Local(_, up) => Ok(Found::At(local(frame, *up))),
            Kind::Select(of, key) => {
                let of_val = self.eval(of, frame)?;
                select(node, of_val, key)
            }
            Kind::Index(of, key) => self.index(node, of, key, frame),
            Kind::Not(_) | Kind::And(_) | Kind::Or(_) | Kind::Has(_) => {
                Ok(Found::New(unless_unknown(self.truth_of(node, frame)?)))
            }
            Kind::Binary(op, two) => self.binary(node, *op, two, frame).map(Found::New),
            Kind::Cond(three) => self.cond(three, frame),
            Kind::Negate(of) => {
                let of_val = self.eval(of, frame)?;
                calls::negate(of_val.val()).map(Found::New).map_err(at(node))
            }
            Kind::List(items) => {
                let vals = items.iter().map(|item| Ok(self.eval(item, frame)?.into_val()));
                let list: Arc<[Val]> = vals.collect::<Step<_>>()?;
                Ok(Found::New(Val::List(list)))
            }
            Kind::Map(entries) => self.map(entries, frame).map(Found::New),
            Kind::Call(func, args) => {
                let args: Vec<Found> = args.iter().map(|arg| self.eval(arg, frame)).collect::<Step<_>>()?;
                let first = args[0].val();
                let second = args.get(1).map_or(&NULL, Found::val);
                calls::call(*func, first, second).map(Found::New).map_err(at(node))
            }
            Kind::Matches(of, pattern) => match self.eval(of, frame)?.val() {
                Val::Unknown => Ok(Found::At(&UNKNOWN)),
                Val::Str(text) => Ok(Found::New(Val::Bool(pattern.is_match(text)))),
                other => Err(error(node, format!("matches needs a text, not {}", other.kind()))),
            },
            Kind::Loop(walk) => self.walk(node, walk, frame).map(Found::New),
        }
    }

    fn index<'f>(&self, node: &'f Node, of: &'f Node, key: &'f Node, frame: Option<&'f Frame<'f>>) -> Step<Found<'f>>
    where
        'e: 'f,
    {
        let of = self.eval(of, frame)?;
        let key = self.eval(key, frame)?;
        match (of.val(), key.val()) {
            (Val::Map(_) | Val::Null, Val::Str(name)) => select(node, of, name),
            (Val::List(items), Val::Int(index)) => {
                let place = usize::try_from(*index).ok().filter(|i| *i < items.len());
                let Some(place) = place else {
                    let why = format!("the index {index} is outside of a list of {}", items.len());
                    return Err(error(node, why));
                };
                Ok(match of {
                    Found::At(Val::List(items)) => Found::At(&items[place]),
                    _ => Found::New(items[place].clone()),
                })
            }
            (Val::Null, Val::Int(_)) => Ok(Found::At(&NULL)),
            (Val::Unknown, Val::Unknown | Val::Str(_) | Val::Int(_))
            | (Val::Map(_) | Val::List(_) | Val::Null, Val::Unknown) => Ok(Found::At(&UNKNOWN)),
            (of, key) => Err(error(node, format!("{} cannot be indexed with {}", of.kind(), key.kind()))),
        }
    }

    /// Evaluates `?:`. With an unknown condition, the value of both branches if they agree.
    fn cond<'f>(&self, three: &'f (Node, Node, Node), frame: Option<&'f Frame<'f>>) -> Step<Found<'f>>
    where
        'e: 'f,
    {
        match self.truth(&three.0, frame)? {
            Some(true) => self.eval(&three.1, frame),
            Some(false) => self.eval(&three.2, frame),
            None => match (self.eval(&three.1, frame), self.eval(&three.2, frame)) {
                (Ok(a), Ok(b)) if a.val() == b.val() => Ok(a),
                (Err(why), Err(_)) => Err(why),
                _ => Ok(Found::At(&UNKNOWN)),
            },
        }
    }

    fn binary<'f>(&self, node: &'f Node, op: Binary, two: &'f (Node, Node), frame: Option<&'f Frame<'f>>) -> Step<Val>
    where
        'e: 'f,
    {
        let left = self.eval(&two.0, frame)?;
        let right = self.eval(&two.1, frame)?;
        let (left, right) = (left.val(), right.val());
        self.charge(node, size_of(left) + size_of(right))?;
        match op {
            Binary::Eq => Ok(unless_unknown(equal(left, right))),
            Binary::Ne => Ok(unless_unknown(equal(left, right).map(|same| !same))),
            Binary::In => contains(left, right).map(unless_unknown).map_err(at(node)),
            Binary::Lt => order(left, right, Ordering::is_lt).map_err(at(node)),
            Binary::Le => order(left, right, Ordering::is_le).map_err(at(node)),
            Binary::Gt => order(left, right, Ordering::is_gt).map_err(at(node)),
            Binary::Ge => order(left, right, Ordering::is_ge).map_err(at(node)),
            _ => calls::arithmetic(op, left, right).map_err(at(node)),
        }
    }

    fn map<'f>(&self, entries: &'f [(Node, Node)], frame: Option<&'f Frame<'f>>) -> Step<Val>
    where
        'e: 'f,
    {
        let mut map = std::collections::BTreeMap::new();
        let mut key_unknown = false;
        for (key_node, val) in entries {
            let key = self.eval(key_node, frame)?;
            let val = self.eval(val, frame)?.into_val();
            match key.val() {
                Val::Str(key) => {
                    if map.insert(key.clone(), val).is_some() {
                        return Err(error(key_node, format!("the key {key:?} appears twice")));
                    }
                }
                Val::Unknown => key_unknown = true,
                other => {
                    let why = format!("keys of a map are texts, not {}", other.kind());
                    return Err(error(key_node, why));
                }
            }
        }
        Ok(if key_unknown { Val::Unknown } else { Val::Map(Arc::new(map)) })
    }
}

/// The variable of the loop `up` levels above the innermost.
fn local<'f>(mut frame: Option<&'f Frame<'f>>, up: u16) -> &'f Val {
    for _ in 0..up {
        frame = frame.and_then(|frame| frame.outer);
    }
    frame.expect("a loop variable is inside of its loop").val
}

/// Selects a field; null without the field.
fn select<'f>(node: &Node, of: Found<'f>, key: &str) -> Step<Found<'f>> {
    match of {
        Found::At(Val::Map(entries)) => Ok(Found::At(entries.get(key).unwrap_or(&NULL))),
        Found::New(Val::Map(entries)) => Ok(Found::New(entries.get(key).cloned().unwrap_or(Val::Null))),
        of => match of.val() {
            Val::Null => Ok(Found::At(&NULL)),
            Val::Unknown => Ok(Found::At(&UNKNOWN)),
            other => Err(error(node, format!("{} has no field {key}", other.kind()))),
        },
    }
}

/// The work of comparing or copying a value.
fn size_of(val: &Val) -> usize {
    match val {
        Val::List(items) => items.len(),
        Val::Map(entries) => entries.len(),
        Val::Str(text) => text.len() / 64,
        _ => 0,
    }
}
