//! The `format` keyword, asserted.

use serde_json::Value;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::OnceLock;

/// A known value of the `format` keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TextFormat {
    Uuid,
    Ipv4,
    Ipv6,
    DateTime,
    Date,
    Time,
    Uri,
    Email,
    Hostname,
    Base64,
}

impl TextFormat {
    /// Name in JSON Schema and format.
    pub(super) const NAMED: [(&'static str, TextFormat); 10] = [
        ("uuid", TextFormat::Uuid),
        ("ipv4", TextFormat::Ipv4),
        ("ipv6", TextFormat::Ipv6),
        ("date-time", TextFormat::DateTime),
        ("date", TextFormat::Date),
        ("time", TextFormat::Time),
        ("uri", TextFormat::Uri),
        ("email", TextFormat::Email),
        ("hostname", TextFormat::Hostname),
        ("base64", TextFormat::Base64),
    ];

    pub(super) fn find_by_name(name: &str) -> Option<TextFormat> {
        TextFormat::NAMED.iter().find(|(known, _)| *known == name).map(|&(_, format)| format)
    }

    pub(super) fn name(self) -> &'static str {
        let named = TextFormat::NAMED.iter().find(|(_, format)| *format == self);
        named.expect("every format has a row in NAMED").0
    }

    pub(super) fn accepts_text(self, text: &str) -> bool {
        match self {
            TextFormat::Uuid => is_uuid(text),
            TextFormat::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            TextFormat::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
            TextFormat::Base64 => is_base64(text),
            TextFormat::DateTime
            | TextFormat::Date
            | TextFormat::Time
            | TextFormat::Uri
            | TextFormat::Email
            | TextFormat::Hostname => self.library_validator().is_valid(&Value::from(text)),
        }
    }

    /// The check of the `jsonschema` crate, built once for each format because building is slow.
    fn library_validator(self) -> &'static jsonschema::Validator {
        static CHECKS: [OnceLock<jsonschema::Validator>; 10] = [const { OnceLock::new() }; 10];
        CHECKS[self as usize].get_or_init(|| {
            let schema = serde_json::json!({ "format": self.name() });
            let options = jsonschema::draft202012::options().should_validate_formats(true);
            options.build(&schema).expect("a schema with one known format compiles")
        })
    }
}

/// Whether a text has 8, 4, 4, 4 and 12 hex digits of either case.
fn is_uuid(text: &str) -> bool {
    let bytes = text.as_bytes();
    let fits = |(at, byte): (usize, &u8)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    bytes.len() == 36 && bytes.iter().enumerate().all(fits)
}

/// Whether a text is base64 after RFC 4648, section 4, padded and without line breaks.
pub(super) fn is_base64(text: &str) -> bool {
    let bytes = text.as_bytes();
    let body = text.trim_end_matches('=').as_bytes();
    let padding = bytes.len() - body.len();
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    bytes.len().is_multiple_of(4) && padding <= 2 && body.iter().all(fits)
}
