//! The target of a campaign, in the form of `report.json`.

use serde::{Deserialize, Serialize};

/// The target of the campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum ReportTarget {
    /// The mock in this process, with at most one fault.
    Mock {
        /// The name of the mutant, such as `remove.gone/skips/lamp.state`; none for the mock that keeps all promises.
        fault: Option<String>,
    },
    /// The address of an endpoint, without credentials.
    Address(String),
    /// The name of a service in the process of the tests.
    InProcess(String),
}

impl ReportTarget {
    /// The target in words.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            ReportTarget::Mock { fault: None } => "the mock, which is not a real endpoint".to_string(),
            ReportTarget::Mock { fault: Some(fault) } => format!("the mock with the fault `{fault}`"),
            ReportTarget::Address(address) => address.clone(),
            ReportTarget::InProcess(name) => format!("{name} in this process"),
        }
    }
}
