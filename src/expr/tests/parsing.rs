use std::sync::Arc;

use serde_json::json;

use super::check;
use crate::expr::{Expr, FieldPath, PathKey, assign_at_path, get_at_path};

#[test]
fn a_syntax_error_has_its_offset() {
    check(
        r#"
        boat.state = "MOORED" => parse 11: to compare, write ==
        boat. => parse 5: no viable alternative at input '.'
        boat.size(1) => parse 5: size is called as size(x)
        contains("a", "b") => parse 0: contains is called as x.contains(y)
        boat.first() => parse 5: there is no function first(); the functions are size, contains, startsWith, endsWith, matches, lowerAscii, upperAscii, int, double, string, min, max, versionAtLeast, has, all, exists, exists_one, map, filter
        has(boat) => parse 4: has() takes a field: has(a.b) or has(a["b"])
        boat.crew.all(m) => parse 10: all() takes a name and a condition
        boat.crew.all(m.x, true) => parse 15: expected a simple name
        boat.name.matches("(") => parse 18: "(" is not a regular expression
        {1: 2} => parse 1: keys of a map are texts, not a number
        {"a": 1, "a": 2} => parse 9: the key appears twice
        b"raw" => parse 0: byte strings are not supported
        boat.?name => parse 4: unsupported syntax '.?'
        Boat{name: 1} => parse 4: message literals are not supported
        "#,
    );
}

#[test]
fn deep_and_long_texts_are_refused_and_do_not_exhaust_the_stack() {
    let texts = [
        "(".repeat(5000),
        format!("{}1{}", "(".repeat(90), ")".repeat(90)),
        format!("a{}", ".b".repeat(5000)),
        format!("a{}", ".b".repeat(499)),
        vec!["a"; 490].join(" in "),
        vec!["a"; 499].join(" + "),
        vec!["a"; 200].join(" && "),
        format!("{}a", "!".repeat(499)),
        format!("{}a", "-".repeat(499)),
        format!("{}1{}", "[".repeat(200), "]".repeat(200)),
        format!("{}1", "a?1:".repeat(240)),
        format!("{}a{}", "f(".repeat(200), ")".repeat(200)),
    ];
    for text in texts {
        if let Err(error) = Expr::parse(&text) {
            assert!(error.offset <= text.len(), "{error}");
        }
    }
    assert!(Expr::parse(&vec!["a"; 100].join(" + ")).is_ok());
    let chain = ".b".repeat(5000);
    for before in [r#"r"\" + a"#, r#""""a " b""" + a"#, "// '\na", r#"'\'' + a"#, "\"a\na"] {
        let error = Expr::parse(&format!("{before}{chain}")).expect_err("it is too long");
        assert!(error.message.contains("operators"), "{error}");
    }
    let long = format!("a in [{}]", vec![r#""4f2b-9a.c""#; 300].join(", "));
    assert!(Expr::parse(&long).is_ok());
    assert!(Expr::parse(&vec!["a"; 499].join(" + ")).is_err());
}

#[test]
fn roots_are_the_free_names_in_order() {
    let expr = Expr::parse("z.all(x, x in y.b && x != a) && a == 1").expect("it parses");
    let roots: Vec<&str> = expr.roots().iter().map(AsRef::as_ref).collect();
    assert_eq!(roots, ["a", "y", "z"]);
}

#[test]
fn slots_follow_the_order_of_the_roots() {
    let expr = Expr::parse("z - a").expect("it parses");
    let slots = [Some(1.into()), Some(10.into())];
    assert_eq!(expr.eval_slots(&slots), Ok(9.into()));
    let error = expr.eval_slots(&[None, Some(1.into())]).expect_err("a is not declared");
    assert_eq!((error.offset, error.message.as_str()), (4, "there is no a"));
}

fn parse_path(text: &str) -> Option<FieldPath> {
    Expr::parse(text).expect("it parses").as_path()
}

#[test]
fn an_expression_may_be_a_path() {
    let shown = |text| parse_path(text).map(|path| path.to_string());
    assert_eq!(shown(" it.flavor.id "), Some("it.flavor.id".to_string()));
    assert_eq!(shown(r#"it["a:b"]["c"][0]"#), Some(r#"it["a:b"].c[0]"#.to_string()));
    assert_eq!(shown("it"), Some("it".to_string()));
    assert_eq!(shown("it[-1]"), None);
    assert_eq!(shown("it[x]"), None);
    assert_eq!(shown("it.a + 1"), None);
    let keys = parse_path("it.a[2]").expect("it is a path").keys;
    assert_eq!(keys, [PathKey::Name(Arc::from("a")), PathKey::Index(2)]);
}

#[test]
fn reads_are_the_longest_paths() {
    let text = r#"boat.state == "A" && boat.crew[n.at].name in has(body["x:y"].z) && l.all(x, x.q == boat.id)"#;
    let reads = Expr::parse(text).expect("it parses").list_reads();
    let shown: Vec<String> = reads.iter().map(FieldPath::to_string).collect();
    assert_eq!(shown, ["boat.crew", "boat.id", "boat.state", r#"body["x:y"].z"#, "l", "n.at"]);
}

fn show_comparisons(text: &str) -> Vec<String> {
    let found = Expr::parse(text).expect("it parses").list_comparisons();
    let shown = found.iter().map(|c| format!("{} {:?} {}", c.path, c.op, c.other.text()));
    shown.collect()
}

#[test]
fn comparisons_are_found_in_both_directions() {
    assert_eq!(show_comparisons(r#"x.a == "v""#), [r#"x.a Eq "v""#]);
    assert_eq!(show_comparisons(r#""v" == x.a"#), [r#"x.a Eq "v""#]);
    assert_eq!(show_comparisons("3 < x.a"), ["x.a Gt 3"]);
    assert_eq!(show_comparisons("x.a != y.b"), ["x.a Ne y.b", "y.b Ne x.a"]);
    assert_eq!(show_comparisons("x.a in pools.kinds"), ["x.a In pools.kinds", "pools.kinds Contains x.a"]);
}

#[test]
fn comparisons_take_in_the_negation_around_them() {
    assert_eq!(show_comparisons("!(x.a in [1, 2])"), ["x.a NotIn [1, 2]"]);
    assert_eq!(show_comparisons("!(x.a == 1 || !(x.b < 2))"), ["x.a Ne 1", "x.b Lt 2"]);
    assert_eq!(show_comparisons("!has(x.a) && x.on"), ["x.a Eq null", "x.on Eq true"]);
    assert_eq!(show_comparisons(r#"x.a == null || !x.a.matches("^b+$")"#), ["x.a Eq null", r#"x.a NotMatches "^b+$""#]);
}

#[test]
fn comparisons_with_loop_variables_are_left_out() {
    assert_eq!(
        show_comparisons("l.exists(v, v.id == x.a && x.b == 1 && x.c == [2].map(w, w + 1))"),
        ["x.b Eq 1", "x.c Eq [2].map(w, w + 1)"]
    );
}

#[test]
fn the_other_side_of_a_comparison_evaluates_by_itself() {
    let found = Expr::parse("x.a == 1 && y == z.b + w").expect("it parses").list_comparisons();
    let other = &found[1].other;
    let roots: Vec<&str> = other.roots().iter().map(AsRef::as_ref).collect();
    assert_eq!(roots, ["w", "z"]);
    let slots = [Some(2.into()), Some((&json!({"b": 3})).into())];
    assert_eq!(other.eval_slots(&slots), Ok(5.into()));
}

#[test]
fn assigning_creates_missing_parents() {
    let mut document = json!({"a": 1, "l": ["x"]});
    let mut put = |text: &str, value| {
        assign_at_path(&mut document, &parse_path(text).expect("it is a path"), value);
    };
    put("body.moor.berth", json!("b7"));
    put("body.a.b", json!(2));
    put("body.l[2].n", json!(3));
    put("body.l[100000]", json!(4));
    assert_eq!(document, json!({"a": {"b": 2}, "l": ["x", null, {"n": 3}], "moor": {"berth": "b7"}}));
    let reach = |text: &str| get_at_path(&document, &parse_path(text).expect("it is a path")).cloned();
    assert_eq!(reach("body.l[2].n"), Some(json!(3)));
    assert_eq!(reach("body.l[9]"), None);
    assert_eq!(reach("body.a.x"), None);
}

#[test]
fn the_canonical_form_keeps_only_needed_parentheses() {
    let canonical = |text: &str| Expr::parse(text).expect("it parses").to_string();
    assert_eq!(canonical("(a&&b)||!(c)"), "a && b || !c");
    assert_eq!(canonical("(a||b)&&c"), "(a || b) && c");
    assert_eq!(canonical("a-(b-c)-d"), "a - (b - c) - d");
    assert_eq!(canonical("-(-5)"), "-(-5)");
    assert_eq!(canonical("(-a)[0]"), "(-a)[0]");
    assert_eq!(canonical("(!a).b"), "(!a).b");
    assert_eq!(canonical("(a?b:c)?d:(e?f:g)"), "(a ? b : c) ? d : e ? f : g");
    assert_eq!(canonical("a['b'].c['d:e']"), r#"a["b"].c["d:e"]"#);
    assert_eq!(canonical("l.existsOne(x,x>1)"), "l.exists_one(x, x > 1)");
    assert_eq!(canonical("(a+b).size()"), "size(a + b)");
}
