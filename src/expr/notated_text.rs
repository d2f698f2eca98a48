//! Texts that write a value of another type: a time, or a text whose case does not matter.
//!
//! Such values are equal in every notation. Only what a schema or a suite declares as such a value is read as one: a
//! text that merely looks like a time stays a text.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// What a text writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TextNotation {
    /// A time: RFC 3339, or ISO 8601 without an offset.
    Time,
    /// A text whose case does not matter.
    Caseless,
}

/// A text with the value that it writes. Equality, order and hash are those of the value.
#[derive(Clone, Debug)]
pub struct NotatedText {
    text: Arc<str>,
    value: NotatedValue,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum NotatedValue {
    Time(Moment),
    Caseless(Arc<str>),
}

/// A time as written, with or without an offset from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Moment {
    /// Nanoseconds since 1970. A time without an offset is counted as if it were in UTC.
    nanoseconds: i128,
    has_offset: bool,
}

/// The widest distance between two time zones, in nanoseconds: offsets reach from -12 to +14 hours.
const OFFSETS_MAX: u128 = 26 * 3_600 * 1_000_000_000;

impl NotatedText {
    /// Reads a text in a notation; `None` if the text is not written so.
    pub(super) fn read(notation: TextNotation, text: &Arc<str>) -> Option<NotatedText> {
        let value = match notation {
            TextNotation::Time => NotatedValue::Time(Moment::read(text)?),
            TextNotation::Caseless => NotatedValue::Caseless(Arc::from(text.to_lowercase())),
        };
        Some(NotatedText { text: text.clone(), value })
    }

    /// The text as it was written.
    #[must_use]
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// What the text writes.
    #[must_use]
    pub fn notation(&self) -> TextNotation {
        match self.value {
            NotatedValue::Time(_) => TextNotation::Time,
            NotatedValue::Caseless(_) => TextNotation::Caseless,
        }
    }

    /// The time that is some seconds later, or earlier if negative; `None` for a text that writes no time, and beyond the
    /// years of four digits.
    #[must_use]
    pub fn shift_seconds(&self, seconds: i64) -> Option<NotatedText> {
        let NotatedValue::Time(moment) = &self.value else { return None };
        let time = Timestamp::from_nanosecond(moment.nanoseconds).ok()?;
        let time = time.checked_add(SignedDuration::from_secs(seconds)).ok()?;
        let text =
            if moment.has_offset { time.to_string() } else { time.to_zoned(TimeZone::UTC).datetime().to_string() };
        NotatedText::read(TextNotation::Time, &Arc::from(text))
    }

    /// The order of two values of one type; `None` within `Some` where the texts do not tell, because only one of two
    /// times has an offset. `None` for two types.
    pub(super) fn compare(&self, other: &NotatedText) -> Option<Option<Ordering>> {
        match (&self.value, &other.value) {
            (NotatedValue::Time(one), NotatedValue::Time(other)) => Some(one.compare(*other)),
            (NotatedValue::Caseless(one), NotatedValue::Caseless(other)) => Some(Some(one.cmp(other))),
            _ => None,
        }
    }
}

impl Moment {
    fn read(text: &str) -> Option<Moment> {
        // A time of day is needed: jiff takes a date for its midnight.
        text.contains(':').then_some(())?;
        if let Ok(time) = text.parse::<Timestamp>() {
            return Some(Moment { nanoseconds: time.as_nanosecond(), has_offset: true });
        }
        let local: DateTime = text.parse().ok()?;
        let time = local.to_zoned(TimeZone::UTC).ok()?.timestamp();
        Some(Moment { nanoseconds: time.as_nanosecond(), has_offset: false })
    }

    /// The order of two times; `None` if only one has an offset, and they are no further apart than time zones are.
    fn compare(self, other: Moment) -> Option<Ordering> {
        let apart = self.nanoseconds.abs_diff(other.nanoseconds);
        let told = self.has_offset == other.has_offset || apart > OFFSETS_MAX;
        told.then(|| self.nanoseconds.cmp(&other.nanoseconds))
    }
}

impl PartialEq for NotatedText {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for NotatedText {}

impl PartialOrd for NotatedText {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for NotatedText {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.cmp(&other.value)
    }
}

impl Hash for NotatedText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}
