//! Arithmetic and functions. An unknown operand gives unknown, unless another operand fails for
//! every value of the unknown.

use super::ast::{BinaryOperator, BuiltinFunction};
use super::compare::{ComparisonResult, UnplacedError, compare_values};
use super::pattern::compile_pattern;
use super::value::Val;

/// Longest result of `+` on texts, in bytes.
const TEXT_MAX: usize = 1024 * 1024;

/// Applies `+ - * / %` to numbers; `+` also joins texts and lists. An integer beside a float is
/// converted, because JSON does not distinguish 3 from 3.0.
pub(super) fn apply_arithmetic(op: BinaryOperator, left: &Val, right: &Val) -> Result<Val, UnplacedError> {
    match (left, right) {
        (Val::Int(a), Val::Int(b)) => apply_to_integers(op, *a, *b),
        (Val::Float(a), Val::Float(b)) if op != BinaryOperator::Rem => Ok(apply_to_floats(op, a.get(), b.get())),
        (Val::Int(a), Val::Float(b)) if op != BinaryOperator::Rem => Ok(apply_to_floats(op, *a as f64, b.get())),
        (Val::Float(a), Val::Int(b)) if op != BinaryOperator::Rem => Ok(apply_to_floats(op, a.get(), *b as f64)),
        (Val::Str(a), Val::Str(b)) if op == BinaryOperator::Add => {
            if a.len() + b.len() > TEXT_MAX {
                return Err(format!("the text is longer than {TEXT_MAX} bytes"));
            }
            Ok(Val::from(format!("{a}{b}").as_str()))
        }
        (Val::List(a), Val::List(b)) if op == BinaryOperator::Add => Ok(a.iter().chain(b.iter()).cloned().collect()),
        (Val::Unknown, other) | (other, Val::Unknown) if accepts_operand(op, other) => Ok(Val::Unknown),
        _ => Err(format!("{} cannot be applied to {} and {}", op.sign(), left.kind_name(), right.kind_name())),
    }
}

/// Whether the operator accepts a value of this kind.
fn accepts_operand(op: BinaryOperator, val: &Val) -> bool {
    match val {
        Val::Unknown | Val::Int(_) => true,
        Val::Float(_) => op != BinaryOperator::Rem,
        Val::Str(_) | Val::List(_) => op == BinaryOperator::Add,
        _ => false,
    }
}

fn apply_to_floats(op: BinaryOperator, a: f64, b: f64) -> Val {
    Val::from(match op {
        BinaryOperator::Add => a + b,
        BinaryOperator::Sub => a - b,
        BinaryOperator::Mul => a * b,
        _ => a / b,
    })
}

fn apply_to_integers(op: BinaryOperator, a: i64, b: i64) -> Result<Val, UnplacedError> {
    if b == 0 && matches!(op, BinaryOperator::Div | BinaryOperator::Rem) {
        return Err("division by zero".to_string());
    }
    let result = match op {
        BinaryOperator::Add => a.checked_add(b),
        BinaryOperator::Sub => a.checked_sub(b),
        BinaryOperator::Mul => a.checked_mul(b),
        BinaryOperator::Div => a.checked_div(b),
        _ => a.checked_rem(b),
    };
    result.map(Val::Int).ok_or_else(overflow_error)
}

/// Applies `-` to a number.
pub(super) fn negate_number(val: &Val) -> Result<Val, UnplacedError> {
    match val {
        Val::Int(number) => number.checked_neg().map(Val::Int).ok_or_else(overflow_error),
        Val::Float(number) => Ok(Val::from(-number.get())),
        Val::Unknown => Ok(Val::Unknown),
        other => Err(format!("- needs a number, not {}", other.kind_name())),
    }
}

/// Calls a function; functions with one argument ignore `second`.
pub(super) fn call_function(func: BuiltinFunction, first: &Val, second: &Val) -> Result<Val, UnplacedError> {
    match func {
        BuiltinFunction::Size => measure_size(first),
        BuiltinFunction::Contains => test_texts(func, first, second, |text, part| Ok(text.contains(part))),
        BuiltinFunction::StartsWith => test_texts(func, first, second, |text, part| Ok(text.starts_with(part))),
        BuiltinFunction::EndsWith => test_texts(func, first, second, |text, part| Ok(text.ends_with(part))),
        BuiltinFunction::Matches => {
            test_texts(func, first, second, |text, pattern| Ok(compile_pattern(pattern)?.is_match(text)))
        }
        BuiltinFunction::LowerAscii => change_text(func, first, |text| Ok(text.to_ascii_lowercase())),
        BuiltinFunction::UpperAscii => change_text(func, first, |text| Ok(text.to_ascii_uppercase())),
        BuiltinFunction::Int => convert_to_int(first),
        BuiltinFunction::Double => convert_to_double(first),
        BuiltinFunction::String => convert_to_string(first),
        BuiltinFunction::Min => find_extreme(func, first),
        BuiltinFunction::Max => find_extreme(func, first),
        BuiltinFunction::VersionAtLeast => compare_versions(first, second),
    }
}

/// Compares dotted numbers part by part: 2.54 is later than 2.6. Null, no version, is below every bound.
fn compare_versions(version: &Val, bound: &Val) -> Result<Val, UnplacedError> {
    match (version, bound) {
        (Val::Null, Val::Str(_)) => Ok(Val::Bool(false)),
        (Val::Str(version), Val::Str(bound)) => match (parse_version_numbers(version), parse_version_numbers(bound)) {
            (_, None) => Err(format!("{bound:?} is not a version such as \"2.54\"")),
            // A caller may send any text: a text without version is below every bound.
            (None, _) => Ok(Val::Bool(false)),
            (Some(version), Some(bound)) => Ok(Val::Bool(version >= bound)),
        },
        (Val::Unknown, Val::Str(_) | Val::Unknown) | (Val::Null | Val::Str(_), Val::Unknown) => Ok(Val::Unknown),
        (Val::Unknown | Val::Null | Val::Str(_), other) | (other, _) => {
            Err(argument_error(BuiltinFunction::VersionAtLeast, other))
        }
    }
}

/// The numbers of a version, with or without a service name before (`lamps 2.54`).
fn parse_version_numbers(version: &str) -> Option<Vec<u64>> {
    let version = version.split_whitespace().last()?;
    version.trim_start_matches('v').split('.').map(|part| part.parse().ok()).collect()
}

fn measure_size(val: &Val) -> Result<Val, UnplacedError> {
    let size = match val {
        Val::Str(text) => text.chars().count(),
        Val::List(items) => items.len(),
        Val::Map(entries) => entries.len(),
        Val::Unknown => return Ok(Val::Unknown),
        other => return Err(argument_error(BuiltinFunction::Size, other)),
    };
    Ok(Val::Int(size as i64))
}

/// Applies a test of two texts.
fn test_texts(
    func: BuiltinFunction,
    first: &Val,
    second: &Val,
    holds: impl Fn(&str, &str) -> Result<bool, UnplacedError>,
) -> Result<Val, UnplacedError> {
    match (first, second) {
        (Val::Str(text), Val::Str(part)) => holds(text, part).map(Val::Bool),
        (Val::Unknown | Val::Str(_), Val::Unknown | Val::Str(_)) => Ok(Val::Unknown),
        (Val::Unknown | Val::Str(_), other) | (other, _) => Err(argument_error(func, other)),
    }
}

/// Applies a change of one text.
fn change_text(
    func: BuiltinFunction,
    val: &Val,
    change: impl Fn(&str) -> Result<String, UnplacedError>,
) -> Result<Val, UnplacedError> {
    match val {
        Val::Str(text) => Ok(Val::from(change(text)?.as_str())),
        Val::Unknown => Ok(Val::Unknown),
        other => Err(argument_error(func, other)),
    }
}

fn convert_to_int(val: &Val) -> Result<Val, UnplacedError> {
    match val {
        Val::Int(_) | Val::Unknown => Ok(val.clone()),
        // Both bounds are excluded as in CEL: a float at the edge has lost its fraction.
        Val::Float(number) if number.get().abs() < i64::MAX as f64 => Ok(Val::Int(number.get() as i64)),
        Val::Float(_) => Err(overflow_error()),
        Val::Str(text) => match text.parse() {
            Ok(number) => Ok(Val::Int(number)),
            Err(_) => Err(format!("{text:?} is not a whole number")),
        },
        other => Err(argument_error(BuiltinFunction::Int, other)),
    }
}

fn convert_to_double(val: &Val) -> Result<Val, UnplacedError> {
    match val {
        Val::Float(_) | Val::Unknown => Ok(val.clone()),
        Val::Int(number) => Ok(Val::from(*number as f64)),
        Val::Str(text) => match text.parse::<f64>() {
            Ok(number) => Ok(Val::from(number)),
            Err(_) => Err(format!("{text:?} is not a number")),
        },
        other => Err(argument_error(BuiltinFunction::Double, other)),
    }
}

fn convert_to_string(val: &Val) -> Result<Val, UnplacedError> {
    match val {
        Val::Str(_) | Val::Unknown => Ok(val.clone()),
        Val::Int(number) => Ok(Val::from(number.to_string().as_str())),
        Val::Float(number) => Ok(Val::from(number.get().to_string().as_str())),
        Val::Bool(truth) => Ok(Val::from(if *truth { "true" } else { "false" })),
        other => Err(argument_error(BuiltinFunction::String, other)),
    }
}

/// The least or greatest element of a list.
fn find_extreme(func: BuiltinFunction, list: &Val) -> Result<Val, UnplacedError> {
    let items = match list {
        Val::List(items) => items,
        Val::Unknown => return Ok(Val::Unknown),
        other => return Err(argument_error(func, other)),
    };
    let Some(mut best) = items.first() else {
        return Err(format!("{} of an empty list", func.name()));
    };
    let mut unknown = false;
    for item in items.iter() {
        match compare_values(item, best)? {
            ComparisonResult::As(order) if (func == BuiltinFunction::Min) == order.is_lt() => best = item,
            ComparisonResult::As(_) | ComparisonResult::Not => {}
            ComparisonResult::Unknown => unknown = true,
        }
    }
    Ok(if unknown { Val::Unknown } else { best.clone() })
}

fn overflow_error() -> UnplacedError {
    "the number does not fit 64 bits".to_string()
}

fn argument_error(func: BuiltinFunction, val: &Val) -> UnplacedError {
    format!("{} does not take {}", func.name(), val.kind_name())
}
