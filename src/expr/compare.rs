//! Equality, order and membership, three-valued.

use std::cmp::Ordering;

use super::value::Val;

/// A truth value, or `None` for unknown.
pub(super) type KnownTruth = Option<bool>;

/// An error without offset; the caller adds the offset.
pub(super) type UnplacedError = String;

impl Val {
    /// The result of `==`: true, false, or unknown where an unknown part decides.
    ///
    /// Values of different kinds differ, and numbers compare by mathematical value. Lists and
    /// maps differ if two known parts differ, whatever the unknown parts are.
    pub fn cel_eq(&self, other: &Val) -> Val {
        truth_to_val(equals_known(self, other))
    }
}

/// Whether two values are equal in an expression; `None` where an unknown decides.
pub(super) fn equals_known(left: &Val, right: &Val) -> Option<bool> {
    match (left, right) {
        (Val::Unknown, _) | (_, Val::Unknown) => None,
        (Val::Str(a), Val::Str(b)) => Some(a == b),
        (Val::Int(a), Val::Int(b)) => Some(a == b),
        (Val::Bool(a), Val::Bool(b)) => Some(a == b),
        (Val::Null, Val::Null) => Some(true),
        (Val::Int(_) | Val::Float(_), Val::Int(_) | Val::Float(_)) => {
            Some(compare_numbers(left, right) == Some(Ordering::Equal))
        }
        (Val::List(a), Val::List(b)) => {
            if a.len() != b.len() {
                return Some(false);
            }
            equal_pairs(a.iter().zip(b.iter()))
        }
        (Val::Map(a), Val::Map(b)) => {
            if !a.keys().eq(b.keys()) {
                return Some(false);
            }
            equal_pairs(a.values().zip(b.values()))
        }
        _ => Some(false),
    }
}

fn equal_pairs<'a>(pairs: impl Iterator<Item = (&'a Val, &'a Val)>) -> Option<bool> {
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
fn compare_numbers(left: &Val, right: &Val) -> Option<Ordering> {
    match (left, right) {
        (Val::Int(a), Val::Int(b)) => Some(a.cmp(b)),
        (Val::Float(a), Val::Float(b)) => a.get().partial_cmp(&b.get()),
        (Val::Int(a), Val::Float(b)) => compare_int_to_float(*a, b.get()),
        (Val::Float(a), Val::Int(b)) => compare_int_to_float(*b, a.get()).map(Ordering::reverse),
        _ => None,
    }
}

/// Compares exactly: `i64 as f64` rounds, so that neighbours would be equal.
fn compare_int_to_float(int: i64, float: f64) -> Option<Ordering> {
    const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
    if float.is_nan() {
        return None;
    }
    if float >= TWO_TO_63 {
        return Some(Ordering::Less);
    }
    if float < -TWO_TO_63 {
        return Some(Ordering::Greater);
    }
    let whole = float.trunc();
    Some(int.cmp(&(whole as i64)).then_with(|| 0.0_f64.total_cmp(&(float - whole + 0.0))))
}

/// Evaluates `needle in haystack`.
pub(super) fn contains_value(needle: &Val, haystack: &Val) -> Result<KnownTruth, UnplacedError> {
    match (needle, haystack) {
        (_, Val::List(items)) => {
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
        (Val::Str(key), Val::Map(entries)) => Ok(Some(entries.contains_key(key))),
        (Val::Unknown, Val::Map(entries)) if entries.is_empty() => Ok(Some(false)),
        (Val::Unknown, Val::Map(_)) | (_, Val::Unknown) => Ok(None),
        (Val::Bool(_) | Val::Int(_), Val::Map(_)) => Ok(Some(false)),
        (other, Val::Map(_)) => Err(format!("keys of a map are texts, not {}", other.kind_name())),
        (_, other) => Err(format!("in needs a list or a map, not {}", other.kind_name())),
    }
}

/// Whether the order of two values satisfies `holds`.
pub(super) fn test_order(left: &Val, right: &Val, holds: fn(Ordering) -> bool) -> Result<Val, UnplacedError> {
    Ok(match compare_values(left, right)? {
        ComparisonResult::Unknown => Val::Unknown,
        ComparisonResult::Not => Val::Bool(false),
        ComparisonResult::As(order) => Val::Bool(holds(order)),
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
pub(super) fn compare_values(left: &Val, right: &Val) -> Result<ComparisonResult, UnplacedError> {
    let ordered = |val: &Val| !matches!(val, Val::Null | Val::List(_) | Val::Map(_));
    match (left, right) {
        (Val::Int(_) | Val::Float(_), Val::Int(_) | Val::Float(_)) => {
            Ok(compare_numbers(left, right).map_or(ComparisonResult::Not, ComparisonResult::As))
        }
        (Val::Str(a), Val::Str(b)) => Ok(ComparisonResult::As(a.cmp(b))),
        (Val::Bool(a), Val::Bool(b)) => Ok(ComparisonResult::As(a.cmp(b))),
        (Val::Unknown, other) | (other, Val::Unknown) if ordered(other) => Ok(ComparisonResult::Unknown),
        _ => Err(format!("{} and {} have no order", left.kind_name(), right.kind_name())),
    }
}

/// The value of a truth.
pub(super) fn truth_to_val(truth: KnownTruth) -> Val {
    truth.map_or(Val::Unknown, Val::Bool)
}
