//! Drawn values obey schema and settings.

use super::{kettle, shape};
use crate::{Class, Draw, Rng, classify, draw_boundary, draw_valid};
use serde_json::json;

#[test]
fn a_drawn_value_is_valid_and_classifies_as_valid() {
    let shape = shape(kettle());
    for seed in 0..500 {
        let how = Draw { microversion: Some("2.4".into()), ..Draw::default() };
        let value = draw_valid(&shape, &mut Rng::new(seed, 0, 0, 0), &how).unwrap();
        assert!(shape.is_valid(&value), "seed {seed}: {value}");
        let classified = classify(Some(&shape), Some(&value), Some("2.4"));
        assert_eq!(classified.class, Class::Valid, "seed {seed}: {value} {:?}", classified.reasons);
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let shape = shape(kettle());
    let text = |seed| draw_valid(&shape, &mut Rng::new(seed, 1, 2, 3), &Draw::default()).unwrap().to_string();
    assert_eq!(text(5), text(5));
    assert_ne!(text(5), text(6));
}

#[test]
fn a_boundary_body_is_valid_and_on_a_boundary() {
    let shape = shape(json!({"type": "object", "required": ["n"], "properties": {
        "n": {"type": "integer", "minimum": 3, "maximum": 9000},
        "s": {"type": "string", "minLength": 2, "maxLength": 300}}}));
    let (mut least, mut most) = (0, 0);
    for seed in 0..200 {
        let value = draw_boundary(&shape, &mut Rng::new(seed, 0, 0, 0), &Draw::default()).unwrap();
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
    let shape = shape(kettle());
    for seed in 0..50 {
        let pins = [("/kettle/cups/1/size".to_string(), json!(77)), ("/kettle/tags/run".to_string(), json!("r1"))];
        let how = Draw { pins: pins.clone().into(), optional_percent: 0, ..Draw::default() };
        let value = draw_valid(&shape, &mut Rng::new(seed, 0, 0, 0), &how).unwrap();
        for (pointer, pin) in pins {
            assert_eq!(value.pointer(&pointer), Some(&pin), "{value}");
        }
        assert!(value.pointer("/kettle/owner").is_none());
        assert_eq!(classify(Some(&shape), Some(&value), None).class, Class::Valid, "{value}");
    }
}
