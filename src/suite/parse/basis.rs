//! Id and basis of a clause or an event: `id`, `aliases`, `basis`, `rule`, `cites`.

use super::reader::{MapEntries, SuiteReader};
use crate::schema::catalog::SourceLines;
use crate::suite::grammar::BASIS_WORDS;
use crate::suite::suggest;
use crate::suite::types::ClauseBasis;
use crate::suite::yaml::{YamlNode, YamlValue};

/// Whether an id has the form of a generated clause.
fn has_generated_form(id: &str) -> bool {
    id.ends_with(".no-server-error") || id.ends_with(".settles") || id.contains(".frame.")
}

pub(super) fn parse_id(reader: &mut SuiteReader, map: MapEntries) -> String {
    map.get("id").map(|node| read_id(reader, node)).unwrap_or_default()
}

/// The earlier ids of a clause.
pub(super) fn parse_aliases(reader: &mut SuiteReader, map: MapEntries) -> Vec<String> {
    let items = map.get("aliases").map(|node| reader.read_list(node, "`aliases`")).unwrap_or_default();
    items.iter().map(|item| read_id(reader, item)).collect()
}

fn read_id(reader: &mut SuiteReader, node: &YamlNode) -> String {
    let id = reader.read_text(node, "`id`").unwrap_or_default().to_string();
    let part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if !id.split(['.', '-']).all(part) {
        let hint = "lower-case words joined by `-` and `.`: resize.needs-rest".to_string();
        reader.report_error_with(node.place, "bad-id", format!("`{id}` is not an id"), hint);
    } else if has_generated_form(&id) {
        reader.report_error(node.place, "bad-id", format!("`{id}` has the form of a generated clause's id"));
    }
    id
}

pub(super) fn parse_basis(
    reader: &mut SuiteReader,
    map: MapEntries,
    what: &str,
) -> (ClauseBasis, Option<String>, Vec<SourceLines>) {
    let basis =
        match map.get("basis").map(|n| (reader.read_text(n, "`basis`").unwrap_or_default().to_string(), n.place)) {
            None => ClauseBasis::Stated,
            Some((word, place)) => match word.as_str() {
                "stated" => ClauseBasis::Stated,
                "example" => ClauseBasis::Example,
                "convention" => ClauseBasis::Convention,
                _ => {
                    let hint = suggest::suggest_name(&word, BASIS_WORDS.iter().map(|(known, _)| *known));
                    reader.report_error_with(place, "bad-basis", format!("`{word}` is not a basis"), hint);
                    ClauseBasis::Stated
                }
            },
        };
    let rule = map.get("rule").and_then(|n| reader.read_text(n, "`rule`")).map(str::to_string);
    let cites = reader.read_citations(map.get("cites"), "`cites`");
    match basis {
        ClauseBasis::Convention if rule.is_none() => {
            reader.report_error(map.place, "missing-key", format!("{what} with `basis: convention` needs a `rule`"));
        }
        ClauseBasis::Stated | ClauseBasis::Example if rule.is_some() => {
            let message = format!("only {what} with `basis: convention` can have a `rule`");
            reader.report_error(map.get_key_place("rule"), "bad-basis", message);
        }
        ClauseBasis::Stated | ClauseBasis::Example
            if map.get("cites").is_none() || (cites.is_empty() && is_empty_list(map.get("cites"))) =>
        {
            let hint = "add `cites: [\"<page>:<lines>\"]`, or `basis: convention` with a `rule`".to_string();
            reader.report_error_with(map.place, "missing-citation", format!("{what} needs a citation"), hint);
        }
        _ => {}
    }
    (basis, rule, cites)
}

fn is_empty_list(node: Option<&YamlNode>) -> bool {
    matches!(node.map(|n| &n.kind), Some(YamlValue::List(items)) if items.is_empty())
}
