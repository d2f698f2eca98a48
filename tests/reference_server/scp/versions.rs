//! API versions and their lifecycle (page 004).

use serde_json::{Value, json};

use super::super::cloud_state::CloudState;
use super::super::messages::ApiRequest;
use super::super::refusal::Refusal;
use super::super::timestamps;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    Current,
    Supported,
    Deprecated,
    /// Announced and not callable.
    Planned,
}

#[derive(Clone, Debug)]
pub struct Version {
    /// `1.3`
    pub number: String,
    pub state: Lifecycle,
    /// `YYYYMMDD`
    pub not_before: Option<String>,
}

impl Version {
    /// The four versions of the page (004:10, :49, :83, :120), and one planned version.
    pub fn of_page_004() -> Vec<Version> {
        let version = |number: &str, state, date: Option<&str>| Version {
            number: number.to_string(),
            state,
            not_before: date.map(str::to_string),
        };
        vec![
            version("1.4", Lifecycle::Planned, None),
            version("1.3", Lifecycle::Current, None),
            version("1.2", Lifecycle::Supported, Some("20260831")),
            version("1.1", Lifecycle::Deprecated, Some("20260531")),
            version("1.0", Lifecycle::Deprecated, Some("20251231")),
        ]
    }

    /// Whether the date has arrived; dates of equal form compare as texts (004:80).
    fn over(&self, today: &str) -> bool {
        self.not_before.as_ref().is_some_and(|date| date.replace('-', "") <= today.replace('-', ""))
    }
}

/// Refuses a version that is not served; 400, because the pages have no other code. Without the header the newest CURRENT
/// version is used.
pub fn admitted(cloud: &CloudState, request: &ApiRequest) -> Result<(), Refusal> {
    let Some(wish) = request.header("scp-api-version") else {
        return Ok(());
    };
    let number =
        wish.split_once(' ').filter(|(product, _)| *product == "virtualserver").map(|(_, number)| number.trim());
    let known = cloud.settings.versions.iter().find(|version| Some(version.number.as_str()) == number);
    let version = known.ok_or_else(|| Refusal::bad_request(format!("There is no version {wish}.")))?;
    let over = version.over(&cloud.settings.today);
    let refused = match version.state {
        Lifecycle::Current => false,
        Lifecycle::Planned => !cloud.has_fault("planned-version-accepted"),
        Lifecycle::Deprecated => over && !cloud.has_fault("expired-version-accepted"),
        Lifecycle::Supported => over && cloud.settings.behavior.supported_past_date_refused,
    };
    if refused { Err(Refusal::bad_request(format!("Version {wish} is not supported."))) } else { Ok(()) }
}

/// `GET /`. Dates have hyphens, unlike on the page.
pub fn listing(cloud: &CloudState, host: &str) -> Vec<Value> {
    let one = |version: &Version| {
        let status = match version.state {
            Lifecycle::Current => "CURRENT",
            Lifecycle::Supported => "SUPPORTED",
            Lifecycle::Deprecated => "DEPRECATED",
            Lifecycle::Planned => "PLANNED",
        };
        json!({
            "id": format!("v{}", version.number),
            "status": status,
            "not_before": version.not_before.as_deref().and_then(timestamps::hyphenate_date),
            "links": [{ "rel": "self", "href": format!("http://{host}/v1") }],
        })
    };
    cloud.settings.versions.iter().map(one).collect()
}
