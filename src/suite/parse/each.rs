//! Effects on resources that the call does not name: `world.<resource>.filter(<name>, <condition>).<field>`.

use super::reader::{Reader, Scope};
use crate::expr::{self, Expr, Filtered};
use crate::suite::suggest;
use crate::suite::tree::Key;
use crate::suite::types::{Each, Resource};

/// Whether a key has this form. `world` is a reserved name, so a prefix is enough.
pub(super) fn is_meant(key: &str) -> bool {
    key.trim_start().starts_with("world.")
}

/// The resources and the field of an effect on resources that the call does not name.
pub(super) fn read(reader: &mut Reader, key: &Key, kinds: &[Resource], scope: &Scope) -> Option<(Each, String)> {
    if kinds.is_empty() {
        let message = "an event can only change its own resource";
        reader.error(key.place, "bad-effect", message);
        return None;
    }
    let form = "`world.<resource>.filter(<name>, <condition>).<field>`";
    let parsed = match Expr::parse(&key.text) {
        Ok(parsed) => parsed,
        Err(error) => {
            let message = format!("`{}` is not an effect: {}", key.text, error.message);
            // Inside braces, a comma ends a key and leaves the first half.
            let hint = format!("expected {form}; inside braces, quote the key");
            reader.error_with(key.place, "bad-effect", message, hint);
            return None;
        }
    };
    let Some(found) = parsed.as_field_of_filtered().filter(|found| kind_of(found).is_some()) else {
        reader.error(key.place, "bad-effect", format!("`{}` is not an effect: expected {form}", key.text));
        return None;
    };
    let name = kind_of(&found)?;
    let Some(resource) = kinds.iter().position(|known| known.name == name) else {
        let hint = suggest::hint(&name, kinds.iter().map(|known| known.name.as_str()));
        reader.error_with(key.place, "unknown-resource", format!("there is no resource `{name}`"), hint);
        return None;
    };
    if scope.roots.contains(found.name.as_ref()) || reader.lets.contains_key(found.name.as_ref()) {
        let message = format!("`{}` has another meaning here: choose another name", found.name);
        reader.error(key.place, "bad-effect", message);
        return None;
    }
    reader.check_names(key.place, &found.among, "an effect", scope);
    let each = Each { resource, name: found.name.to_string(), among: found.among, condition: found.condition };
    Some((each, found.field.to_string()))
}

fn kind_of(found: &Filtered) -> Option<String> {
    match found.list.keys.as_slice() {
        [expr::Key::Name(name)] if found.list.root.as_ref() == "world" => Some(name.to_string()),
        _ => None,
    }
}
