//! Dates and time spans of the command line.

use crate::session::UserError;

/// Reads a date.
///
/// # Errors
/// If the text is not a date of the form `YYYY-MM-DD`.
pub fn parse_date(written: &str) -> Result<String, UserError> {
    let date: Result<jiff::civil::Date, _> = written.parse();
    match date {
        Ok(date) if written.len() == 10 => Ok(date.to_string()),
        _ => Err(UserError::usage(format!("--today {written}"), "the value is not a date", "write YYYY-MM-DD")),
    }
}

/// Reads a time span such as `45s`, `30m`, `2h` or `3d`; returns seconds.
///
/// # Errors
/// If the text is not a time span.
pub fn parse_span(flag: &str, written: &str) -> Result<u64, UserError> {
    let wrong = || {
        let cause = "the value is not a time span";
        UserError::usage(format!("{flag} {written}"), cause, "write a number and s, m, h or d, such as 2h")
    };
    let digits = written.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let number: u64 = written[..digits].parse().map_err(|_| wrong())?;
    let unit = match &written[digits..] {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    number.checked_mul(unit).ok_or_else(wrong)
}
