//! Values: names, fields, operators, functions, lists and maps.

use std::cmp::Ordering;
use std::sync::Arc;

use super::run::{
    EvalResult, Evaluator, LoopFrame, MaybeOwnedValue, NULL, UNKNOWN, error_at, no_value_at, place_error,
};
use crate::expr::ast::{BinaryOperator, ExprNode, ExprNodeKind};
use crate::expr::calls;
use crate::expr::compare::{UnplacedError, contains_value, equals_known, test_order, truth_to_val};
use crate::expr::error::EvalFailure;
use crate::expr::value::ExprValue;

impl<'e, S: Fn(usize) -> Option<&'e ExprValue>> Evaluator<'e, S> {
    /// The value of a node.
    pub(super) fn eval_node<'f>(
        &self,
        node: &'f ExprNode,
        frame: Option<&'f LoopFrame<'f>>,
    ) -> EvalResult<MaybeOwnedValue<'f>>
    where
        'e: 'f,
    {
        self.charge_work(node, 1)?;
        match &node.kind {
            ExprNodeKind::Lit(val) => Ok(MaybeOwnedValue::At(val)),
            ExprNodeKind::Root(slot) => self.read_root(node, usize::from(*slot)).map(MaybeOwnedValue::At),
            ExprNodeKind::Local(_, up) => Ok(MaybeOwnedValue::At(find_local(frame, *up))),
            ExprNodeKind::Select(of, key) => {
                let of_val = self.eval_node(of, frame)?;
                select_field(node, of_val, key)
            }
            ExprNodeKind::Index(of, key) => self.eval_index(node, of, key, frame),
            ExprNodeKind::Not(_) | ExprNodeKind::And(_) | ExprNodeKind::Or(_) | ExprNodeKind::Has(_) => {
                Ok(MaybeOwnedValue::New(truth_to_val(self.eval_connective(node, frame)?)))
            }
            ExprNodeKind::Binary(op, two) => self.eval_binary(node, *op, two, frame).map(MaybeOwnedValue::New),
            ExprNodeKind::Cond(three) => self.eval_conditional(three, frame),
            ExprNodeKind::Negate(of) => {
                let of_val = self.eval_node(of, frame)?;
                calls::negate_number(of_val.val()).map(MaybeOwnedValue::New).map_err(place_error(node))
            }
            ExprNodeKind::List(items) => {
                let vals = items.iter().map(|item| Ok(self.eval_node(item, frame)?.into_val()));
                let list: Arc<[ExprValue]> = vals.collect::<EvalResult<_>>()?;
                Ok(MaybeOwnedValue::New(ExprValue::List(list)))
            }
            ExprNodeKind::Map(entries) => self.eval_map(entries, frame).map(MaybeOwnedValue::New),
            ExprNodeKind::Call(func, args) => {
                let args: Vec<MaybeOwnedValue> =
                    args.iter().map(|arg| self.eval_node(arg, frame)).collect::<EvalResult<_>>()?;
                let first = args[0].val();
                let second = args.get(1).map_or(&NULL, MaybeOwnedValue::val);
                calls::call_function(*func, first, second).map(MaybeOwnedValue::New).map_err(place_error(node))
            }
            ExprNodeKind::Matches(of, pattern) => match self.eval_node(of, frame)?.val() {
                ExprValue::Unknown => Ok(MaybeOwnedValue::At(&UNKNOWN)),
                ExprValue::Str(text) => Ok(MaybeOwnedValue::New(ExprValue::Bool(pattern.is_match(text)))),
                ExprValue::Notated(read) => Ok(MaybeOwnedValue::New(ExprValue::Bool(pattern.is_match(read.text())))),
                other => Err(error_at(node, format!("matches needs a text, not {}", other.kind_name()))),
            },
            ExprNodeKind::Loop(walk) => self.eval_loop(node, walk, frame).map(MaybeOwnedValue::New),
        }
    }

    fn eval_index<'f>(
        &self,
        node: &'f ExprNode,
        of: &'f ExprNode,
        key: &'f ExprNode,
        frame: Option<&'f LoopFrame<'f>>,
    ) -> EvalResult<MaybeOwnedValue<'f>>
    where
        'e: 'f,
    {
        let of = self.eval_node(of, frame)?;
        let key = self.eval_node(key, frame)?;
        match (of.val(), key.val()) {
            (ExprValue::Map(_) | ExprValue::Null, ExprValue::Str(name)) => select_field(node, of, name),
            (ExprValue::Map(_) | ExprValue::Null, ExprValue::Notated(name)) => select_field(node, of, name.text()),
            (ExprValue::List(items), ExprValue::Int(index)) => {
                let place = usize::try_from(*index).ok().filter(|i| *i < items.len());
                let Some(place) = place else {
                    let why = format!("the index {index} is outside of a list of {}", items.len());
                    let failure = EvalFailure::OutsideOfList;
                    return Err(place_error(node)(UnplacedError { message: why, failure }));
                };
                Ok(match of {
                    MaybeOwnedValue::At(ExprValue::List(items)) => MaybeOwnedValue::At(&items[place]),
                    _ => MaybeOwnedValue::New(items[place].clone()),
                })
            }
            (ExprValue::Null, ExprValue::Int(_)) => Ok(MaybeOwnedValue::At(&NULL)),
            (
                ExprValue::Unknown,
                ExprValue::Unknown | ExprValue::Str(_) | ExprValue::Notated(_) | ExprValue::Int(_),
            )
            | (ExprValue::Map(_) | ExprValue::List(_) | ExprValue::Null, ExprValue::Unknown) => {
                Ok(MaybeOwnedValue::At(&UNKNOWN))
            }
            (of, key) => Err(error_at(node, format!("{} cannot be indexed with {}", of.kind_name(), key.kind_name()))),
        }
    }

    /// Evaluates `?:`. With an unknown condition, the value of both branches if they agree.
    fn eval_conditional<'f>(
        &self,
        three: &'f (ExprNode, ExprNode, ExprNode),
        frame: Option<&'f LoopFrame<'f>>,
    ) -> EvalResult<MaybeOwnedValue<'f>>
    where
        'e: 'f,
    {
        match self.eval_truth(&three.0, frame)? {
            Some(true) => self.eval_node(&three.1, frame),
            Some(false) => self.eval_node(&three.2, frame),
            None => match (self.eval_node(&three.1, frame), self.eval_node(&three.2, frame)) {
                (Ok(a), Ok(b)) if a.val() == b.val() => Ok(a),
                (Err(why), Err(_)) => Err(why),
                _ => Ok(MaybeOwnedValue::At(&UNKNOWN)),
            },
        }
    }

    fn eval_binary<'f>(
        &self,
        node: &'f ExprNode,
        op: BinaryOperator,
        two: &'f (ExprNode, ExprNode),
        frame: Option<&'f LoopFrame<'f>>,
    ) -> EvalResult<ExprValue>
    where
        'e: 'f,
    {
        let left = self.eval_node(&two.0, frame)?;
        let right = self.eval_node(&two.1, frame)?;
        let (left, right) = (left.val(), right.val());
        self.charge_work(node, measure_work(left) + measure_work(right))?;
        match op {
            BinaryOperator::Eq => Ok(truth_to_val(equals_known(left, right))),
            BinaryOperator::Ne => Ok(truth_to_val(equals_known(left, right).map(|same| !same))),
            BinaryOperator::In => contains_value(left, right).map(truth_to_val).map_err(place_error(node)),
            BinaryOperator::Lt => test_order(left, right, Ordering::is_lt).map_err(place_error(node)),
            BinaryOperator::Le => test_order(left, right, Ordering::is_le).map_err(place_error(node)),
            BinaryOperator::Gt => test_order(left, right, Ordering::is_gt).map_err(place_error(node)),
            BinaryOperator::Ge => test_order(left, right, Ordering::is_ge).map_err(place_error(node)),
            _ => calls::apply_arithmetic(op, left, right).map_err(place_error(node)),
        }
    }

    fn eval_map<'f>(
        &self,
        entries: &'f [(ExprNode, ExprNode)],
        frame: Option<&'f LoopFrame<'f>>,
    ) -> EvalResult<ExprValue>
    where
        'e: 'f,
    {
        let mut map = std::collections::BTreeMap::new();
        let mut key_unknown = false;
        for (key_node, val) in entries {
            let key = self.eval_node(key_node, frame)?;
            let val = self.eval_node(val, frame)?.into_val();
            match key.val().without_notation().as_ref() {
                ExprValue::Str(key) => {
                    if map.insert(key.clone(), val).is_some() {
                        return Err(no_value_at(key_node, format!("the key {key:?} appears twice")));
                    }
                }
                ExprValue::Unknown => key_unknown = true,
                other => {
                    let why = format!("keys of a map are texts, not {}", other.kind_name());
                    return Err(error_at(key_node, why));
                }
            }
        }
        Ok(if key_unknown { ExprValue::Unknown } else { ExprValue::Map(Arc::new(map)) })
    }
}

/// The variable of the loop `up` levels above the innermost.
fn find_local<'f>(mut frame: Option<&'f LoopFrame<'f>>, up: u16) -> &'f ExprValue {
    for _ in 0..up {
        frame = frame.and_then(|frame| frame.outer);
    }
    frame.expect("a loop variable is inside of its loop").val
}

/// Selects a field; null without the field.
fn select_field<'f>(node: &ExprNode, of: MaybeOwnedValue<'f>, key: &str) -> EvalResult<MaybeOwnedValue<'f>> {
    match of {
        MaybeOwnedValue::At(ExprValue::Map(entries)) => Ok(MaybeOwnedValue::At(entries.get(key).unwrap_or(&NULL))),
        MaybeOwnedValue::New(ExprValue::Map(entries)) => {
            Ok(MaybeOwnedValue::New(entries.get(key).cloned().unwrap_or(ExprValue::Null)))
        }
        of => match of.val() {
            ExprValue::Null => Ok(MaybeOwnedValue::At(&NULL)),
            ExprValue::Unknown => Ok(MaybeOwnedValue::At(&UNKNOWN)),
            other => Err(error_at(node, format!("{} has no field {key}", other.kind_name()))),
        },
    }
}

/// The work of comparing or copying a value.
fn measure_work(val: &ExprValue) -> usize {
    match val {
        ExprValue::List(items) => items.len(),
        ExprValue::Map(entries) => entries.len(),
        ExprValue::Str(text) => text.len() / 64,
        ExprValue::Notated(read) => read.text().len() / 64,
        _ => 0,
    }
}
