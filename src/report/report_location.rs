//! Where a report lies, which is not part of the report.

/// Where a report lies, which is not part of the report.
#[derive(Debug, Clone, Copy)]
pub struct ReportLocation<'a> {
    /// The folder of all suites' reports.
    pub reports: &'a str,
}

/// The replay line of a finding, with the folder of the reports filled in.
#[must_use]
pub fn fill_in_replay(line: &str, place: &ReportLocation<'_>) -> String {
    line.replace("{reports}", place.reports)
}
