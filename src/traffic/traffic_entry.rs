//! One entry of a file, with its address and times checked.

use super::har_file::{EXPORT, HarEntry, HarError};
use jiff::Timestamp;
use url::Url;

/// An entry with its address and times.
#[derive(Debug, Clone)]
pub(super) struct TrafficEntry {
    /// Index in `log.entries`.
    pub index: usize,
    /// When the call was sent, in microseconds since 1970.
    pub sent_us: i64,
    /// When the response was read at the latest, in microseconds since 1970; none where the recorder does not know.
    pub received_us: Option<i64>,
    /// The address of the request.
    pub url: Url,
    /// The entry as written.
    pub har: HarEntry,
}

/// Longest time of one call in milliseconds: a day.
const TIME_MS_MAX: f64 = 86_400_000.0;
/// Added to the end of a call where a recorder writes whole milliseconds, in microseconds: recorders cut the parts of the
/// time, of which there are up to five, to whole milliseconds.
const ROUNDING_US: i64 = 5_000;

impl TrafficEntry {
    /// Checks the entry at `index`.
    ///
    /// # Errors
    /// If the address is no address, or a time is absurd.
    pub fn new(index: usize, har: HarEntry) -> Result<TrafficEntry, HarError> {
        let fail = |field: &str, cause: String| {
            Err(HarError { place: format!("log.entries[{index}].{field}"), cause, remedy: EXPORT })
        };
        let Ok(url) = Url::parse(&har.request.url) else {
            return fail("request.url", "the text is not an address with scheme and host".to_string());
        };
        let Some(sent) = parse_time(&har.started_date_time) else {
            return fail(
                "startedDateTime",
                "the text is not a time with an offset, such as 2026-11-20T08:00:00Z".into(),
            );
        };
        let sent_us = sent.as_microsecond();
        let received_us = match har.time {
            None => None,
            Some(time) if time < 0.0 => None,
            Some(time) if time <= TIME_MS_MAX => {
                let whole = time.fract() == 0.0 || har.started_date_time.len() < "2026-11-20T08:00:00.000000Z".len();
                Some(sent_us + (time * 1_000.0).ceil() as i64 + if whole { ROUNDING_US } else { 0 })
            }
            Some(_) => return fail("time", "the time is longer than a day".to_string()),
        };
        if !(0..=599).contains(&har.response.status) && har.response.status != -1 {
            return fail("response.status", format!("{} is not a status", har.response.status));
        }
        Ok(TrafficEntry { index, sent_us, received_us, url, har })
    }

    /// The end of the call, where the recorder knows it, else its start.
    pub fn end_us(&self) -> i64 {
        self.received_us.unwrap_or(self.sent_us)
    }

    /// Whether the method only reads.
    pub fn is_read(&self) -> bool {
        ["GET", "HEAD", "OPTIONS", "TRACE"].iter().any(|method| self.har.request.method.eq_ignore_ascii_case(method))
    }

    /// The value of a request header.
    pub fn find_request_header(&self, name: &str) -> Option<&str> {
        let fields = &self.har.request.headers;
        fields.iter().find(|field| field.name.eq_ignore_ascii_case(name)).and_then(|field| field.value.as_deref())
    }
}

/// A time between 1970 and 9998.
fn parse_time(text: &str) -> Option<Timestamp> {
    let time: Timestamp = text.trim().parse().ok()?;
    let end: Timestamp = "9998-12-31T00:00:00Z".parse().ok()?;
    (time >= Timestamp::UNIX_EPOCH && time < end).then_some(time)
}
