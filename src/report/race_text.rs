//! Races as text for a terminal: what was raced, and a finding's calls over time.

use super::phrases::format_count;
use super::race_rows::{RaceRow, RacedPairRow};
use probity_input::{escape_line, shorten_text};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Width of the time axis, in characters.
const AXIS: u128 = 48;
/// Widest name of a call, in characters.
const NAME_CHARS_MAX: usize = 28;
/// Most pairs that are named for one reason.
const PAIRS_MAX: usize = 6;

/// What was raced, how often calls overlapped, and what was not judged; nothing without a pair.
#[must_use]
pub fn describe_races(pairs: &[RacedPairRow]) -> String {
    let mut out = String::new();
    if pairs.is_empty() {
        return out;
    }
    let sum = |count: fn(&RacedPairRow) -> u64| pairs.iter().map(count).sum::<u64>();
    let raced = pairs.iter().filter(|pair| pair.raced > 0).count();
    let races = usize::try_from(sum(|pair| pair.raced)).unwrap_or(usize::MAX);
    let _ = writeln!(
        out,
        "\nRaces: {raced} of {} that conflict were raced; the calls overlapped in {} of {}",
        format_count(pairs.len(), "pair of calls", "pairs of calls"),
        sum(|pair| pair.overlapped),
        format_count(races, "race", "races")
    );
    let unexplained = |atomic: bool| pairs.iter().filter(move |pair| pair.unexplained > 0 && pair.atomic == atomic);
    write_pairs(&mut out, "no order of the calls explains the responses", unexplained(true));
    write_pairs(
        &mut out,
        "no order explains the responses; no failure, because the suite does not name `calls-are-atomic`",
        unexplained(false),
    );
    let mut reasons: BTreeMap<&str, Vec<&RacedPairRow>> = BTreeMap::new();
    for pair in pairs {
        pair.undecided.keys().for_each(|reason| reasons.entry(reason).or_default().push(pair));
    }
    for (reason, pairs) in reasons {
        write_pairs(&mut out, &format!("not judged: {reason}"), pairs.into_iter());
    }
    let mut idle: BTreeMap<&str, Vec<&RacedPairRow>> = BTreeMap::new();
    for pair in pairs {
        pair.explain_idleness().into_iter().for_each(|reason| idle.entry(reason).or_default().push(pair));
    }
    for (reason, pairs) in idle {
        write_pairs(&mut out, &format!("not raced: {reason}"), pairs.into_iter());
    }
    out
}

fn write_pairs<'a>(out: &mut String, title: &str, pairs: impl Iterator<Item = &'a RacedPairRow>) {
    let names: Vec<String> = pairs.map(name_pair).collect();
    if names.is_empty() {
        return;
    }
    let more = names.len().saturating_sub(PAIRS_MAX);
    let shown: Vec<&str> = names.iter().take(PAIRS_MAX).map(String::as_str).collect();
    let more = if more > 0 { format!("; and {more} more, in report.json") } else { String::new() };
    let _ = writeln!(out, "  {}: {}{more}", escape_line(title), escape_line(&shown.join("; ")));
}

/// The pair in words, such as `resize and reboot on server ACTIVE`.
#[must_use]
pub fn name_pair(pair: &RacedPairRow) -> String {
    format!("{} and {} on {}", pair.operations[0], pair.operations[1], pair.state)
}

/// The calls of a race, each as an interval on one axis of time, and the order that gets furthest.
#[must_use]
pub fn draw_race(race: &RaceRow) -> Vec<String> {
    let names: Vec<String> = race
        .calls
        .iter()
        .map(|call| shorten_text(&format!("{}. {}", call.step + 1, call.operation), NAME_CHARS_MAX).to_string())
        .collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    // A read after the race may be minutes later; the axis ends with the calls.
    let raced = race.calls.iter().filter(|call| call.branch > 0);
    let end = raced.map(|call| call.received_us).max().unwrap_or(0).max(1);
    let mut lines = Vec::new();
    for (name, call) in race.calls.iter().zip(&names).map(|(call, name)| (name, call)) {
        let place = |time: u64| usize::try_from(u128::from(time.min(end)) * AXIS / u128::from(end)).unwrap_or(0);
        let (from, to) = (place(call.sent_us), place(call.received_us));
        let bar = match call.branch {
            0 => format!("{}{}", " ".repeat(place(end) + 2), "later"),
            _ => format!("{}|{}|", " ".repeat(from), "=".repeat(to.saturating_sub(from + 1).max(1))),
        };
        let mark = if call.exchange == race.unexplained { "  <- not explained" } else { "" };
        lines.push(format!("{name:<width$} {bar} {}{mark}", call.outcome));
    }
    lines.push(format!("{:<width$} 0 to {}.{:03} ms", "", end / 1_000, end % 1_000));
    lines.push(race.describe_order());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pair with a number of plans, races, and races whose calls overlapped.
    fn make_pair(name: &str, plans: u64, raced: u64, overlapped: u64) -> RacedPairRow {
        RacedPairRow {
            operations: [name.to_string(), "remove".to_string()],
            state: "lamp DIM".to_string(),
            conflict: "the order matters".to_string(),
            atomic: true,
            plans,
            raced,
            overlapped,
            explained: raced,
            unexplained: 0,
            example: None,
            undecided: BTreeMap::new(),
        }
    }

    #[test]
    fn a_pair_that_was_not_raced_is_named_with_the_reason() {
        let pairs = [make_pair("dim", 1, 1, 1), make_pair("light", 2, 0, 0), make_pair("show", 0, 0, 0)];
        let expected = "\nRaces: 1 of 3 pairs of calls that conflict were raced; the calls overlapped in 1 of 1 race\n  \
                        not raced: the run ended before: show and remove on lamp DIM\n  \
                        not raced: the state was not reached: light and remove on lamp DIM\n";
        assert_eq!(describe_races(&pairs), expected);
        assert_eq!(describe_races(&[]), "");
    }
}
