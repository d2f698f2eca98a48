use super::check;

#[test]
fn texts_with_a_notation_compare_as_the_values_that_they_write() {
    check(
        r#"
        log.sailed == log.seen => true
        log.sailed < log.seen => false
        log.sailed == "2025-12-31T23:00:00-01:00" => true
        "2026-01-01T00:00:00.5Z" > log.sailed => true
        log.sailed in ["x", "2026-01-01T00:00:00.0Z"] => true
        log.sailed == "x" => false
        log.sailed == null => false
        log.note == "2026-01-01T00:00:00.0Z" => false
        log.day == "2026-01-01T00:00:00Z" => false
        log.local == log.sailed => unknown
        log.local == "2026-01-01T00:00:00.0" => true
        log.local == "2026-01-05T00:00:00Z" => false
        log.local < "2026-01-05T00:00:00Z" => true
        log.port == "NORTHHAVEN" => true
        log.port != "north" => true
        log.port == log.sailed => false
        [log.sailed] == [log.seen] => true
        log.seen => "2026-01-01T01:00:00.000+01:00"
        size(log.sailed) => 20
        log.sailed.startsWith("2026") => true
        log.port + "!" => "NorthHaven!"
        {log.port: 1} => {"NorthHaven": 1}
        "#,
    );
}

#[test]
fn large_whole_numbers_compare_exactly() {
    check(
        r#"
        log.tons => 18446744073709551615
        log.tons == 18446744073709551615.0 => false
        log.tons > 9223372036854775807 => true
        log.tons < 18446744073709551616.0 => true
        log.tons == log.tons => true
        9007199254740993 == 9007199254740992.0 => false
        9007199254740992 == 9007199254740992.0 => true
        "#,
    );
}
