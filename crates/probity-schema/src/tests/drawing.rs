//! Drawn values obey schema and settings.

use super::{compile_test_schema, kettle_schema};
use crate::{DrawSettings, InputClass, SeededRng, classify_input, draw_boundary, draw_valid};
use serde_json::json;

#[test]
fn a_drawn_value_is_valid_and_classifies_as_valid() {
    let shape = compile_test_schema(kettle_schema());
    for seed in 0..500 {
        let how = DrawSettings { microversion: Some("2.4".into()), ..DrawSettings::default() };
        let value = draw_valid(&shape, &mut SeededRng::new(seed, 0, 0, 0), &how).unwrap();
        assert!(shape.is_valid(&value), "seed {seed}: {value}");
        let classified = classify_input(Some(&shape), Some(&value), Some("2.4"));
        assert_eq!(classified.class, InputClass::Valid, "seed {seed}: {value} {:?}", classified.reasons);
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let shape = compile_test_schema(kettle_schema());
    let text =
        |seed| draw_valid(&shape, &mut SeededRng::new(seed, 1, 2, 3), &DrawSettings::default()).unwrap().to_string();
    assert_eq!(text(5), text(5));
    assert_ne!(text(5), text(6));
}

#[test]
fn a_boundary_body_is_valid_and_on_a_boundary() {
    let shape = compile_test_schema(json!({"type": "object", "required": ["n"], "properties": {
        "n": {"type": "integer", "minimum": 3, "maximum": 9000},
        "s": {"type": "string", "minLength": 2, "maxLength": 300}}}));
    let (mut least, mut most) = (0, 0);
    for seed in 0..200 {
        let value = draw_boundary(&shape, &mut SeededRng::new(seed, 0, 0, 0), &DrawSettings::default()).unwrap();
        let n = value["n"].as_i64().unwrap();
        let length = value["s"].as_str().map(str::len);
        assert!(n == 3 || n == 9000 || matches!(length, Some(2 | 300)), "seed {seed}: {value}");
        least += usize::from(n == 3);
        most += usize::from(n == 9000);
    }
    assert!(least > 20 && most > 20, "{least} {most}");
}

#[test]
fn a_pin_keeps_its_place_and_has_its_ancestors() {
    let shape = compile_test_schema(kettle_schema());
    for seed in 0..50 {
        let pins = [("/kettle/cups/1/size".to_string(), json!(77)), ("/kettle/tags/run".to_string(), json!("r1"))];
        let how = DrawSettings { pins: pins.clone().into(), optional_percent: 0, ..DrawSettings::default() };
        let value = draw_valid(&shape, &mut SeededRng::new(seed, 0, 0, 0), &how).unwrap();
        for (pointer, pin) in pins {
            assert_eq!(value.pointer(&pointer), Some(&pin), "{value}");
        }
        assert!(value.pointer("/kettle/owner").is_none());
        assert_eq!(classify_input(Some(&shape), Some(&value), None).class, InputClass::Valid, "{value}");
    }
}
