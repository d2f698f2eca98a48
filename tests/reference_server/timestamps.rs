//! Times as milliseconds since 1970, and the four formats of the pages.

const DAY_MS: u64 = 86_400_000;

/// Days since 1970-01-01 of a Gregorian date; valid from 1970 on.
fn count_days(year: u64, month: u64, day: u64) -> u64 {
    let leap = |y: u64| (y.is_multiple_of(4) && !y.is_multiple_of(100)) || y.is_multiple_of(400);
    let lengths = [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let years: u64 = (1970..year).map(|y| if leap(y) { 366 } else { 365 }).sum();
    years + lengths[..(month as usize - 1).min(11)].iter().sum::<u64>() + (day - 1)
}

/// The start of a date `YYYY-MM-DD` or `YYYYMMDD`; `None` for another text.
pub(super) fn parse_date(date: &str) -> Option<u64> {
    let digits: String = date.chars().filter(|c| *c != '-').collect();
    if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (year, month, day) = (digits[..4].parse().ok()?, digits[4..6].parse().ok()?, digits[6..].parse().ok()?);
    let plausible = (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    plausible.then(|| count_days(year, month, day) * DAY_MS)
}

/// Year, month and day.
fn split_date(ms: u64) -> (u64, u64, u64) {
    let days = ms / DAY_MS;
    let mut year = 1970 + days / 366;
    while count_days(year + 1, 1, 1) <= days {
        year += 1;
    }
    let month = (1..=12).rev().find(|m| count_days(year, *m, 1) <= days).unwrap_or(1);
    (year, month, days - count_days(year, month, 1) + 1)
}

fn format_second(ms: u64) -> String {
    let (year, month, day) = split_date(ms);
    let second = ms % DAY_MS / 1000;
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

/// The format of `created` and `updated` (querying-details-about-an-ecs.md:111).
pub(super) fn format_seconds(ms: u64) -> String {
    format!("{}Z", format_second(ms))
}

/// The format of `OS-SRV-USG:launched_at` (querying-details-about-an-ecs.md:272).
pub(super) fn format_micros(ms: u64) -> String {
    format!("{}.{:03}000", format_second(ms), ms % 1000)
}

/// The format of `begin_time` of a job (querying-task-execution-status.md:301).
pub(super) fn format_millis(ms: u64) -> String {
    format!("{}.{:03}Z", format_second(ms), ms % 1000)
}

/// The format of `created_at` of a volume (virtualserver.openapi.yaml:11680).
pub(super) fn format_with_offset(ms: u64) -> String {
    format!("{}.{:03}+00:00", format_second(ms), ms % 1000)
}

/// The format of `not_before` of a version listing: a date with hyphens.
pub(super) fn hyphenate_date(date: &str) -> Option<String> {
    let (year, month, day) = split_date(parse_date(date)?);
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

/// An ISO 8601 time of `changes-since` (querying-ecss.md:59), with `Z`, an offset, or neither.
pub(super) fn parse_timestamp(text: &str) -> Option<u64> {
    let (date, clock) = text.split_once('T')?;
    let start = parse_date(date)?;
    let plain = clock.get(..8)?;
    let mut parts = plain.split(':').map(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let shift = match clock[8..].find(['+', '-']) {
        None => 0,
        Some(at) => {
            let (sign, rest) = clock[8 + at..].split_at(1);
            let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
            let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
            minutes * 60_000 * if sign == "+" { -1 } else { 1 }
        }
    };
    (start + (hour * 3600 + minute * 60 + second) * 1000).checked_add_signed(shift)
}
