//! The macros `all`, `exists`, `exists_one`, `map` and `filter`.

use super::run::{Frame, Run, Step, error, settled};
use crate::expr::ast::{Loop, Node, Walk};
use crate::expr::compare::{Truth, unless_unknown};
use crate::expr::value::Val;

impl<'e, S: Fn(usize) -> Option<&'e Val>> Run<'e, S> {
    /// The value of a macro.
    pub(super) fn walk<'f>(&self, node: &'f Node, walk: &'f Loop, frame: Option<&'f Frame<'f>>) -> Step<Val>
    where
        'e: 'f,
    {
        let over = self.eval(&walk.over, frame)?;
        let keys: Vec<Val>;
        let items: &[Val] = match over.val() {
            Val::Unknown => return Ok(Val::Unknown),
            Val::List(items) => items,
            Val::Map(entries) => {
                keys = entries.keys().cloned().map(Val::Str).collect();
                &keys
            }
            other => {
                let why = format!("{} cannot be applied to {}", walk.walk.name(), other.kind());
                return Err(error(node, why));
            }
        };
        self.charge(node, items.len())?;
        match walk.walk {
            Walk::All => self.quantifier(false, walk, items, frame),
            Walk::Exists => self.quantifier(true, walk, items, frame),
            Walk::ExistsOne => self.exists_one(walk, items, frame),
            Walk::Map | Walk::Filter => self.collect(walk, items, frame),
        }
    }

    /// Evaluates `exists` and `all` as `||` and `&&` over the elements.
    fn quantifier(&self, decides: bool, walk: &Loop, items: &[Val], outer: Option<&Frame<'_>>) -> Step<Val> {
        let mut unknown = false;
        let mut failed = None;
        for val in items {
            match self.truth_at(&walk.body, val, outer) {
                Ok(Some(truth)) if truth == decides => return Ok(Val::Bool(decides)),
                Ok(Some(_)) => {}
                Ok(None) => unknown = true,
                Err(why) => failed = failed.or(Some(why)),
            }
        }
        settled(decides, unknown, failed).map(unless_unknown)
    }

    fn exists_one(&self, walk: &Loop, items: &[Val], outer: Option<&Frame<'_>>) -> Step<Val> {
        let mut holds = 0;
        let mut unknown = false;
        for val in items {
            match self.truth_at(&walk.body, val, outer)? {
                Some(truth) => holds += usize::from(truth),
                None => unknown = true,
            }
        }
        Ok(match (holds, unknown) {
            (2.., _) => Val::Bool(false),
            (_, true) => Val::Unknown,
            (holds, false) => Val::Bool(holds == 1),
        })
    }

    /// Evaluates `filter` and `map`. The result is unknown if the condition of an element is
    /// unknown: neither length nor indices of the result are certain.
    fn collect(&self, walk: &Loop, items: &[Val], outer: Option<&Frame<'_>>) -> Step<Val> {
        let keep = match walk.walk {
            Walk::Filter => Some(&walk.body),
            _ => walk.filter.as_ref(),
        };
        let mut taken = Vec::new();
        let mut unknown = false;
        for val in items {
            match keep.map_or(Ok(Some(true)), |keep| self.truth_at(keep, val, outer))? {
                Some(true) if walk.walk == Walk::Filter => taken.push(val.clone()),
                Some(true) => {
                    let frame = Frame { val, outer };
                    taken.push(self.eval(&walk.body, Some(&frame))?.into_val());
                }
                Some(false) => {}
                None => unknown = true,
            }
        }
        Ok(if unknown { Val::Unknown } else { taken.into_iter().collect() })
    }

    /// The truth of a condition for one element.
    fn truth_at(&self, node: &Node, val: &Val, outer: Option<&Frame<'_>>) -> Step<Truth> {
        self.truth(node, Some(&Frame { val, outer }))
    }
}
