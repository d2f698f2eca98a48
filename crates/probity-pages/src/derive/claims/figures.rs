//! Lengths and numeric ranges.

use super::claim::{CitedClaim, ClaimBounds, DescriptionClaims, OddClaim};
use super::sentences::{is_part_heading, split_sentences};
use crate::derive::patterns::pattern;
use crate::derive::types::FieldType;
use crate::document::PageLine;

const UNITS: &str = r"(?:(?:unicode|english|ascii|visible|valid)\s+)?(characters?|bytes?|letters?|chars?|digits)\b";

pattern!(SPAN, &format!(r"(?i)(\d[\d,]*)\s*(?:to|-|–|~|through|and)\s*(\d[\d,]*)\s*{UNITS}"));
pattern!(EXCLUSIVE, &format!(r"(?i)(?:less|fewer|shorter) than\s+(\d[\d,]*)\s*{UNITS}"));
pattern!(ABOVE, r"(?i)(?:greater|longer|more) than\s+(\d[\d,]*)\b");
pattern!(
    MOST,
    &format!(
        r"(?i)(?:maximum of|max\.?(?:imum)?|up to|no more than|not more than|no longer than|not longer than|cannot exceed|not exceed|must not exceed|at most|within|less than or equal to|limited to)\s+(?:length of\s+)?(\d[\d,]*)\s*{UNITS}"
    )
);
pattern!(MOST_BARE, r"(?i)(?:maximum|max\.?)\s+(?:string\s+)?length\s*(?:is|of|:|can be)?\s*(\d[\d,]*)");
pattern!(LENGTH_AT_MOST, r"(?i)length\s+(?:cannot|must not|does not|can ?not)\s+exceed\s+(\d[\d,]*)");
pattern!(
    LENGTH_SPAN,
    r"(?i)length\s+(?:ranges? from|is from|range is|range:?|is|must be|of)\s*(?:between\s+)?(\d[\d,]*)\s*(?:to|-|–|~|and)\s*(\d[\d,]*)"
);
pattern!(
    LEAST,
    &format!(
        r"(?i)(?:minimum of|at least|no (?:less|fewer|shorter) than|not (?:less|fewer) than)\s+(\d[\d,]*)\s*{UNITS}"
    )
);
pattern!(
    FIXED,
    &format!(r"(?i)(?:fixed at|fixed to|fixed length of|exactly|length is|consists of)\s+(\d[\d,]*)\s*{UNITS}")
);

pattern!(RANGE_BRACKETS, r"\[\s*(-?\d[\d,]*)\s*,\s*(-?\d[\d,]*)\s*\]");
pattern!(
    RANGE_WORDS,
    r"(?i)(?:rang(?:es?|ing)|values?|between|from|interval)\b[^.;\d]{0,40}?\b(?:from|is|of|between|:|to be|be)?\s*(-?\d[\d,]*)\s*(?:GB|MB|KB|TB|s|seconds?|minutes?|days?|hours?|%)?\s*(?:to|-|–|~|and|through)\s*(-?\d[\d,]*|intmax|infinity|\+∞)"
);
pattern!(
    RANGE_PART,
    r"(?i)^(-?\d[\d,]*)\s*(?:GB|MB|KB|TB|s|seconds?|minutes?|days?|hours?)?\s*(?:to|-|–|~)\s*(-?\d[\d,]*|intmax)\b"
);
pattern!(
    NOT_LESS,
    r"(?i)(?:greater than or equal to|no less than|not less than|minimum value is|minimum value of|minimum value:|min(?:imum)?\s*[:=])\s*(-?\d[\d,]*)"
);
pattern!(
    NOT_MORE,
    r"(?i)(?:less than or equal to|no (?:more|greater) than|cannot be greater than|maximum value is|maximum value of|maximum value:|cannot exceed|max(?:imum)?\s*[:=])\s*(-?\d[\d,]*)"
);
pattern!(POSITIVE, r"(?i)\b(?:positive integer|greater than 0)\b");
pattern!(NATURAL, r"(?i)\b(?:non-negative integer|natural number)\b");

pub(super) fn read_figures(lines: &[PageLine], value_type: &FieldType, claims: &mut DescriptionClaims) {
    match value_type {
        FieldType::String | FieldType::DateTime | FieldType::Any => read_lengths(lines, claims),
        FieldType::Integer | FieldType::Number => read_ranges(lines, claims),
        FieldType::Union(all) if all.contains(&FieldType::String) => read_lengths(lines, claims),
        FieldType::Union(all) if all.contains(&FieldType::Integer) => read_ranges(lines, claims),
        FieldType::Object | FieldType::Map(_) => read_map_lengths(lines, claims),
        _ => {}
    }
}

fn read_lengths(lines: &[PageLine], claims: &mut DescriptionClaims) {
    let mut found: Vec<CitedClaim<ClaimBounds>> = Vec::new();
    for line in lines {
        for sentence in split_sentences(&line.text) {
            if let Some((bounds, bytes)) = parse_length(sentence) {
                claims.bytes |= bytes;
                found.push(CitedClaim::on_line(line, bounds));
            }
        }
    }
    claims.length = combine_bounds(found, claims);
}

/// Reads the description of a map, with sentences about keys and sentences about values.
fn read_map_lengths(lines: &[PageLine], claims: &mut DescriptionClaims) {
    for line in lines {
        for sentence in split_sentences(&line.text) {
            let Some((bounds, _)) = parse_length(sentence) else {
                continue;
            };
            let lower = sentence.to_lowercase();
            if lower.contains("key") && !lower.contains("value") && claims.key_length.is_none() {
                claims.key_length = Some(CitedClaim::on_line(line, bounds));
            } else if lower.contains("value") && !lower.contains("key") && claims.value_length.is_none() {
                claims.value_length = Some(CitedClaim::on_line(line, bounds));
            }
        }
    }
}

/// Returns the bounds of a length in one sentence, and whether the unit is bytes.
fn parse_length(sentence: &str) -> Option<(ClaimBounds, bool)> {
    let bytes = |unit: Option<regex::Match>| unit.is_some_and(|unit| unit.as_str().to_lowercase().starts_with("byte"));
    if let Some(it) = SPAN.captures(sentence).filter(|it| parse_number(&it[1]) <= parse_number(&it[2])) {
        return Some(((parse_number(&it[1]), parse_number(&it[2])), bytes(it.get(3))));
    }
    if let Some(it) = LENGTH_SPAN.captures(sentence) {
        return Some(((parse_number(&it[1]), parse_number(&it[2])), sentence.contains("byte")));
    }
    if let Some(it) = FIXED.captures(sentence) {
        return Some(((parse_number(&it[1]), parse_number(&it[1])), bytes(it.get(2))));
    }
    if let Some(it) = MOST.captures(sentence) {
        let least = LEAST.captures(sentence).and_then(|least| parse_number(&least[1]));
        return Some(((least, parse_number(&it[1])), bytes(it.get(2))));
    }
    if let Some(it) = EXCLUSIVE.captures(sentence) {
        let least = ABOVE.captures(sentence).and_then(|above| parse_number(&above[1])?.checked_add(1));
        return Some(((least, parse_number(&it[1]).and_then(|it| it.checked_sub(1))), bytes(it.get(2))));
    }
    if let Some(it) = MOST_BARE.captures(sentence).or_else(|| LENGTH_AT_MOST.captures(sentence)) {
        return Some(((None, parse_number(&it[1])), sentence.contains("byte")));
    }
    if let Some(it) = LEAST.captures(sentence) {
        return Some(((parse_number(&it[1]), None), bytes(it.get(2))));
    }
    None
}

fn read_ranges(lines: &[PageLine], claims: &mut DescriptionClaims) {
    let mut found = Vec::new();
    let mut in_range_part = false;
    for line in lines {
        if is_part_heading(&line.text) {
            in_range_part = line.text.to_lowercase().contains("range");
            continue;
        }
        for sentence in split_sentences(&line.text) {
            if let Some(bounds) = parse_range(sentence, in_range_part) {
                found.push(CitedClaim::on_line(line, bounds));
            }
        }
    }
    claims.range = combine_bounds(found, claims);
}

fn parse_range(sentence: &str, in_range_part: bool) -> Option<ClaimBounds> {
    let pair = RANGE_BRACKETS
        .captures(sentence)
        .or_else(|| RANGE_WORDS.captures(sentence))
        .or_else(|| RANGE_PART.captures(sentence).filter(|_| in_range_part));
    if let Some(it) = pair {
        let bounds = (parse_number(&it[1]), parse_number(&it[2]));
        let ordered = !matches!(bounds, (Some(low), Some(high)) if low > high);
        return ordered.then_some(bounds);
    }
    let low = NOT_LESS.captures(sentence).and_then(|it| parse_number(&it[1]));
    let low = low.or_else(|| POSITIVE.is_match(sentence).then_some(1));
    let low = low.or_else(|| NATURAL.is_match(sentence).then_some(0));
    let high = NOT_MORE.captures(sentence).and_then(|it| parse_number(&it[1]));
    (low.is_some() || high.is_some()).then_some((low, high))
}

/// Combines several bounds. Bounds that complete each other are joined. If figures differ, the widest bounds hold,
/// because the narrower bounds depend on a condition outside of the model.
fn combine_bounds(
    found: Vec<CitedClaim<ClaimBounds>>,
    claims: &mut DescriptionClaims,
) -> Option<CitedClaim<ClaimBounds>> {
    let mut all = found.into_iter();
    let mut taken = all.next()?;
    for next in all {
        let clash = |a: Option<i64>, b: Option<i64>| matches!((a, b), (Some(a), Some(b)) if a != b);
        if clash(taken.value.0, next.value.0) || clash(taken.value.1, next.value.1) {
            let wide = (
                pick_widest(taken.value.0, next.value.0, i64::min),
                pick_widest(taken.value.1, next.value.1, i64::max),
            );
            claims.oddities.push(OddClaim {
                kind: "several-limits",
                says: format!("{} and {}", show_bounds(taken.value), show_bounds(next.value)),
                taken: show_bounds(wide),
                first: next.first,
                last: next.last,
            });
            taken = CitedClaim { value: wide, first: taken.first.min(next.first), last: taken.last.max(next.last) };
        } else {
            taken.value = (taken.value.0.or(next.value.0), taken.value.1.or(next.value.1));
        }
    }
    Some(taken)
}

fn pick_widest(a: Option<i64>, b: Option<i64>, pick: fn(i64, i64) -> i64) -> Option<i64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(pick(a, b)),
        (a, b) => a.or(b),
    }
}

fn show_bounds((low, high): ClaimBounds) -> String {
    let side = |it: Option<i64>| it.map_or(String::new(), |it| it.to_string());
    format!("{}..{}", side(low), side(high))
}

fn parse_number(text: &str) -> Option<i64> {
    text.replace(',', "").parse().ok()
}
