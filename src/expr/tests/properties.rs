use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use super::grammar::{Documents, Language, documents, expressions, types, values};
use crate::expr::{Expr, ExprValue, ValueType, check_types};

/// Runs a property on deterministic cases; `PROPTEST_CASES` raises their number.
fn run_property<S: Strategy>(strategy: S, property: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let mut config = Config::default();
    config.cases = config.cases.max(2000);
    config.failure_persistence = None;
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let outcome = TestRunner::new_with_rng(config, rng).run(&strategy, property);
    if let Err(why) = outcome {
        panic!("{why}");
    }
}

fn eval_text(expr: &Expr, documents: &Documents) -> Result<ExprValue, String> {
    let scope = |name: &str| documents.get(name).cloned();
    expr.eval(&scope).map_err(|error| error.message)
}

fn parse_expr(text: &str) -> Result<Expr, TestCaseError> {
    Expr::parse(text).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))
}

#[test]
fn known_values_give_what_the_cel_crate_gives() {
    let valued = Cell::new(0);
    run_property((expressions(Language::Common), documents()), |(text, documents)| {
        let ours = eval_text(&parse_expr(&text)?, &documents);
        let theirs = eval_with_cel(&text, &documents);
        valued.set(valued.get() + usize::from(ours.is_ok()));
        let agree = match (&ours, &theirs) {
            (Ok(ours), Ok(theirs)) => ours == theirs,
            (ours, theirs) => ours.is_err() == theirs.is_err(),
        };
        prop_assert!(agree, "{text}: ours {ours:?}, theirs {theirs:?}");
        Ok(())
    });
    assert!(valued.get() > 1000, "only {} expressions had a value", valued.get());
}

fn eval_with_cel(text: &str, documents: &Documents) -> Result<ExprValue, String> {
    let program = cel::Program::compile(text).map_err(|why| why.to_string())?;
    let mut context = cel::Context::default();
    for (name, val) in documents {
        context.add_variable_from_value(name.as_str(), to_theirs(val));
    }
    let value = program.execute(&context).map_err(|why| why.to_string())?;
    Ok(from_theirs(&value))
}

fn to_theirs(val: &ExprValue) -> cel::Value {
    match val {
        ExprValue::Unknown => panic!("the oracle knows no unknown"),
        ExprValue::Large(_) | ExprValue::Notated(_) => panic!("the documents have no such value"),
        ExprValue::Null => cel::Value::Null,
        ExprValue::Bool(truth) => cel::Value::Bool(*truth),
        ExprValue::Int(number) => cel::Value::Int(*number),
        ExprValue::Float(number) => cel::Value::Float(number.get()),
        ExprValue::Str(text) => cel::Value::from(&**text),
        ExprValue::List(items) => cel::Value::from(items.iter().map(to_theirs).collect::<Vec<_>>()),
        ExprValue::Map(entries) => {
            let entry = |(key, val): (&Arc<str>, &ExprValue)| (key.to_string(), to_theirs(val));
            cel::Value::from(entries.iter().map(entry).collect::<HashMap<_, _>>())
        }
    }
}

fn from_theirs(value: &cel::Value) -> ExprValue {
    match value {
        cel::Value::Null => ExprValue::Null,
        cel::Value::Bool(truth) => ExprValue::Bool(*truth),
        cel::Value::Int(number) => ExprValue::Int(*number),
        cel::Value::Float(number) => ExprValue::from(*number),
        cel::Value::String(text) => ExprValue::from(text.as_str()),
        cel::Value::List(items) => items.iter().map(from_theirs).collect(),
        cel::Value::Map(map) => {
            let entry = |(key, val): (&cel::objects::Key, &cel::Value)| match key {
                cel::objects::Key::String(key) => (Arc::from(key.as_str()), from_theirs(val)),
                other => panic!("a key that is no text: {other:?}"),
            };
            map.map.iter().map(entry).collect()
        }
        other => panic!("a value we do not have: {other:?}"),
    }
}

#[test]
fn an_unknown_never_gives_a_wrong_definite_answer() {
    let fillings = prop::collection::vec((documents(), prop::collection::vec(values(), 8)), 3);
    let (definite, open) = (Cell::new(0), Cell::new(0));
    let cases = (expressions(Language::Ours), documents(), any::<u64>(), fillings);
    run_property(cases, |(text, known, mask, fillings)| {
        let expr = parse_expr(&text)?;
        let masked = mask_documents(&known, mask);
        let answer = eval_text(&expr, &masked);
        if masked != known && answer.is_ok() {
            let count = if answer == Ok(ExprValue::Unknown) { &open } else { &definite };
            count.set(count.get() + 1);
        }
        let mut candidates = vec![known];
        for (other, fill) in &fillings {
            candidates.push(fill_documents(&masked, other, fill));
        }
        for candidate in candidates {
            match (&answer, eval_text(&expr, &candidate)) {
                (Ok(answer), Ok(concrete)) => prop_assert!(
                    allows_answer(answer, &concrete),
                    "{text} over {masked:?} is {answer}, over {candidate:?} it is {concrete}"
                ),
                (Err(why), Ok(concrete)) => {
                    prop_assert!(false, "{text} over {masked:?} fails ({why}), over {candidate:?} it is {concrete}")
                }
                (_, Err(_)) => {}
            }
        }
        Ok(())
    });
    assert!(definite.get() > 300, "only {} definite answers", definite.get());
    assert!(open.get() > 100, "only {} unknown answers", open.get());
}

/// Whether a partly unknown answer leaves room for a concrete one.
fn allows_answer(answer: &ExprValue, concrete: &ExprValue) -> bool {
    match (answer, concrete) {
        (ExprValue::Unknown, _) => true,
        (ExprValue::List(a), ExprValue::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| allows_answer(a, b))
        }
        (ExprValue::Map(a), ExprValue::Map(b)) => {
            a.keys().eq(b.keys()) && a.values().zip(b.values()).all(|(a, b)| allows_answer(a, b))
        }
        (answer, concrete) => answer == concrete,
    }
}

/// The documents with about a quarter of their parts unknown.
fn mask_documents(documents: &Documents, mask: u64) -> Documents {
    let mut bits = mask;
    let masked = documents.iter().map(|(name, val)| (name.clone(), mask_val(val, &mut bits)));
    masked.collect()
}

fn mask_val(val: &ExprValue, bits: &mut u64) -> ExprValue {
    *bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    if *bits >> 62 == 0 {
        return ExprValue::Unknown;
    }
    match val {
        ExprValue::List(items) => items.iter().map(|item| mask_val(item, bits)).collect(),
        ExprValue::Map(entries) => {
            let entry = |(key, val): (&Arc<str>, &ExprValue)| (key.clone(), mask_val(val, bits));
            entries.iter().map(entry).collect()
        }
        other => other.clone(),
    }
}

/// The masked documents with unknown parts filled from the `other` documents, if present, or from
/// arbitrary values.
fn fill_documents(masked: &Documents, other: &Documents, fill: &[ExprValue]) -> Documents {
    let mut next = fill.iter().cycle();
    let fill = masked.iter().map(|(name, val)| {
        let val = fill_val(val, other.get(name), &mut next);
        (name.clone(), val)
    });
    fill.collect()
}

fn fill_val<'a>(
    val: &ExprValue,
    other: Option<&ExprValue>,
    next: &mut impl Iterator<Item = &'a ExprValue>,
) -> ExprValue {
    match (val, other) {
        (ExprValue::Unknown, Some(other)) => {
            let arbitrary = next.next().expect("the values go round");
            if matches!(arbitrary, ExprValue::Bool(_)) { arbitrary.clone() } else { other.clone() }
        }
        (ExprValue::Unknown, None) => next.next().expect("the values go round").clone(),
        (ExprValue::List(items), other) => {
            let at = |i: usize| match other {
                Some(ExprValue::List(others)) => others.get(i),
                _ => None,
            };
            items.iter().enumerate().map(|(i, item)| fill_val(item, at(i), next)).collect()
        }
        (ExprValue::Map(entries), other) => {
            let at = |key: &str| match other {
                Some(ExprValue::Map(others)) => others.get(key),
                _ => None,
            };
            let entry = |(key, val): (&Arc<str>, &ExprValue)| (key.clone(), fill_val(val, at(key), next));
            entries.iter().map(entry).collect()
        }
        (known, _) => known.clone(),
    }
}

#[test]
fn a_well_typed_expression_does_not_fail_for_types() {
    let mut types = types();
    types.insert("g".to_string(), ValueType::Any);
    let clean = Cell::new(0);
    run_property((expressions(Language::Ours), documents()), |(text, documents)| {
        let expr = parse_expr(&text)?;
        let (ty, found) = check_types(&expr, &types);
        if !found.is_empty() || expr.roots().iter().any(|root| &**root == "g") {
            return Ok(());
        }
        clean.set(clean.get() + 1);
        match eval_text(&expr, &documents) {
            Ok(val) => prop_assert!(has_type(&ty, &val), "{text} has type {ty}, and is {val}"),
            Err(why) => {
                let of_values = ["division by zero", "64 bits", "outside of a list", "empty list"];
                prop_assert!(of_values.iter().any(|part| why.contains(part)), "{text}: {why}");
            }
        }
        Ok(())
    });
    assert!(clean.get() > 200, "only {} expressions were clean", clean.get());
}

fn has_type(ty: &ValueType, val: &ExprValue) -> bool {
    match (ty, val) {
        (ValueType::Any, _) | (ValueType::Null, ExprValue::Null) | (ValueType::Bool, ExprValue::Bool(_)) => true,
        (ValueType::Int, ExprValue::Int(_)) | (ValueType::Float, ExprValue::Int(_) | ExprValue::Float(_)) => true,
        (ValueType::Str, ExprValue::Str(_)) => true,
        (ValueType::Enum(texts), ExprValue::Str(text)) => texts.iter().any(|known| **known == **text),
        (ValueType::List(item), ExprValue::List(items)) => items.iter().all(|val| has_type(item, val)),
        (ValueType::Map(value), ExprValue::Map(entries)) => entries.values().all(|val| has_type(value, val)),
        (ValueType::Record { fields, .. }, ExprValue::Map(entries)) => fields
            .iter()
            .all(|(name, field)| entries.get(name.as_str()).map_or(field.optional, |val| has_type(&field.ty, val))),
        (ValueType::Union(members), val) => members.iter().any(|ty| has_type(ty, val)),
        _ => false,
    }
}

#[test]
fn the_canonical_form_parses_to_the_same_tree() {
    run_property(expressions(Language::Ours), |text| {
        let expr = parse_expr(&text)?;
        let canonical = expr.to_string();
        let again = parse_expr(&canonical)?;
        prop_assert_eq!(format!("{:?}", again.node()), format!("{:?}", expr.node()));
        prop_assert_eq!(again.to_string(), canonical);
        Ok(())
    });
}

#[test]
fn any_text_is_parsed_or_refused_without_a_panic() {
    let tokens = vec![
        "a", "b", ".", "[", "]", "(", ")", "{", "}", "+", "-", "*", "!", "?", ":", "&&", "||", "==", "<", "=", "in",
        "has", "all", "map", "1", "1.5", "0x", "\"a\"", "'", "\"", "\\", ",", " ", "\n", "null", "matches", "`", "r\"",
        "b'", "é", "🙂", "//", "@", "_[_]", "_&&_", "\u{0}",
    ];
    let soup = prop::collection::vec(prop::sample::select(tokens), 0..25);
    let text = prop_oneof![".{0,40}", soup.prop_map(|tokens| tokens.concat())];
    run_property(text, |text| {
        match Expr::parse(&text) {
            Ok(expr) => {
                parse_expr(&expr.to_string())?;
            }
            Err(error) => {
                prop_assert!(error.offset <= text.len(), "{text:?}: {error}");
                prop_assert!(text.is_char_boundary(error.offset), "{text:?}: {error}");
            }
        }
        Ok(())
    });
}

#[test]
fn a_value_survives_its_own_text() {
    run_property(values(), |val| {
        let expr = parse_expr(&val.to_string())?;
        prop_assert_eq!(eval_text(&expr, &Documents::new()), Ok(val.clone()));
        prop_assert_eq!(val.to_json().map(ExprValue::from), Some(val));
        Ok(())
    });
}
