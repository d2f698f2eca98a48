//! The settings and the error of a draw.

use serde_json::Value;
use std::collections::BTreeMap;
use thiserror::Error;

/// The settings for a draw.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawSettings {
    /// Fixed values by JSON pointer. Their parents are present. The caller is responsible for
    /// pins that break the schema.
    pub pins: BTreeMap<String, Value>,
    /// The share of optional properties that are present, in percent.
    pub optional_percent: u32,
    /// Leave dead fields out, and draw only values of the class valid.
    pub avoid_doubt: bool,
    /// The microversion of the call; fields outside of this version are left out.
    pub microversion: Option<String>,
}

/// Why no value could be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("cannot draw a value at `{pointer}`: {cause}")]
pub struct DrawError {
    /// JSON pointer into the value.
    pub pointer: String,
    /// The obstacle.
    pub cause: String,
}

impl Default for DrawSettings {
    /// The settings for a request: half of the optional fields, no doubtful value.
    fn default() -> DrawSettings {
        DrawSettings { pins: BTreeMap::new(), optional_percent: 50, avoid_doubt: true, microversion: None }
    }
}

impl DrawSettings {
    /// The settings for a response: every documented field is present, dead fields included.
    pub fn for_response() -> DrawSettings {
        DrawSettings { optional_percent: 100, avoid_doubt: false, ..DrawSettings::default() }
    }
}

pub(super) fn make_error(pointer: &str, cause: &str) -> DrawError {
    DrawError { pointer: pointer.to_string(), cause: cause.to_string() }
}
