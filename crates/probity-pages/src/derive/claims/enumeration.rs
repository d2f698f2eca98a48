//! Closed lists of values.

use super::claim::{CitedClaim, DescriptionClaims};
use super::sentences::{is_part_heading, split_sentences};
use crate::derive::patterns::pattern;
use crate::derive::types::FieldType;
use crate::document::PageLine;

pattern!(
    INTRO,
    r"(?i)(?:^|\b)(?:values?|options?|enumerated values?|enum(?:eration)?|range|possible values|value options|value range|valid values|available values|supported values|value can be|values can be|can be set to|can be one of the following(?: values)?|values? (?:is|are)(?: as follows)?|options are(?: as follows)?|following values?|as follows|取值范围|取值|可选值)\s*(?:are as follows|is as follows|as follows|can be)?\s*[:：]\s*(.*)$"
);

pattern!(
    CAN_BE,
    r"(?i)\b(?:value|values|it|parameter|option|type|options|mode|status)s?\s+(?:of this parameter\s+)?(?:can only be|can be|must be|may be|is either|can be set to|can only be set to|must be set to|is fixed to|is fixed at|has a fixed value of)\s+(?:set to\s+)?(?:either\s+|only\s+)?(.+)$"
);

/// Limit of the values in one list. No known list reaches the limit.
const VALUES_MAX: usize = 200;

pattern!(RANGE_MEMBER, r"^\d[\d.:/]*\s*[-–—~]\s*\d[\d.:/]*$");
// Words before a colon that introduce a single figure or a sample, and not a list of values.
pattern!(
    OTHER_INTRO,
    r"(?i)\b(?:default|initial|minimum|maximum|min|max|least|largest|smallest|example|sample|typical)\.?\s*(?:value|values)?\s*$"
);

pub(super) fn read_enumeration(lines: &[PageLine], value_type: &FieldType, claims: &mut DescriptionClaims) {
    let scalar = match value_type {
        FieldType::String | FieldType::Integer | FieldType::Any => true,
        FieldType::Array(inner) => matches!(**inner, FieldType::String),
        FieldType::Union(all) => all.contains(&FieldType::String) || all.contains(&FieldType::Integer),
        _ => false,
    };
    if scalar && !is_composed(lines) {
        let numbers = *value_type == FieldType::Integer;
        claims.values = read_introduced_list(lines, numbers)
            .or_else(|| read_inline_list(lines, numbers))
            .or_else(|| read_bulleted_list(lines, numbers));
        claims.values = claims.values.take().and_then(|it| close_list(it, lines));
    }
}

/// Returns the list as a closed one: values that are two become two, and a list with a range is none. A list of one value
/// is closed only where the page says that there is no other.
fn close_list(mut list: CitedClaim<Vec<String>>, lines: &[PageLine]) -> Option<CitedClaim<Vec<String>>> {
    if list.value.iter().any(|it| RANGE_MEMBER.is_match(it)) {
        return None;
    }
    let mut values: Vec<String> = Vec::new();
    for value in list.value.iter().flat_map(|it| split_pair(it)) {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    list.value = values;
    let only = || {
        let said = lines.iter().filter(|it| it.first <= list.last).map(|it| it.text.to_lowercase());
        said.into_iter().any(|it| ONLY_VALUE.is_match(&it))
    };
    (list.value.len() > 1 || only()).then_some(list)
}

// A page that allows one value only.
pattern!(
    ONLY_VALUE,
    r"(?i)\b(?:only (?:be|supports?|value|option|allowed|valid)|only\b.{1,40}\b(?:supported|allowed|permitted|available|valid)|fixed (?:to|at|value)|always)\b"
);

/// Splits `A/B` into two values, if both sides have the form of one: words in the same case.
fn split_pair(value: &str) -> Vec<String> {
    let sides: Vec<&str> = value.split('/').collect();
    let word =
        |it: &&str| !it.is_empty() && it.len() <= 16 && it.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let shout = |it: &str| it.chars().all(|c| !c.is_ascii_lowercase());
    let alike = sides.len() > 1
        && sides.iter().all(word)
        && sides.iter().all(|it| it.starts_with(|c: char| c.is_ascii_alphabetic()))
        && sides.windows(2).all(|pair| shout(pair[0]) == shout(pair[1]))
        && !MEDIA.contains(&sides[0]);
    if alike { sides.into_iter().map(str::to_string).collect() } else { vec![value.to_string()] }
}

/// First words of media types.
const MEDIA: [&str; 7] = ["application", "audio", "font", "image", "multipart", "text", "video"];

/// Whether a value is composed of parts, such as `{length}:{width}`. Bold words are then parts.
fn is_composed(lines: &[PageLine]) -> bool {
    lines.iter().any(|line| line.text.matches('{').count() > 1 && line.text.contains('}'))
}

/// Reads a list after an introduction with a colon, or after a part heading: on the line, on the next line, or as
/// bullets.
fn read_introduced_list(lines: &[PageLine], numbers: bool) -> Option<CitedClaim<Vec<String>>> {
    for (at, line) in lines.iter().enumerate() {
        let heading = is_part_heading(&line.text) && line.text.to_lowercase().contains("range");
        let rest = if heading {
            String::new()
        } else {
            match INTRO.captures(&line.text).filter(|_| !is_example(&line.text)) {
                Some(it) if !OTHER_INTRO.is_match(&line.text[..find_colon(&line.text, &it[1])]) => it[1].to_string(),
                _ => continue,
            }
        };
        if !rest.trim().is_empty() {
            let first = split_sentences(&rest).first().copied().unwrap_or_default();
            if let Some(values) = split_values(first, &line.strong, numbers) {
                return Some(CitedClaim::on_line(line, values));
            }
            continue;
        }
        let follow: Vec<&PageLine> = lines[at + 1..].iter().collect();
        if let Some(found) = collect_bullets(&follow, numbers, true) {
            return Some(found);
        }
        if let Some(next) = follow.first().filter(|next| !is_part_heading(&next.text))
            && let Some(values) = split_values(next.text.trim_end_matches('.'), &next.strong, numbers)
        {
            return Some(CitedClaim::on_line(next, values));
        }
    }
    None
}

/// The end of the introduction before the list `rest` at the end of a line, without the colon.
fn find_colon(text: &str, rest: &str) -> usize {
    text[..text.len() - rest.len()].trim_end().trim_end_matches([':', '：']).len()
}

/// Reads a sentence such as "The value can be A, B, or C."
fn read_inline_list(lines: &[PageLine], numbers: bool) -> Option<CitedClaim<Vec<String>>> {
    for line in lines {
        if line.bullet {
            continue;
        }
        for sentence in split_sentences(&line.text) {
            let Some(it) = CAN_BE.captures(sentence).filter(|_| !is_example(sentence)) else {
                continue;
            };
            let piece = it[1].trim();
            // A single value is a list only if the page calls the value the only one.
            let only = ["only be", "fixed"].iter().any(|word| it[0].contains(word));
            if let Some(values) = split_values(piece, &line.strong, numbers)
                && (values.len() > 1 || only)
            {
                return Some(CitedClaim::on_line(line, values));
            }
        }
    }
    None
}

/// Reads bold bullets with a meaning each, without introduction.
fn read_bulleted_list(lines: &[PageLine], numbers: bool) -> Option<CitedClaim<Vec<String>>> {
    let start = lines.iter().position(|line| parse_leading_value(line, numbers, false).is_some())?;
    // Bullets below "for example" show settings, not values.
    if start > 0 && is_example(&lines[start - 1].text) {
        return None;
    }
    // Bullets below a figure or a sample ("Example value:") are no values either.
    let above = start.checked_sub(1).map_or("", |it| lines[it].text.trim());
    if above.ends_with([':', '：']) && OTHER_INTRO.is_match(above.trim_end_matches([':', '：'])) {
        return None;
    }
    let follow: Vec<&PageLine> = lines[start..].iter().collect();
    collect_bullets(&follow, numbers, false).filter(|found| found.value.len() > 1)
}

fn collect_bullets(lines: &[&PageLine], numbers: bool, introduced: bool) -> Option<CitedClaim<Vec<String>>> {
    let mut values: Vec<String> = Vec::new();
    let mut span: Option<(u32, u32)> = None;
    for line in lines.iter().take(VALUES_MAX) {
        let Some(value) = parse_leading_value(line, numbers, introduced) else {
            if line.bullet || is_part_heading(&line.text) || line.text.is_empty() {
                // A bullet without a value: the list does not list values.
                if line.bullet && introduced && values.is_empty() {
                    return None;
                }
                break;
            }
            break;
        };
        if !values.contains(&value) {
            values.push(value);
        }
        span = Some((span.map_or(line.first, |(first, _)| first), line.last));
    }
    let (first, last) = span?;
    Some(CitedClaim { value: values, first, last })
}

/// Returns the value that opens a line: in bold, then a colon, "indicates", or the end of the line.
fn parse_leading_value(line: &PageLine, numbers: bool, introduced: bool) -> Option<String> {
    let text = line.text.trim();
    if let Some(strong) = line.strong.first().map(|it| it.trim().trim_end_matches([':', '：'])) {
        let rest = text.strip_prefix(strong)?.trim_start();
        let marks: &[&str] = if line.bullet {
            &[":", "：", "indicates", "means", "-", "(", "（", "specifies", "–", ",", ";"]
        } else {
            &[":", "：", "indicates", "means"]
        };
        let closes = rest.is_empty() || marks.iter().any(|it| rest.starts_with(it));
        // Two bold words on one line are prose about fields.
        let bullet_or_meant = line.bullet || rest.starts_with([':', '：']) || rest.starts_with("indicates");
        return (closes && (bullet_or_meant || introduced))
            .then(|| strong.to_string())
            .filter(|it| is_token(it, numbers));
    }
    if !line.bullet {
        return None;
    }
    let (head, meaning) = text.split_once([':', '：']).map_or((text, ""), |(head, rest)| (head, rest));
    let head = head.trim().trim_end_matches('.');
    let sure = introduced || (!meaning.is_empty() && (head.chars().all(|c| c.is_ascii_digit()) || is_upper_case(head)));
    (sure && is_token(head, numbers)).then(|| head.to_string())
}

/// Splits "A, B, and C" into values, if every piece is a value.
fn split_values(text: &str, strong: &[String], numbers: bool) -> Option<Vec<String>> {
    let text = text.trim().trim_end_matches(['.', ';']);
    if text.eq_ignore_ascii_case("n/a") {
        return None;
    }
    if text.contains("...") || text.contains('…') || text.contains(" etc") || text.ends_with("and so on") {
        return None;
    }
    // Numbers are never written with a slash, and a slash between blanks is a comma.
    let text = if numbers { text.replace('/', ",") } else { text.replace(" / ", ", ") };
    let mut values: Vec<String> = Vec::new();
    for piece in text.split([',', '、', '|', ';']) {
        for piece in piece.split(" or ").flat_map(|it| it.split(" and ")) {
            let mut piece = piece.trim();
            for word in ["or ", "and "] {
                piece = piece.strip_prefix(word).unwrap_or(piece).trim();
            }
            // A meaning in brackets can follow the value.
            let bare = piece.split(['(', '（']).next().unwrap_or(piece).trim().trim_matches(['"', '\'', '“', '”', '`']);
            if bare.is_empty() {
                continue;
            }
            let marked =
                strong.iter().any(|it| it.trim() == bare) || bare.parse::<i64>().is_ok() || is_upper_case(bare);
            let plain = strong.is_empty() && is_token(bare, numbers) && !is_word_of_prose(bare);
            if !is_token(bare, numbers) || !(marked || plain) {
                return None;
            }
            if !values.iter().any(|it| it == bare) {
                values.push(bare.to_string());
            }
        }
    }
    (!values.is_empty() && values.len() <= VALUES_MAX).then_some(values)
}

fn is_token(text: &str, numbers: bool) -> bool {
    if numbers {
        return text.parse::<i64>().is_ok();
    }
    let chars = text.chars().count();
    (1..=64).contains(&chars) && !text.contains(char::is_whitespace) && text.chars().any(char::is_alphanumeric)
}

fn is_upper_case(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_uppercase()) && !text.chars().any(|c| c.is_ascii_lowercase()) && !text.contains(' ')
}

/// Short words of sentences. A list with such a word is prose.
const PROSE: [&str; 32] = [
    "n/a",
    "empty",
    "null",
    "blank",
    "optional",
    "mandatory",
    "used",
    "set",
    "unique",
    "the",
    "a",
    "an",
    "specified",
    "left",
    "returned",
    "required",
    "configured",
    "changed",
    "modified",
    "customized",
    "none",
    "letters",
    "digits",
    "uuid",
    "as",
    "follows",
    "one",
    "ignored",
    "displayed",
    "invalid",
    "valid",
    "not",
];

fn is_word_of_prose(text: &str) -> bool {
    PROSE.contains(&text.to_lowercase().as_str())
}

fn is_example(text: &str) -> bool {
    let lower = text.to_lowercase();
    ["for example", "such as", "example:", "examples:", "e.g.", "an example", "example value"]
        .iter()
        .any(|word| lower.contains(word))
}
