//! Rulings of the user about doubts, kept beside the manifest of the API.

use probity_schema::catalog::{Citation, Doubt};
use serde::{Deserialize, Serialize};

/// Longest file of rulings in bytes.
pub const RULINGS_BYTES_MAX: u64 = 4 << 20;

/// The rulings about the doubts of one API. The file is `suites/sources/<api>.rulings.json`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulingsFile {
    /// Version of the format, 1.
    pub format: u32,
    /// The rulings, sorted by the id of the doubt.
    pub rulings: Vec<DoubtRuling>,
}

/// The decision of the user about one doubt, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoubtRuling {
    /// Id of the doubt.
    pub doubt: String,
    /// The side that holds, as given: `table`, `example`, `first`, `second`, `both` or `neither`.
    pub take: String,
    /// Reason of the ruling.
    pub because: String,
    /// Digests of the lines of the sides when the ruling was made, in the order of the sides.
    pub digests: Vec<String>,
}

impl RulingsFile {
    /// Parses a file of rulings.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the text, for the user.
    pub fn parse(text: &str) -> Result<RulingsFile, String> {
        let found: RulingsFile = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match found.format {
            1 => Ok(found),
            other => Err(format!("the format {other} is unknown; this program reads format 1")),
        }
    }

    /// Adds a ruling, in place of an earlier ruling about the same doubt.
    pub fn record(&mut self, ruling: DoubtRuling) {
        self.format = 1;
        self.rulings.retain(|it| it.doubt != ruling.doubt);
        self.rulings.push(ruling);
        self.rulings.sort_by(|a, b| a.doubt.cmp(&b.doubt));
    }

    /// The file as text, with a line end.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("rulings are JSON: they have no maps");
        text.push('\n');
        text
    }
}

/// Digests of the cited lines of a doubt's sides, in the order of the sides.
#[must_use]
pub fn list_digests(doubt: &Doubt, citations: &[Citation]) -> Vec<String> {
    let places = doubt.sides.iter().filter_map(|it| it.at.as_ref());
    places.filter_map(|at| citations.iter().find(|it| it.at == *at)).map(|it| it.digest.clone()).collect()
}

/// Checks the word of a side against a doubt.
///
/// # Errors
///
/// Returns the possible words.
pub fn choose_side(doubt: &Doubt, take: &str) -> Result<(), Vec<&'static str>> {
    let mut words = vec!["first"];
    if doubt.sides.len() > 1 {
        words.extend(["second", "both", "neither"]);
    }
    let compared = doubt.kind.ends_with("-by-example")
        || ["only-in-example", "missing-wrapper", "flat-table", "name-case", "required-not-shown", "example-invalid"]
            .contains(&doubt.kind.as_str());
    if compared && doubt.sides.len() > 1 {
        words.extend(["table", "example"]);
    }
    if words.contains(&take) { Ok(()) } else { Err(words) }
}
