//! Doubts between pages.

use super::derive_sample;
use super::samples::{DIM_MD, OFF_RST};
use serde_json::json;

#[test]
fn one_value_in_two_spellings_is_a_doubt_of_the_whole_api() {
    let other = OFF_RST
        .replace("LAMP:glow_mode=dimmed", "LAMP:glow_mode=DIMMED")
        .replace("/off\n", "/dark\n")
        .replace("0002", "0003");
    let found = derive_sample(&[("off", OFF_RST), ("dark", &other)]);
    let doubt = found.doubts.iter().find(|it| it.kind == "case-differs").expect("two spellings");
    assert_eq!(doubt.id, "lamps/case-differs/LAMP:glow_mode/dimmed");
    assert_eq!(doubt.sides.iter().map(|it| it.says.as_str()).collect::<Vec<_>>(), ["DIMMED", "dimmed"]);
}

#[test]
fn a_following_page_disputes_keywords_that_differ() {
    let newer = DIM_MD.replace("2 to 40", "2 to 60").replace("0001", "0005");
    let found = derive_sample(&[("dim", DIM_MD), ("dim-new", &newer)]);
    assert_eq!(found.catalog.operations.len(), 1);
    let label = &found.schemas["dim.request.json"]["properties"]["dim"]["properties"]["label"];
    assert_eq!(label["maxLength"], json!(40));
    assert_eq!(label["x-disputed"], json!(["maxLength"]));
    assert_eq!(label["allOf"], json!([{"maxLength": 60, "x-source": "dim-new:19"}]));
    assert!(
        found.doubts.iter().any(|it| it.id == "dim/pages-differ/request/dim/label:maxLength"),
        "{:#?}",
        found.doubts
    );
}

#[test]
fn an_optional_field_of_a_following_page_is_added_and_disputed() {
    let row = "<tr><td>note</td>";
    let more = "<tr><td>dry</td><td>No</td><td>Boolean</td><td>Only a check.</td></tr>
<tr><td>must</td><td>Yes</td><td>String</td><td>Always there.</td></tr>
";
    let newer = DIM_MD.replace(row, &format!("{more}{row}")).replace("0001", "0005");
    let found = derive_sample(&[("dim", DIM_MD), ("dim-new", &newer)]);
    let dim = &found.schemas["dim.request.json"]["properties"]["dim"]["properties"];
    assert_eq!(dim["dry"]["type"], json!("boolean"));
    assert_eq!(dim["dry"]["x-disputed"], json!(["present"]));
    assert!(dim["dry"]["x-source"].as_str().is_some_and(|at| at.starts_with("dim-new:")));
    assert!(dim.get("must").is_none(), "the leader's requests would all break it");
}
