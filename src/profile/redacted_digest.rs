//! The digest of a profile without its secrets.

use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Keys of a profile below which texts may be secrets.
const SECRET_PARTS: [&str; 4] = ["identities", "connection", "setup", "provoke"];
/// What stands in place of a text that may be a secret.
const REDACTED: &str = "(redacted)";

/// `sha256:…` of the JSON form of a profile in which keys are sorted, and each text that may be a secret is replaced by the
/// same word; a reference to the environment or to a file stays. None for a text that is no YAML.
pub(super) fn digest_redacted_profile(text: &str) -> Option<String> {
    let value: Value = serde_saphyr::from_str(text).ok()?;
    let mut redacted = String::new();
    write_redacted(&mut redacted, &value, false);
    let mut out = String::from("sha256:");
    for byte in Sha256::digest(redacted.as_bytes()) {
        let _ = write!(out, "{byte:02x}");
    }
    Some(out)
}

/// Writes a value in a form that does not depend on the order of keys.
fn write_redacted(out: &mut String, value: &Value, is_secret: bool) {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            out.push('{');
            for key in keys {
                let _ = write!(out, "{}:", Value::String(key.clone()));
                write_redacted(out, &map[key.as_str()], is_secret || SECRET_PARTS.contains(&key.as_str()));
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write_redacted(out, item, is_secret);
                out.push(',');
            }
            out.push(']');
        }
        Value::String(text) if is_secret && !is_reference(text) => {
            let _ = write!(out, "{}", Value::from(REDACTED));
        }
        Value::Number(_) if is_secret => {
            let _ = write!(out, "{}", Value::from(REDACTED));
        }
        plain => {
            let _ = write!(out, "{plain}");
        }
    }
}

fn is_reference(text: &str) -> bool {
    text.starts_with("env:") || text.starts_with("file:")
}

#[cfg(test)]
mod tests {
    use super::digest_redacted_profile;

    const PROFILE: &str = "endpoint: https://a.example\nidentities: { owner: { headers: { X-Token: secret-1 } } }\n";

    fn check(written: &str, otherwise: &str, same: bool) {
        assert!(PROFILE.contains(written), "{written}");
        let changed = digest_redacted_profile(&PROFILE.replace(written, otherwise));
        assert_eq!(digest_redacted_profile(PROFILE) == changed, same, "{written} -> {otherwise}");
    }

    #[test]
    fn a_digest_depends_on_every_setting_and_on_no_secret() {
        check("secret-1", "secret-2", true);
        check("secret-1", "4711", true);
        check("secret-1", "env:TOKEN", false);
        check("X-Token", "X-Other", false);
        check("owner", "other", false);
        check("a.example", "b.example", false);
    }

    #[test]
    fn the_order_of_keys_and_comments_change_no_digest() {
        check("endpoint: https://a.example\n", "# a comment\nendpoint:   https://a.example\n", true);
        let (first, second) = PROFILE.split_once('\n').expect("two lines");
        assert_eq!(digest_redacted_profile(PROFILE), digest_redacted_profile(&format!("{second}{first}\n")));
    }
}
