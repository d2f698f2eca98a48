//! Findings with several possible causes: the clause that is broken is named first, and the report says which run told.

use super::http_end_to_end::{make_folder, probity_command, to_text};
use std::path::Path;

/// Runs a suite of this project against the mock with a fault up to the first finding. Returns the lines of the finding with
/// its clauses and what tells them apart.
fn check(suite: &str, fault: &str, expected: &[&str]) {
    let folder = make_folder(&format!("telling-{suite}-{}", fault.replace(['/', '.'], "-")));
    let reports = folder.join("reports");
    let reports = reports.to_str().expect("text");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let arguments = ["run", suite, "--fault", fault, "--first", "--today", "2026-11-29", "--reports", reports];
    let output = probity_command(root, &arguments).output().expect("the binary runs");
    let told = to_text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{told}");
    let lines: Vec<&str> = told.lines().collect();
    let shown = lines.iter().enumerate().filter(|(index, line)| {
        let continues = index.checked_sub(1).is_some_and(|before| lines[before].starts_with("  likely"));
        line.starts_with("FAIL ") || line.starts_with("  likely") || (continues && line.starts_with("             "))
    });
    let shown: Vec<&str> = shown.map(|(_, line)| line.trim()).collect();
    assert_eq!(shown, expected, "{told}");
}

#[test]
fn an_accepted_call_without_a_token_for_an_absent_server_blames_the_token_if_the_owner_is_refused() {
    check(
        "ecs-native",
        "token.missing/accepted/showServer",
        &[
            "FAIL token.missing, server.absent",
            "likely     `token.missing`, because `server.absent` holds when the owner makes the call of step 2 for a resource that never \
             existed",
        ],
    );
}

#[test]
fn an_accepted_call_without_a_token_for_an_absent_server_blames_the_absence_if_the_owner_is_accepted_too() {
    check(
        "ecs-native",
        "server.absent/accepted/rebuild",
        &[
            "FAIL server.absent, token.missing",
            "likely     `server.absent`, because this clause alone is contradicted when the owner makes the call of step 2 for a \
             resource that never existed",
        ],
    );
}

#[test]
fn a_clause_that_holds_without_one_of_the_steps_comes_last() {
    check(
        "scp-volume",
        "delete-volume.cascade/refused",
        &[
            "FAIL delete-volume.cascade, delete-volume.removes",
            "likely     `delete-volume.cascade`, because `delete-volume.removes` holds without step 2 (createSnapshot)",
        ],
    );
}

#[test]
fn a_job_that_lied_is_named_and_not_the_later_call_that_shows_it() {
    check(
        "ecs-v1",
        "start.delivered/no-effect",
        &[
            "FAIL start.delivered",
            "likely     `start.delivered`, because showServer, added before the last call, already shows this deviation",
        ],
    );
}

#[test]
fn a_finding_with_one_cause_has_no_further_run() {
    check("ecs-native", "revert-resize.rolls-back/skips/server.flavor", &["FAIL revert-resize.rolls-back"]);
}
