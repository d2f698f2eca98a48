//! Texts, numbers and members of an enumeration.

use super::drawer::Drawer;
use super::settings::{Undrawable, fail};
use crate::node::{Node, NodeId};
use crate::number::{Range, as_i128, to_number};
use crate::text::{Length, Text};
use crate::walk;
use serde_json::{Number, Value};

impl<'a> Drawer<'a> {
    /// Draws a member of an enumeration that all nodes accept; null only if no other member fits.
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
        picked.ok_or_else(|| fail(at, "no member of the enumeration satisfies the other keywords"))
    }

    /// Draws a text.
    pub(super) fn text(&mut self, nodes: &[&'a Node], at: &str) -> Result<Value, Undrawable> {
        let text = Text::of(nodes);
        let bounds = [(!text.open).then_some(text.min), text.max];
        if let Some(length) = self.bound(&bounds).filter(|_| text.fixed_form().is_none()) {
            // Base64 has groups of four: take the nearest whole group within the bounds.
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

    /// Draws a number.
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
            return to_number(drawn).map(Value::Number).ok_or_else(|| fail(at, "the bounds exceed 64 bits"));
        }
        let middle = (range.least_float() + range.most_float()) / 2.0;
        let number = Number::from_f64(middle).filter(|_| !integer);
        number.map(Value::Number).ok_or_else(|| fail(at, "no number satisfies the bounds"))
    }
}
