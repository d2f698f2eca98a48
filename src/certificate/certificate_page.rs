//! The statement of a certificate as a page to print.

use super::certified_clause::{CertifiedClause, ResultWord};
use super::policy::PermittedDeviations;
use super::test_conditions::TestConditions;
use crate::oracle::Verdict;
use crate::report::render_html_template;
use minijinja::{context, value::Serde};
use serde::Serialize;

/// A larger limit is shown as none.
const LIMIT_SHOWN_MAX: u64 = 1 << 40;

/// A clause as the template reads it.
#[derive(Serialize)]
struct ClausePart<'a> {
    id: &'a str,
    says: &'a str,
    cites: String,
    verdict: &'static str,
    note: String,
}

/// A name with a text, for a list of facts.
type Fact = (&'static str, String);

/// The text of `certificate.html`.
///
/// # Panics
/// If the template is wrong, which the tests of certificates find.
#[must_use]
pub fn render_certificate(conditions: &TestConditions) -> String {
    let count = |verdict: Verdict| conditions.clauses.iter().filter(|row| row.verdict == verdict).count();
    let totals = [Verdict::Pass, Verdict::Fail, Verdict::Inconclusive, Verdict::Untested]
        .map(|verdict| (verdict.word(), count(verdict)));
    let clauses: Vec<ClausePart<'_>> = conditions.clauses.iter().map(make_clause_part).collect();
    let values = context! {
        headline => if conditions.trial { format!("Trial: {}", conditions.title) } else { conditions.title.clone() },
        title => &conditions.title,
        result => match conditions.conclude() {
            ResultWord::Passed => "passed",
            ResultWord::Warned => "undecided",
            ResultWord::Failed => "deviation",
        },
        trial => conditions.trial,
        totals => Serde(totals),
        facts => Serde(list_facts(conditions)),
        pages => Serde(&conditions.pages),
        power => Serde(&conditions.power),
        waivers => Serde(&conditions.waivers),
        clauses => Serde(clauses),
    };
    render_html_template(include_str!("certificate.html"), values)
}

fn make_clause_part(row: &CertifiedClause) -> ClausePart<'_> {
    let note = row.excuse.iter().chain(&row.exempt).cloned().collect::<Vec<_>>().join("; ");
    ClausePart { id: &row.id, says: &row.says, cites: row.cites.join(", "), verdict: row.verdict.word(), note }
}

/// A limit in words. A mock has limits that no run reaches.
fn describe_limit((name, limit): (&String, &u64)) -> String {
    if *limit > LIMIT_SHOWN_MAX { format!("{name} unlimited") } else { format!("{name} {limit}") }
}

fn list_facts(conditions: &TestConditions) -> Vec<Fact> {
    let limits: Vec<String> = conditions.limits.iter().map(describe_limit).collect();
    let evidence = &conditions.evidence;
    let policy = &conditions.policy;
    let permitted = match policy.deviations {
        PermittedDeviations::Any => "any deviation may be stated",
        PermittedDeviations::Known => "only known deviations",
        PermittedDeviations::None => "no deviation",
    };
    vec![
        ("Endpoint", conditions.endpoint.clone()),
        ("Suite", format!("{} ({})", conditions.suite.name, conditions.suite.digest)),
        ("Catalog", format!("{} ({})", conditions.catalog.name, conditions.catalog.digest)),
        ("Run", format!("{}, {} s", conditions.started, conditions.duration_ms / 1000)),
        (
            "Evidence",
            format!("{} exchanges in {} plans; last link {}", evidence.exchanges, evidence.plans, evidence.last),
        ),
        ("Seed and date", format!("{}; {}", conditions.seed, conditions.today)),
        ("Bounds of transitions", format!("{} % of those of the pages", conditions.settle_percent)),
        ("Limits", limits.join(", ")),
        (
            "Policy",
            format!(
                "at most {} undecided clauses, at least {} requests, at least {} % of mutants detected, {permitted}",
                policy.undecided_max, policy.requests_min, policy.detected_percent_min
            ),
        ),
        (
            "Program",
            format!(
                "probity {} ({})",
                conditions.program.version,
                conditions.program.digest.as_deref().unwrap_or("digest unknown")
            ),
        ),
        ("Certified", conditions.certified.clone()),
    ]
}
