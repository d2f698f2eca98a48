//! Conditions.

use super::run::{EvalResult, Evaluator, LoopFrame, decide_junction, error_at};
use crate::expr::ast::{ExprNode, ExprNodeKind};
use crate::expr::compare::KnownTruth;
use crate::expr::value::ExprValue;

impl<'e, S: Fn(usize) -> Option<&'e ExprValue>> Evaluator<'e, S> {
    /// The truth of a condition. And, or, not and `has` are evaluated without an intermediate
    /// value, because guards consist mostly of them.
    pub(super) fn eval_truth<'f>(&self, node: &'f ExprNode, frame: Option<&'f LoopFrame<'f>>) -> EvalResult<KnownTruth>
    where
        'e: 'f,
    {
        if matches!(node.kind, ExprNodeKind::Not(_) | ExprNodeKind::And(_) | ExprNodeKind::Or(_) | ExprNodeKind::Has(_))
        {
            self.charge_work(node, 1)?;
            return self.eval_connective(node, frame);
        }
        match self.eval_node(node, frame)?.val() {
            ExprValue::Bool(truth) => Ok(Some(*truth)),
            ExprValue::Unknown => Ok(None),
            other => Err(error_at(node, format!("a condition cannot be {}", other.kind_name()))),
        }
    }

    /// The truth of a connective or of `has`.
    pub(super) fn eval_connective<'f>(
        &self,
        node: &'f ExprNode,
        frame: Option<&'f LoopFrame<'f>>,
    ) -> EvalResult<KnownTruth>
    where
        'e: 'f,
    {
        match &node.kind {
            ExprNodeKind::Not(of) => Ok(self.eval_truth(of, frame)?.map(|truth| !truth)),
            ExprNodeKind::And(terms) => self.eval_junction(false, terms, frame),
            ExprNodeKind::Or(terms) => self.eval_junction(true, terms, frame),
            ExprNodeKind::Has(of) => self.eval_has(of, frame),
            _ => unreachable!("callers pass connectives and has only"),
        }
    }

    /// Evaluates `&&` (decided by false) or `||` (decided by true).
    fn eval_junction<'f>(
        &self,
        decides: bool,
        terms: &'f [ExprNode],
        frame: Option<&'f LoopFrame<'f>>,
    ) -> EvalResult<KnownTruth>
    where
        'e: 'f,
    {
        let mut unknown = false;
        let mut failed = None;
        for term in terms {
            match self.eval_truth(term, frame) {
                Ok(Some(truth)) if truth == decides => return Ok(Some(decides)),
                Ok(Some(_)) => {}
                Ok(None) => unknown = true,
                Err(why) => failed = failed.or(Some(why)),
            }
        }
        decide_junction(decides, unknown, failed)
    }

    fn eval_has<'f>(&self, of: &'f ExprNode, frame: Option<&'f LoopFrame<'f>>) -> EvalResult<KnownTruth>
    where
        'e: 'f,
    {
        Ok(match self.eval_node(of, frame)?.val() {
            ExprValue::Unknown => None,
            ExprValue::Null => Some(false),
            _ => Some(true),
        })
    }
}
