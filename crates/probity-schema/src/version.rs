//! Microversions of a call and of a field.

/// A microversion as major and minor number; `latest` is above all others.
pub(super) type Microversion = (u32, u32);

/// The microversions in which a field exists, both ends inclusive; an end without value is open.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct MicroversionRange {
    pub since: Option<Microversion>,
    pub until: Option<Microversion>,
}

/// The microversion that a call requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RequestedVersion {
    /// The call has no version header. The oldest version is below every `since` and every `until`.
    Oldest,
    Exactly(Microversion),
    /// The header is not a version. No field with a version range certainly exists.
    Unreadable,
}

impl RequestedVersion {
    /// Reads the text of a version header.
    pub(super) fn read(text: Option<&str>) -> RequestedVersion {
        match text {
            None => RequestedVersion::Oldest,
            Some(text) => parse_microversion(text).map_or(RequestedVersion::Unreadable, RequestedVersion::Exactly),
        }
    }

    /// Whether a field with this range certainly exists in this version.
    pub(super) fn includes_range(self, range: MicroversionRange) -> bool {
        if range == MicroversionRange::default() {
            return true;
        }
        match self {
            RequestedVersion::Oldest => range.since.is_none(),
            RequestedVersion::Unreadable => false,
            RequestedVersion::Exactly(version) => {
                range.since.is_none_or(|since| version >= since) && range.until.is_none_or(|until| version <= until)
            }
        }
    }
}

/// Parses `2.54`, `v2.54`, `2` or `latest`, with or without a service name before (`compute 2.54`).
pub(super) fn parse_microversion(text: &str) -> Option<Microversion> {
    let word = text.split_whitespace().last()?;
    if word.eq_ignore_ascii_case("latest") {
        return Some((u32::MAX, u32::MAX));
    }
    let digits = word.strip_prefix(['v', 'V']).unwrap_or(word);
    let (major, minor) = digits.split_once('.').unwrap_or((digits, "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}
