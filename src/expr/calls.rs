//! Arithmetic and functions. An unknown operand gives unknown, unless another operand fails for
//! every value of the unknown.

use super::ast::{BinaryOperator, BuiltinFunction};
use super::compare::{ComparisonResult, UnplacedError, compare_values};
use super::pattern::compile_pattern;
use super::value::ExprValue;

/// Longest result of `+` on texts, in bytes.
const TEXT_MAX: usize = 1024 * 1024;

/// Applies `+ - * / %` to numbers; `+` also joins texts and lists. An integer beside a float is
/// converted, because JSON does not distinguish 3 from 3.0.
pub(super) fn apply_arithmetic(
    op: BinaryOperator,
    left: &ExprValue,
    right: &ExprValue,
) -> Result<ExprValue, UnplacedError> {
    let (left, right) = (left.without_notation(), right.without_notation());
    match (left.as_ref(), right.as_ref()) {
        (ExprValue::Int(a), ExprValue::Int(b)) => apply_to_integers(op, *a, *b),
        (ExprValue::Float(a), ExprValue::Float(b)) if op != BinaryOperator::Rem => {
            Ok(apply_to_floats(op, a.get(), b.get()))
        }
        (ExprValue::Int(a), ExprValue::Float(b)) if op != BinaryOperator::Rem => {
            Ok(apply_to_floats(op, *a as f64, b.get()))
        }
        (ExprValue::Float(a), ExprValue::Int(b)) if op != BinaryOperator::Rem => {
            Ok(apply_to_floats(op, a.get(), *b as f64))
        }
        (ExprValue::Str(a), ExprValue::Str(b)) if op == BinaryOperator::Add => {
            if a.len() + b.len() > TEXT_MAX {
                return Err(UnplacedError::no_value(format!("the text is longer than {TEXT_MAX} bytes")));
            }
            Ok(ExprValue::from(format!("{a}{b}").as_str()))
        }
        (ExprValue::List(a), ExprValue::List(b)) if op == BinaryOperator::Add => {
            Ok(a.iter().chain(b.iter()).cloned().collect())
        }
        (ExprValue::Unknown, other) | (other, ExprValue::Unknown) if accepts_operand(op, other) => {
            Ok(ExprValue::Unknown)
        }
        _ => {
            let message = format!("{} cannot be applied to {} and {}", op.sign(), left.kind_name(), right.kind_name());
            Err(UnplacedError::wrong_kind(message))
        }
    }
}

/// Whether the operator accepts a value of this kind.
fn accepts_operand(op: BinaryOperator, val: &ExprValue) -> bool {
    match val {
        ExprValue::Unknown | ExprValue::Int(_) => true,
        ExprValue::Float(_) => op != BinaryOperator::Rem,
        ExprValue::Str(_) | ExprValue::List(_) => op == BinaryOperator::Add,
        _ => false,
    }
}

fn apply_to_floats(op: BinaryOperator, a: f64, b: f64) -> ExprValue {
    ExprValue::from(match op {
        BinaryOperator::Add => a + b,
        BinaryOperator::Sub => a - b,
        BinaryOperator::Mul => a * b,
        _ => a / b,
    })
}

fn apply_to_integers(op: BinaryOperator, a: i64, b: i64) -> Result<ExprValue, UnplacedError> {
    if b == 0 && matches!(op, BinaryOperator::Div | BinaryOperator::Rem) {
        return Err(UnplacedError::no_value("division by zero".to_string()));
    }
    let result = match op {
        BinaryOperator::Add => a.checked_add(b),
        BinaryOperator::Sub => a.checked_sub(b),
        BinaryOperator::Mul => a.checked_mul(b),
        BinaryOperator::Div => a.checked_div(b),
        _ => a.checked_rem(b),
    };
    result.map(ExprValue::Int).ok_or_else(overflow_error)
}

/// Applies `-` to a number.
pub(super) fn negate_number(val: &ExprValue) -> Result<ExprValue, UnplacedError> {
    match val.without_notation().as_ref() {
        ExprValue::Int(number) => number.checked_neg().map(ExprValue::Int).ok_or_else(overflow_error),
        ExprValue::Float(number) => Ok(ExprValue::from(-number.get())),
        ExprValue::Unknown => Ok(ExprValue::Unknown),
        other => Err(UnplacedError::wrong_kind(format!("- needs a number, not {}", other.kind_name()))),
    }
}

/// Calls a function; functions with one argument ignore `second`.
pub(super) fn call_function(
    func: BuiltinFunction,
    first: &ExprValue,
    second: &ExprValue,
) -> Result<ExprValue, UnplacedError> {
    let (first, second) = (&*first.without_notation(), &*second.without_notation());
    match func {
        BuiltinFunction::Size => measure_size(first),
        BuiltinFunction::Contains => test_texts(func, first, second, |text, part| Ok(text.contains(part))),
        BuiltinFunction::StartsWith => test_texts(func, first, second, |text, part| Ok(text.starts_with(part))),
        BuiltinFunction::EndsWith => test_texts(func, first, second, |text, part| Ok(text.ends_with(part))),
        BuiltinFunction::Matches => test_texts(func, first, second, |text, pattern| {
            Ok(compile_pattern(pattern).map_err(UnplacedError::no_value)?.is_match(text))
        }),
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
fn compare_versions(version: &ExprValue, bound: &ExprValue) -> Result<ExprValue, UnplacedError> {
    match (version, bound) {
        (ExprValue::Null, ExprValue::Str(_)) => Ok(ExprValue::Bool(false)),
        (ExprValue::Str(version), ExprValue::Str(bound)) => {
            match (parse_version_numbers(version), parse_version_numbers(bound)) {
                (_, None) => Err(UnplacedError::no_value(format!("{bound:?} is not a version such as \"2.54\""))),
                // A caller may send any text: a text without version is below every bound.
                (None, _) => Ok(ExprValue::Bool(false)),
                (Some(version), Some(bound)) => Ok(ExprValue::Bool(version >= bound)),
            }
        }
        (ExprValue::Unknown, ExprValue::Str(_) | ExprValue::Unknown)
        | (ExprValue::Null | ExprValue::Str(_), ExprValue::Unknown) => Ok(ExprValue::Unknown),
        (ExprValue::Unknown | ExprValue::Null | ExprValue::Str(_), other) | (other, _) => {
            Err(argument_error(BuiltinFunction::VersionAtLeast, other))
        }
    }
}

/// The numbers of a version, with or without a service name before (`lamps 2.54`).
fn parse_version_numbers(version: &str) -> Option<Vec<u64>> {
    let version = version.split_whitespace().last()?;
    version.trim_start_matches('v').split('.').map(|part| part.parse().ok()).collect()
}

fn measure_size(val: &ExprValue) -> Result<ExprValue, UnplacedError> {
    let size = match val {
        ExprValue::Str(text) => text.chars().count(),
        ExprValue::List(items) => items.len(),
        ExprValue::Map(entries) => entries.len(),
        ExprValue::Unknown => return Ok(ExprValue::Unknown),
        other => return Err(argument_error(BuiltinFunction::Size, other)),
    };
    Ok(ExprValue::Int(size as i64))
}

/// Applies a test of two texts.
fn test_texts(
    func: BuiltinFunction,
    first: &ExprValue,
    second: &ExprValue,
    holds: impl Fn(&str, &str) -> Result<bool, UnplacedError>,
) -> Result<ExprValue, UnplacedError> {
    match (first, second) {
        (ExprValue::Str(text), ExprValue::Str(part)) => holds(text, part).map(ExprValue::Bool),
        (ExprValue::Unknown | ExprValue::Str(_), ExprValue::Unknown | ExprValue::Str(_)) => Ok(ExprValue::Unknown),
        (ExprValue::Unknown | ExprValue::Str(_), other) | (other, _) => Err(argument_error(func, other)),
    }
}

/// Applies a change of one text.
fn change_text(
    func: BuiltinFunction,
    val: &ExprValue,
    change: impl Fn(&str) -> Result<String, UnplacedError>,
) -> Result<ExprValue, UnplacedError> {
    match val {
        ExprValue::Str(text) => Ok(ExprValue::from(change(text)?.as_str())),
        ExprValue::Unknown => Ok(ExprValue::Unknown),
        other => Err(argument_error(func, other)),
    }
}

fn convert_to_int(val: &ExprValue) -> Result<ExprValue, UnplacedError> {
    match val {
        ExprValue::Int(_) | ExprValue::Unknown => Ok(val.clone()),
        // Both bounds are excluded as in CEL: a float at the edge has lost its fraction.
        ExprValue::Float(number) if number.get().abs() < i64::MAX as f64 => Ok(ExprValue::Int(number.get() as i64)),
        ExprValue::Float(_) => Err(overflow_error()),
        ExprValue::Str(text) => match text.parse() {
            Ok(number) => Ok(ExprValue::Int(number)),
            Err(_) => Err(UnplacedError::no_value(format!("{text:?} is not a whole number"))),
        },
        other => Err(argument_error(BuiltinFunction::Int, other)),
    }
}

fn convert_to_double(val: &ExprValue) -> Result<ExprValue, UnplacedError> {
    match val {
        ExprValue::Float(_) | ExprValue::Unknown => Ok(val.clone()),
        ExprValue::Int(number) => Ok(ExprValue::from(*number as f64)),
        ExprValue::Str(text) => match text.parse::<f64>() {
            Ok(number) => Ok(ExprValue::from(number)),
            Err(_) => Err(UnplacedError::no_value(format!("{text:?} is not a number"))),
        },
        other => Err(argument_error(BuiltinFunction::Double, other)),
    }
}

fn convert_to_string(val: &ExprValue) -> Result<ExprValue, UnplacedError> {
    match val {
        ExprValue::Str(_) | ExprValue::Unknown => Ok(val.clone()),
        ExprValue::Int(number) => Ok(ExprValue::from(number.to_string().as_str())),
        ExprValue::Float(number) => Ok(ExprValue::from(number.get().to_string().as_str())),
        ExprValue::Bool(truth) => Ok(ExprValue::from(if *truth { "true" } else { "false" })),
        other => Err(argument_error(BuiltinFunction::String, other)),
    }
}

/// The least or greatest element of a list.
fn find_extreme(func: BuiltinFunction, list: &ExprValue) -> Result<ExprValue, UnplacedError> {
    let items = match list {
        ExprValue::List(items) => items,
        ExprValue::Unknown => return Ok(ExprValue::Unknown),
        other => return Err(argument_error(func, other)),
    };
    let Some(mut best) = items.first() else {
        return Err(UnplacedError::no_value(format!("{} of an empty list", func.name())));
    };
    let mut unknown = false;
    for item in items.iter() {
        match compare_values(item, best)? {
            ComparisonResult::As(order) if (func == BuiltinFunction::Min) == order.is_lt() => best = item,
            ComparisonResult::As(_) | ComparisonResult::Not => {}
            ComparisonResult::Unknown => unknown = true,
        }
    }
    Ok(if unknown { ExprValue::Unknown } else { best.clone() })
}

fn overflow_error() -> UnplacedError {
    UnplacedError::no_value("the number does not fit 64 bits".to_string())
}

fn argument_error(func: BuiltinFunction, val: &ExprValue) -> UnplacedError {
    UnplacedError::wrong_kind(format!("{} does not take {}", func.name(), val.kind_name()))
}
