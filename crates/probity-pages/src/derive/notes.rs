//! Constraints in prose: the kind and the tokens of each. The sentences themselves stay on the page.

use super::field::make_source;
use super::page_parts::{PagePart, PlacedBlock};
use crate::derive::patterns::pattern;
use crate::document::{BlockText, PageBlock, PageLink};
use crate::text::{digest_text, normalise_lines};
use probity_schema::catalog::ProseNote;
use std::collections::BTreeMap;

pattern!(PAIR, r"([A-Za-z][\w:.-]*[\w])\s*(?:=|is set to)\s*([A-Za-z_]\w*)\b");
pattern!(IS_VALUE, r"([A-Za-z][\w-]*:[\w:-]+|[a-z]+_[a-z_]+)\s+(?:is|must be|are)\s+([A-Za-z_]\w*)");
pattern!(SHOUT, r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b|\b[A-Z]{5,}\b");
pattern!(NAME, r"\b[A-Za-z][\w-]*:[A-Za-z_][\w-]*\b|\b[a-z]+(?:_[a-z0-9]+)+\b");
pattern!(NUMBER, r"\b\d[\d,]*(?:\.\d+)?\b");
pattern!(PATH, r"/[A-Za-z][^\s)]*/[^\s)]*");
pattern!(
    COUNTED,
    r"(?i)\b(?:maximum of|at most|up to|more than|no more than|less than|at least|minimum of|exceeds?)\s+\d"
);
pattern!(CALL, r"\b(GET|POST|PUT|DELETE|PATCH)\s+(/[^\s)]+)");
pattern!(
    ADJECTIVE_STATE,
    r"(?i)\b(?:in|to)\s+(?:the|an?)?\s*([A-Za-z_-]+)\s+(?:state|status)\b|\b(?:status|state)\s+(?:must be|should be|is|of|to)\s+(?:in\s+)?([A-Za-z_-]+)"
);
pattern!(
    BEING,
    r"(?i)\bonly\s+(?:when|if|after|support\w*)\b.*?\b(?:is|are|been)\s+([a-z_-]+)|\b(?:is|are|be|been)\s+(stopped|running|shut down|started|detached|attached|available|locked|frozen|unlocked|active|deleted|in-use)\b|\b(detached|stopped|running|attached|available|locked|frozen)\s+[a-z]+s?\b"
);

pattern!(
    REQUIRED,
    r"(?i)\bonly (?:when|if|after)\b|\bonly supports?\b|\bonly be\b.*\b(?:when|if|in)\b|\bmust be\b|\bensure that\b|\bmake sure\b|\bmust be in\b|\bcan be .* only\b|\bonly .* can\b|\bmeets? the following\b|\bshould be\b"
);
pattern!(
    FORBIDDEN,
    r"(?i)\bcannot\b|\bcan ?not\b|\bnot allowed\b|\bmust not\b|\bnot be\b|\bis not supported\b|\bnot support\w*\b|\bunable to\b"
);
pattern!(
    IRREVERSIBLE,
    r"(?i)\b(?:will be|is|are) (?:permanently )?(?:lost|deleted permanently|destroyed)\b|\bcannot be (?:undone|recovered|restored|rolled back)\b|\birreversibl|\bunrecoverabl|\bpermanently deleted\b"
);
pattern!(
    LIMIT,
    r"(?i)\b(?:maximum|at most|up to|more than|no more than|less than|at least|minimum|only one|a single|exceed)\b"
);
pattern!(
    EFFECT,
    r"(?i)\bautomatic(?:ally)?\b|\bsystem will\b|\bwill be\b|\bwill (?:stop|start|restart|copy|fail|return)\b|\bis rolled back\b|\brollback\b|\btake effect\b|\bby default\b|\breturns?\b"
);
pattern!(
    COUPLED,
    r"(?i)\bmust be used with\b|\bused together\b|\bbefore (?:calling|using|changing)\b|\bafter calling\b|\bcall the API\b|\bin advance\b|\bprerequisite"
);
pattern!(PURPOSE, r"(?i)^(?:this (?:API|interface) is used to|this API (?:allows|enables)|used to)\b");

/// A note, and the links in the text of the note.
#[derive(Debug)]
pub(super) struct LinkedNote {
    pub note: ProseNote,
    pub links: Vec<PageLink>,
}

/// Returns the notes of a page: all constraints, and the sentences about the function that say more than the purpose.
pub(super) fn read_notes(placed: &[PlacedBlock], page: &str) -> Vec<LinkedNote> {
    let mut out = Vec::new();
    // A condition that ends in a colon continues on the lines below.
    let mut goes_on: Option<&'static str> = None;
    for it in placed {
        let (PageBlock::Paragraph(text) | PageBlock::Item { text, .. }) = it.block else {
            goes_on = None;
            continue;
        };
        if !matches!(it.part, PagePart::Constraints | PagePart::Function) {
            continue;
        }
        let words = normalise_lines(text.lines.iter().map(|line| line.text.as_str()));
        if words.is_empty() {
            continue;
        }
        let pairs = extract_pairs(&words);
        let kind = match goes_on.filter(|_| !pairs.is_empty() || words.len() < 60) {
            Some(kind) => kind,
            None => classify_note(&words, &pairs),
        };
        goes_on = if words.ends_with([':', '：']) { Some(kind) } else { goes_on.filter(|_| !pairs.is_empty()) };
        if it.part == PagePart::Function && (kind == "unread" || PURPOSE.is_match(&words) && kind != "state-required") {
            continue;
        }
        out.push(LinkedNote { note: make_note(text, &words, kind, &pairs, page), links: text.links.clone() });
    }
    out
}

fn make_note(text: &BlockText, words: &str, kind: &str, pairs: &[(String, String)], page: &str) -> ProseNote {
    let first = text.lines.first().map_or(1, |line| line.first);
    let last = text.lines.last().map_or(first, |line| line.last);
    ProseNote {
        kind: kind.to_string(),
        at: make_source(page, first, last),
        digest: digest_text(words),
        tokens: extract_tokens(text, words, pairs),
    }
}

fn classify_note(words: &str, pairs: &[(String, String)]) -> &'static str {
    let state = !pairs.is_empty() || !extract_states(words).is_empty();
    if IRREVERSIBLE.is_match(words) {
        "irreversible"
    } else if COUNTED.is_match(words) {
        "limit"
    } else if COUPLED.is_match(words) && CALL.is_match(words) {
        "coupled"
    } else if REQUIRED.is_match(words) && state {
        "state-required"
    } else if FORBIDDEN.is_match(words) && state {
        "state-forbidden"
    } else if LIMIT.is_match(words) && NUMBER.is_match(words) {
        "limit"
    } else if words.ends_with(':') && REQUIRED.is_match(words) {
        "state-required"
    } else if FORBIDDEN.is_match(words) {
        "unsupported"
    } else if EFFECT.is_match(words) {
        "effect"
    } else if COUPLED.is_match(words) {
        "coupled"
    } else {
        "unread"
    }
}

fn extract_tokens(text: &BlockText, words: &str, pairs: &[(String, String)]) -> BTreeMap<String, Vec<String>> {
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut add = |key: &str, value: String| {
        let list = out.entry(key.to_string()).or_default();
        if !list.contains(&value) {
            list.push(value);
        }
    };
    for (field, value) in pairs {
        add("fields", field.clone());
        add("states", value.clone());
        add("pairs", format!("{field}={value}"));
    }
    let bare = CALL.replace_all(words, " ");
    let bare = PATH.replace_all(&bare, " ");
    for it in NAME.find_iter(&bare) {
        add("fields", it.as_str().to_string());
    }
    for line in &text.lines {
        for strong in &line.strong {
            let strong = strong.trim();
            if !strong.contains(char::is_whitespace)
                && strong.contains('_')
                && strong.chars().any(|c| c.is_ascii_lowercase())
            {
                add("fields", strong.to_string());
            }
        }
    }
    for state in extract_states(words) {
        add("states", state);
    }
    for it in NUMBER.find_iter(&bare) {
        add("numbers", it.as_str().replace(',', ""));
    }
    for it in CALL.captures_iter(words) {
        add("operations", format!("{} {}", &it[1], it[2].trim_end_matches(['.', ',', ';', ')'])));
    }
    out
}

/// Words after a field name that are not a value of the field.
const NOT_VALUES: [&str; 13] = [
    "the",
    "a",
    "an",
    "not",
    "set",
    "used",
    "enabled",
    "specified",
    "empty",
    "configured",
    "in",
    "optional",
    "mandatory",
];

/// Words before "state" that do not name a state.
const NOT_STATES: [&str; 22] = [
    "the",
    "a",
    "an",
    "this",
    "in",
    "be",
    "following",
    "correct",
    "its",
    "current",
    "specified",
    "used",
    "supported",
    "not",
    "any",
    "same",
    "different",
    "created",
    "set",
    "available for",
    "normal",
    "enabled",
];

/// Returns pairs of a field and the required or actual value of the field.
pub(super) fn extract_pairs(words: &str) -> Vec<(String, String)> {
    let bare = CALL.replace_all(words, " ");
    let mut out: Vec<(String, String)> = Vec::new();
    for it in PAIR.captures_iter(&bare).chain(IS_VALUE.captures_iter(&bare)) {
        let value = it[2].to_string();
        let plain = NOT_VALUES.contains(&value.to_lowercase().as_str());
        let pair = (it[1].to_string(), value);
        if !plain && !out.contains(&pair) {
            out.push(pair);
        }
    }
    out
}

/// Returns words that name a state: in capitals, before "state", or a participle after "only when … is".
fn extract_states(words: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut add = |word: &str| {
        let word = word.trim().to_string();
        let lower = word.to_lowercase();
        let prose = NOT_STATES.contains(&lower.as_str());
        if !prose && word.len() > 2 && !out.contains(&word) {
            out.push(word);
        }
    };
    let bare = CALL.replace_all(words, " ");
    for it in SHOUT.find_iter(&bare) {
        add(it.as_str());
    }
    for it in ADJECTIVE_STATE.captures_iter(&bare).chain(BEING.captures_iter(&bare)) {
        if let Some(word) = it.iter().skip(1).flatten().next() {
            add(word.as_str());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_note(text: &str, expected_kind: &str, expected_tokens: &str) {
        let found = extract_pairs(text);
        let it = BlockText::default();
        let tokens = extract_tokens(&it, text, &found);
        let shown: Vec<String> = tokens.iter().map(|(key, all)| format!("{key}={}", all.join(","))).collect();
        assert_eq!((classify_note(text, &found), shown.join(" ").as_str()), (expected_kind, expected_tokens), "{text}");
    }

    #[test]
    fn constraints_have_kinds_and_tokens() {
        check_note("You can dim the lamp only when the lamp is stopped.", "state-required", "states=stopped");
        check_note("Lamps in the broken state cannot be dimmed.", "state-forbidden", "states=broken");
        check_note("After the swap, the glow stored meanwhile will be lost.", "irreversible", "");
        check_note(
            "LAMP-EXT:glow_state=dimmed",
            "unread",
            "fields=LAMP-EXT:glow_state pairs=LAMP-EXT:glow_state=dimmed states=dimmed",
        );
        check_note("A lamp with more than 24 shades cannot be moved.", "limit", "numbers=24");
        check_note("The system will stop the lamp and start it again.", "effect", "");
        check_note("The shade cannot be set during dimming.", "unsupported", "");
        check_note("Mind the cable.", "unread", "");
        check_note(
            "Use POST /v3/{room_id}/lamps before calling this API.",
            "coupled",
            "operations=POST /v3/{room_id}/lamps",
        );
    }
}
