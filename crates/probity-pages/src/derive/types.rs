//! The words of pages for types, parsed into one grammar.

/// A documented type. `Any` stands for no statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Type {
    Any,
    Null,
    Boolean,
    Integer,
    Number,
    String,
    /// A string that a page calls a date and time.
    DateTime,
    Object,
    Map(Box<Type>),
    Array(Box<Type>),
    /// One of several types, as in `any of [string, null]`.
    Union(Vec<Type>),
}

/// A parsed type cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    pub value_type: Type,
    /// Name of a model with a separate description, such as `Lamp` in `Array of Lamp objects`.
    pub model: Option<String>,
    /// The word is a misspelling of the type.
    pub misspelt: bool,
}

impl Type {
    /// Whether the type has room for the rows of a further table.
    pub fn holds_fields(&self) -> bool {
        match self {
            Type::Object | Type::Any => true,
            Type::Map(inner) | Type::Array(inner) => inner.holds_fields(),
            Type::Union(all) => all.iter().any(Type::holds_fields),
            _ => false,
        }
    }

    /// Returns the type as written in doubts, such as `array<object>`.
    pub fn word(&self) -> String {
        match self {
            Type::Any => "any".into(),
            Type::Null => "null".into(),
            Type::Boolean => "boolean".into(),
            Type::Integer => "integer".into(),
            Type::Number => "number".into(),
            Type::String => "string".into(),
            Type::DateTime => "date-time".into(),
            Type::Object => "object".into(),
            Type::Map(inner) => format!("map<{}>", inner.word()),
            Type::Array(inner) if **inner == Type::Any => "array".into(),
            Type::Array(inner) => format!("array<{}>", inner.word()),
            Type::Union(all) => all.iter().map(Type::word).collect::<Vec<_>>().join("|"),
        }
    }
}

/// Parses the text of a type cell; `None` if the text is not a type.
pub(super) fn read(text: &str) -> Option<Reading> {
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // A type cell has a few words. Longer text is prose.
    if text.is_empty() || text.len() > 120 {
        return None;
    }
    parse(&text, 0)
}

fn parse(text: &str, depth: usize) -> Option<Reading> {
    if depth > 8 {
        return None;
    }
    let text = text.trim().trim_end_matches(['.', ',', ';']).trim();
    let lower = text.to_lowercase();
    if let Some(found) = scalar(&lower) {
        return Some(found);
    }
    let plain = |value_type| Some(Reading { value_type, model: None, misspelt: false });
    if let Some(inner) = between(&lower, text, &["any of [", "one of [", "anyof["], ']') {
        let all: Option<Vec<Reading>> = split_top(inner).into_iter().map(|part| parse(part, depth + 1)).collect();
        let all = all?;
        let model = all.iter().find_map(|it| it.model.clone());
        return Some(Reading {
            value_type: Type::Union(all.into_iter().map(|it| it.value_type).collect()),
            model,
            misspelt: false,
        });
    }
    if let Some(inner) =
        between(&lower, text, &["map<", "map <", "dict<", "map["], if lower.contains('<') { '>' } else { ']' })
    {
        let value = split_top(inner).last().and_then(|part| parse(part, depth + 1));
        let model = value.as_ref().and_then(|it| it.model.clone());
        return Some(Reading {
            value_type: Type::Map(Box::new(value.map_or(Type::Any, |it| it.value_type))),
            model,
            misspelt: false,
        });
    }
    let inner = list_of(&lower, text);
    if let Some(inner) = inner {
        let inner = inner.trim();
        let item = parse(inner, depth + 1).or_else(|| parse(inner.trim_end_matches(['s', 'S']), depth + 1));
        return Some(match item {
            Some(it) => {
                Reading { value_type: Type::Array(Box::new(it.value_type)), model: it.model, misspelt: it.misspelt }
            }
            None => Reading { value_type: Type::Array(Box::new(Type::Object)), model: word(inner), misspelt: false },
        });
    }
    if let Some(rest) = lower.strip_prefix("string") {
        let rest = rest.trim();
        if rest.starts_with('(') && rest.ends_with(')') {
            let date = rest.contains("date-time") || rest.contains("datetime");
            return plain(if date { Type::DateTime } else { Type::String });
        }
    }
    for ending in [" objects", " object", " structure", " structures"] {
        if lower.ends_with(ending) {
            let name = &text[..text.len() - ending.len()];
            return Some(Reading { value_type: Type::Object, model: word(name), misspelt: false });
        }
    }
    // The name of a model: one word in mixed case with a leading capital.
    let name = word(text)?;
    let camel = name.chars().next().is_some_and(char::is_uppercase)
        && name.chars().skip(1).any(char::is_uppercase)
        && name.chars().any(char::is_lowercase);
    camel.then_some(Reading { value_type: Type::Object, model: Some(name), misspelt: false })
}

fn scalar(lower: &str) -> Option<Reading> {
    let (value_type, misspelt) = match lower {
        "string" | "str" | "char" | "varchar" | "text" | "uuid" | "date" | "strings" | "字符串" | "문자열" => {
            (Type::String, false)
        }
        "integer" | "int" | "long" | "int32" | "int64" | "short" | "bigint" | "integers" | "整数" => {
            (Type::Integer, false)
        }
        "float" | "double" | "number" | "decimal" | "numeric" => (Type::Number, false),
        "boolean" | "bool" | "booleans" | "布尔" => (Type::Boolean, false),
        "null" => (Type::Null, false),
        "object"
        | "objects"
        | "dict"
        | "dictionary"
        | "json"
        | "struct"
        | "json object"
        | "dictionary data structure" => (Type::Object, false),
        "map" => (Type::Map(Box::new(Type::Any)), false),
        "datetime" | "date-time" | "time" | "timestamp" => (Type::DateTime, false),
        "array" | "list" | "arrays" | "json array" | "set" => (Type::Array(Box::new(Type::Any)), false),
        "any" => (Type::Any, false),
        _ => (nearly(lower)?, true),
    };
    Some(Reading { value_type, model: None, misspelt })
}

/// Returns the type for a misspelled word: the letters of a type in a different order, or one letter more or fewer.
fn nearly(lower: &str) -> Option<Type> {
    let known =
        [("string", Type::String), ("integer", Type::Integer), ("object", Type::Object), ("boolean", Type::Boolean)];
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
            subsequence(short, long)
        };
        (swapped || one_off).then_some(value_type)
    })
}

fn subsequence(short: &str, long: &str) -> bool {
    let mut rest = long.chars();
    short.chars().all(|c| rest.any(|it| it == c))
}

/// Returns the text between an opening such as `map<` and the closing mark.
fn between<'a>(lower: &str, text: &'a str, openings: &[&str], close: char) -> Option<&'a str> {
    if lower.len() != text.len() {
        return None;
    }
    let opening = openings.iter().find(|opening| lower.starts_with(**opening))?;
    let end = text.rfind(close)?;
    text.get(opening.len()..end)
}

fn list_of<'a>(lower: &str, text: &'a str) -> Option<&'a str> {
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
fn split_top(text: &str) -> Vec<&str> {
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

fn word(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ':' | '.'));
    fits.then(|| text.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(read(text).map_or("none".to_string(), |it| it.value_type.word()), expected, "{text}");
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
            check(text, expected);
        }
    }

    #[test]
    fn a_model_is_named() {
        assert_eq!(read("Array of Lamp objects").and_then(|it| it.model), Some("Lamp".to_string()));
    }

    #[test]
    fn a_misspelling_is_marked() {
        assert!(read("Obejct").is_some_and(|it| it.misspelt));
        assert!(!read("Object").is_some_and(|it| it.misspelt));
    }

    proptest::proptest! {
        #[test]
        fn any_cell_is_read_without_panic(text in "[A-Za-z<>\\[\\](), ofĀİ]{0,60}") {
            read(&text);
        }
    }
}
