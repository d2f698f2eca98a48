//! Signed bundles: made, checked, altered, refused.

use super::http_end_to_end::to_text;
use probity::certificate::{BundleFiles, check_signed_files, verify_bundle};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The private key of RFC 8410, section 10.3.
pub const KEY: &str = "-----BEGIN PRIVATE KEY-----\n\
MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
-----END PRIVATE KEY-----\n";
/// The public half of `KEY`.
const PUBLIC_KEY: &str = "-----BEGIN PUBLIC KEY-----\n\
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n\
-----END PUBLIC KEY-----\n";
/// A public key of nobody.
const FOREIGN_KEY: &str = "-----BEGIN PUBLIC KEY-----\n\
MCowBQYDK2VwAyEAhf4sf9AQvtfz3dFnW/m/R/aDf3WsgX3ahtpcU2fAbb8=\n\
-----END PUBLIC KEY-----\n";

/// Runs the binary where the suite of the lamps is.
fn probity(arguments: &[&str]) -> Output {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps");
    let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
    command.args(arguments).current_dir(place).output().expect("the binary runs")
}

fn make_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("certificates").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    std::fs::write(folder.join("key.pem"), KEY).expect("the key is written");
    folder
}

/// A run of the lamps at the mock, with the arguments; returns the folder of the test.
fn run_lamps(name: &str, arguments: &[&str]) -> PathBuf {
    let folder = make_folder(name);
    let reports = folder.join("reports");
    let mut all = vec!["run", "lamps", "--until", "spent", "--reports", reports.to_str().expect("text")];
    all.extend(arguments);
    let output = probity(&all);
    assert!(reports.join("lamps/report.json").is_file(), "{}", to_text(&output.stderr));
    folder
}

/// Asks for a certificate; the bundle is `bundle` in the folder.
fn certify(folder: &Path, arguments: &[&str]) -> Output {
    let path = |name: &str| folder.join(name).display().to_string();
    let (run, key, bundle) = (path("reports/lamps"), path("key.pem"), path("bundle"));
    let mut all = vec!["certify", &run, "--key", &key, "--out", &bundle];
    all.extend(arguments);
    probity(&all)
}

/// Checks the exit code, and that the output has each text.
fn check(output: &Output, code: i32, texts: &[&str]) {
    let told = format!("{}{}", to_text(&output.stdout), to_text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{told}");
    for text in texts {
        assert!(told.contains(text), "`{text}` is not in:\n{told}");
    }
}

#[test]
fn a_bundle_proves_each_verdict_without_the_endpoint() {
    let folder = run_lamps("whole", &["--requests", "600"]);
    check(&certify(&folder, &["--trial"]), 0, &["trial, no certificate", "passed", "signed by "]);
    let bundle = folder.join("bundle");
    let place = bundle.to_str().expect("text");
    check(&probity(&["verify", place]), 0, &["who has this key was not checked"]);
    for (file, key, code) in [("own.pem", PUBLIC_KEY, 0), ("foreign.pem", FOREIGN_KEY, 1)] {
        let trusted = folder.join(file);
        std::fs::write(&trusted, key).expect("the key is written");
        let output = probity(&["verify", place, "--trusted-key", trusted.to_str().expect("text")]);
        check(&output, code, &["key"]);
    }
    let page = std::fs::read_to_string(bundle.join("certificate.html")).expect("the page is written");
    assert!(page.contains("TRIAL of the procedure"), "the page does not say that it is a trial");
}

#[test]
fn one_changed_byte_anywhere_is_found() {
    let folder = run_lamps("flipped", &["--requests", "400"]);
    check(&certify(&folder, &["--trial"]), 0, &[]);
    let whole = BundleFiles::read(&folder.join("bundle")).expect("the bundle can be read");
    let checked = check_signed_files(&whole, None);
    assert_eq!(checked.problems, Vec::<String>::new());
    for (name, bytes) in &whole.0 {
        let mut altered = whole.clone();
        for (index, byte) in bytes.iter().enumerate() {
            altered.0.get_mut(name).expect("the file is there")[index] = byte ^ (1 << (index % 8));
            let found = check_signed_files(&altered, None);
            assert!(!found.problems.is_empty(), "byte {index} of {name} may change unseen");
            altered.0.get_mut(name).expect("the file is there")[index] = *byte;
        }
    }
}

#[test]
fn a_file_more_or_less_is_found() {
    let folder = run_lamps("files", &["--requests", "400"]);
    check(&certify(&folder, &["--trial"]), 0, &[]);
    let bundle = folder.join("bundle");
    std::fs::write(bundle.join("note.txt"), "all is well").expect("the file is written");
    let place = bundle.to_str().expect("text");
    check(&probity(&["verify", place]), 1, &["note.txt: the statement does not name this file"]);
    std::fs::remove_file(bundle.join("note.txt")).expect("the file is there");
    std::fs::remove_file(bundle.join("run.json")).expect("the file is there");
    check(&probity(&["verify", place]), 1, &["run.json: the file is missing"]);
}

#[test]
fn a_signed_statement_with_other_verdicts_than_the_evidence_does_not_hold() {
    // The report of another run: its verdicts are signed, and the evidence does not give them.
    let honest = run_lamps("forged", &["--requests", "400"]);
    let report = honest.join("reports/lamps/report.json");
    let text = std::fs::read_to_string(&report).expect("the report is written");
    let forged = text.replacen("\"verdict\": \"pass\"", "\"verdict\": \"fail\"", 1);
    assert_ne!(text, forged);
    std::fs::write(&report, forged).expect("the report is written");
    check(&certify(&honest, &["--trial"]), 3, &["fail is stated, and the recorded exchanges give pass"]);
    assert!(!honest.join("bundle").exists());
}

#[test]
fn there_is_no_certificate_for_a_mock_for_part_of_the_clauses_or_below_the_policy() {
    let folder = run_lamps("mock", &["--requests", "400"]);
    check(&certify(&folder, &[]), 3, &["no certificate:", "the run was at the mock"]);
    let policy = folder.join("policy.yaml");
    let with_policy = |text: &str| {
        std::fs::write(&policy, text).expect("the policy is written");
        certify(&folder, &["--trial", "--policy", policy.to_str().expect("text")])
    };
    check(&with_policy("requests_min: 5000"), 3, &["the policy demands 5000"]);
    check(&with_policy("detected_percent_min: 101"), 3, &["mutants, and the policy demands 101 %"]);
    check(&with_policy("requests_mni: 5"), 4, &["the file is not a policy"]);
    let folder = run_lamps("selected", &["--requests", "400", "--clause", "light.*"]);
    check(&certify(&folder, &["--trial"]), 3, &["the run reports only the clauses `light.*`"]);
    let folder = run_lamps("short", &["--requests", "8"]);
    check(&certify(&folder, &["--trial"]), 3, &["clauses are undecided, and the policy permits 0"]);
}

#[test]
fn a_failed_run_is_attested_as_failed_unless_the_policy_forbids_it() {
    let folder = run_lamps("failed", &["--requests", "400", "--fault", "remove.gone/other-status"]);
    let policy = folder.join("policy.yaml");
    let text = "undecided_max: 10\nrequests_min: 1\ndetected_percent_min: 0\n";
    std::fs::write(&policy, format!("{text}deviations: none\n")).expect("the policy is written");
    let place = policy.to_str().expect("text").to_string();
    check(&certify(&folder, &["--trial", "--policy", &place]), 3, &["clauses failed, and the policy permits none"]);
    std::fs::write(&policy, text).expect("the policy is written");
    check(&certify(&folder, &["--trial", "--policy", &place]), 0, &["failed"]);
    let verified = verify_bundle(&folder.join("bundle"), None).expect("the bundle can be read");
    assert_eq!(verified.problems, Vec::<String>::new());
}

#[test]
fn a_command_may_sign_in_place_of_a_key_file() {
    let folder = run_lamps("command", &["--requests", "400"]);
    let public = folder.join("public.pem");
    std::fs::write(&public, PUBLIC_KEY).expect("the key is written");
    let path = |name: &str| folder.join(name).display().to_string();
    let ask = |signer: &str| {
        let (run, bundle) = (path("reports/lamps"), path("bundle"));
        probity(&[
            "certify",
            &run,
            "--signer",
            signer,
            "--public-key",
            &path("public.pem"),
            "--trial",
            "--out",
            &bundle,
        ])
    };
    check(&ask("exit 7"), 4, &["the signing command ended with exit status: 7"]);
    check(&ask("cat > /dev/null; echo nonsense"), 4, &["did not write 64 bytes in Base64"]);
    let forged = format!("cat > /dev/null; printf %s {}==", "A".repeat(86));
    check(&ask(&forged), 4, &["signed with another key than the public key"]);
}

#[test]
fn a_shard_has_no_certificate_and_the_merged_run_has_one() {
    let shards = ["1/2", "2/2"].map(|shard| {
        let name = format!("shard-{}", &shard[..1]);
        run_lamps(&name, &["--requests", "1200", "--shard", shard])
    });
    check(&certify(&shards[0], &["--trial"]), 3, &["the report is of shard 1/2 of a run: merge the shards first"]);
    let folder = make_folder("merged");
    let [first, second, merged] = [&shards[0], &shards[1], &folder].map(|it| it.join("reports").display().to_string());
    check(&probity(&["merge", &first, &second, "--reports", &merged]), 0, &[]);
    check(&certify(&folder, &["--trial"]), 0, &["trial, no certificate", "passed"]);
    check(&probity(&["verify", &folder.join("bundle").display().to_string()]), 0, &[]);
}

#[test]
fn a_certificate_has_the_claims_and_needs_each_mandatory_clause() {
    let claims = |name: &str, claims: &str| {
        let profile = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.yaml"));
        std::fs::write(&profile, format!("claims: {claims}\n")).expect("the profile is written");
        let profile = profile.display().to_string();
        run_lamps(name, &["--requests", "600", "--endpoint", "mock", "--profile", &profile])
    };
    let folder = claims("claims-some", "{ lamps: { operations: [light*, show*, remove*] } }");
    check(&certify(&folder, &["--trial"]), 3, &["the profile does not claim mandatory clauses: dim.bright"]);
    let folder = claims("claims-all", "{ lamps: { operations: ['*'] } }");
    check(&certify(&folder, &["--trial"]), 0, &[]);
    let verified = verify_bundle(&folder.join("bundle"), None).expect("the bundle can be read");
    let conditions = verified.statement.expect("there is a statement").predicate.conditions;
    assert_eq!(conditions.claims.expect("there are claims").claimed_operations, 4);
}
