//! The inputs of a call, as expressions read them.

use super::resource_state::{ResourceId, ResourceOwner};
use crate::expr::{ExprScope, ExprValue};
use crate::schema::InputClass;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// The inputs of a call, converted once.
#[derive(Debug, Clone)]
pub struct CallView {
    /// Id of the operation.
    pub operation: String,
    /// Id of the binding.
    pub binding: String,
    /// Name of the caller: `owner`, `other`, `expired`, `forged` or `none`.
    pub caller: String,
    /// The owner behind the caller; `None` for an anonymous caller.
    pub owner: Option<ResourceOwner>,
    /// Class of the input.
    pub class: InputClass,
    /// Pointers into the body to the places that make the input doubtful.
    pub doubts: Vec<String>,
    /// The broken keywords of invalid input, sorted.
    pub broken_keywords: Vec<String>,
    pub(super) path: ExprValue,
    pub(super) query: ExprValue,
    pub(super) header: ExprValue,
    pub(super) body: ExprValue,
    pub(super) version: ExprValue,
    pub(super) today: ExprValue,
    pub(super) pools: ExprValue,
    /// By `about` entry of the operation that names existing resources: the index of the entry, and the ids. An
    /// absent or ill-typed id is `None`.
    pub existing: Vec<(usize, Vec<Option<ResourceId>>)>,
}

impl CallView {
    /// The call without the query parameters for which `dropped` returns true.
    #[must_use]
    pub fn without_parameters(&self, dropped: impl Fn(&str) -> bool) -> CallView {
        let mut asked = self.clone();
        if let ExprValue::Map(query) = &self.query {
            let kept = query.iter().filter(|(name, _)| !dropped(name));
            asked.query = ExprValue::Map(Arc::new(kept.map(|(name, value)| (name.clone(), value.clone())).collect()));
        }
        asked
    }

    /// The version that the call requests; `None` without a version.
    #[must_use]
    pub fn get_version(&self) -> Option<&str> {
        match &self.version {
            ExprValue::Str(version) => Some(version),
            _ => None,
        }
    }

    /// Values of the path parameters.
    #[must_use]
    pub fn path_values(&self) -> BTreeMap<String, Value> {
        plain_values(&self.path)
    }

    /// Values of the query parameters.
    #[must_use]
    pub fn query_values(&self) -> BTreeMap<String, Value> {
        plain_values(&self.query)
    }
}

fn plain_values(values: &ExprValue) -> BTreeMap<String, Value> {
    let ExprValue::Map(values) = values else { return BTreeMap::new() };
    values.iter().filter_map(|(name, value)| Some((name.to_string(), value.to_json()?))).collect()
}

impl ExprScope for CallView {
    fn find_root(&self, name: &str) -> Option<ExprValue> {
        Some(match name {
            "path" => self.path.clone(),
            "query" => self.query.clone(),
            "header" => self.header.clone(),
            "body" => self.body.clone(),
            "pools" => self.pools.clone(),
            "version" => self.version.clone(),
            "today" => self.today.clone(),
            "caller" => share_word(&self.caller),
            "op" => ExprValue::Str(Arc::from(self.operation.as_str())),
            "binding" => ExprValue::Str(Arc::from(self.binding.as_str())),
            "input" => share_word(match self.class {
                InputClass::Valid => "valid",
                InputClass::Doubtful => "doubtful",
                InputClass::Invalid => "invalid",
            }),
            _ => return None,
        })
    }
}

/// A text as a value. The words that many guards read are made once.
fn share_word(word: &str) -> ExprValue {
    static WORDS: LazyLock<Vec<Arc<str>>> = LazyLock::new(|| {
        let words = ["owner", "other", "expired", "forged", "none", "valid", "doubtful", "invalid"];
        words.into_iter().map(Arc::from).collect()
    });
    let known = WORDS.iter().find(|known| known.as_ref() == word);
    ExprValue::Str(known.cloned().unwrap_or_else(|| Arc::from(word)))
}
