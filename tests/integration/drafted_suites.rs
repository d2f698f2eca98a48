//! `init suite` and `init profile`: from an OpenAPI description to findings at a server that nobody prepared for.

use super::http_end_to_end::{make_folder, probity_command, read_json, to_text};
use super::shop_server::{FAULTS, ShopFault, ShopServer};
use super::tutorial::remove_questions;
use std::path::{Path, PathBuf};
use std::process::Output;

fn shop_description() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/shop/shop.openapi.yaml").display().to_string()
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    probity_command(folder, arguments).env("SHOP_KEY", "shop-key").output().expect("the command runs")
}

/// A folder with the drafted suite of the shop.
fn draft_shop(name: &str) -> PathBuf {
    let folder = make_folder(name);
    let output = run(&folder, &["init", "suite", "--from", &shop_description()]);
    assert_eq!(output.status.code(), Some(0), "{}", to_text(&output.stderr));
    folder
}

/// The answers to the questions of the shop's suite: what is replaced, and by what. A person who knows the shop writes
/// these; everything else stays as drafted.
const ANSWERS: &[(&str, &str)] = &[
    // In which state is a new order?
    ("order.status: [\"*\"]", "order.status: open"),
    // What is the note of a cart after a replacement without one?
    ("cart.note: \"*\"", "cart.note: \"null\""),
];

/// Answers the questions, and removes them.
fn answer_questions(folder: &Path) {
    let path = folder.join("suites/shop.yaml");
    let mut text = std::fs::read_to_string(&path).expect("the suite is readable");
    for (asked, answer) in ANSWERS {
        assert_eq!(text.matches(asked).count(), 1, "{asked}\n{text}");
        text = text.replace(asked, answer);
    }
    for (call, state) in [("payOrder", "paid"), ("cancelOrder", "cancelled")] {
        let accepted = format!(
            "    call: {call}\n    when: order != null && input == \"valid\"\n    accept: success\n    then:\n      order.status: \"*\""
        );
        assert_eq!(text.matches(&accepted).count(), 1, "{accepted}\n{text}");
        let open = format!(
            "    call: {call}\n    when: order.status == \"open\"\n    accept: success\n    then:\n      order.status: {state}"
        );
        text = text.replace(&accepted, &open);
        let refused = format!("    call: {call}\n    when: order != null\n    may refuse: 409");
        assert_eq!(text.matches(&refused).count(), 1, "{refused}\n{text}");
        text = text.replace(
            &refused,
            &format!("    call: {call}\n    when: order != null && order.status != \"open\"\n    refuse: 409"),
        );
    }
    std::fs::write(&path, remove_questions(&text)).expect("the suite is written");
}

/// The profile that `init profile` drafts, with the address of the server, and without limits for a service.
fn write_profile(folder: &Path, server: &ShopServer) {
    let path = folder.join("profile.yaml");
    let _ = std::fs::remove_file(&path);
    let output = run(folder, &["init", "profile", "profile.yaml", "--from", &shop_description()]);
    assert_eq!(output.status.code(), Some(0), "{}", to_text(&output.stderr));
    let text = std::fs::read_to_string(&path).expect("the profile is readable");
    let address = format!("http://{}/v1", server.address);
    let text = text.replace("http://127.0.0.1:8080/v1", &address).replace("changes: forbidden", "changes: allowed");
    let (head, _) = text.split_once("\nlimits:").expect("the profile has limits");
    let limits = "\nlimits: { requests: 4000, seconds: 120, live: 12, plans: 2, rate: 0, reserve_seconds: 5 }\nsettle_percent: 1\n";
    std::fs::write(path, format!("{head}{limits}")).expect("the profile is written");
}

fn run_at_shop(folder: &Path, fault: Option<ShopFault>) -> (Option<i32>, String) {
    let server = ShopServer::start(fault);
    write_profile(folder, &server);
    let output = run(folder, &["run", "shop", "--profile", "profile.yaml", "--requests", "800", "--seed", "3"]);
    (output.status.code(), to_text(&output.stdout) + &to_text(&output.stderr))
}

#[test]
fn the_drafted_suite_of_the_shop_has_no_problem_and_runs_at_once() {
    let folder = draft_shop("draft");
    let linted = run(&folder, &["lint", "shop", "--no-notes"]);
    let text = to_text(&linted.stdout);
    assert!(linted.status.code() == Some(0) && text.contains(": 0 errors, 0 warnings, "), "{text}");
    for seed in ["1", "2"] {
        let ran = run(&folder, &["run", "shop", "--seed", seed, "--requests", "300"]);
        let text = to_text(&ran.stdout);
        assert_eq!(ran.status.code(), Some(3), "{text}");
        assert!(text.contains("open questions: ") && text.contains(" 0 fail"), "{text}");
    }
    let again = run(&folder, &["init", "suite", "--from", &shop_description()]);
    assert_eq!(again.status.code(), Some(2), "a suite is not overwritten");
}

#[test]
fn the_drafted_suite_with_answers_finds_the_faults_of_the_shop_and_nothing_else() {
    let folder = draft_shop("shop");
    answer_questions(&folder);
    let (code, text) = run_at_shop(&folder, None);
    assert!(matches!(code, Some(0 | 3)) && !text.contains("FAIL"), "a false alarm, or no run: {code:?}\n{text}");
    let report = read_json(&folder.join("reports/shop/report.json"));
    let passed = report["clauses"].as_array().expect("clauses").iter().filter(|it| it["verdict"] == "pass").count();
    assert!(passed >= 30, "only {passed} clauses passed\n{text}");
    let missed: Vec<ShopFault> =
        FAULTS.iter().copied().filter(|fault| run_at_shop(&folder, Some(*fault)).0 != Some(1)).collect();
    assert!(FAULTS.len() - missed.len() >= 6, "missed: {missed:?}");
}

#[test]
fn a_description_of_version_2_in_several_files_gives_a_suite_that_runs() {
    let folder = make_folder("draft-lanterns");
    let description = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lanterns/lanterns.json");
    let drafted = run(&folder, &["init", "suite", "--from", &description.display().to_string()]);
    assert_eq!(drafted.status.code(), Some(0), "{}", to_text(&drafted.stderr));
    let suite = std::fs::read_to_string(folder.join("suites/lanterns.yaml")).expect("the suite is written");
    // The state is a property of an object, and the path of one lantern has the singular.
    for part in ["state: state", "state: {at: it.status.state, ", "showLantern: {lantern: path.lanternID}"] {
        assert!(suite.contains(part), "{part}\n{suite}");
    }
    let linted = run(&folder, &["lint", "lanterns", "--no-notes"]);
    assert_eq!(linted.status.code(), Some(0), "{}", to_text(&linted.stdout));
    let ran = run(&folder, &["run", "lanterns", "--requests", "300"]);
    let text = to_text(&ran.stdout);
    assert!(ran.status.code() == Some(3) && text.contains(" 0 fail"), "{text}");
}

#[test]
fn a_draft_of_each_built_in_catalog_has_no_error_and_no_deviation_at_the_mock() {
    for api in ["ecs-native", "ecs-v1", "openstack-compute", "openstack-volume", "scp-volume"] {
        let folder = make_folder(&format!("draft-{api}"));
        let catalog = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(api).display().to_string();
        let drafted = run(&folder, &["init", "suite", "--from", &catalog]);
        assert_eq!(drafted.status.code(), Some(0), "{}", to_text(&drafted.stderr));
        let linted = run(&folder, &["lint", api, "--no-notes"]);
        assert_eq!(linted.status.code(), Some(0), "{}", to_text(&linted.stdout));
        let ran = run(&folder, &["run", api, "--requests", "200"]);
        assert!(matches!(ran.status.code(), Some(0 | 3)), "{api}\n{}", to_text(&ran.stdout));
    }
}

#[test]
fn a_built_in_suite_is_copied_with_all_that_it_needs() {
    let folder = make_folder("copy");
    let copied = run(&folder, &["init", "suite", "scp-volume"]);
    assert_eq!(copied.status.code(), Some(0), "{}", to_text(&copied.stderr));
    let linted = run(&folder, &["lint", "scp-volume"]);
    let text = to_text(&linted.stdout);
    assert!(linted.status.code() == Some(0) && text.contains(": 0 errors, "), "{text}");
    let again = run(&folder, &["init", "suite", "scp-volume"]);
    assert_eq!(again.status.code(), Some(2), "a suite is not overwritten");
    let unknown = run(&folder, &["init", "suite", "scp-volumes"]);
    assert!(to_text(&unknown.stderr).contains("scp-volume"), "{}", to_text(&unknown.stderr));
}

#[test]
fn a_call_is_tried_with_what_the_model_saw_and_the_clauses_that_applied() {
    let folder = draft_shop("try");
    let words = ["try", "shop", "createProduct", "name=Pear", "then", "createOrder", "quantity=2", "then", "showOrder"];
    let output = run(&folder, &words);
    let text = to_text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}{}", to_text(&output.stderr));
    for part in ["\"name\":\"Pear\"", "passed   show-order.found", "possible: order", "\"quantity\":2"] {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
    let absent = run(&folder, &["try", "shop", "showCart", "cart_id=7"]);
    assert!(to_text(&absent.stdout).contains("passed   cart.absent"), "{}", to_text(&absent.stdout));
    let wrong = run(&folder, &["try", "shop", "showCarts"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(to_text(&wrong.stderr).contains("showCart"), "{}", to_text(&wrong.stderr));
}
