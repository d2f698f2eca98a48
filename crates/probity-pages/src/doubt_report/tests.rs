use super::*;
use probity_schema::catalog::{Catalog, Citation, Doubt};
use serde_json::json;

fn make_catalog() -> Catalog {
    let page = |id: &str, file: &str| json!({ "id": id, "file": file, "title": "A Page", "digest": format!("sha256:{}", "0".repeat(64)), "dialect": "markdown" });
    let format = probity_schema::catalog::FORMAT;
    let whole = json!({ "format": format, "api": "lamps", "pages": [page("dim", "a/dim lamp.md"), page("off", "off.md")], "operations": [] });
    serde_json::from_value(whole).expect("a catalog")
}

fn make_doubts() -> Vec<Doubt> {
    let all = json!([
        { "id": "dim/type-by-example/request/lamp/glow", "kind": "type-by-example", "operation": "dim", "subject": "request/lamp/glow",
          "sides": [{ "says": "string", "at": "off:7" }, { "says": "integer|x", "at": "off:9-10" }], "taken": 0, "rule": "table-wins-on-types" },
        { "id": "off/misspelt-type/hue", "kind": "misspelt-type", "operation": "off", "subject": "hue",
          "sides": [{ "says": "Strng", "at": "dim:3" }, { "says": "string" }], "taken": 1, "rule": "nearest-type" },
    ]);
    serde_json::from_value(all).expect("doubts")
}

fn make_citations(digest: &str) -> Vec<Citation> {
    let all = json!([{ "at": "off:7", "digest": digest }, { "at": "off:9-10", "digest": "sha256:b" }]);
    serde_json::from_value(all).expect("citations")
}

fn make_ruling(doubt: &str) -> DoubtRuling {
    DoubtRuling {
        doubt: doubt.into(),
        take: "example".into(),
        because: "the endpoint | sends a number".into(),
        digests: vec!["sha256:a".into(), "sha256:b".into()],
    }
}

fn build(order: DoubtOrder, digest: &str, ruled: &str) -> DoubtListing {
    let mut rulings = RulingsFile::default();
    rulings.record(make_ruling(ruled));
    DoubtListing::build(&make_catalog(), make_doubts(), &make_citations(digest), &rulings, order)
}

const RULED: &str = "dim/type-by-example/request/lamp/glow";

#[test]
fn text_shows_the_adopted_side_the_weight_and_the_ruling() {
    assert_eq!(
        render_doubts_text(&build(DoubtOrder::Id, "sha256:a", RULED)),
        "lamps: 2 doubts

dim/type-by-example/request/lamp/glow  (high)
  taken  string [off:7]
         integer|x [off:9-10]
  rule   table-wins-on-types
  ruling example: the endpoint | sends a number

off/misspelt-type/hue  (low)
         Strng [dim:3]
  taken  string
  rule   nearest-type

"
    );
}

#[test]
fn orders_group_by_page_and_by_weight() {
    let heads = |order| {
        let listing = build(order, "sha256:a", RULED);
        listing.doubts.iter().map(|it| listing.head_group(it)).collect::<Vec<_>>()
    };
    assert_eq!(heads(DoubtOrder::Page), ["a/dim lamp.md", "off.md"]);
    assert_eq!(heads(DoubtOrder::Weight), ["weight high", "weight low"]);
}

#[test]
fn a_ruling_is_flagged_when_the_cited_lines_change_and_named_when_the_doubt_is_gone() {
    let fresh = build(DoubtOrder::Id, "sha256:a", RULED);
    let stale = build(DoubtOrder::Id, "sha256:changed", RULED);
    let flags =
        |it: &DoubtListing| it.doubts.iter().filter_map(|it| it.ruling.as_ref()).map(|it| it.stale).collect::<Vec<_>>();
    assert_eq!((flags(&fresh), flags(&stale)), (vec![false], vec![true]));
    assert!(render_doubts_text(&stale).contains("the page changed after the ruling"));
    assert_eq!(build(DoubtOrder::Id, "sha256:a", "dim/gone").gone, ["dim/gone"]);
}

#[test]
fn markdown_escapes_cells() {
    let text = render_doubts_markdown(&build(DoubtOrder::Page, "sha256:a", RULED));
    assert!(text.contains("\n## a/dim lamp.md\n"), "{text}");
    assert!(
        text.contains(
            "| string (off.md:7)<br>integer\\|x (off.md:9) | string | example: the endpoint \\| sends a number |"
        ),
        "{text}"
    );
}

#[test]
fn json_has_weight_file_and_ruling() {
    let text = render_doubts_json(&build(DoubtOrder::Id, "sha256:a", RULED));
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let first = &value["doubts"][0];
    assert_eq!((&first["weight"], &first["sides"][0]["file"]), (&json!("high"), &json!("off.md")));
    assert_eq!(first["ruling"]["stale"], json!(false));
}

#[test]
fn sarif_has_stable_fingerprints_places_and_suppressions() {
    let text = render_doubts_sarif(&[build(DoubtOrder::Id, "sha256:a", RULED)], "1.2.3");
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let results = &value["runs"][0]["results"];
    assert_eq!(results[0]["partialFingerprints"]["probityDoubt/v1"], json!(RULED));
    assert_eq!((&results[0]["level"], &results[1]["level"]), (&json!("error"), &json!("note")));
    assert_eq!(results[0]["suppressions"][0]["justification"], json!("the endpoint | sends a number"));
    let place = &results[1]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], json!("a/dim%20lamp.md"));
    assert_eq!(place["region"]["startLine"], json!(3));
}

#[test]
fn a_ruling_takes_a_side_that_the_doubt_has() {
    let doubts = make_doubts();
    assert_eq!(choose_side(&doubts[0], "example"), Ok(()));
    assert_eq!(choose_side(&doubts[1], "example"), Err(vec!["first", "second", "both", "neither"]));
}

#[test]
fn rulings_are_read_as_written_and_replace_each_other() {
    let mut file = RulingsFile::default();
    file.record(make_ruling("b"));
    file.record(make_ruling("a"));
    file.record(DoubtRuling { take: "table".into(), ..make_ruling("b") });
    let again = RulingsFile::parse(&file.render()).expect("rulings");
    assert_eq!(
        again.rulings.iter().map(|it| (it.doubt.as_str(), it.take.as_str())).collect::<Vec<_>>(),
        [("a", "example"), ("b", "table")]
    );
    assert!(RulingsFile::parse("{\"format\": 2, \"rulings\": []}").is_err());
}
