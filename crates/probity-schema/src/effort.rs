//! Bounds on the effort of a schema: a small file can demand more checks of one value than any machine can do.

use serde_json::Value;
use std::collections::BTreeMap;

/// Most schemas that apply to one value at one place. Schemas of real pages have fewer than 100.
const VISITS_MAX: u64 = 20_000;
/// Deepest chain of schemas that apply to one value at one place.
const CHAIN_MAX: usize = 256;

/// Keywords whose schemas apply to the same value.
const SAME_PLACE: [&str; 7] = ["allOf", "anyOf", "oneOf", "not", "if", "then", "else"];

/// Checks that no value needs too many visits at one place.
///
/// # Errors
/// The obstacle in words: too many visits, or a part of the schema that includes itself.
pub(super) fn check_effort(root: &Value) -> Result<(), String> {
    let mut counter = VisitCounter { root, known: BTreeMap::new() };
    let mut open = vec![root];
    while let Some(value) = open.pop() {
        counter.count_visits(value, 0)?;
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(entries) => open.extend(entries.values()),
            _ => {}
        }
    }
    Ok(())
}

/// Counts the schemas that apply to a value, and remembers each count.
struct VisitCounter<'a> {
    root: &'a Value,
    /// By the address of a schema; 0 while the count is under way.
    known: BTreeMap<usize, u64>,
}

impl<'a> VisitCounter<'a> {
    fn count_visits(&mut self, schema: &'a Value, depth: usize) -> Result<u64, String> {
        let Value::Object(keywords) = schema else { return Ok(1) };
        let key = std::ptr::from_ref(schema).addr();
        match self.known.get(&key) {
            Some(0) => return Err("a part of the schema includes itself".to_string()),
            Some(&known) => return Ok(known),
            None => {}
        }
        if depth > CHAIN_MAX {
            return Err(format!("more than {CHAIN_MAX} schemas include each other"));
        }
        self.known.insert(key, 0);
        let mut visits = 1_u64;
        for (keyword, value) in keywords {
            for part in self.list_parts(keyword, value) {
                visits = visits.saturating_add(self.count_visits(part, depth + 1)?);
            }
        }
        if visits > VISITS_MAX {
            return Err(format!("one value is checked against more than {VISITS_MAX} schemas"));
        }
        self.known.insert(key, visits);
        Ok(visits)
    }

    /// The schemas of a keyword that apply to the same value.
    fn list_parts(&self, keyword: &str, value: &'a Value) -> Vec<&'a Value> {
        if keyword == "$ref" {
            let pointer = value.as_str().and_then(|text| text.strip_prefix('#'));
            return pointer.and_then(|pointer| self.root.pointer(pointer)).into_iter().collect();
        }
        match value {
            Value::Object(schemas) if keyword == "dependentSchemas" => schemas.values().collect(),
            _ if !SAME_PLACE.contains(&keyword) => Vec::new(),
            Value::Array(schemas) => schemas.iter().collect(),
            schema => vec![schema],
        }
    }
}
