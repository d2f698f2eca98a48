//! Entries that overlap.

use super::{har_text, judge_text};

/// Checks whether judging overlapping calls finds a deviation.
fn check_overlap(name: &str, lines: &[&str], finds: bool) {
    let light = r#"0+5 POST /v1/lamps {"color":"red"} -> 201 {"id":"lamp-1","state":"BRIGHT","color":"red"}"#;
    let lines = [&[light], lines].concat();
    let (_, output) = judge_text(name, har_text::make_har(&lines).as_bytes(), &["--suite", "lamps"]);
    assert_eq!(output.contains("FAIL"), finds, "{output}");
    assert!(output.contains(" 0 not judged"), "{output}");
}

#[test]
fn overlapping_calls_may_have_been_carried_out_in_either_order() {
    let shown = r#" GET /v1/lamps/lamp-1 -> 200 {"id":"lamp-1","state":"BRIGHT","color":"red"}"#;
    let removed = "10+50 DELETE /v1/lamps/lamp-1 -> 204";
    check_overlap("gone-or-not", &[removed, "10.010+5 GET /v1/lamps/lamp-1 -> 404"], false);
    check_overlap("seen-before", &["10+50 DELETE /v1/lamps/lamp-1 -> 204", &format!("10.010+5{shown}")], false);
    // Without an overlap, the lamp still exists.
    check_overlap("gone-early", &["10+5 GET /v1/lamps/lamp-1 -> 404", "11+50 DELETE /v1/lamps/lamp-1 -> 204"], true);
}

#[test]
fn a_response_that_no_order_explains_is_a_deviation() {
    let dim = "1+5 POST /v1/lamps/lamp-1/dim -> 204";
    let shown = r#"150+5 GET /v1/lamps/lamp-1 -> 200 {"id":"lamp-1","state":"DIM","color":"red"}"#;
    // A dim lamp cannot be dimmed again, whichever call came first.
    let twice = ["151+50 POST /v1/lamps/lamp-1/dim -> 204", "151.010+5 POST /v1/lamps/lamp-1/dim -> 204"];
    check_overlap("no-order", &[dim, shown, twice[0], twice[1]], true);
}

#[test]
fn a_deviation_of_one_lamp_is_found_among_calls_on_many_others() {
    let mut lines: Vec<String> = Vec::new();
    for lamp in 2..=90 {
        lines.push(format!(
            r#"{}+60000 GET /v1/lamps/lamp-{lamp} -> 200 {{"id":"lamp-{lamp}","state":"BRIGHT","color":"red"}}"#,
            f64::from(lamp) / 100.0 + 1.0
        ));
    }
    lines.push(r#"10+5 GET /v1/lamps/lamp-1 -> 200 {"id":"lamp-1","state":"BRIGHT","color":"blue"}"#.to_string());
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    check_overlap("many-lamps", &lines, true);
}

#[test]
fn more_overlapping_calls_on_a_lamp_than_can_be_ordered_are_judged_one_by_one() {
    let mut lines: Vec<String> = (0..80)
        .map(|call| format!("{}+60000 POST /v1/lamps/lamp-1/dim -> 204", 1.0 + f64::from(call) / 100.0))
        .collect();
    // Nothing is known afterwards.
    lines.push(r#"100+5 GET /v1/lamps/lamp-1 -> 200 {"id":"lamp-1","state":"DIM","color":"blue"}"#.to_string());
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    check_overlap("too-many", &lines, false);
}

#[test]
fn clauses_pass_again_after_a_race_with_one_result() {
    let lines = [
        r#"0+5 POST /v1/lamps {"color":"red"} -> 201 {"id":"lamp-1","state":"BRIGHT","color":"red"}"#,
        r#"1+50 GET /v1/lamps/lamp-1 -> 200 {"id":"lamp-1","state":"BRIGHT","color":"red"}"#,
        r#"1.010+5 GET /v1/lamps/lamp-1 -> 200 {"id":"lamp-1","state":"BRIGHT","color":"red"}"#,
        r#"2+5 GET /v1/lamps/lamp-1 -> 200 {"id":"lamp-1","state":"BRIGHT","color":"red"}"#,
        "3+5 POST /v1/lamps/lamp-1/dim -> 204",
        r#"150+5 GET /v1/lamps/lamp-1 -> 200 {"id":"lamp-1","state":"DIM","color":"red"}"#,
        "151+5 POST /v1/lamps/lamp-1/dim -> 409",
    ];
    let (_, output) = judge_text("passes", har_text::make_har(&lines).as_bytes(), &["--suite", "lamps"]);
    let (_, undecided) =
        output.split_once("Inconclusive").or(output.split_once("Untested")).expect("undecided clauses");
    assert!(
        !output.contains("FAIL") && !undecided.contains("dim.twice") && !undecided.contains("dim.bright"),
        "{output}"
    );
}
