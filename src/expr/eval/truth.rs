//! Conditions.

use super::run::{Frame, Run, Step, error, settled};
use crate::expr::ast::{Kind, Node};
use crate::expr::compare::Truth;
use crate::expr::value::Val;

impl<'e, S: Fn(usize) -> Option<&'e Val>> Run<'e, S> {
    /// The truth of a condition. And, or, not and `has` are evaluated without an intermediate
    /// value, because guards consist mostly of them.
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

    /// The truth of a connective or of `has`.
    pub(super) fn truth_of<'f>(&self, node: &'f Node, frame: Option<&'f Frame<'f>>) -> Step<Truth>
    where
        'e: 'f,
    {
        match &node.kind {
            Kind::Not(of) => Ok(self.truth(of, frame)?.map(|truth| !truth)),
            Kind::And(terms) => self.junction(false, terms, frame),
            Kind::Or(terms) => self.junction(true, terms, frame),
            Kind::Has(of) => self.has(of, frame),
            _ => unreachable!("callers pass connectives and has only"),
        }
    }

    /// Evaluates `&&` (decided by false) or `||` (decided by true).
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
}
