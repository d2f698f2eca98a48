//! Texts, numbers and members of an enumeration.

use super::{Drawer, Undrawable, fail};
use crate::number::{Range, as_i128, to_number};
use crate::shape::{Node, NodeId};
use crate::text::{Length, Text};
use crate::walk;
use serde_json::{Number, Value};

impl<'a> Drawer<'a> {
    pub(super) fn member(&mut self, ids: &[NodeId], members: &[Value], at: &str) -> Result<Value, Undrawable> {
        let fits = |member: &&Value| ids.iter().all(|&id| walk::accepts(self.shape, id, member, self.asked));
        let mut fitting: Vec<&Value> = members.iter().filter(fits).collect();
        if fitting.iter().any(|member| !member.is_null()) {
            fitting.retain(|member| !member.is_null());
        }
        if self.boundary && fitting.len() > 1 {
            fitting = vec![fitting[0], fitting[fitting.len() - 1]];
            self.on_boundary += 1;
        }
        let picked = self.rng.pick(&fitting).map(|member| (*member).clone());
        picked.ok_or_else(|| fail(at, "no member of its enumeration fits its other keywords"))
    }

    pub(super) fn text(&mut self, nodes: &[&'a Node], at: &str) -> Result<Value, Undrawable> {
        let text = Text::of(nodes);
        let bounds = [(!text.open).then_some(text.min), text.max];
        if let Some(length) = self.bound(&bounds).filter(|_| text.fixed_form().is_none()) {
            // Of an encoded text the whole groups next to the boundary.
            let whole = length / 4 * 4;
            let length = if !text.is_base64() {
                length
            } else if whole < text.min {
                whole + 4
            } else {
                whole
            };
            if let Ok(drawn) = text.draw(self.rng, Length::Exactly(length)) {
                self.on_boundary += 1;
                return Ok(Value::from(drawn));
            }
        }
        text.draw(self.rng, Length::Usual).map(Value::from).map_err(|cause| fail(at, &cause))
    }

    pub(super) fn number(&mut self, nodes: &[&'a Node], integer: bool, at: &str) -> Result<Value, Undrawable> {
        let range = Range::of(nodes);
        let bound = self.bound(&[range.least.clone(), range.most.clone()]);
        if let Some(bound) = bound.filter(|bound| !integer || as_i128(bound).is_some()) {
            self.on_boundary += 1;
            return Ok(Value::Number(bound));
        }
        let (low, high) = range.integers();
        if low <= high {
            let width = u64::try_from(high - low).unwrap_or(u64::MAX - 1);
            let drawn = low + i128::from(self.rng.below(width + 1));
            let step = nodes.iter().find_map(|node| node.multiple_of.as_ref().and_then(as_i128));
            let drawn = step.filter(|&step| step > 0).map_or(drawn, |step| {
                let below = drawn.div_euclid(step) * step;
                if below < low { below + step } else { below }
            });
            return to_number(drawn).map(Value::Number).ok_or_else(|| fail(at, "its bounds are beyond 64 bits"));
        }
        let middle = (range.least_float() + range.most_float()) / 2.0;
        let number = Number::from_f64(middle).filter(|_| !integer);
        number.map(Value::Number).ok_or_else(|| fail(at, "its bounds leave no number"))
    }

    /// One of the bounds that are given, in the boundary mode and three times of four.
    pub(super) fn bound<T: Clone>(&mut self, bounds: &[Option<T>]) -> Option<T> {
        let given: Vec<T> = bounds.iter().flatten().cloned().collect();
        let wanted = self.boundary && self.rng.chance(3, 4);
        if wanted { self.rng.pick(&given).cloned() } else { None }
    }
}
