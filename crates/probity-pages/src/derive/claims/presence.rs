//! Effect, microversions, presence and default of a field.

use super::claim::{CitedClaim, DescriptionClaims, OddClaim};
use super::sentences::{is_part_heading, split_sentences};
use crate::derive::patterns::pattern;
use crate::derive::types::FieldType;
use crate::document::PageLine;

const SUBJECT: &str = r"(?i)^(?:note:?\s*)?(?:(?:currently,?\s*)?(?:this|the) (?:parameter|field|function|attribute|option|extended attribute|value)|it|the specified \S+|this)?\s*";

pattern!(
    UNSUPPORTED,
    &format!(r"{SUBJECT}(?:is |are )?(?:currently )?not (?:currently |yet )?supported(?: currently| now)?$")
);
pattern!(
    NO_EFFECT,
    &format!(r"{SUBJECT}(?:does not take effect|has no effect|is ineffective|is invalid|does not work)$")
);
pattern!(
    DISCARDED,
    &format!(r"{SUBJECT}(?:has been |is |have been )?(?:discarded|deprecated|abandoned|obsolete|obsoleted)$")
);
pattern!(
    RESERVED,
    &format!(r"{SUBJECT}(?:is |are )?(?:a |an )?reserved(?: field| parameter| attribute)?(?: for future use)?$")
);
pattern!(
    UNUSED,
    &format!(
        r"{SUBJECT}(?:is not used|has not been used|is no longer used|not used|is not in use|is useless|has not been supported|has not been enabled)$"
    )
);

pattern!(
    SINCE,
    r"(?i)(?:supported|added|introduced|available|returned|displayed)\s+(?:from|since|in|as of)?\s*(?:the\s+)?microversions?\s+(\d+\.\d+)\s*(?:and|or)\s+(?:later|above|newer)"
);
pattern!(
    SINCE_LATER,
    r"(?i)\b(?:supported|added|available|returned)\s+in\s+(?:the\s+)?microversions?\s+later\s+than\s+(\d+\.\d+)"
);
pattern!(
    SINCE_ADDED,
    r"(?i)\b(?:newly )?(?:added|introduced)\s+(?:in|from|since)\s+(?:the\s+)?(?:microversion|version)\s+(\d+\.\d+)"
);
pattern!(EQUAL, r"(?i)\bsupported\s+in\s+(?:the\s+)?microversion\s+(\d+\.\d+)$");
pattern!(
    WHEN_EQUAL,
    r"(?i)when the value is\s+(\d+\.\d+),?\s+this (?:parameter|field) is valid|\bin microversion\s+(\d+\.\d+),\s+if the microversion is not used"
);
pattern!(
    UNTIL,
    r"(?i)not\s+supported\s+in\s+(?:the\s+)?microversions?\s+(\d+)\.(\d+)\s*(?:and|or)\s+(?:later|above|newer)"
);
pattern!(UNTIL_LATER, r"(?i)not\s+supported\s+in\s+(?:the\s+)?microversions?\s+later\s+than\s+(\d+)\.(\d+)");
pattern!(HEAD_LATER, r"(?i)microversion");

pattern!(
    MANDATORY_WHEN,
    r"(?i)\b(?:is|are) (?:mandatory|required)\b.*\b(?:when|if|only|for)\b|\b(?:when|if)\b.*\bis (?:mandatory|required)\b|\bmust be (?:specified|set|configured)\b.*\b(?:if|when)\b|\b(?:if|when)\b.*\bmust be (?:specified|set|configured)\b"
);
pattern!(
    OPTIONAL,
    r"(?i)\b(?:parameter|field|attribute|it|this) is optional\b|\b(?:is|are) (?:returned|displayed|available) only (?:when|if)|\bonly returned\b|\bis returned (?:when|if|only)\b|\bis not returned\b|\bvalid only (?:when|if)|\bthis (?:parameter|field) is (?:available|valid|returned|displayed) (?:when|if|only)|\bthis parameter is available\b|\bis not displayed\b|\b(?:is|are) (?:included|present|contained|available|returned|displayed) (?:only )?(?:when|if|after)\b|\b(?:returned|displayed|included|present) only (?:when|if|after|for|in)\b|\bonly (?:when|if) .{1,80}\b(?:is|are) (?:returned|displayed|available)\b|\bif .{1,80}, (?:this|the) (?:parameter|field) is (?:not )?(?:returned|displayed)\b"
);
pattern!(
    AHEAD,
    r"(?i)\btime (?:when|at which|that)\b.{0,60}\b(?:started|launched|stopped|finished|ended|terminated|deleted|completed|expires?|expired)\b|\b(?:start|end|finish|completion|expiration|launch|deletion) time\b"
);
pattern!(
    VARIES,
    r"(?i)\b(?:values?|contents?|information|structure|fields?|parameters?)\b.{0,60}\b(?:var(?:y|ies)|differs?|depends?)\b.{0,40}\b(?:on|by|with|from|according to|upon)\b"
);
pattern!(
    ON_ERROR,
    r"(?i)\b(?:if|when) (?:an? )?(?:error|exception|failure) occurs|\b(?:if|when) (?:the )?(?:request|operation|task) fails"
);
pattern!(
    NULLABLE,
    r"(?i)\b(?:value|it|parameter|field) (?:is|can be|may be|could be) (?:set to )?(?:\W?null\W?)\b|\bnull is (?:returned|displayed)|\bset (?:it|this parameter|the value) to null\b|\bdefault value is null\b"
);
pattern!(
    BLANK,
    r"(?i)\b(?:left blank|is empty|be empty|is blank|an empty string|the empty string \(''\) is used|null string|can be left blank|empty value|leave (?:it|this (?:parameter|field)) blank)\b"
);

pattern!(
    NOT_BLANK,
    r"(?i)\b(?:cannot|can not|can't|must not|may not|should not|not allowed to|is not allowed to) be (?:left )?(?:blank|empty|null|an empty string)\b|\bmust be non-?empty\b|\bcannot be left (?:blank|empty)\b"
);
pattern!(PAIRS, r"(?i)\bkey[- /]*(?:and )?values?(?: pairs?)?\b|\bkey pairs?\b");
pattern!(CONDITION, r"(?i)\b(?:when|if|unless|only for|in this case)\b");

pattern!(
    DEFAULT,
    r#"(?i)\bdefault(?: parameter)?(?: value)?(?: of this parameter)?\s*(?:is|:|：|=)\s*["“'`]?([^\s,;()“”"'`]+?)["”'`]?(?:[\s,;(]|\.?$)"#
);
pattern!(DEFAULTS_TO, r#"(?i)\bdefaults? to\s+["“'`]?([^\s,;()“”"'`]+?)["”'`]?(?:[\s,;(]|\.?$)"#);
pattern!(
    BY_DEFAULT,
    r#"(?i)\bby default,?\s+(?:this|the) (?:parameter|value)(?: value)? is(?: set to)?\s+["“'`]?([^\s,;()“”"'`]+?)["”'`]?(?:[\s,;(]|\.?$)"#
);

pub(super) fn read_presence(lines: &[PageLine], value_type: &FieldType, claims: &mut DescriptionClaims) {
    let mut part = String::new();
    for (at, line) in lines.iter().enumerate() {
        if is_part_heading(&line.text) {
            part = line.text.trim().trim_end_matches([':', '：']).to_lowercase();
            continue;
        }
        if part.starts_with("default") && claims.default.is_none() {
            let word = line.text.trim().trim_end_matches('.');
            if !word.is_empty() && !word.eq_ignore_ascii_case("n/a") && !word.contains(' ') {
                claims.default = Some(CitedClaim::on_line(line, word.to_string()));
            }
            continue;
        }
        for (nth, sentence) in split_sentences(&line.text).into_iter().enumerate() {
            read_effect(line, sentence, (at, nth) == (0, 0), claims);
            read_microversion(line, sentence, claims);
            read_need(line, sentence, value_type, claims);
            read_default(line, sentence, value_type, claims);
        }
    }
}

fn read_effect(line: &PageLine, sentence: &str, opens: bool, claims: &mut DescriptionClaims) {
    if claims.dead.is_some()
        || line.bullet && !opens && line.strong.first().is_some_and(|it| line.text.starts_with(it.as_str()))
    {
        // A bullet about one of several values is no claim about the field.
        return;
    }
    let sentence = sentence.trim().trim_matches(['(', ')']).trim();
    let value_type = [
        (&UNSUPPORTED, "unsupported"),
        (&NO_EFFECT, "no-effect"),
        (&DISCARDED, "discarded"),
        (&RESERVED, "reserved"),
        (&UNUSED, "unused"),
    ]
    .into_iter()
    .find(|(pattern, _)| pattern.is_match(sentence));
    claims.dead = value_type.map(|(_, kind)| CitedClaim::on_line(line, kind));
}

fn read_microversion(line: &PageLine, sentence: &str, claims: &mut DescriptionClaims) {
    if !HEAD_LATER.is_match(sentence) && !WHEN_EQUAL.is_match(sentence) {
        return;
    }
    let mut odd = |kind, says: String, taken: String| {
        claims.oddities.push(OddClaim { kind, says, taken, first: line.first, last: line.last });
    };
    if let Some(it) = UNTIL.captures(sentence) {
        claims.until = find_previous_microversion(&it[1], &it[2]).map(|it| CitedClaim::on_line(line, it));
    } else if let Some(it) = UNTIL_LATER.captures(sentence) {
        let last = find_previous_microversion(&it[1], &it[2]);
        odd(
            "later-than",
            format!("not later than {}.{}", &it[1], &it[2]),
            format!("until {}", last.clone().unwrap_or_default()),
        );
        claims.until = last.map(|it| CitedClaim::on_line(line, it));
    } else if let Some(it) = SINCE.captures(sentence).or_else(|| SINCE_ADDED.captures(sentence)) {
        claims.since = Some(CitedClaim::on_line(line, it[1].to_string()));
    } else if let Some(it) = SINCE_LATER.captures(sentence) {
        odd("later-than", format!("later than {}", &it[1]), format!("since {}", &it[1]));
        claims.since = Some(CitedClaim::on_line(line, it[1].to_string()));
    } else if let Some(it) = EQUAL.captures(sentence).or_else(|| WHEN_EQUAL.captures(sentence)) {
        let version = it.get(1).or(it.get(2)).map_or("", |it| it.as_str()).to_string();
        odd("microversion-equality", format!("in {version}"), format!("since {version}"));
        claims.since = Some(CitedClaim::on_line(line, version));
    }
}

/// Returns the microversion before `major.minor`, for "not supported in X and later".
fn find_previous_microversion(major: &str, minor: &str) -> Option<String> {
    let minor: u32 = minor.parse().ok()?;
    Some(format!("{major}.{}", minor.checked_sub(1)?))
}

fn read_need(line: &PageLine, sentence: &str, value_type: &FieldType, claims: &mut DescriptionClaims) {
    if claims.mandatory_when.is_none() && MANDATORY_WHEN.is_match(sentence) {
        claims.mandatory_when = Some(CitedClaim::on_line(line, ()));
    }
    if claims.optional.is_none() && OPTIONAL.is_match(sentence) {
        claims.optional = Some(CitedClaim::on_line(line, ()));
    }
    if claims.ahead.is_none() && *value_type == FieldType::String && AHEAD.is_match(sentence) {
        claims.ahead = Some(CitedClaim::on_line(line, ()));
    }
    if claims.varies.is_none() && VARIES.is_match(sentence) {
        claims.varies = Some(CitedClaim::on_line(line, ()));
    }
    if claims.on_error.is_none() && ON_ERROR.is_match(sentence) {
        claims.on_error = Some(CitedClaim::on_line(line, ()));
    }
    if claims.pairs.is_none() && PAIRS.is_match(sentence) {
        claims.pairs = Some(CitedClaim::on_line(line, ()));
    }
    if NOT_BLANK.is_match(sentence) {
        if claims.filled.is_none() && !CONDITION.is_match(sentence) {
            claims.filled = Some(CitedClaim::on_line(line, ()));
        }
    } else if claims.nullable.is_none() && NULLABLE.is_match(sentence) {
        claims.nullable = Some(CitedClaim::on_line(line, ()));
    } else if claims.blank.is_none() && !matches!(value_type, FieldType::Array(_)) && BLANK.is_match(sentence) {
        claims.blank = Some(CitedClaim::on_line(line, ()));
    }
}

fn read_default(line: &PageLine, sentence: &str, value_type: &FieldType, claims: &mut DescriptionClaims) {
    if claims.default.is_some() {
        return;
    }
    let found = [&DEFAULT, &DEFAULTS_TO, &BY_DEFAULT].into_iter().find_map(|pattern| pattern.captures(sentence));
    let Some(word) = found.map(|it| it[1].trim_end_matches('.').to_string()) else {
        return;
    };
    let fits = match value_type {
        FieldType::Boolean => matches!(word.to_lowercase().as_str(), "true" | "false"),
        FieldType::Integer => word.parse::<i64>().is_ok(),
        FieldType::Number => word.parse::<f64>().is_ok(),
        FieldType::String => {
            // A word of prose ("the", "as") is no value. A value is marked or ends the sentence.
            let marked = line.strong.iter().any(|it| it.trim() == word);
            let ends = sentence.trim_end_matches(['.', '"', '”']).ends_with(&word);
            marked || (ends && !matches!(word.as_str(), "the" | "as" | "null" | "empty" | "blank" | "used"))
        }
        _ => false,
    };
    if fits {
        claims.default = Some(CitedClaim::on_line(line, word));
    }
}
