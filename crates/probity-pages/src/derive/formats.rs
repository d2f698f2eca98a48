//! The text formats that a field can have.

use super::claims::Format;
use regex::Regex;
use std::sync::LazyLock;

/// A UUID as its standard writes it.
pub(super) const UUID_PATTERN: &str = "^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$";

/// A UUID with or without hyphens.
pub(super) const UUID_LIKE_PATTERN: &str = "^[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$";

pub(super) const LOCAL_DATE_TIME_PATTERN: &str = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?$";

static UUID: LazyLock<Regex> = LazyLock::new(|| Regex::new(UUID_PATTERN).expect("ours"));

static UUID_LIKE: LazyLock<Regex> = LazyLock::new(|| Regex::new(UUID_LIKE_PATTERN).expect("ours"));

static DATE_TIME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$").expect("ours")
});

static LOCAL_DATE_TIME: LazyLock<Regex> = LazyLock::new(|| Regex::new(LOCAL_DATE_TIME_PATTERN).expect("ours"));

pub(super) fn has_format(format: Format, text: &str) -> bool {
    match format {
        Format::Uuid => UUID.is_match(text),
        Format::UuidLike => UUID_LIKE.is_match(text),
        Format::Base64 => {
            text.len().is_multiple_of(4)
                && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '='))
        }
        Format::Ipv4 => text.parse::<std::net::Ipv4Addr>().is_ok(),
        Format::DateTime => DATE_TIME.is_match(text),
        Format::LocalDateTime => LOCAL_DATE_TIME.is_match(text),
    }
}

/// Whether a text is a UUID, with or without hyphens.
pub(super) fn is_uuid_like(text: &str) -> bool {
    UUID_LIKE.is_match(text)
}
