//! Limits of a request on which two pages differ: what both pages exclude is certainly invalid.
//!
//! Both limits stand in the schema. The narrower limit is disputed, the wider one is not. Lists of values are left out: they
//! name offers, which grow.

use crate::derive::field::DraftField;
use crate::derive::field_tree::visit_fields_mut_with_pointer;
use serde_json::{Map, Value, json};

/// Which limit of a request is disputed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SharedLimit {
    /// Whether the leader's keyword is disputed.
    pub disputes_leader: bool,
    /// The schema that a value must satisfy besides the leader's keyword.
    besides: Map<String, Value>,
}

/// The limits of both pages; none if only one page has a limit.
pub(super) fn find_shared_limit(
    keyword: &str,
    mine: &str,
    (other, theirs): (&DraftField, &str),
) -> Option<SharedLimit> {
    let (mine, theirs) = (mine.parse::<i64>().ok()?, theirs.parse::<i64>().ok()?);
    let disputes_leader = match keyword {
        "minLength" | "minimum" => mine > theirs,
        "maxLength" | "maximum" => mine < theirs,
        _ => return None,
    };
    let mut besides = Map::from_iter([(keyword.to_string(), json!(theirs))]);
    if !disputes_leader {
        besides.insert("x-disputed".into(), json!([keyword]));
    }
    besides.insert("x-source".into(), json!(other.at.to_string()));
    Some(SharedLimit { disputes_leader, besides })
}

/// Adds the schema to the leader's field at `pointer`.
pub(super) fn add_shared_limit(fields: &mut [DraftField], here: &str, pointer: &str, limit: &SharedLimit) {
    visit_fields_mut_with_pointer(fields, here, &mut |at, field| {
        if at == pointer {
            field.besides.push(limit.besides.clone());
        }
    });
}
