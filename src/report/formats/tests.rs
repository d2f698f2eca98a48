//! The formats of a fictitious run: their shapes, and texts of endpoints in them.
//!
//! `.ci/formats` validates real files against the published schemas.

use super::ReportFormat;
use crate::report::stored_run::StoredRun;
use crate::report::tests::usual;
use crate::report::{MachineFacts, Report, RunFacts, SettleTimesRow};
use serde_json::Value;
use std::collections::BTreeMap;

/// A text that each format takes as markup, unless the text is escaped.
const HOSTILE: &str = "</script><b>\"'&amp;|`@someone` [x](javascript:1) ]]>\u{1b}[31m\n# end\u{202e}";

fn facts() -> RunFacts {
    RunFacts {
        format: 3,
        version: "0.1.0".to_string(),
        machine: MachineFacts { os: "linux".to_string(), arch: "x86_64".to_string(), threads: 2 },
        started: "2026-11-29T19:36:01Z".to_string(),
        duration_ms: 1_544,
        earlier_ms: 0,
        judged_per_second: 20,
        origin: "suites and schemas: ./suites and ./schemas".to_string(),
        report: "sha256:33".to_string(),
        exit_code: 1,
        limits: BTreeMap::from([("requests".to_string(), 400)]),
        settled: vec![
            settled(None, Some("BRIGHT"), "light.bright"),
            settled(Some("BRIGHT"), Some("DIM"), "dim.bright"),
            settled(Some("DIM"), Some("BRIGHT"), "brighten.dim"),
            settled(Some("DIM"), Some("DIM"), "dim.twice"),
            settled(Some("DIM"), None, "remove.gone"),
        ],
        history_gaps: Vec::new(),
    }
}

fn settled(from: Option<&str>, to: Option<&str>, by: &str) -> SettleTimesRow {
    SettleTimesRow {
        resource: "lamp".to_string(),
        from: from.map(str::to_string),
        to: to.map(str::to_string),
        by: vec![by.to_string()],
        count: 3,
        p50_ms: 20,
        p90_ms: 1_500,
        p99_ms: 1_500,
        most_ms: 400_000,
    }
}

fn stored(report: Report) -> StoredRun {
    StoredRun { report, facts: Some(facts()), reports: "reports".to_string() }
}

/// The fictitious run with [`HOSTILE`] wherever an endpoint can write.
fn hostile() -> StoredRun {
    let mut report = usual();
    for finding in &mut report.findings {
        finding.seen = HOSTILE.to_string();
        for difference in finding.evidence.iter_mut().flat_map(|evidence| &mut evidence.differences) {
            (difference.place, difference.got) = (HOSTILE.to_string(), HOSTILE.to_string());
        }
        if let Some(call) = &mut finding.call {
            (call.body, call.url) = (HOSTILE.to_string(), HOSTILE.to_string());
            call.request_ids.insert(HOSTILE.to_string(), HOSTILE.to_string());
        }
        finding.counterexample.outcomes = vec![HOSTILE.to_string(); 3];
        finding.counterexample.script_text = HOSTILE.to_string();
    }
    for row in &mut report.clauses {
        row.reason = HOSTILE.to_string();
    }
    stored(report)
}

fn render_value(format: ReportFormat, runs: &[StoredRun]) -> Value {
    serde_json::from_str(&format.render(runs)).expect("the text is JSON")
}

#[test]
fn each_format_has_a_name_and_a_file_of_its_own() {
    let mut names: Vec<&str> =
        ReportFormat::ALL.iter().flat_map(|format| [format.name(), format.file_name()]).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 2 * ReportFormat::ALL.len());
}

#[test]
fn json_is_the_report_and_several_reports_are_a_list() {
    let run = stored(usual());
    assert_eq!(ReportFormat::Json.render(std::slice::from_ref(&run)), run.report.to_json());
    let both = render_value(ReportFormat::Json, &[run.clone(), run]);
    assert_eq!(both.as_array().map(Vec::len), Some(2));
}

#[test]
fn junit_has_one_case_per_clause_and_a_reason_for_each_skipped_clause() {
    insta::assert_snapshot!(ReportFormat::Junit.render(&[stored(usual())]));
}

#[test]
fn junit_has_only_the_attributes_and_elements_that_its_schema_permits() {
    let xml = ReportFormat::Junit.render(&[hostile(), stored(usual())]);
    let permitted: [(&str, &[&str]); 7] = [
        ("testsuites", &["name", "time", "tests", "failures", "errors"]),
        ("testsuite", &["name", "tests", "failures", "errors", "time", "skipped", "timestamp"]),
        ("testcase", &["name", "classname"]),
        ("property", &["name", "value"]),
        ("properties", &[]),
        ("failure", &["type", "message"]),
        ("skipped", &["type", "message"]),
    ];
    let mut tags = 0;
    for tag in xml.split('<').skip(1).filter(|tag| !tag.starts_with(['/', '?'])) {
        let tag = tag.split('>').next().unwrap_or_default().trim_end_matches('/');
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        if name == "system-out" {
            continue;
        }
        let (_, known) = permitted.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("<{name}>"));
        let found = attributes.split('"').step_by(2).filter_map(|part| part.trim().strip_suffix('='));
        for attribute in found {
            tags += 1;
            assert!(known.contains(&attribute), "<{name} {attribute}>");
        }
    }
    assert!(tags > 20, "{xml}");
    assert!(!xml.contains('\u{1b}'), "XML has no escape character");
    let cases = xml.split("<testcase ").skip(1);
    assert!(
        cases.into_iter().all(|case| !case.split("</testsuite>").next().unwrap_or_default().contains("<properties"))
    );
}

#[test]
fn ctrf_has_the_required_fields_and_its_summary_counts_its_tests() {
    let ctrf = render_value(ReportFormat::Ctrf, &[stored(usual()), hostile()]);
    assert_eq!(ctrf["reportFormat"], "CTRF");
    let (summary, tests) = (&ctrf["results"]["summary"], ctrf["results"]["tests"].as_array().unwrap());
    assert_eq!(ctrf["results"]["tool"]["name"], "probity");
    assert_eq!(summary["tests"], tests.len());
    for status in ["passed", "failed", "skipped", "pending", "other"] {
        assert_eq!(summary[status], tests.iter().filter(|test| test["status"] == status).count(), "{status}");
    }
    assert_eq!(summary["stop"].as_i64().unwrap() - summary["start"].as_i64().unwrap(), 1_544);
    for test in tests {
        assert!(test["name"].is_string() && test["duration"].is_u64(), "{test}");
        assert!(test["status"] == "passed" || test["message"].as_str().is_some_and(|text| !text.is_empty()), "{test}");
    }
}

#[test]
fn sarif_has_a_result_for_each_broken_clause_at_the_lines_of_its_promise() {
    let sarif = render_value(ReportFormat::Sarif, &[stored(usual())]);
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    let (rules, results) = (run["tool"]["driver"]["rules"].as_array().unwrap(), run["results"].as_array().unwrap());
    assert_eq!(results.len(), 3);
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(result["message"]["text"].is_string() && result["partialFingerprints"].is_object(), "{result}");
        assert!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].is_string(), "{result}");
    }
    let dim = results.iter().find(|result| result["ruleId"] == "dim.bright").unwrap();
    let at = &dim["locations"][0]["physicalLocation"];
    let cite = usual().find_clause("dim.bright").unwrap().cites[0].clone();
    assert_eq!(at["artifactLocation"]["uri"], cite.page);
    assert_eq!((&at["region"]["startLine"], &at["region"]["endLine"]), (&cite.first.into(), &cite.last.into()));
    let notes = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(notes.len(), 4, "each undecided clause is a note");
}

#[test]
fn markdown_shows_verdicts_deviations_and_what_stayed_undecided() {
    insta::assert_snapshot!(ReportFormat::Markdown.render(&[stored(usual())]));
}

#[test]
fn github_has_an_error_for_each_deviation_and_a_notice_for_each_suite() {
    insta::assert_snapshot!(ReportFormat::Github.render(&[stored(usual())]));
}

#[test]
fn github_reads_no_command_from_the_texts_of_an_endpoint() {
    let text = ReportFormat::Github.render(&[hostile()]);
    let expected = ["::error ", "::warning ", "::notice "];
    assert!(text.lines().all(|line| expected.iter().any(|level| line.starts_with(level))), "{text}");
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text}");
}

#[test]
fn gitlab_has_an_entry_with_a_stable_fingerprint_for_each_broken_clause() {
    let entries = render_value(ReportFormat::Gitlab, &[stored(usual())]);
    let entries = entries.as_array().expect("a list");
    let broken: usize = usual().findings.iter().map(|finding| finding.clauses.len()).sum();
    assert_eq!(entries.len(), broken);
    for entry in entries {
        assert_eq!(entry["fingerprint"].as_str().map(str::len), Some(64), "{entry}");
        let clause = entry["check_name"].as_str().expect("an id");
        let place = usual().find_clause(clause).and_then(|row| row.place.clone());
        let expected = place.unwrap_or_else(|| "suites/lamps.yaml:1".to_string());
        let location = &entry["location"];
        assert_eq!(
            format!("{}:{}", location["path"].as_str().unwrap(), location["lines"]["begin"]),
            expected,
            "{entry}"
        );
        assert!(["major", "info"].contains(&entry["severity"].as_str().unwrap_or_default()), "{entry}");
    }
    assert_eq!(render_value(ReportFormat::Gitlab, &[stored(usual())]).as_array(), Some(entries));
}

#[test]
fn no_text_of_an_endpoint_is_markup() {
    let run = [hostile()];
    let markdown = ReportFormat::Markdown.render(&run);
    let unfenced: Vec<&str> = markdown.split("```").step_by(2).collect();
    for markup in ["<b>", "</script>", "@someone", "[x](", "javascript:", "\n# end", "\u{202e}", "\u{1b}"] {
        assert!(!unfenced.iter().any(|part| part.contains(markup)), "{markup}: {markdown}");
    }
    #[cfg(feature = "cli")]
    {
        let html = ReportFormat::Html.render(&run);
        for markup in ["<b>", "</script>", "\u{202e}", "\u{1b}"] {
            assert!(!html.contains(markup), "{markup}");
        }
    }
}

#[test]
fn a_summary_of_many_findings_stays_short() {
    let mut run = hostile();
    let finding = run.report.findings[0].clone();
    run.report.findings = (1..=500).map(|number| crate::report::FindingRow { number, ..finding.clone() }).collect();
    let text = ReportFormat::Markdown.render(&[run]);
    assert!(text.len() < 65_536, "{} bytes", text.len());
    assert!(text.contains("more deviations of lamps"), "{text}");
}

/// The text of the page between two texts, in lines without markup.
#[cfg(feature = "cli")]
fn cut_html(html: &str, from: &str, to: &str) -> String {
    let start = html.find(from).unwrap_or_else(|| panic!("no `{from}`"));
    let end = html[start..].find(to).map_or(html.len(), |end| start + end);
    let text = html[start..end].split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    let text = text.collect::<Vec<_>>().join("\n");
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(feature = "cli")]
#[test]
fn the_page_shows_verdict_findings_states_times_clauses_and_how_to_run_again() {
    let html = ReportFormat::Html.render(&[stored(usual())]);
    insta::assert_snapshot!(cut_html(&html, "<body>", "</body>"));
}

#[cfg(feature = "cli")]
#[test]
fn the_page_has_landmarks_headings_in_order_and_no_script() {
    let html = ReportFormat::Html.render(&[stored(usual()), hostile()]);
    for needed in [
        "<html lang=\"en\">",
        "<main id=\"main\">",
        "<nav ",
        "<header>",
        "<footer>",
        "name=\"viewport\"",
        "prefers-color-scheme",
    ] {
        assert!(html.contains(needed), "{needed}");
    }
    for absent in ["<script", " onload=", "src=", "@import", "url(http"] {
        assert!(!html.contains(absent), "{absent}");
    }
    let levels: Vec<u32> = html.split("<h").skip(1).filter_map(|part| part.chars().next()?.to_digit(10)).collect();
    assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
    let ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|part| part.split('"').next()).collect();
    let unique: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "{ids:?}");
    for link in html.split("href=\"#").skip(1).filter_map(|part| part.split('"').next()) {
        assert!(ids.contains(&link), "{link}");
    }
}

#[cfg(feature = "cli")]
#[test]
fn a_page_of_many_findings_and_clauses_is_cut_with_a_count() {
    let mut run = stored(usual());
    let (finding, clause) = (run.report.findings[0].clone(), run.report.clauses[0].clone());
    run.report.findings = (1..=50).map(|number| crate::report::FindingRow { number, ..finding.clone() }).collect();
    run.report.clauses =
        (1..=250).map(|number| crate::report::ClauseRow { id: format!("lamp.{number}"), ..clause.clone() }).collect();
    let html = ReportFormat::Html.render(&[run]);
    assert!(
        html.contains("And 10 more findings, in report.json.") && html.contains("And 50 more clauses, in report.json.")
    );
    assert_eq!(html.matches("<article ").count(), 40);
}
