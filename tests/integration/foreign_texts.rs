//! Texts of endpoints and addresses with credentials on the terminal.

use std::path::Path;
use std::process::{Command, Output};

fn run_probity(arguments: &[&str]) -> (String, Option<i32>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps");
    let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
    let Output { stdout, stderr, status } = command.args(arguments).current_dir(folder).output().expect("it runs");
    (String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned(), status.code())
}

#[test]
fn an_address_with_a_password_is_refused_and_never_printed() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let profile = folder.join("address-secret.yaml");
    let good = folder.join("address-good.yaml");
    std::fs::write(&profile, "endpoint: http://ada:canary@127.0.0.1:1\nchanges: allowed\n").unwrap();
    std::fs::write(&good, "endpoint: http://127.0.0.1:1\nchanges: allowed\n").unwrap();
    let (profile, good) = (profile.to_str().unwrap(), good.to_str().unwrap());
    let address = "http://ada:canary@127.0.0.1:1";
    for (arguments, code) in [
        (vec!["run", "lamps", "--endpoint", address], 2),
        (vec!["run", "lamps", "--endpoint", address, "--profile", good], 2),
        (vec!["run", "lamps", "--endpoint", "http://127.0.0.1:1/?api_key=canary"], 2),
        (vec!["sweep", "lamps", "--endpoint", address, "--profile", good], 2),
        (vec!["run", "lamps", "--profile", profile], 4),
        (vec!["sweep", "lamps", "--profile", profile], 4),
    ] {
        let (told, exit) = run_probity(&arguments);
        assert_eq!(exit, Some(code), "{arguments:?}: {told}");
        assert!(!told.contains("canary") && told.contains("contains a credential"), "{arguments:?}: {told}");
    }
}

#[test]
fn a_profile_without_an_endpoint_is_an_error_and_the_mock_has_to_be_named() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for (name, text) in [("empty", ""), ("braces", "{}"), ("other", "endpoints: { other: http://127.0.0.1:1 }\n")] {
        let profile = folder.join(format!("no-endpoint-{name}.yaml"));
        std::fs::write(&profile, text).unwrap();
        let profile = profile.to_str().unwrap();
        let (told, exit) = run_probity(&["run", "lamps", "--profile", profile]);
        assert_eq!(exit, Some(4), "{name}: {told}");
        if name != "empty" {
            assert!(told.contains("no address for the suite `lamps`") && told.contains("--endpoint mock"), "{told}");
        }
        if name == "other" {
            let reports = folder.join("no-endpoint-reports");
            let explicit =
                ["run", "lamps", "--profile", profile, "--endpoint", "mock", "--reports", reports.to_str().unwrap()];
            let (told, exit) = run_probity(&explicit);
            assert_eq!(exit, Some(0), "{told}");
        }
    }
}
