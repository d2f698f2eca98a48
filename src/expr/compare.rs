//! Equality, order and membership, three-valued.

use std::cmp::Ordering;

use super::error::EvalFailure;
use super::notation::compare_notated;
use super::value::ExprValue;

/// A truth value, or `None` for unknown.
pub(super) type KnownTruth = Option<bool>;

/// An error without offset; the caller adds the offset.
pub(super) struct UnplacedError {
    pub message: String,
    pub failure: EvalFailure,
}

impl UnplacedError {
    pub(super) fn wrong_kind(message: String) -> UnplacedError {
        UnplacedError { message, failure: EvalFailure::WrongKind }
    }

    pub(super) fn no_value(message: String) -> UnplacedError {
        UnplacedError { message, failure: EvalFailure::MissingValue }
    }
}

impl ExprValue {
    /// The result of `==`: true, false, or unknown where an unknown part decides.
    ///
    /// Values of different kinds differ, and numbers compare by mathematical value. Lists and
    /// maps differ if two known parts differ, whatever the unknown parts are. A text beside a text
    /// with a notation is read in the same notation; a time with and a time without an offset give
    /// unknown, unless no offset could make them equal.
    pub fn cel_eq(&self, other: &ExprValue) -> ExprValue {
        truth_to_val(equals_known(self, other))
    }

    /// Whether the value stands before another in the order of `<`; `None` where values have no order, or an unknown
    /// decides.
    pub fn is_before(&self, other: &ExprValue) -> Option<bool> {
        match compare_values(self, other).ok()? {
            ComparisonResult::As(order) => Some(order.is_lt()),
            ComparisonResult::Not | ComparisonResult::Unknown => None,
        }
    }
}

/// Whether two values are equal in an expression; `None` where an unknown decides.
pub(super) fn equals_known(left: &ExprValue, right: &ExprValue) -> Option<bool> {
    match (left, right) {
        (ExprValue::Unknown, _) | (_, ExprValue::Unknown) => None,
        (ExprValue::Str(a), ExprValue::Str(b)) => Some(a == b),
        (ExprValue::Int(a), ExprValue::Int(b)) => Some(a == b),
        (ExprValue::Bool(a), ExprValue::Bool(b)) => Some(a == b),
        (ExprValue::Null, ExprValue::Null) => Some(true),
        (ExprValue::Notated(_), _) | (_, ExprValue::Notated(_)) => match compare_notated(left, right) {
            Some(order) => order.map(Ordering::is_eq),
            None => Some(false),
        },
        _ if is_number(left) && is_number(right) => Some(compare_numbers(left, right) == Some(Ordering::Equal)),
        (ExprValue::List(a), ExprValue::List(b)) => {
            if a.len() != b.len() {
                return Some(false);
            }
            equal_pairs(a.iter().zip(b.iter()))
        }
        (ExprValue::Map(a), ExprValue::Map(b)) => {
            if !a.keys().eq(b.keys()) {
                return Some(false);
            }
            equal_pairs(a.values().zip(b.values()))
        }
        _ => Some(false),
    }
}

fn equal_pairs<'a>(pairs: impl Iterator<Item = (&'a ExprValue, &'a ExprValue)>) -> Option<bool> {
    let mut undecided = false;
    for (left, right) in pairs {
        match equals_known(left, right) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => undecided = true,
        }
    }
    if undecided { None } else { Some(true) }
}

/// The order of two numbers; `None` for NaN and for other values.
fn compare_numbers(left: &ExprValue, right: &ExprValue) -> Option<Ordering> {
    match (read_whole(left), read_whole(right)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        (Some(a), None) => compare_whole_to_float(a, read_float(right)?),
        (None, Some(b)) => compare_whole_to_float(b, read_float(left)?).map(Ordering::reverse),
        (None, None) => read_float(left)?.partial_cmp(&read_float(right)?),
    }
}

fn is_number(val: &ExprValue) -> bool {
    matches!(val, ExprValue::Int(_) | ExprValue::Large(_) | ExprValue::Float(_))
}

fn read_whole(val: &ExprValue) -> Option<i128> {
    match val {
        ExprValue::Int(number) => Some(i128::from(*number)),
        ExprValue::Large(number) => Some(i128::from(*number)),
        _ => None,
    }
}

fn read_float(val: &ExprValue) -> Option<f64> {
    if let ExprValue::Float(number) = val { Some(number.get()) } else { None }
}

/// Compares exactly: the conversion of a whole number to `f64` rounds, so that neighbours would be equal.
fn compare_whole_to_float(int: i128, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    // The conversion saturates, far beyond the whole numbers of 64 bits.
    let whole = float.trunc();
    Some(int.cmp(&(whole as i128)).then_with(|| 0.0_f64.total_cmp(&(float - whole + 0.0))))
}

/// Evaluates `needle in haystack`.
pub(super) fn contains_value(needle: &ExprValue, haystack: &ExprValue) -> Result<KnownTruth, UnplacedError> {
    match (needle, haystack) {
        (_, ExprValue::List(items)) => {
            let mut truth = Some(false);
            for item in items.iter() {
                match equals_known(needle, item) {
                    Some(true) => return Ok(Some(true)),
                    Some(false) => {}
                    None => truth = None,
                }
            }
            Ok(truth)
        }
        (ExprValue::Str(key), ExprValue::Map(entries)) => Ok(Some(entries.contains_key(key))),
        (ExprValue::Notated(key), ExprValue::Map(entries)) => Ok(Some(entries.contains_key(key.text()))),
        (ExprValue::Unknown, ExprValue::Map(entries)) if entries.is_empty() => Ok(Some(false)),
        (ExprValue::Unknown, ExprValue::Map(_)) | (_, ExprValue::Unknown) => Ok(None),
        (ExprValue::Bool(_) | ExprValue::Int(_) | ExprValue::Large(_), ExprValue::Map(_)) => Ok(Some(false)),
        (other, ExprValue::Map(_)) => {
            Err(UnplacedError::wrong_kind(format!("keys of a map are texts, not {}", other.kind_name())))
        }
        (_, other) => Err(UnplacedError::wrong_kind(format!("in needs a list or a map, not {}", other.kind_name()))),
    }
}

/// Whether the order of two values satisfies `holds`.
pub(super) fn test_order(
    left: &ExprValue,
    right: &ExprValue,
    holds: fn(Ordering) -> bool,
) -> Result<ExprValue, UnplacedError> {
    Ok(match compare_values(left, right)? {
        ComparisonResult::Unknown => ExprValue::Unknown,
        ComparisonResult::Not => ExprValue::Bool(false),
        ComparisonResult::As(order) => ExprValue::Bool(holds(order)),
    })
}

/// The result of comparing two values.
pub(super) enum ComparisonResult {
    As(Ordering),
    /// A value is NaN: every order is false.
    Not,
    Unknown,
}

/// Compares two numbers, two texts (by code points) or two booleans (false before true).
pub(super) fn compare_values(left: &ExprValue, right: &ExprValue) -> Result<ComparisonResult, UnplacedError> {
    let ordered = |val: &ExprValue| !matches!(val, ExprValue::Null | ExprValue::List(_) | ExprValue::Map(_));
    match (left, right) {
        _ if is_number(left) && is_number(right) => {
            Ok(compare_numbers(left, right).map_or(ComparisonResult::Not, ComparisonResult::As))
        }
        (ExprValue::Notated(_), ExprValue::Notated(_) | ExprValue::Str(_))
        | (ExprValue::Str(_), ExprValue::Notated(_)) => Ok(match compare_notated(left, right) {
            Some(order) => order.map_or(ComparisonResult::Unknown, ComparisonResult::As),
            // One of the texts is not written so.
            None => ComparisonResult::As(left.to_id_text().cmp(&right.to_id_text())),
        }),
        (ExprValue::Str(a), ExprValue::Str(b)) => Ok(ComparisonResult::As(a.cmp(b))),
        (ExprValue::Bool(a), ExprValue::Bool(b)) => Ok(ComparisonResult::As(a.cmp(b))),
        (ExprValue::Unknown, other) | (other, ExprValue::Unknown) if ordered(other) => Ok(ComparisonResult::Unknown),
        _ => Err(UnplacedError::wrong_kind(format!("{} and {} have no order", left.kind_name(), right.kind_name()))),
    }
}

/// The value of a truth.
pub(super) fn truth_to_val(truth: KnownTruth) -> ExprValue {
    truth.map_or(ExprValue::Unknown, ExprValue::Bool)
}
