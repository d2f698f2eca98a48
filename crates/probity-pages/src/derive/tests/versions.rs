//! Pages with one operation in several API versions.

use super::samples::LAMP_PIPES;
use super::{check_doubts, derive_sample, make_input};
use crate::derive::{DeriveOptions, derive_api};
use serde_json::json;

#[test]
fn versions_on_one_page_keep_their_bodies_and_states() {
    let found = derive_sample(&[("back", LAMP_PIPES)]);
    let one = &found.catalog.operations[0];
    assert_eq!(one.id, "turnALampBack");
    let lives: Vec<String> = one
        .versions
        .iter()
        .map(|it| format!("{} {} {}", it.version, it.state, it.not_before.as_deref().unwrap_or("-")))
        .collect();
    assert_eq!(lives, ["2.1 current -", "2.0 deprecated 2024-01-31"]);
    let files: Vec<&str> = found.schemas.keys().map(String::as_str).collect();
    assert_eq!(files, ["turnALampBack.request.2.0.json", "turnALampBack.request.2.1.json"]);
    assert_eq!(one.query[0].schema["default"], json!(true));
    assert_eq!(one.headers[0].schema["x-asks-for-version"], json!(["lampserver 2.1", "lampserver 2.0"]));
    assert_eq!(one.responses[0].schema, None);
    assert_eq!(one.responses[0].statuses, [202]);
}

#[test]
fn ragged_rows_absent_models_and_expired_versions_are_doubts() {
    check_doubts(
        &[("back", LAMP_PIPES)],
        &[
            "turnALampBack/expired-version/2.0: 2.0 active, deprecated@back:37 | 2.0 not supported from 2024-01-31@back:38-41 -> open",
            "turnALampBack/model-absent/request/2.0: LampBackRequest@back:46 | fields of the example@back:55-58 -> fields of the example",
            "turnALampBack/model-absent/request/2.1: LampBackRequest@back:16 | fields of the example@back:28-30 -> fields of the example",
            "turnALampBack/ragged-row/body: 3 cells under 5 headers@back:16 | cells read by content@- -> cells read by content",
            "turnALampBack/ragged-row/body~2: 3 cells under 5 headers@back:46 | cells read by content@- -> cells read by content",
        ],
    );
}

#[test]
fn a_given_date_decides_whether_a_version_has_expired() {
    let inputs = [make_input("back", LAMP_PIPES)];
    for (today, expected) in [("2024-01-30", 0), ("2024-01-31", 1)] {
        let found =
            derive_api("lamps", &inputs, &DeriveOptions { today: Some(today.into()), ..DeriveOptions::default() });
        let doubt = found.doubts.iter().find(|it| it.kind == "expired-version").expect("a dated version");
        assert_eq!(doubt.taken, Some(expected), "{today}");
    }
}
