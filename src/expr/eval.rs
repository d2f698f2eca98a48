//! Three-valued evaluation. The room's page says what unknown means.

use std::cell::{Cell, OnceCell};
use std::cmp::Ordering;
use std::sync::Arc;

use thiserror::Error;

use super::ast::{Binary, Kind, Node};
use super::calls;
use super::compare::{Failure, Truth, contains, equal, order, unless_unknown};
use super::value::Val;

/// How much work one evaluation may do: nodes visited and elements copied or
/// compared.
const FUEL: usize = 100_000;

/// What the roots of an expression stand for.
pub trait Scope {
    /// The value of a root; `None` if there is no such name, which makes the
    /// evaluation fail.
    fn root(&self, name: &str) -> Option<Val>;
}

impl<F: Fn(&str) -> Option<Val>> Scope for F {
    fn root(&self, name: &str) -> Option<Val> {
        self(name)
    }
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message} (at byte {offset})")]
pub struct EvalError {
    /// Where in the text of the expression, in bytes.
    pub offset: usize,
    /// What went wrong there.
    pub message: String,
}

pub(super) fn in_scope(node: &Node, names: &[Arc<str>], scope: &dyn Scope) -> Result<Val, EvalError> {
    const INLINE: usize = 6;
    let few: [OnceCell<Option<Val>>; INLINE] = Default::default();
    let many: Vec<OnceCell<Option<Val>>>;
    let cells = if names.len() <= INLINE {
        &few[..]
    } else {
        many = vec![OnceCell::new(); names.len()];
        &many[..]
    };
    run(node, names, |slot| cells[slot].get_or_init(|| scope.root(&names[slot])).as_ref())
}

pub(super) fn in_slots(node: &Node, names: &[Arc<str>], slots: &[Option<Val>]) -> Result<Val, EvalError> {
    run(node, names, |slot| slots[slot].as_ref())
}

fn run<'e>(node: &'e Node, names: &'e [Arc<str>], slots: impl Fn(usize) -> Option<&'e Val>) -> Result<Val, EvalError> {
    let run = Run { names, slots, fuel: Cell::new(FUEL) };
    match run.eval(node, None) {
        Ok(found) => Ok(found.into_val()),
        Err(error) => Err(*error),
    }
}

pub(super) struct Run<'e, S> {
    names: &'e [Arc<str>],
    slots: S,
    fuel: Cell<usize>,
}

/// The variables of the loops that a node stands in.
pub(super) struct Frame<'f> {
    pub val: &'f Val,
    pub outer: Option<&'f Frame<'f>>,
}

/// A value on its way: borrowed while it can be, so that guards do not count
/// references.
pub(super) enum Found<'f> {
    At(&'f Val),
    New(Val),
}

impl Found<'_> {
    pub(super) fn val(&self) -> &Val {
        match self {
            Found::At(val) => val,
            Found::New(val) => val,
        }
    }

    pub(super) fn into_val(self) -> Val {
        match self {
            Found::At(val) => val.clone(),
            Found::New(val) => val,
        }
    }
}

/// Boxed, because every step returns one and hardly any is an error.
pub(super) type Step<T> = Result<T, Box<EvalError>>;

static NULL: Val = Val::Null;
static UNKNOWN: Val = Val::Unknown;

impl<'e, S: Fn(usize) -> Option<&'e Val>> Run<'e, S> {
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

    pub(super) fn charge(&self, node: &Node, work: usize) -> Step<()> {
        match self.fuel.get().checked_sub(work) {
            Some(left) => {
                self.fuel.set(left);
                Ok(())
            }
            None => {
                self.fuel.set(0);
                Err(error(node, "too much work for one expression"))
            }
        }
    }

    fn root(&self, node: &Node, slot: usize) -> Step<&'e Val> {
        match (self.slots)(slot) {
            Some(val) => Ok(val),
            None => Err(error(node, format!("there is no {}", self.names[slot]))),
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
                    let why = format!("index {index} in a list of {}", items.len());
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

    /// The truth of a condition. And, or, not and equality answer here without
    /// a detour over values: they are most of what guards are made of.
    pub(super) fn truth<'f>(&self, node: &'f Node, frame: Option<&'f Frame<'f>>) -> Step<Truth>
    where
        'e: 'f,
    {
        if matches!(node.kind, Kind::Not(_) | Kind::And(_) | Kind::Or(_) | Kind::Has(_)) {
            self.charge(node, 1)?;
            return self.truth_of(node, frame);
        }
        match self.eval(node, frame)?.val() {
            Val::Bool(truth) => Ok(Some(*truth)),
            Val::Unknown => Ok(None),
            other => Err(error(node, format!("a condition cannot be {}", other.kind()))),
        }
    }

    fn truth_of<'f>(&self, node: &'f Node, frame: Option<&'f Frame<'f>>) -> Step<Truth>
    where
        'e: 'f,
    {
        match &node.kind {
            Kind::Not(of) => Ok(self.truth(of, frame)?.map(|truth| !truth)),
            Kind::And(terms) => self.junction(false, terms, frame),
            Kind::Or(terms) => self.junction(true, terms, frame),
            Kind::Has(of) => self.has(of, frame),
            _ => unreachable!("only the connectives are asked for their truth directly"),
        }
    }

    /// `&&` (decided by false) and `||` (decided by true).
    fn junction<'f>(&self, decides: bool, terms: &'f [Node], frame: Option<&'f Frame<'f>>) -> Step<Truth>
    where
        'e: 'f,
    {
        let mut unknown = false;
        let mut failed = None;
        for term in terms {
            match self.truth(term, frame) {
                Ok(Some(truth)) if truth == decides => return Ok(Some(decides)),
                Ok(Some(_)) => {}
                Ok(None) => unknown = true,
                Err(why) => failed = failed.or(Some(why)),
            }
        }
        settled(decides, unknown, failed)
    }

    fn has<'f>(&self, of: &'f Node, frame: Option<&'f Frame<'f>>) -> Step<Truth>
    where
        'e: 'f,
    {
        Ok(match self.eval(of, frame)?.val() {
            Val::Unknown => None,
            Val::Null => Some(false),
            _ => Some(true),
        })
    }

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
                        return Err(error(key_node, format!("the key {key:?} is there twice")));
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

/// What a junction is that no term decided.
pub(super) fn settled(decides: bool, unknown: bool, failed: Option<Box<EvalError>>) -> Step<Truth> {
    match failed {
        _ if unknown => Ok(None),
        Some(why) => Err(why),
        None => Ok(Some(!decides)),
    }
}

fn local<'f>(mut frame: Option<&'f Frame<'f>>, up: u16) -> &'f Val {
    for _ in 0..up {
        frame = frame.and_then(|frame| frame.outer);
    }
    frame.expect("a loop variable stands inside its loop").val
}

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

/// What comparing or copying a value costs.
fn size_of(val: &Val) -> usize {
    match val {
        Val::List(items) => items.len(),
        Val::Map(entries) => entries.len(),
        Val::Str(text) => text.len() / 64,
        _ => 0,
    }
}

pub(super) fn error(node: &Node, message: impl Into<String>) -> Box<EvalError> {
    Box::new(EvalError { offset: node.at as usize, message: message.into() })
}

fn at(node: &Node) -> impl Fn(Failure) -> Box<EvalError> + '_ {
    move |message| error(node, message)
}
