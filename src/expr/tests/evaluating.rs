use super::check;
use crate::expr::{Expr, ExprScope, ExprValue};

#[test]
fn literals_and_collections_are_values() {
    check(
        r#"
        null => null
        -5 => -5
        -9223372036854775808 => -9223372036854775808
        7u => 7
        1e3 => 1000.0
        'it''s' => parse 4: extraneous input ''s''
        "a\n\"b\"" => "a\n\"b\""
        [1, "a", [true]] => [1, "a", [true]]
        {"b": 1, "a": boat.length} => {"a": 9, "b": 1}
        {boat.name: 1} => {"Alma": 1}
        "#,
    );
}

#[test]
fn absent_and_null_are_one() {
    check(
        r#"
        boat.berth => null
        boat.nowhere => null
        boat.nowhere.deeper.still => null
        boat["nowhere"][3] => null
        boat.nowhere == null => true
        has(boat.berth) => false
        has(boat.nowhere) => false
        has(boat.nowhere.deeper) => false
        has(boat.name) => true
        has(boat["log:book"]) => true
        boat["log:book"] => "kept"
        boat.name.first => error 10: a text has no field first
        has(boat.name.first) => error 14: a text has no field first
        boat.berth in [null, ""] => true
        "#,
    );
}

#[test]
fn connectives_are_three_valued_and_absorb_errors() {
    check(
        r#"
        true && any => unknown
        any && false => false
        false && any => false
        any || true => true
        false || any => unknown
        !any => unknown
        any == 1 || boat.length == 9 => true
        false && 1/0 == 1 => false
        1/0 == 1 && false => false
        1/0 == 1 || true => true
        1/0 == 1 || false => error 1: division by zero
        1/0 == 1 && any => unknown
        any || 1/0 == 1 => unknown
        nobody.here || true => true
        nobody.here || false => error 0: there is no nobody
        1 && false => false
        1 && true => error 0: a condition cannot be a number
        !null => error 1: a condition cannot be null
        "#,
    );
}

#[test]
fn a_choice_by_an_unknown_is_known_where_both_branches_agree() {
    check(
        r#"
        boat.length > 5 ? "long" : 1/0 => "long"
        any ? 1 : 2 => unknown
        any ? 1 : 1 => 1
        any ? 1 : 1/0 => unknown
        any ? 1/0 : 1/0 => error 7: division by zero
        null ? 1 : 2 => error 0: a condition cannot be null
        "#,
    );
}

#[test]
fn operators_give_unknown_unless_an_operand_fails() {
    check(
        r#"
        any + 1 => unknown
        any.x.y => unknown
        any["x"] => unknown
        has(any.x) => unknown
        boat[any] => unknown
        boat.cargo == "wood" => unknown
        boat.cargo < 3 => unknown
        -any => unknown
        size(boat.cargo) => unknown
        boat.cargo.startsWith("w") => unknown
        any == 1/0 => error 8: division by zero
        any + null => error 4: + cannot be applied to unknown and null
        any < null => error 4: unknown and null have no order
        any.startsWith(3) => error 4: startsWith does not take a number
        int(any) => unknown
        max([1, any]) => unknown
        "#,
    );
}

#[test]
fn a_collection_with_unknown_parts_decides_where_it_can() {
    check(
        r#"
        boat.stops => [unknown, "north"]
        size(boat.stops) => 2
        boat.stops == ["a", "north"] => unknown
        boat.stops == ["a", "south"] => false
        boat.stops == ["a"] => false
        boat.stops != ["a", "south"] => true
        "north" in boat.stops => true
        "south" in boat.stops => unknown
        any in [] => false
        any in ["a"] => unknown
        "a" in any => unknown
        boat.part == {"seen": 1, "hidden": 2} => unknown
        boat.part == {"seen": 2, "hidden": 2} => false
        boat.part == {"seen": 1} => false
        "hidden" in boat.part => true
        "other" in boat.part => false
        boat.part.hidden => unknown
        "#,
    );
}

#[test]
fn equality_and_order_follow_cel() {
    check(
        r#"
        1 == 1.0 => true
        9007199254740993 == 9007199254740992.0 => false
        9007199254740993 > 9007199254740992.0 => true
        1 < 1.5 => true
        -1 > -1.5 => true
        "1" == 1 => false
        null == false => false
        [1, 2] == [1.0, 2] => true
        "a" < "b" => true
        false < true => true
        1 < "a" => error 2: a number and a text have no order
        boat.berth < 3 => error 11: null and a number have no order
        [1] < [2] => error 4: a list and a list have no order
        "#,
    );
}

#[test]
fn arithmetic_is_checked() {
    check(
        r#"
        boat.length + 1 => 10
        7 / 2 => 3
        -7 % 3 => -1
        7.0 / 2.0 => 3.5
        1 + 1.5 => 2.5
        1.5 % 1 => error 4: % cannot be applied to a number and a number
        9223372036854775807 + 1 => error 20: the number does not fit 64 bits
        -(-9223372036854775808) => error 0: the number does not fit 64 bits
        1 % 0 => error 2: division by zero
        "a" + "b" => "ab"
        [1] + boat.crew => [1, "ann", "bob"]
        "#,
    );
}

#[test]
fn indices_outside_of_a_list_are_errors() {
    check(
        r#"
        boat.crew[1] => "bob"
        boat.crew[2] => error 9: the index 2 is outside of a list of 2
        boat.crew[-1] => error 9: the index -1 is outside of a list of 2
        boat.crew["a"] => error 9: a list cannot be indexed with a text
        "#,
    );
}

#[test]
fn functions_work_on_texts_numbers_and_lists() {
    check(
        r#"
        size("añb") => 3
        boat.crew.size() => 2
        size(boat.flags) => 2
        size(null) => error 0: size does not take null
        boat.name.contains("lm") => true
        boat.name.startsWith("Al") && boat.name.endsWith("ma") => true
        boat.name.matches("^A.*a$") => true
        boat.name.matches("l" + "m") => true
        boat.name.matches("(" + "") => error 10: "(" is not a regular expression
        boat.name.lowerAscii() + boat.name.upperAscii() => "almaALMA"
        int("42") + int(1.9) => 43
        int("4x") => error 0: "4x" is not a whole number
        int(1e30) => error 0: the number does not fit 64 bits
        double("1.5") => 1.5
        string(3) + string(true) => "3true"
        min([3, 1, 2]) => 1
        [3, 1.5].max() => 3
        max([]) => error 0: max of an empty list
        "#,
    );
}

#[test]
fn loops_quantify_filter_and_map() {
    check(
        r#"
        boat.crew.all(m, size(m) == 3) => true
        boat.crew.exists(m, m == "bob") => true
        boat.crew.exists_one(m, m.startsWith("b")) => true
        boat.crew.map(m, m + "!") => ["ann!", "bob!"]
        boat.crew.map(m, m != "ann", m + "!") => ["bob!"]
        boat.crew.filter(m, m != "ann") => ["bob"]
        boat.flags.exists(f, f == "red") => true
        [1, 2].map(x, [10, 20].map(y, x + y)) => [[11, 21], [12, 22]]
        [1].all(boat, boat == 1) => true
        boat.berth.all(x, true) => error 11: all cannot be applied to null
        any.all(x, true) => unknown
        "#,
    );
}

#[test]
fn loops_see_through_unknown_elements() {
    check(
        r#"
        boat.stops.exists(s, s == "north") => true
        boat.stops.exists(s, s == "south") => unknown
        boat.stops.all(s, s == "south") => false
        boat.stops.all(s, s == "north") => unknown
        boat.stops.map(s, s) => [unknown, "north"]
        boat.stops.filter(s, s == "north") => unknown
        boat.stops.exists_one(s, s == "north") => unknown
        ["a", "a"].exists_one(s, s == "a") => false
        [0, 1].exists(x, 1 / x == 1) => true
        [0, 2].exists(x, 1 / x == 1) => error 19: division by zero
        [0, any].exists(x, 1 / x == 1) => unknown
        "#,
    );
}

#[test]
fn a_guard_over_several_documents_is_decided() {
    check(
        r#"
        boat.state == "MOORED" && body.moor.berth in harbour.berths && body.moor.berth != boat.berth => true
        boat.cargo == "wood" && body.moor.berth in ["b9"] => false
        "#,
    );
}

#[test]
fn work_is_limited() {
    let list = format!("[{}]", vec!["1"; 60].join(", "));
    let outcome = |text: &str| super::describe_outcome(&text.replace('L', &list));
    let nested = outcome("L.all(a, L.all(b, L.all(c, L.all(d, a + b + c + d >= 0))))");
    assert!(nested.ends_with("units of work"), "{nested}");
    // A list costs the more to compare the longer it is.
    assert_eq!(outcome("L.all(a, L.all(b, a != 2))"), "true");
    let compared = outcome("L.all(a, L.all(b, L != a))");
    assert!(compared.ends_with("units of work"), "{compared}");
}

#[test]
fn a_text_is_limited_in_its_length() {
    let text = "a".repeat(2_000);
    assert_eq!(super::describe_outcome(&format!("size('{text}' + '{text}')")), "4000");
    // Each step doubles the text, 1,000,000 bytes are passed at the tenth.
    let doubled = (0..10).fold(format!("'{text}'"), |of, _| format!("[{of}].map(x, x + x)[0]"));
    let outcome = super::describe_outcome(&doubled);
    assert!(outcome.ends_with("the text is longer than 1048576 bytes"), "{outcome}");
}

/// A scope that counts its calls.
struct CountingScope(std::cell::Cell<usize>);

impl ExprScope for CountingScope {
    fn find_root(&self, name: &str) -> Option<ExprValue> {
        self.0.set(self.0.get() + 1);
        (name == "a").then_some(ExprValue::Int(1))
    }
}

#[test]
fn a_scope_is_called_once_for_each_needed_root() {
    let asked = |text: &str| {
        let scope = CountingScope(std::cell::Cell::new(0));
        let val = Expr::parse(text).expect("it parses").eval(&scope);
        assert_eq!(val, Ok(ExprValue::Bool(true)), "{text}");
        scope.0.get()
    };
    assert_eq!(asked("a == 1 && a + a == 2"), 1);
    assert_eq!(asked("a == 1 || b == c"), 1);
    assert_eq!(asked("[1, 2, 3].all(x, x >= a)"), 1);
    assert_eq!(asked("b == c || d == e || f == g || h == i || a == 1"), 5);
}

#[test]
fn the_deepest_expression_fits_the_stack() {
    let sum = vec!["1"; 150].join(" + ");
    assert_eq!(super::describe_outcome(&format!("{sum} + boat.length")), "159");
    let nested = format!("{}true{}", "[1].all(x, ".repeat(30), ")".repeat(30));
    assert_eq!(super::describe_outcome(&nested), "true");
    let parens = format!("{}boat.length{}", "[".repeat(60), "]".repeat(60));
    assert_eq!(super::describe_outcome(&parens), parens.replace("boat.length", "9"));
}
