//! Arithmetic and functions. An unknown operand gives unknown, unless another operand fails for
//! every value of the unknown.

use super::ast::{Binary, Func};
use super::compare::{Compared, Failure, compare};
use super::pattern::compile_pattern;
use super::value::Val;

/// Longest result of `+` on texts, in bytes.
const TEXT_MAX: usize = 1024 * 1024;

/// Applies `+ - * / %` to numbers; `+` also joins texts and lists. An integer beside a float is
/// converted, because JSON does not distinguish 3 from 3.0.
pub(super) fn arithmetic(op: Binary, left: &Val, right: &Val) -> Result<Val, Failure> {
    match (left, right) {
        (Val::Int(a), Val::Int(b)) => integers(op, *a, *b),
        (Val::Float(a), Val::Float(b)) if op != Binary::Rem => Ok(floats(op, a.get(), b.get())),
        (Val::Int(a), Val::Float(b)) if op != Binary::Rem => Ok(floats(op, *a as f64, b.get())),
        (Val::Float(a), Val::Int(b)) if op != Binary::Rem => Ok(floats(op, a.get(), *b as f64)),
        (Val::Str(a), Val::Str(b)) if op == Binary::Add => {
            if a.len() + b.len() > TEXT_MAX {
                return Err(format!("the text is longer than {TEXT_MAX} bytes"));
            }
            Ok(Val::from(format!("{a}{b}").as_str()))
        }
        (Val::List(a), Val::List(b)) if op == Binary::Add => Ok(a.iter().chain(b.iter()).cloned().collect()),
        (Val::Unknown, other) | (other, Val::Unknown) if operand_of(op, other) => Ok(Val::Unknown),
        _ => Err(format!("{} cannot be applied to {} and {}", op.sign(), left.kind(), right.kind())),
    }
}

/// Whether the operator accepts a value of this kind.
fn operand_of(op: Binary, val: &Val) -> bool {
    match val {
        Val::Unknown | Val::Int(_) => true,
        Val::Float(_) => op != Binary::Rem,
        Val::Str(_) | Val::List(_) => op == Binary::Add,
        _ => false,
    }
}

fn floats(op: Binary, a: f64, b: f64) -> Val {
    Val::from(match op {
        Binary::Add => a + b,
        Binary::Sub => a - b,
        Binary::Mul => a * b,
        _ => a / b,
    })
}

fn integers(op: Binary, a: i64, b: i64) -> Result<Val, Failure> {
    if b == 0 && matches!(op, Binary::Div | Binary::Rem) {
        return Err("division by zero".to_string());
    }
    let result = match op {
        Binary::Add => a.checked_add(b),
        Binary::Sub => a.checked_sub(b),
        Binary::Mul => a.checked_mul(b),
        Binary::Div => a.checked_div(b),
        _ => a.checked_rem(b),
    };
    result.map(Val::Int).ok_or_else(overflow)
}

/// Applies `-` to a number.
pub(super) fn negate(val: &Val) -> Result<Val, Failure> {
    match val {
        Val::Int(number) => number.checked_neg().map(Val::Int).ok_or_else(overflow),
        Val::Float(number) => Ok(Val::from(-number.get())),
        Val::Unknown => Ok(Val::Unknown),
        other => Err(format!("- needs a number, not {}", other.kind())),
    }
}

/// Calls a function; functions with one argument ignore `second`.
pub(super) fn call(func: Func, first: &Val, second: &Val) -> Result<Val, Failure> {
    match func {
        Func::Size => size(first),
        Func::Contains => texts(func, first, second, |text, part| Ok(text.contains(part))),
        Func::StartsWith => texts(func, first, second, |text, part| Ok(text.starts_with(part))),
        Func::EndsWith => texts(func, first, second, |text, part| Ok(text.ends_with(part))),
        Func::Matches => texts(func, first, second, |text, pattern| Ok(compile_pattern(pattern)?.is_match(text))),
        Func::LowerAscii => text(func, first, |text| Ok(text.to_ascii_lowercase())),
        Func::UpperAscii => text(func, first, |text| Ok(text.to_ascii_uppercase())),
        Func::Int => int(first),
        Func::Double => double(first),
        Func::String => string(first),
        Func::Min => extreme(func, first),
        Func::Max => extreme(func, first),
        Func::VersionAtLeast => version_at_least(first, second),
    }
}

/// Compares dotted numbers part by part: 2.54 is later than 2.6. Null, no version, is below every bound.
fn version_at_least(version: &Val, bound: &Val) -> Result<Val, Failure> {
    match (version, bound) {
        (Val::Null, Val::Str(_)) => Ok(Val::Bool(false)),
        (Val::Str(version), Val::Str(bound)) => match (numbers(version), numbers(bound)) {
            (_, None) => Err(format!("{bound:?} is not a version such as \"2.54\"")),
            // A caller may send any text: a text without version is below every bound.
            (None, _) => Ok(Val::Bool(false)),
            (Some(version), Some(bound)) => Ok(Val::Bool(version >= bound)),
        },
        (Val::Unknown, Val::Str(_) | Val::Unknown) | (Val::Null | Val::Str(_), Val::Unknown) => Ok(Val::Unknown),
        (Val::Unknown | Val::Null | Val::Str(_), other) | (other, _) => Err(wrong(Func::VersionAtLeast, other)),
    }
}

/// The numbers of a version, with or without a service name before (`lamps 2.54`).
fn numbers(version: &str) -> Option<Vec<u64>> {
    let version = version.split_whitespace().last()?;
    version.trim_start_matches('v').split('.').map(|part| part.parse().ok()).collect()
}

fn size(val: &Val) -> Result<Val, Failure> {
    let size = match val {
        Val::Str(text) => text.chars().count(),
        Val::List(items) => items.len(),
        Val::Map(entries) => entries.len(),
        Val::Unknown => return Ok(Val::Unknown),
        other => return Err(wrong(Func::Size, other)),
    };
    Ok(Val::Int(size as i64))
}

/// Applies a test of two texts.
fn texts(
    func: Func,
    first: &Val,
    second: &Val,
    holds: impl Fn(&str, &str) -> Result<bool, Failure>,
) -> Result<Val, Failure> {
    match (first, second) {
        (Val::Str(text), Val::Str(part)) => holds(text, part).map(Val::Bool),
        (Val::Unknown | Val::Str(_), Val::Unknown | Val::Str(_)) => Ok(Val::Unknown),
        (Val::Unknown | Val::Str(_), other) | (other, _) => Err(wrong(func, other)),
    }
}

/// Applies a change of one text.
fn text(func: Func, val: &Val, change: impl Fn(&str) -> Result<String, Failure>) -> Result<Val, Failure> {
    match val {
        Val::Str(text) => Ok(Val::from(change(text)?.as_str())),
        Val::Unknown => Ok(Val::Unknown),
        other => Err(wrong(func, other)),
    }
}

fn int(val: &Val) -> Result<Val, Failure> {
    match val {
        Val::Int(_) | Val::Unknown => Ok(val.clone()),
        // Both bounds are excluded as in CEL: a float at the edge has lost its fraction.
        Val::Float(number) if number.get().abs() < i64::MAX as f64 => Ok(Val::Int(number.get() as i64)),
        Val::Float(_) => Err(overflow()),
        Val::Str(text) => match text.parse() {
            Ok(number) => Ok(Val::Int(number)),
            Err(_) => Err(format!("{text:?} is not a whole number")),
        },
        other => Err(wrong(Func::Int, other)),
    }
}

fn double(val: &Val) -> Result<Val, Failure> {
    match val {
        Val::Float(_) | Val::Unknown => Ok(val.clone()),
        Val::Int(number) => Ok(Val::from(*number as f64)),
        Val::Str(text) => match text.parse::<f64>() {
            Ok(number) => Ok(Val::from(number)),
            Err(_) => Err(format!("{text:?} is not a number")),
        },
        other => Err(wrong(Func::Double, other)),
    }
}

fn string(val: &Val) -> Result<Val, Failure> {
    match val {
        Val::Str(_) | Val::Unknown => Ok(val.clone()),
        Val::Int(number) => Ok(Val::from(number.to_string().as_str())),
        Val::Float(number) => Ok(Val::from(number.get().to_string().as_str())),
        Val::Bool(truth) => Ok(Val::from(if *truth { "true" } else { "false" })),
        other => Err(wrong(Func::String, other)),
    }
}

/// The least or greatest element of a list.
fn extreme(func: Func, list: &Val) -> Result<Val, Failure> {
    let items = match list {
        Val::List(items) => items,
        Val::Unknown => return Ok(Val::Unknown),
        other => return Err(wrong(func, other)),
    };
    let Some(mut best) = items.first() else {
        return Err(format!("{} of an empty list", func.name()));
    };
    let mut unknown = false;
    for item in items.iter() {
        match compare(item, best)? {
            Compared::As(order) if (func == Func::Min) == order.is_lt() => best = item,
            Compared::As(_) | Compared::Not => {}
            Compared::Unknown => unknown = true,
        }
    }
    Ok(if unknown { Val::Unknown } else { best.clone() })
}

fn overflow() -> Failure {
    "the number does not fit 64 bits".to_string()
}

fn wrong(func: Func, val: &Val) -> Failure {
    format!("{} does not take {}", func.name(), val.kind())
}
