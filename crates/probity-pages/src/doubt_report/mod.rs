//! Doubts as reports: ordered by weight for a client or by page, with the rulings of the user, in several formats.

mod format_json;
mod format_sarif;
mod format_text;
mod listing;
mod rulings;
mod weight;

pub use format_json::render_doubts_json;
pub use format_sarif::render_doubts_sarif;
pub use format_text::{render_doubts_markdown, render_doubts_text};
pub use listing::{DoubtListing, DoubtOrder, ListedDoubt, RulingState};
pub use rulings::{DoubtRuling, RULINGS_BYTES_MAX, RulingsFile, choose_side, list_digests};
pub use weight::{DoubtWeight, weigh_doubt};

#[cfg(test)]
mod tests;
