//! The words of pages for types, parsed into one grammar.

/// A documented type. `Any` stands for no statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FieldType {
    Any,
    Null,
    Boolean,
    Integer,
    Number,
    String,
    /// A string that a page calls a date and time.
    DateTime,
    Object,
    Map(Box<FieldType>),
    Array(Box<FieldType>),
    /// One of several types, as in `any of [string, null]`.
    Union(Vec<FieldType>),
}

/// A parsed type cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ParsedType {
    pub value_type: FieldType,
    /// Name of a model with a separate description, such as `Lamp` in `Array of Lamp objects`.
    pub model: Option<String>,
    /// The word is a misspelling of the type.
    pub misspelt: bool,
}

impl FieldType {
    /// Whether the type has room for the rows of a further table.
    pub fn holds_fields(&self) -> bool {
        match self {
            FieldType::Object | FieldType::Any => true,
            FieldType::Map(inner) | FieldType::Array(inner) => inner.holds_fields(),
            FieldType::Union(all) => all.iter().any(FieldType::holds_fields),
            _ => false,
        }
    }

    /// Returns the type as written in doubts, such as `array<object>`.
    pub fn type_word(&self) -> String {
        match self {
            FieldType::Any => "any".into(),
            FieldType::Null => "null".into(),
            FieldType::Boolean => "boolean".into(),
            FieldType::Integer => "integer".into(),
            FieldType::Number => "number".into(),
            FieldType::String => "string".into(),
            FieldType::DateTime => "date-time".into(),
            FieldType::Object => "object".into(),
            FieldType::Map(inner) => format!("map<{}>", inner.type_word()),
            FieldType::Array(inner) if **inner == FieldType::Any => "array".into(),
            FieldType::Array(inner) => format!("array<{}>", inner.type_word()),
            FieldType::Union(all) => all.iter().map(FieldType::type_word).collect::<Vec<_>>().join("|"),
        }
    }
}

/// Parses the text of a type cell; `None` if the text is not a type.
pub(super) fn parse_type_cell(text: &str) -> Option<ParsedType> {
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return None;
    }
    // A type cell has a few words. Longer text is prose, but for a type with a sentence or a reference behind it.
    let whole = if text.len() > 120 { None } else { parse_type(&text, 0) };
    whole.or_else(|| {
        let end = TYPE_ENDS.iter().filter_map(|end| text.find(end)).min()?;
        parse_type(text.get(..end).filter(|it| !it.is_empty() && it.len() <= 60)?, 0)
    })
}

/// What ends the type in a cell that goes on after the type.
const TYPE_ENDS: [&str; 7] = [". ", ", see ", " (see ", " see ", " For details", "。", ": "];

fn parse_type(text: &str, depth: usize) -> Option<ParsedType> {
    if depth > 8 {
        return None;
    }
    let text = text.trim().trim_end_matches(['.', ',', ';']).trim();
    let lower = text.to_lowercase();
    if let Some(found) = parse_scalar(&lower) {
        return Some(found);
    }
    let plain = |value_type| Some(ParsedType { value_type, model: None, misspelt: false });
    if let Some(inner) = extract_between(&lower, text, &["any of [", "one of [", "anyof["], ']') {
        let all: Option<Vec<ParsedType>> =
            split_outside_brackets(inner).into_iter().map(|part| parse_type(part, depth + 1)).collect();
        let all = all?;
        let model = all.iter().find_map(|it| it.model.clone());
        return Some(ParsedType {
            value_type: FieldType::Union(all.into_iter().map(|it| it.value_type).collect()),
            model,
            misspelt: false,
        });
    }
    if let Some(inner) =
        extract_between(&lower, text, &["map<", "map <", "dict<", "map["], if lower.contains('<') { '>' } else { ']' })
    {
        let value = split_outside_brackets(inner).last().and_then(|part| parse_type(part, depth + 1));
        let model = value.as_ref().and_then(|it| it.model.clone());
        return Some(ParsedType {
            value_type: FieldType::Map(Box::new(value.map_or(FieldType::Any, |it| it.value_type))),
            model,
            misspelt: false,
        });
    }
    let inner = extract_list_item(&lower, text);
    if let Some(inner) = inner {
        let inner = inner.trim();
        let item = parse_type(inner, depth + 1).or_else(|| parse_type(inner.trim_end_matches(['s', 'S']), depth + 1));
        return Some(match item {
            Some(it) => ParsedType {
                value_type: FieldType::Array(Box::new(it.value_type)),
                model: it.model,
                misspelt: it.misspelt,
            },
            None => ParsedType {
                value_type: FieldType::Array(Box::new(FieldType::Object)),
                model: parse_model_name(inner),
                misspelt: false,
            },
        });
    }
    if let Some(rest) = lower.strip_prefix("string") {
        let rest = rest.trim();
        if rest.starts_with('(') && rest.ends_with(')') {
            let date = rest.contains("date-time") || rest.contains("datetime");
            return plain(if date { FieldType::DateTime } else { FieldType::String });
        }
    }
    for ending in [" objects", " object", " structure", " structures"] {
        if lower.ends_with(ending) {
            let name = &text[..text.len() - ending.len()];
            return Some(ParsedType { value_type: FieldType::Object, model: parse_model_name(name), misspelt: false });
        }
    }
    // The name of a model: one word in mixed case with a leading capital.
    let name = parse_model_name(text)?;
    let camel = name.chars().next().is_some_and(char::is_uppercase)
        && name.chars().skip(1).any(char::is_uppercase)
        && name.chars().any(char::is_lowercase);
    camel.then_some(ParsedType { value_type: FieldType::Object, model: Some(name), misspelt: false })
}

fn parse_scalar(lower: &str) -> Option<ParsedType> {
    let (value_type, misspelt) = match lower {
        "string" | "str" | "char" | "varchar" | "text" | "uuid" | "date" | "strings" | "字符串" | "문자열" => {
            (FieldType::String, false)
        }
        "integer" | "int" | "long" | "int32" | "int64" | "short" | "bigint" | "integers" | "整数" => {
            (FieldType::Integer, false)
        }
        "float" | "double" | "number" | "decimal" | "numeric" => (FieldType::Number, false),
        "boolean" | "bool" | "booleans" | "布尔" => (FieldType::Boolean, false),
        "null" => (FieldType::Null, false),
        "object"
        | "objects"
        | "dict"
        | "dictionary"
        | "json"
        | "struct"
        | "json object"
        | "dictionary data structure"
        | "data structure"
        | "object data structure"
        | "objekt"
        | "对象" => (FieldType::Object, false),
        "map" => (FieldType::Map(Box::new(FieldType::Any)), false),
        "datetime" | "date-time" | "time" | "timestamp" => (FieldType::DateTime, false),
        "array"
        | "list"
        | "arrays"
        | "json array"
        | "set"
        | "list data structure"
        | "array data structure"
        | "数组" => (FieldType::Array(Box::new(FieldType::Any)), false),
        "any" => (FieldType::Any, false),
        _ => (find_misspelled_type(lower)?, true),
    };
    Some(ParsedType { value_type, model: None, misspelt })
}

/// Returns the type for a misspelled word: the letters of a type in a different order, or one letter more, fewer or
/// replaced.
fn find_misspelled_type(lower: &str) -> Option<FieldType> {
    let known = [
        ("string", FieldType::String),
        ("integer", FieldType::Integer),
        ("object", FieldType::Object),
        ("boolean", FieldType::Boolean),
    ];
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    known.into_iter().find_map(|(name, value_type)| {
        let (mine, its) = (sorted(lower), sorted(name));
        let swapped = mine == its;
        let doubled = mine.len() + 1 == its.len() || mine.len() == its.len() + 1;
        let one_off = doubled && lower.chars().next() == name.chars().next() && {
            let (short, long) = if mine.len() < its.len() { (lower, name) } else { (name, lower) };
            is_subsequence(short, long)
        };
        let replaced = lower.chars().count() == name.len()
            && lower.chars().zip(name.chars()).filter(|(mine, its)| mine != its).count() == 1
            && lower.chars().next() == name.chars().next();
        (swapped || one_off || replaced).then_some(value_type)
    })
}

fn is_subsequence(short: &str, long: &str) -> bool {
    let mut rest = long.chars();
    short.chars().all(|c| rest.any(|it| it == c))
}

/// Returns the text between an opening such as `map<` and the closing mark.
fn extract_between<'a>(lower: &str, text: &'a str, openings: &[&str], close: char) -> Option<&'a str> {
    if lower.len() != text.len() {
        return None;
    }
    let opening = openings.iter().find(|opening| lower.starts_with(**opening))?;
    let end = text.rfind(close)?;
    text.get(opening.len()..end)
}

fn extract_list_item<'a>(lower: &str, text: &'a str) -> Option<&'a str> {
    if lower.len() != text.len() {
        return None;
    }
    for opening in ["array of ", "list of ", "arrays of ", "array ", "[]"] {
        if lower.starts_with(opening) && !lower[opening.len()..].trim().is_empty() {
            return text.get(opening.len()..);
        }
    }
    for (opening, close) in [
        ("array[", ']'),
        ("array<", '>'),
        ("list<", '>'),
        ("list <", '>'),
        ("list(", ')'),
        ("list[", ']'),
        ("array(", ')'),
    ] {
        if lower.starts_with(opening) {
            return text.get(opening.len()..text.rfind(close)?);
        }
    }
    for ending in [" array", " list", "[]"] {
        if lower.ends_with(ending) {
            return text.get(..text.len() - ending.len());
        }
    }
    None
}

/// Splits a text at commas outside of brackets.
fn split_outside_brackets(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut out) = (0i32, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '[' | '<' | '(' => depth += 1,
            ']' | '>' | ')' => depth -= 1,
            ',' if depth == 0 => {
                out.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    out.push(&text[start..]);
    out
}

fn parse_model_name(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ':' | '.'));
    fits.then(|| text.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_type_cell(text: &str, expected: &str) {
        assert_eq!(
            parse_type_cell(text).map_or("none".to_string(), |it| it.value_type.type_word()),
            expected,
            "{text}"
        );
    }

    #[test]
    fn every_wording_has_one_type() {
        for (text, expected) in [
            ("String", "string"),
            ("Array of objects", "array<object>"),
            ("Array of Objects", "array<object>"),
            ("Array of strings", "array<string>"),
            ("Array of Lamp objects", "array<object>"),
            ("list", "array"),
            ("List(Dict)", "array<object>"),
            ("List< Dict >", "array<object>"),
            ("list<map<String,String>>", "array<map<string>>"),
            ("Map<String, Array of objects>", "map<array<object>>"),
            ("List<lamp_tag>", "array<object>"),
            ("any of [array[string], null]", "array<string>|null"),
            ("array[any of [string, null]]", "array<string|null>"),
            ("string (date-time)", "date-time"),
            ("Obejct", "object"),
            ("Sting", "string"),
            ("Long", "integer"),
            ("Float", "number"),
            ("Null", "null"),
            ("LampDimRequest", "object"),
            ("Yes", "none"),
            ("No", "none"),
            ("-", "none"),
            ("The lamp that is lit", "none"),
        ] {
            check_type_cell(text, expected);
        }
    }

    #[test]
    fn a_model_is_named() {
        assert_eq!(parse_type_cell("Array of Lamp objects").and_then(|it| it.model), Some("Lamp".to_string()));
    }

    #[test]
    fn a_misspelling_is_marked() {
        assert!(parse_type_cell("Obejct").is_some_and(|it| it.misspelt));
        assert!(!parse_type_cell("Object").is_some_and(|it| it.misspelt));
    }

    proptest::proptest! {
        #[test]
        fn any_cell_is_read_without_panic(text in "[A-Za-z<>\\[\\](), ofĀİ]{0,60}") {
            parse_type_cell(&text);
        }
    }
}
