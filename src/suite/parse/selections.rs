//! Effects on resources that the call does not name: `world.<resource>.filter(<name>, <condition>).<field>`.

use super::reader::{RootNames, SuiteReader};
use crate::expr::{self, Expr, FilteredField};
use crate::suite::suggest;
use crate::suite::types::{ResourceKind, ResourceSelection};
use crate::suite::yaml::YamlKey;

/// Whether a key has this form. `world` is a reserved name, so a prefix is enough.
pub(super) fn is_selection_key(key: &str) -> bool {
    key.trim_start().starts_with("world.")
}

/// The resources and the field of an effect on resources that the call does not name.
pub(super) fn parse_selection_key(
    reader: &mut SuiteReader,
    key: &YamlKey,
    kinds: &[ResourceKind],
    scope: &RootNames,
) -> Option<(ResourceSelection, String)> {
    if kinds.is_empty() {
        let message = "an event can only change its own resource";
        reader.report_error(key.place, "bad-effect", message);
        return None;
    }
    let form = "`world.<resource>.filter(<name>, <condition>).<field>`";
    let parsed = match Expr::parse(&key.text) {
        Ok(parsed) => parsed,
        Err(error) => {
            let message = format!("`{}` is not an effect: {}", key.text, error.message);
            // Inside braces, a comma ends a key and leaves the first half.
            let hint = format!("expected {form}; inside braces, quote the key");
            reader.report_error_with(key.place, "bad-effect", message, hint);
            return None;
        }
    };
    let Some(found) = parsed.as_field_of_filtered().filter(|found| find_kind_name(found).is_some()) else {
        reader.report_error(key.place, "bad-effect", format!("`{}` is not an effect: expected {form}", key.text));
        return None;
    };
    let name = find_kind_name(&found)?;
    let Some(resource) = kinds.iter().position(|known| known.name == name) else {
        let hint = suggest::suggest_name(&name, kinds.iter().map(|known| known.name.as_str()));
        reader.report_error_with(key.place, "unknown-resource", format!("there is no resource `{name}`"), hint);
        return None;
    };
    if scope.roots.contains(found.name.as_ref()) || reader.lets.contains_key(found.name.as_ref()) {
        let message = format!("`{}` has another meaning here: choose another name", found.name);
        reader.report_error(key.place, "bad-effect", message);
        return None;
    }
    reader.check_names(key.place, &found.among, "an effect", scope);
    let each =
        ResourceSelection { resource, name: found.name.to_string(), among: found.among, condition: found.condition };
    Some((each, found.field.to_string()))
}

fn find_kind_name(found: &FilteredField) -> Option<String> {
    match found.list.keys.as_slice() {
        [expr::PathKey::Name(name)] if found.list.root.as_ref() == "world" => Some(name.to_string()),
        _ => None,
    }
}
