//! The macros `all`, `exists`, `exists_one`, `map` and `filter`.

use super::run::{EvalResult, Evaluator, LoopFrame, decide_junction, error_at};
use crate::expr::ast::{ExprNode, LoopMacro, LoopMacroKind};
use crate::expr::compare::{KnownTruth, truth_to_val};
use crate::expr::value::ExprValue;

impl<'e, S: Fn(usize) -> Option<&'e ExprValue>> Evaluator<'e, S> {
    /// The value of a macro.
    pub(super) fn eval_loop<'f>(
        &self,
        node: &'f ExprNode,
        walk: &'f LoopMacro,
        frame: Option<&'f LoopFrame<'f>>,
    ) -> EvalResult<ExprValue>
    where
        'e: 'f,
    {
        let over = self.eval_node(&walk.over, frame)?;
        let keys: Vec<ExprValue>;
        let items: &[ExprValue] = match over.val() {
            ExprValue::Unknown => return Ok(ExprValue::Unknown),
            ExprValue::List(items) => items,
            ExprValue::Map(entries) => {
                keys = entries.keys().cloned().map(ExprValue::Str).collect();
                &keys
            }
            other => {
                let why = format!("{} cannot be applied to {}", walk.walk.name(), other.kind_name());
                return Err(error_at(node, why));
            }
        };
        self.charge_work(node, items.len())?;
        match walk.walk {
            LoopMacroKind::All => self.eval_quantifier(false, walk, items, frame),
            LoopMacroKind::Exists => self.eval_quantifier(true, walk, items, frame),
            LoopMacroKind::ExistsOne => self.eval_exists_one(walk, items, frame),
            LoopMacroKind::Map | LoopMacroKind::Filter => self.eval_map_or_filter(walk, items, frame),
        }
    }

    /// Evaluates `exists` and `all` as `||` and `&&` over the elements.
    fn eval_quantifier(
        &self,
        decides: bool,
        walk: &LoopMacro,
        items: &[ExprValue],
        outer: Option<&LoopFrame<'_>>,
    ) -> EvalResult<ExprValue> {
        let mut unknown = false;
        let mut failed = None;
        for val in items {
            match self.eval_element_truth(&walk.body, val, outer) {
                Ok(Some(truth)) if truth == decides => return Ok(ExprValue::Bool(decides)),
                Ok(Some(_)) => {}
                Ok(None) => unknown = true,
                Err(why) => failed = failed.or(Some(why)),
            }
        }
        decide_junction(decides, unknown, failed).map(truth_to_val)
    }

    fn eval_exists_one(
        &self,
        walk: &LoopMacro,
        items: &[ExprValue],
        outer: Option<&LoopFrame<'_>>,
    ) -> EvalResult<ExprValue> {
        let mut holds = 0;
        let mut unknown = false;
        for val in items {
            match self.eval_element_truth(&walk.body, val, outer)? {
                Some(truth) => holds += usize::from(truth),
                None => unknown = true,
            }
        }
        Ok(match (holds, unknown) {
            (2.., _) => ExprValue::Bool(false),
            (_, true) => ExprValue::Unknown,
            (holds, false) => ExprValue::Bool(holds == 1),
        })
    }

    /// Evaluates `filter` and `map`. The result is unknown if the condition of an element is
    /// unknown: neither length nor indices of the result are certain.
    fn eval_map_or_filter(
        &self,
        walk: &LoopMacro,
        items: &[ExprValue],
        outer: Option<&LoopFrame<'_>>,
    ) -> EvalResult<ExprValue> {
        let keep = match walk.walk {
            LoopMacroKind::Filter => Some(&walk.body),
            _ => walk.filter.as_ref(),
        };
        let mut taken = Vec::new();
        let mut unknown = false;
        for val in items {
            match keep.map_or(Ok(Some(true)), |keep| self.eval_element_truth(keep, val, outer))? {
                Some(true) if walk.walk == LoopMacroKind::Filter => taken.push(val.clone()),
                Some(true) => {
                    let frame = LoopFrame { val, outer };
                    taken.push(self.eval_node(&walk.body, Some(&frame))?.into_val());
                }
                Some(false) => {}
                None => unknown = true,
            }
        }
        Ok(if unknown { ExprValue::Unknown } else { taken.into_iter().collect() })
    }

    /// The truth of a condition for one element.
    fn eval_element_truth(
        &self,
        node: &ExprNode,
        val: &ExprValue,
        outer: Option<&LoopFrame<'_>>,
    ) -> EvalResult<KnownTruth> {
        self.eval_truth(node, Some(&LoopFrame { val, outer }))
    }
}
