//! Several runs side by side: where promises differ, which deviations are new, and what got slower.
//!
//! A comparison rests on stored reports alone. Suites are matched by name and clauses by id; what a run does not have is
//! absent, not passed.

mod comparison_markdown;
mod comparison_text;
mod compare_runs;
#[cfg(feature = "cli")]
mod comparison_html;
#[cfg(test)]
mod tests;

pub use compare_runs::{
    ClauseComparison, ComparedRun, DeviationComparison, RunComparison, SettleTimeComparison, SuiteComparison,
    compare_runs,
};
#[cfg(feature = "cli")]
pub use comparison_html::render_comparison_html;
pub use comparison_markdown::render_comparison_markdown;
pub use comparison_text::render_comparison_text;
