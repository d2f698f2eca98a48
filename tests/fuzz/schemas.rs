//! Catalogs, JSON Schemas and patterns.

use crate::pages::MemoryFiles;
use crate::runner::InputFate;
use probity::schema::catalog::Catalog;
use probity::schema::{
    CompiledCatalog, CompiledSchema, DrawSettings, InputClass, SeededRng, TextPattern, classify_input, draw_valid,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A catalog that loads is written in a form that reads as the same; a refusal has place, cause and remedy.
pub fn check_catalog(bytes: &[u8]) -> Result<InputFate, String> {
    let lamp = include_bytes!("../data/lamps/schemas/lamps/lamp.json").to_vec();
    let request = include_bytes!("../data/lamps/schemas/lamps/lightLamp.request.json").to_vec();
    let files = BTreeMap::from([
        ("catalog.json".to_string(), bytes.to_vec()),
        ("lamp.json".to_string(), lamp),
        ("lightLamp.request.json".to_string(), request),
    ]);
    match CompiledCatalog::load(&MemoryFiles(files)) {
        Ok(compiled) => {
            let written = serde_json::to_string(&compiled.catalog).map_err(|error| error.to_string())?;
            let read: Catalog = serde_json::from_str(&written).map_err(|error| format!("{written}: {error}"))?;
            if read == compiled.catalog {
                Ok(InputFate::Read)
            } else {
                Err(format!("the catalog is written as {written}"))
            }
        }
        Err(error) if error.place.is_empty() || error.cause.is_empty() || error.remedy.is_empty() => {
            Err(format!("the refusal says too little: {error}"))
        }
        Err(_) => Ok(InputFate::Refused),
    }
}

/// A schema that compiles accepts what is drawn from it.
pub fn check_schema(bytes: &[u8]) -> Result<InputFate, String> {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return Ok(InputFate::Refused) };
    let shape = match CompiledSchema::new(value, "schema.json") {
        Ok(shape) => shape,
        Err(error) if error.place.is_empty() || error.cause.is_empty() || error.remedy.is_empty() => {
            return Err(format!("the refusal says too little: {error}"));
        }
        Err(_) => return Ok(InputFate::Refused),
    };
    for seed in 0..3 {
        let mut rng = SeededRng::new(seed, 0, 0, 0);
        // A schema may accept nothing, or nothing that is found.
        let Ok(drawn) = draw_valid(&shape, &mut rng, &DrawSettings::default()) else { continue };
        let class = classify_input(Some(&shape), Some(&drawn), None).class;
        if class == InputClass::Invalid || !shape.is_valid(&drawn) {
            return Err(format!("{drawn} was drawn and is {class:?}"));
        }
    }
    for other in [json!(null), json!({}), json!([[], {}]), json!("x"), json!(0)] {
        let class = classify_input(Some(&shape), Some(&other), None).class;
        let violations = shape.find_violations(&other);
        if class == InputClass::Valid && !violations.is_empty() {
            return Err(format!("{other} is valid and violates {violations:?}"));
        }
    }
    Ok(InputFate::Read)
}

/// A pattern compiles or is refused with a cause; drawn texts are short, and the same for the same seed.
pub fn check_pattern(bytes: &[u8]) -> Result<InputFate, String> {
    let text = String::from_utf8_lossy(bytes);
    let pattern = match TextPattern::new(&text) {
        Ok(pattern) => pattern,
        Err(cause) if cause.is_empty() => return Err("the refusal has no cause".into()),
        Err(_) => return Ok(InputFate::Refused),
    };
    let shape = CompiledSchema::new(json!({"type": "string", "pattern": text}), "pattern.json")
        .map_err(|error| format!("the pattern compiles by itself, and not in a schema: {}", error.cause))?;
    for seed in 0..3 {
        let draw = || pattern.draw_text(&mut SeededRng::new(seed, 0, 0, 0));
        let drawn = draw();
        if drawn != draw() {
            return Err("the same seed draws another text".into());
        }
        let drawn = drawn.unwrap_or_else(|_| "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!".to_string());
        if drawn.len() > 64 << 10 {
            return Err(format!("a text of {} bytes was drawn", drawn.len()));
        }
        let first = shape.find_violations(&json!(drawn));
        if first != shape.find_violations(&json!(drawn)) {
            return Err("the second check differs".into());
        }
    }
    Ok(InputFate::Read)
}
