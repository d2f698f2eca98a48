//! The text formats of fields.

use super::claims::DocumentedFormat;
use crate::derive::patterns::pattern;

/// A UUID with hyphens, as in RFC 9562.
pub(super) const UUID_PATTERN: &str = "^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$";

/// A UUID with or without hyphens.
pub(super) const UUID_LIKE_PATTERN: &str = "^[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$";

/// A date and time without a zone.
pub(super) const LOCAL_DATE_TIME_PATTERN: &str = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?$";

pattern!(UUID, UUID_PATTERN);

pattern!(UUID_LIKE, UUID_LIKE_PATTERN);

pattern!(DATE_TIME, r"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$");

pattern!(LOCAL_DATE_TIME, LOCAL_DATE_TIME_PATTERN);

/// Whether a text has a format.
pub(super) fn has_format(format: DocumentedFormat, text: &str) -> bool {
    match format {
        DocumentedFormat::Uuid => UUID.is_match(text),
        DocumentedFormat::UuidLike => UUID_LIKE.is_match(text),
        DocumentedFormat::Base64 => {
            text.len().is_multiple_of(4)
                && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '='))
        }
        DocumentedFormat::Ipv4 => text.parse::<std::net::Ipv4Addr>().is_ok(),
        DocumentedFormat::DateTime => DATE_TIME.is_match(text),
        DocumentedFormat::LocalDateTime => LOCAL_DATE_TIME.is_match(text),
    }
}

/// Whether a text is a UUID, with or without hyphens.
pub(super) fn is_uuid_like(text: &str) -> bool {
    UUID_LIKE.is_match(text)
}
