//! Texts, numbers and members of an enumeration.

use super::drawer::ValueDrawer;
use super::settings::{DrawError, make_error};
use crate::node::{SchemaNode, SchemaNodeId};
use crate::number::{NumberRange, read_i128, to_number};
use crate::text::{TextLength, TextRules};
use crate::walk;
use serde_json::{Number, Value};

impl<'a> ValueDrawer<'a> {
    /// Draws a member of an enumeration that all nodes accept; null only if no other member fits.
    pub(super) fn draw_member(
        &mut self,
        ids: &[SchemaNodeId],
        members: &[Value],
        at: &str,
    ) -> Result<Value, DrawError> {
        let fits = |member: &&Value| ids.iter().all(|&id| walk::accepts_value(self.shape, id, member, self.asked));
        let mut fitting: Vec<&Value> = members.iter().filter(fits).collect();
        if fitting.iter().any(|member| !member.is_null()) {
            fitting.retain(|member| !member.is_null());
        }
        if self.boundary && fitting.len() > 1 {
            fitting = vec![fitting[0], fitting[fitting.len() - 1]];
            self.on_boundary += 1;
        }
        let picked = self.rng.pick_element(&fitting).map(|member| (*member).clone());
        picked.ok_or_else(|| make_error(at, "no member of the enumeration satisfies the other keywords"))
    }

    /// Draws a text.
    pub(super) fn draw_text(&mut self, nodes: &[&'a SchemaNode], at: &str) -> Result<Value, DrawError> {
        let text = TextRules::from_nodes(nodes);
        let bounds = [(!text.open).then_some(text.min), text.max];
        if let Some(length) = self.choose_bound(&bounds).filter(|_| text.fixed_format().is_none()) {
            // Base64 has groups of four: take the nearest whole group within the bounds.
            let whole = length / 4 * 4;
            let length = if !text.is_base64() {
                length
            } else if whole < text.min {
                whole.saturating_add(4)
            } else {
                whole
            };
            if let Ok(drawn) = text.draw_text(self.rng, TextLength::Exactly(length)) {
                self.on_boundary += 1;
                return Ok(Value::from(drawn));
            }
        }
        text.draw_text(self.rng, TextLength::Usual).map(Value::from).map_err(|cause| make_error(at, &cause))
    }

    /// Draws a number.
    pub(super) fn draw_number(
        &mut self,
        nodes: &[&'a SchemaNode],
        integer: bool,
        at: &str,
    ) -> Result<Value, DrawError> {
        let range = NumberRange::from_nodes(nodes);
        let bound = self.choose_bound(&[range.least.clone(), range.most.clone()]);
        if let Some(bound) = bound.filter(|bound| !integer || read_i128(bound).is_some()) {
            self.on_boundary += 1;
            return Ok(Value::Number(bound));
        }
        let (low, high) = range.integer_bounds();
        if low <= high {
            let width = u64::try_from(high - low).unwrap_or(u64::MAX - 1);
            let drawn = low + i128::from(self.rng.draw_below(width + 1));
            let step = nodes.iter().find_map(|node| node.multiple_of.as_ref().and_then(read_i128));
            let drawn = step.filter(|&step| step > 0).map_or(drawn, |step| {
                let below = drawn.div_euclid(step) * step;
                if below < low { below + step } else { below }
            });
            return to_number(drawn).map(Value::Number).ok_or_else(|| make_error(at, "the bounds exceed 64 bits"));
        }
        let middle = (range.least_float() + range.most_float()) / 2.0;
        let number = Number::from_f64(middle).filter(|_| !integer);
        number.map(Value::Number).ok_or_else(|| make_error(at, "no number satisfies the bounds"))
    }
}
