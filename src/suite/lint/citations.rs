//! Checks citations against the lock file and, if available, the pages.

use super::context::{LintContext, LintInputs};
use crate::schema::catalog::{Citation, SourceLines};
use std::collections::BTreeMap;

pub(super) fn check_citations(lint: &mut LintContext, evidence: LintInputs) {
    let Some(locked) = evidence.citations else {
        return;
    };
    let locked: BTreeMap<&SourceLines, &Citation> = locked.iter().map(|c| (&c.at, c)).collect();
    for (text, place) in lint.tree.collect_citations() {
        let Ok(source) = text.parse::<SourceLines>() else {
            continue;
        };
        let Some(citation) = locked.get(&source) else {
            let message = format!("the citation `{source}` is not locked to the text of its page");
            let api = &lint.suite.catalog;
            let hint = format!(
                "lock the citations of `suites`: probity derive PAGES --api {api} --out schemas/{api} (with a list of \
                 pages: probity derive --manifest suites/sources/{api}.yaml --pages DIR --out schemas/{api})"
            );
            lint.report_error(place, "unlocked-citation", message, Some(hint));
            continue;
        };
        if let Some(Err(cause)) = evidence.fresh.map(|fresh| fresh(citation)) {
            let message = format!("the citation `{source}` is stale: {cause}");
            let hint = "read the page again, then correct the clause or the citation".to_string();
            lint.report_error(place, "stale-citation", message, Some(hint));
        }
    }
}
