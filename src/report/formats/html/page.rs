//! What the page shows, prepared for the template.

use crate::report::rows::FindingRow;
use crate::report::stored_run::StoredRun;
use probity_input::escape_line;
use serde::Serialize;

/// The part of the page about one campaign.
#[derive(Debug, Serialize)]
pub(super) struct CampaignPage {
    suite: String,
    title: String,
    conclusion: &'static str,
    target: String,
    findings: Vec<FindingPart>,
}

#[derive(Debug, Serialize)]
struct FindingPart {
    number: usize,
    operation: String,
    seen: String,
}

pub(super) fn make_pages(runs: &[StoredRun]) -> Vec<CampaignPage> {
    runs.iter().map(make_page).collect()
}

fn make_page(run: &StoredRun) -> CampaignPage {
    let report = &run.report;
    CampaignPage {
        suite: report.suite.name.clone(),
        title: report.title.clone(),
        conclusion: report.conclude().word(),
        target: report.target.describe(),
        findings: report.findings.iter().map(make_finding).collect(),
    }
}

fn make_finding(finding: &FindingRow) -> FindingPart {
    FindingPart {
        number: finding.number,
        operation: finding.operation.clone(),
        seen: escape_line(&finding.seen).into_owned(),
    }
}
