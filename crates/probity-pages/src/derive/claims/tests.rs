use super::{ClaimBounds, read_claims};
use crate::derive::types::FieldType;
use crate::document::{BlockText, PageLine};

/// Builds a cell: `- ` opens a bullet, `**x**` is bold.
fn make_cell(text: &str) -> BlockText {
    let lines = text.lines().enumerate().map(|(at, line)| {
        let bullet = line.starts_with("- ");
        let line = line.strip_prefix("- ").unwrap_or(line);
        let strong = line.split("**").skip(1).step_by(2).map(str::to_string).collect();
        let number = at as u32 + 1;
        PageLine { text: line.replace("**", ""), bullet, strong, first: number, last: number }
    });
    BlockText { lines: lines.collect(), links: Vec::new() }
}

fn check_claims(value_type: &FieldType, text: &str, expected: &str) {
    let claims = read_claims(&make_cell(text), value_type);
    let mut out: Vec<String> = Vec::new();
    let bounds = |(low, high): ClaimBounds| {
        format!(
            "{}..{}",
            low.map_or(String::new(), |it| it.to_string()),
            high.map_or(String::new(), |it| it.to_string())
        )
    };
    out.extend(claims.length.map(|it| format!("length {}@{}", bounds(it.value), it.first)));
    out.extend(claims.key_length.map(|it| format!("keys {}", bounds(it.value))));
    out.extend(claims.value_length.map(|it| format!("values {}", bounds(it.value))));
    out.extend(claims.range.map(|it| format!("range {}", bounds(it.value))));
    out.extend(claims.values.map(|it| format!("one of {}@{}-{}", it.value.join("|"), it.first, it.last)));
    out.extend(claims.format.map(|it| format!("{:?}", it.value)));
    out.extend(claims.pattern.map(|it| it.value));
    out.extend(claims.charset.map(|it| format!("some {}", it.value.join("+"))));
    out.extend(claims.default.map(|it| format!("default {}", it.value)));
    out.extend(claims.nullable.map(|_| "nullable".to_string()));
    out.extend(claims.blank.map(|_| "blank".to_string()));
    out.extend(claims.dead.map(|it| it.value.to_string()));
    out.extend(claims.since.map(|it| format!("since {}", it.value)));
    out.extend(claims.until.map(|it| format!("until {}", it.value)));
    out.extend(claims.mandatory_when.map(|_| "mandatory-when".to_string()));
    out.extend(claims.optional.map(|_| "optional".to_string()));
    out.extend(claims.varies.map(|_| "varies".to_string()));
    out.extend(claims.ahead.map(|_| "ahead".to_string()));
    out.extend(claims.oddities.iter().map(|it| format!("{}: {} -> {}", it.kind, it.says, it.taken)));
    assert_eq!(out.join("; "), expected, "{text}");
}

#[test]
fn lengths_are_read_in_every_wording() {
    for (text, expected) in [
        ("Lamp label.\nThe value contains 2 to 40 characters.", "length 2..40@2"),
        ("It holds 1 to 12,000 characters.", "length 1..12000@1"),
        ("A label of a maximum of 64 characters", "length ..64@1"),
        ("The label can contain up to 64 characters.", "length ..64@1"),
        ("The label cannot exceed 64 bytes.", "length ..64@1"),
        ("Contains no more than 85 Unicode characters", "length ..85@1"),
        ("The length is fixed at 36 bytes.", "length 36..36@1"),
        ("The label is less than 20 bytes and greater than 0.", "length 1..19@1"),
        ("The maximum length is 255.", "length ..255@1"),
        ("Length ranges from 3 to 9.", "length 3..9@1"),
        ("Nothing is said about 3 lamps.", ""),
    ] {
        check_claims(&FieldType::String, text, expected);
    }
}

#[test]
fn the_wider_of_two_limits_holds_and_the_difference_is_recorded() {
    check_claims(
        &FieldType::String,
        "On a wall a label has 1 to 20 characters. On a desk it has 1 to 30 characters.",
        "length 1..30@1; several-limits: 1..20 and 1..30 -> 1..30",
    );
}

#[test]
fn a_map_says_the_lengths_of_keys_and_values() {
    check_claims(
        &FieldType::Object,
        "Tags of the lamp.\n- The key contains 1 to 9 characters.\n- The value contains 0 to 8 characters.",
        "keys 1..9; values 0..8",
    );
}

#[test]
fn ranges_are_read_in_every_wording() {
    for (text, expected) in [
        ("The value ranges from 0 to 100.", "range 0..100"),
        ("Brightness, within [1, 65535].", "range 1..65535"),
        ("The value range is 5 to 7.", "range 5..7"),
        ("Value range: 1-10", "range 1..10"),
        ("The value is greater than or equal to 3.", "range 3.."),
        ("It takes 0 to intmax", ""),
        ("The value is from 0 to intmax.", "range 0.."),
        ("The maximum value is 9.", "range ..9"),
        ("Range\n1 to 40", "range 1..40"),
        ("A positive integer.", "range 1.."),
    ] {
        check_claims(&FieldType::Integer, text, expected);
    }
}

#[test]
fn enumerations_are_read_in_every_wording() {
    for (text, expected) in [
        ("Lamp mode.\nValues:\n- **ON**\n- **OFF**\nSee more.", "one of ON|OFF@3-4"),
        ("Lamp mode.\n- **ON**: lit\n- **OFF**: dark", "one of ON|OFF@2-3"),
        ("The value can be **dim** or **bright**.", "one of dim|bright@1-1"),
        ("The value can be DIM, BRIGHT, or DARK.", "one of DIM|BRIGHT|DARK@1-1"),
        ("Its value can only be **dim**.", "one of dim@1-1"),
        ("Options:\n**ON**, **OFF**, and **DIM**", "one of ON|OFF|DIM@2-2"),
        ("Options: **a1**, **b2**, and **c3**", "one of a1|b2|c3@1-1"),
        ("Enumerated values:\n- ON\n- OFF", "one of ON|OFF@2-3"),
        ("Range\n- **ON**: lit\n- **OFF**: dark\nDefault Value\nOFF", "one of ON|OFF@2-3; default OFF"),
        ("The value can be changed or removed.", ""),
        ("The value can be, for example, ON or OFF.", ""),
        ("A bold word, **lamp**, is no list.", ""),
        ("Values such as:\n- ON", ""),
        ("Options: **a1**", ""),
        ("Values:\n- **ON**", ""),
        ("Only one mode is supported. Values:\n- **ON**", "one of ON@2-2"),
        ("The value can be IPv4/IPv6 or ALL.", "one of IPv4|IPv6|ALL@1-1"),
        ("The value can be **TCP/UDP** or **ALL**.", "one of TCP|UDP|ALL@1-1"),
        ("Values:\n- **text/html**\n- **text/plain**", "one of text/html|text/plain@2-3"),
        ("Possible values are as follows:\n- 10.0.0.0/8-10.255.255.240/28\n- 172.16.0.0/12-172.31.255.240/28", ""),
        ("Example value:\n- **08:15**\n- **23:00**", ""),
        ("Use lamp.m1 as an example.\n- **lamp**: indicates the kind.\n- **m1**: indicates the size.", ""),
    ] {
        check_claims(&FieldType::String, text, expected);
    }
    check_claims(&FieldType::Integer, "Options: 0, 1, and 2", "one of 0|1|2@1-1");
    check_claims(&FieldType::Integer, "Minimum value: **1**\nDefault value: **9**", "range 1..; default 9");
    check_claims(&FieldType::Integer, "Values: 0-65535", "range 0..65535");
    check_claims(&FieldType::Integer, "- **0**: dark\n- **1**: lit", "one of 0|1@1-2");
    check_claims(&FieldType::Boolean, "- **true**: lit\n- **false**: dark", "");
}

#[test]
fn formats_are_read() {
    for (text, expected) in [
        ("Lamp ID in UUID format.", "Uuid"),
        ("The UUID of the owner.", "UuidLike"),
        ("The lamp's name or UUID.", ""),
        ("The text must be encoded with base64.", "Base64"),
        ("It must be encrypted using Base64.", "Base64; encoding-called-encryption: encrypted -> encoded"),
        ("The time is in the format of \"2021-02-03T04:05:06Z\".", "DateTime"),
        ("The time is in the format of \"2021-02-03T04:05:06.000000\".", "LocalDateTime"),
        ("It must be an IPv4 address.", "Ipv4"),
    ] {
        check_claims(&FieldType::String, text, expected);
    }
}

#[test]
fn a_character_set_is_a_pattern_only_where_it_is_closed() {
    check_claims(
        &FieldType::String,
        "It can contain only letters, digits, underscores (_), and hyphens (-).",
        "^[A-Za-z0-9_\\-]*$",
    );
    check_claims(&FieldType::String, "It can contain only letters, runes, and hyphens (-).", "some letters+hyphens");
    check_claims(&FieldType::String, "It consists of letters and digits.", "some letters+digits");
}

#[test]
fn fields_without_effect_are_distinguished_from_conditions() {
    for (text, expected) in [
        ("Lamp colour. This parameter does not take effect.", "no-effect"),
        ("Not supported", "unsupported"),
        ("Keeps warm. This parameter is not supported.", "unsupported"),
        ("Discarded", "discarded"),
        ("Reserved", "reserved"),
        ("This is a reserved field.", "reserved"),
        ("This field has been discarded.", "discarded"),
        ("The specified colour_name does not take effect. The system picks one.", "no-effect"),
        ("This field is not used.", "unused"),
        ("Dimming is not supported when the lamp is off.", ""),
        ("Batch dimming is not supported.", ""),
        ("- **local**: a local lamp, which has not been supported.", ""),
    ] {
        check_claims(&FieldType::String, text, expected);
    }
}

#[test]
fn microversion_bounds_are_inclusive_whatever_the_words() {
    for (text, expected) in [
        ("This field is supported in microversion 3.9 and later.", "since 3.9"),
        (
            "This field is supported in microversions later than 3.9.",
            "since 3.9; later-than: later than 3.9 -> since 3.9",
        ),
        ("This field is supported in microversion 3.9.", "since 3.9; microversion-equality: in 3.9 -> since 3.9"),
        ("This field is not supported in microversion 3.9 and later.", "until 3.8"),
        (
            "This field is not supported in microversions later than 3.9.",
            "until 3.8; later-than: not later than 3.9 -> until 3.8",
        ),
        ("Added in microversion 3.2.", "since 3.2"),
    ] {
        check_claims(&FieldType::String, text, expected);
    }
}

#[test]
fn presence_and_defaults_are_read() {
    check_claims(&FieldType::String, "This parameter is mandatory when the lamp is new.", "mandatory-when");
    check_claims(&FieldType::String, "This field is optional.", "optional");
    check_claims(&FieldType::Object, "What is lit. The value varies depending on the kind of lamp.", "varies");
    check_claims(&FieldType::Object, "The displayed information depends on the lamp.", "varies");
    check_claims(&FieldType::String, "Specifies the time when the lamp was switched off or terminated.", "ahead");
    check_claims(&FieldType::String, "Specifies the time when the lamp was created.", "");
    check_claims(&FieldType::Object, "A lamp depends on its socket.", "");
    check_claims(&FieldType::String, "If the value is null, the label is left blank.", "nullable");
    check_claims(&FieldType::String, "For a bare lamp, the value is left blank.", "blank");
    check_claims(&FieldType::String, "The name cannot be left blank.", "length 1..@1");
    check_claims(&FieldType::String, "The name cannot be null.", "length 1..@1");
    check_claims(&FieldType::String, "The name cannot be empty if the lamp is new.", "");
    check_claims(&FieldType::String, "It is returned only when the lamp is lit.", "optional");
    check_claims(
        &FieldType::String,
        "It can contain only letters, digits, and hyphens (-), and must start with a letter.",
        "^[A-Za-z][A-Za-z0-9\\-]*$",
    );
    check_claims(&FieldType::Integer, "The empty string ('') is used to represent no lamp.", "blank");
    check_claims(&FieldType::Integer, "The default value is **1**.", "default 1");
    check_claims(&FieldType::Boolean, "Its default value is **false**.", "default false");
    check_claims(&FieldType::String, "The default value is **SOFT**.", "default SOFT");
    check_claims(&FieldType::String, "The default value is the same as that of the lamp.", "");
}

proptest::proptest! {
    #[test]
    fn any_description_is_read_without_panic(text in "(?:[a-zA-Z0-9 .,:;()\\[\\]*/-]|。|：|microversion |later than |values: |characters ){0,60}") {
        for value_type in [FieldType::String, FieldType::Integer, FieldType::Object, FieldType::Any] {
            read_claims(&make_cell(&text), &value_type);
        }
    }
}
