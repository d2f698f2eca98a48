//! Exact comparison of numbers, and the range that a schema allows.

use super::node::SchemaNode;
use serde_json::{Number, Value};
use std::cmp::Ordering;

/// The range that a set of nodes allows for a number, both ends inclusive; none where an end is open.
pub(super) struct NumberRange {
    pub least: Option<Number>,
    pub most: Option<Number>,
}

impl NumberRange {
    /// The intersection of the ranges of all nodes.
    pub fn from_nodes(nodes: &[&SchemaNode]) -> NumberRange {
        let stepped = |number: &Number, step: i128| {
            read_i128(number).and_then(|exact| to_number(exact + step)).or_else(|| {
                let float = number.as_f64()?;
                Number::from_f64(if step > 0 { float.next_up() } else { float.next_down() })
            })
        };
        let least = nodes
            .iter()
            .flat_map(|node| [node.minimum.clone(), node.above.as_ref().and_then(|above| stepped(above, 1))]);
        let most = nodes
            .iter()
            .flat_map(|node| [node.maximum.clone(), node.below.as_ref().and_then(|below| stepped(below, -1))]);
        NumberRange { least: least.flatten().max_by(compare_numbers), most: most.flatten().min_by(compare_numbers) }
    }

    /// The least and the greatest integer of the range. An open range is cut to a width of 100,
    /// so that sizes and counts stay below usual quotas.
    pub fn integer_bounds(&self) -> (i128, i128) {
        const WIDTH: i128 = 100;
        let low =
            self.least.as_ref().map(|number| read_i128(number).unwrap_or_else(|| self.least_float().ceil() as i128));
        let high =
            self.most.as_ref().map(|number| read_i128(number).unwrap_or_else(|| self.most_float().floor() as i128));
        match (low, high) {
            (None, None) => (1, WIDTH),
            (Some(low), None) => (low, low + WIDTH),
            (None, Some(high)) => (if high >= 1 { (high - WIDTH).max(1) } else { high - WIDTH }, high),
            (Some(low), Some(high)) => (low, high),
        }
    }

    pub fn least_float(&self) -> f64 {
        self.least.as_ref().and_then(Number::as_f64).unwrap_or(f64::MIN)
    }

    pub fn most_float(&self) -> f64 {
        self.most.as_ref().and_then(Number::as_f64).unwrap_or(f64::MAX)
    }
}

/// Compares two numbers: integers exactly, others as floating point.
pub(super) fn compare_numbers(left: &Number, right: &Number) -> Ordering {
    let exact = |number: &Number| number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    match (exact(left), exact(right)) {
        (Some(left), Some(right)) => left.cmp(&right),
        _ => {
            let float = |number: &Number| number.as_f64().unwrap_or(f64::NAN);
            float(left).partial_cmp(&float(right)).unwrap_or(Ordering::Equal)
        }
    }
}

/// Whether two values are equal in JSON Schema: `1` and `1.0` are equal numbers.
pub(super) fn are_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => compare_numbers(left, right) == Ordering::Equal,
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| are_equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            let twin = |(name, entry)| right.get(name).is_some_and(|other| are_equal(entry, other));
            left.len() == right.len() && left.iter().all(twin)
        }
        _ => left == right,
    }
}

/// Whether `number` is a multiple of `step`.
pub(super) fn is_multiple(step: &Number, number: &Number) -> bool {
    match (step.as_i64(), number.as_i64()) {
        (Some(step), Some(number)) if step != 0 => number % step == 0,
        _ => {
            let ratio = number.as_f64().unwrap_or(0.0) / step.as_f64().unwrap_or(1.0);
            ratio.fract() == 0.0
        }
    }
}

/// The exact value of a whole number; none for a fraction.
pub(super) fn read_i128(number: &Number) -> Option<i128> {
    let exact = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    // A page may write a bound as `64.0`. Beyond 2^53 floating point is not exact.
    exact.or_else(|| number.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < 9e15).map(|n| n as i128))
}

/// The JSON number; none beyond 64 bits.
pub(super) fn to_number(exact: i128) -> Option<Number> {
    i64::try_from(exact).map(Number::from).or_else(|_| u64::try_from(exact).map(Number::from)).ok()
}
