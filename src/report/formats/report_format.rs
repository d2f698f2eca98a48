//! The list of formats.

#[cfg(feature = "cli")]
use super::html::render_html;
use super::{
    ctrf::render_ctrf, github::render_github, gitlab::render_gitlab, json::render_json, junit::render_junit,
    markdown::render_markdown, sarif::render_sarif,
};
use crate::report::stored_run::StoredRun;

/// A format in which stored runs can be rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReportFormat {
    /// `report.json`, in the newest version of its format.
    Json,
    /// JUnit XML, as Jenkins, GitLab and others read it.
    Junit,
    /// Common Test Report Format, JSON.
    Ctrf,
    /// SARIF 2.1.0, JSON: deviations as results at the lines of the pages.
    Sarif,
    /// Markdown, for the summary of a job or a comment.
    Markdown,
    /// Annotations of GitHub Actions: lines for the output of a job.
    Github,
    /// A code quality report of GitLab, JSON.
    Gitlab,
    /// One page of HTML without scripts and without other files.
    #[cfg(feature = "cli")]
    Html,
}

impl ReportFormat {
    /// All formats, in the order of the help.
    pub const ALL: &'static [ReportFormat] = &[
        ReportFormat::Json,
        ReportFormat::Junit,
        ReportFormat::Ctrf,
        ReportFormat::Sarif,
        ReportFormat::Markdown,
        ReportFormat::Github,
        ReportFormat::Gitlab,
        #[cfg(feature = "cli")]
        ReportFormat::Html,
    ];

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ReportFormat::Json => "json",
            ReportFormat::Junit => "junit",
            ReportFormat::Ctrf => "ctrf",
            ReportFormat::Sarif => "sarif",
            ReportFormat::Markdown => "markdown",
            ReportFormat::Github => "github",
            ReportFormat::Gitlab => "gitlab",
            #[cfg(feature = "cli")]
            ReportFormat::Html => "html",
        }
    }

    /// The name of the file beside `report.json`.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            ReportFormat::Json => "report.json",
            ReportFormat::Junit => "junit.xml",
            ReportFormat::Ctrf => "ctrf.json",
            ReportFormat::Sarif => "report.sarif",
            ReportFormat::Markdown => "report.md",
            ReportFormat::Github => "annotations.txt",
            ReportFormat::Gitlab => "gl-code-quality-report.json",
            #[cfg(feature = "cli")]
            ReportFormat::Html => "report.html",
        }
    }

    /// Renders stored runs. Ends with a line feed.
    #[must_use]
    pub fn render(self, runs: &[StoredRun]) -> String {
        match self {
            ReportFormat::Json => render_json(runs),
            ReportFormat::Junit => render_junit(runs),
            ReportFormat::Ctrf => render_ctrf(runs),
            ReportFormat::Sarif => render_sarif(runs),
            ReportFormat::Markdown => render_markdown(runs),
            ReportFormat::Github => render_github(runs),
            ReportFormat::Gitlab => render_gitlab(runs),
            #[cfg(feature = "cli")]
            ReportFormat::Html => render_html(runs),
        }
    }
}
