//! Parses JSON of a foreign source with bounds on what the parsed tree costs.
//!
//! A tree of many small values takes ten to forty times the bytes of its text, so that a bound on the bytes alone does
//! not bound the memory.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::cell::Cell;
use std::fmt;

/// Most values in one text: scalars, lists, objects and the names of fields.
pub const JSON_VALUES_MAX: usize = 100_000;

/// Deepest nesting of lists and objects.
pub const JSON_DEPTH_MAX: usize = 100;

/// Why a text was not parsed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BoundedJsonError {
    /// The text has more values than [`JSON_VALUES_MAX`].
    #[error("the body has more than {JSON_VALUES_MAX} values")]
    TooManyValues,
    /// The text nests lists and objects deeper than [`JSON_DEPTH_MAX`].
    #[error("the body is nested deeper than {JSON_DEPTH_MAX} levels")]
    TooDeep,
    /// The text is not JSON.
    #[error("the body is not JSON: {0}")]
    Malformed(String),
}

/// Parses a text, and stops at the first value above a bound. The rest of the text is then not checked.
///
/// # Errors
/// If the text exceeds a bound, or is not JSON.
pub fn parse_bounded_json(text: &str) -> Result<Value, BoundedJsonError> {
    let budget = ValueBudget { left: Cell::new(JSON_VALUES_MAX), exceeded: Cell::new(None) };
    let mut input = serde_json::Deserializer::from_str(text);
    // The own bound on the depth is lower than the recursion limit of the parser, and has an error of its own.
    let parsed = BoundedValue { budget: &budget, depth: 0 }.deserialize(&mut input);
    match parsed.and_then(|value| input.end().map(|()| value)) {
        Ok(value) => Ok(value),
        Err(error) => Err(budget.exceeded.take().unwrap_or_else(|| BoundedJsonError::Malformed(error.to_string()))),
    }
}

/// The number of values that a text may still have.
struct ValueBudget {
    left: Cell<usize>,
    exceeded: Cell<Option<BoundedJsonError>>,
}

impl ValueBudget {
    fn take_value<E: Error>(&self) -> Result<(), E> {
        match self.left.get().checked_sub(1) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => Err(self.stop(BoundedJsonError::TooManyValues)),
        }
    }

    fn stop<E: Error>(&self, reason: BoundedJsonError) -> E {
        let error = E::custom(&reason);
        self.exceeded.set(Some(reason));
        error
    }
}

/// One value at a depth.
#[derive(Clone, Copy)]
struct BoundedValue<'b> {
    budget: &'b ValueBudget,
    depth: usize,
}

impl<'b> BoundedValue<'b> {
    fn descend<E: Error>(self) -> Result<BoundedValue<'b>, E> {
        if self.depth >= JSON_DEPTH_MAX {
            return Err(self.budget.stop(BoundedJsonError::TooDeep));
        }
        Ok(BoundedValue { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for BoundedValue<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for BoundedValue<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        self.budget.take_value().map(|()| Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        self.budget.take_value().map(|()| Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        self.budget.take_value().map(|()| Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        self.budget.take_value().map(|()| Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        self.budget.take_value().map(|()| Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        self.visit_string(text.to_string())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        self.budget.take_value().map(|()| Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut input: A) -> Result<Value, A::Error> {
        self.budget.take_value()?;
        let inner = self.descend()?;
        let mut items = Vec::new();
        while let Some(item) = input.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut input: A) -> Result<Value, A::Error> {
        self.budget.take_value()?;
        let inner = self.descend()?;
        let mut fields = Map::new();
        while let Some(name) = input.next_key::<String>()? {
            self.budget.take_value()?;
            let value = input.next_value_seed(inner)?;
            fields.insert(name, value);
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_within_the_bounds_is_parsed_as_without_bounds() {
        for text in ["null", "[1,-2,3.5,\"a\",true,[],{}]", "{\"a\":{\"b\":[18446744073709551615]},\"a\":1}", "1e300"] {
            assert_eq!(parse_bounded_json(text), Ok(serde_json::from_str(text).expect("JSON")), "{text}");
        }
    }

    #[test]
    fn many_small_values_and_deep_nesting_are_refused_before_the_tree_exists() {
        let list = |count: usize| format!("[{}]", vec!["0"; count].join(","));
        assert!(parse_bounded_json(&list(JSON_VALUES_MAX - 1)).is_ok());
        assert_eq!(parse_bounded_json(&list(JSON_VALUES_MAX)), Err(BoundedJsonError::TooManyValues));
        let fields: Vec<String> = (0..JSON_VALUES_MAX / 2).map(|n| format!("\"{n}\":0")).collect();
        assert_eq!(parse_bounded_json(&format!("{{{}}}", fields.join(","))), Err(BoundedJsonError::TooManyValues));
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse_bounded_json(&nested(JSON_DEPTH_MAX)).is_ok());
        assert_eq!(parse_bounded_json(&nested(JSON_DEPTH_MAX + 1)), Err(BoundedJsonError::TooDeep));
        assert_eq!(parse_bounded_json(&"[".repeat(1_000_000)), Err(BoundedJsonError::TooDeep));
    }

    #[test]
    fn a_text_that_is_not_json_is_told_from_a_text_above_a_bound() {
        for text in ["", "{", "[1,]", "1 2", "{\"a\" 1}"] {
            assert!(matches!(parse_bounded_json(text), Err(BoundedJsonError::Malformed(_))), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_or_refused_as_without_bounds(text in "[\\[\\]{}:,\"0-9a-z .-]{0,24}") {
            let bounded = parse_bounded_json(&text).ok();
            prop_assert_eq!(bounded, serde_json::from_str::<Value>(&text).ok());
        }
    }
}
