//! Output and exit codes of the binary.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs the binary in the folder of the lamps, with their suites and schemas.
fn run_probity(arguments: &[&str]) -> Output {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps");
    let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
    command.args(arguments).current_dir(folder).output().expect("the binary runs")
}

/// Standard error and exit code of a failing call. Standard output has at most one line.
fn run_failing(arguments: &[&str]) -> (String, i32) {
    let output = run_probity(arguments);
    let told = String::from_utf8(output.stdout).expect("text");
    assert!(told.lines().count() <= 1, "a failing call prints no result: {told}");
    (String::from_utf8(output.stderr).expect("text"), output.status.code().expect("it ends by itself"))
}

fn check_failing(arguments: &[&str], code: i32, expected: &str) {
    assert_eq!(run_failing(arguments), (expected.to_string(), code), "probity {}", arguments.join(" "));
}

/// A folder for each test.
fn make_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

fn read_text(path: &Path) -> String {
    let read = || {
        let mut text = String::new();
        let mut file = std::fs::File::open(path)?;
        match path.extension().is_some_and(|ending| ending == "gz") {
            true => flate2::read::MultiGzDecoder::new(file).read_to_string(&mut text)?,
            false => file.read_to_string(&mut text)?,
        };
        std::io::Result::Ok(text)
    };
    read().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn an_unknown_suite_is_reported_with_a_suggestion() {
    check_failing(
        &["run", "lmaps"],
        2,
        "error: there is no suite of that name in ./suites and ./schemas\n  at      suite `lmaps`\n  remedy  did you mean `lamps`?\n",
    );
}

#[test]
fn an_unknown_clause_is_reported_with_a_suggestion() {
    let remedy = "  remedy  did you mean `dim.bright`?\n";
    check_failing(
        &["explain", "dim.brihgt"],
        2,
        &format!("error: no suite has a clause of that id\n  at      clause `dim.brihgt`\n{remedy}"),
    );
    check_failing(
        &["run", "--clause", "dim.brihgt"],
        2,
        &format!("error: no clause matches\n  at      --clause dim.brihgt\n{remedy}"),
    );
}

#[test]
fn a_profile_with_a_key_that_does_not_exist_is_refused_at_its_line() {
    let profile = make_folder("bad-profile").join("profile.yaml");
    std::fs::write(&profile, "changes: allowed\nendpiont: http://127.0.0.1:1\n").unwrap();
    let (told, code) = run_failing(&["run", "--profile", profile.to_str().unwrap()]);
    assert_eq!(code, 4, "{told}");
    assert!(told.contains(&format!("at      {}:2:", profile.display())), "{told}");
    assert!(told.contains("endpiont") && told.contains("remedy"), "{told}");
}

#[test]
fn an_unreachable_endpoint_ends_with_5_and_without_reports() {
    let folder = make_folder("no-endpoint");
    let (profile, reports) = (folder.join("profile.yaml"), folder.join("reports"));
    std::fs::write(&profile, "changes: allowed\nidentities: { owner: {} }\n").unwrap();
    // No server listens on port 1 of this machine.
    let arguments = [
        "run",
        "--endpoint",
        "http://127.0.0.1:1",
        "--profile",
        profile.to_str().unwrap(),
        "--reports",
        reports.to_str().unwrap(),
    ];
    let output = run_probity(&arguments);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(5), "{told}");
    assert!(told.contains("http://127.0.0.1:1") && told.contains("remedy"), "{told}");
    assert!(!reports.exists(), "nothing is half-written");
}

/// A folder with the lamps, where a text of the suite is replaced.
fn change_suite(name: &str, written: &str, otherwise: &str) -> PathBuf {
    let folder = make_folder(name);
    let lamps = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps");
    for name in ["schemas/lamps/catalog.json", "schemas/lamps/lamp.json", "schemas/lamps/lightLamp.request.json"] {
        std::fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
        std::fs::copy(lamps.join(name), folder.join(name)).unwrap();
    }
    std::fs::create_dir_all(folder.join("suites")).unwrap();
    let suite = read_text(&lamps.join("suites/lamps.yaml"));
    assert!(suite.contains(written), "the suite has `{written}`");
    std::fs::write(folder.join("suites/lamps.yaml"), suite.replace(written, otherwise)).unwrap();
    folder
}

/// Replaces a text of the suite of the lamps, and compares the message of `run`.
fn check_changed_suite(name: &str, written: &str, otherwise: &str) {
    let folder = change_suite(name, written, otherwise);
    let output = Command::new(env!("CARGO_BIN_EXE_probity")).arg("run").current_dir(&folder).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{told}");
    let meant = written.rsplit([' ', '.']).next().unwrap();
    let typed = otherwise.rsplit([' ', '.']).next().unwrap();
    assert!(told.contains(typed) && told.contains(meant) && told.contains("suites/lamps.yaml:"), "{told}");
    assert!(!folder.join("reports").exists(), "nothing is half-written");
}

#[test]
fn a_suite_with_an_unknown_operation_is_refused_at_its_line() {
    check_changed_suite("bad-suite", "call: removeLamp", "call: removeLmap");
}

#[test]
fn a_suite_with_a_misspelt_field_is_refused_before_the_first_request() {
    check_changed_suite("misspelt-field", "when: lamp.state", "when: lamp.sttae");
}

#[test]
fn a_file_that_is_no_plan_is_refused() {
    let file = make_folder("bad-plan").join("plan.json");
    std::fs::write(&file, "{\"format\": 99}").unwrap();
    let (told, code) = run_failing(&["replay", file.to_str().unwrap()]);
    assert_eq!(code, 4, "{told}");
    assert!(told.contains("the plan has format 99"), "{told}");
}

#[test]
fn a_wrong_flag_is_a_usage_error() {
    assert_eq!(run_failing(&["run", "--sed", "7"]).1, 2);
    assert_eq!(run_failing(&["run", "--today", "2026-13-01"]).1, 2);
    assert_eq!(run_failing(&["run", "--endpoint", "ftp://x"]).1, 2);
}

#[test]
fn the_lamps_pass_and_the_same_seed_gives_the_same_report() {
    let (first, second) = (make_folder("same-1"), make_folder("same-2"));
    for reports in [&first, &second] {
        let output = run_probity(&[
            "run",
            "--seed",
            "3",
            "--requests",
            "600",
            "--today",
            "2026-11-20",
            "--reports",
            reports.to_str().unwrap(),
        ]);
        let told = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{told}");
        assert!(told.lines().next().unwrap().contains("not a real API"), "the first line says whom it asks: {told}");
    }
    for name in ["report.json", "history.jsonl.gz"] {
        let [one, other] = [&first, &second].map(|reports| std::fs::read(reports.join("lamps").join(name)).unwrap());
        assert!(one == other, "{name} differs");
    }
}

#[test]
fn a_broken_promise_is_found_and_its_replay_line_shows_it_again() {
    let reports = make_folder("broken");
    let arguments =
        ["run", "--fault", "dim.twice/accepted", "--requests", "600", "--reports", reports.to_str().unwrap()];
    let output = run_probity(&arguments);
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("FAIL dim.twice"), "{told}");
    let line = told
        .lines()
        .find_map(|line| line.trim().strip_prefix("replay     probity "))
        .expect("a replay line")
        .to_string();
    assert!(line.contains("/lamps/counterexample-1.json"), "{line}");
    let again = run_probity(&line.split(' ').collect::<Vec<_>>());
    let shown = String::from_utf8(again.stdout).unwrap();
    assert_eq!(again.status.code(), Some(1), "{shown}");
    assert!(shown.contains("dim.twice"), "{shown}");
    let history = reports.join("lamps/history.jsonl.gz");
    let judged = run_probity(&["judge", history.to_str().unwrap()]);
    assert!(String::from_utf8(judged.stdout).unwrap().contains("FAIL dim.twice"));
    assert_eq!(judged.status.code(), Some(1));
}

#[test]
fn a_counterexample_under_its_former_name_is_replayed() {
    let reports = make_folder("former-name");
    let run = ["run", "--fault", "dim.twice/accepted", "--requests", "600", "--reports", reports.to_str().unwrap()];
    assert_eq!(run_probity(&run).status.code(), Some(1));
    let old = reports.join("witness-1.json");
    std::fs::rename(reports.join("lamps/counterexample-1.json"), &old).unwrap();
    let replayed = run_probity(&["replay", old.to_str().unwrap(), "--fault", "dim.twice/accepted"]);
    let shown = String::from_utf8(replayed.stdout).unwrap();
    assert_eq!(replayed.status.code(), Some(1), "{shown}");
    assert!(shown.contains("dim.twice"), "{shown}");
}

/// Output, errors and exit code of `probity fmt` in a folder.
fn format_in(folder: &Path, arguments: &[&str]) -> (String, String, i32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
    let output = command.arg("fmt").args(arguments).current_dir(folder).output().expect("the binary runs");
    let [out, error] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("text"));
    (out, error, output.status.code().expect("the process exits"))
}

#[test]
fn suite_files_are_formatted_in_place_and_check_writes_none() {
    let folder = make_folder("fmt");
    std::fs::create_dir_all(folder.join("suites")).unwrap();
    let lamps = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps/suites/lamps.yaml");
    let (good, bad) = (folder.join("suites/good.yaml"), folder.join("suites/bad.yaml"));
    std::fs::write(&good, read_text(&lamps)).unwrap();
    assert_eq!(format_in(&folder, &["suites/good.yaml"]).2, 0);
    let canonical = read_text(&good);
    let spaced = canonical.replacen('\n', "   \n\n\n\n", 1);
    std::fs::write(&bad, &spaced).unwrap();
    let expected = ("not formatted: suites/bad.yaml\n".to_string(), String::new(), 1);
    assert_eq!(format_in(&folder, &["--check"]), expected, "without files: all suites of ./suites");
    assert_eq!(read_text(&bad), spaced, "--check writes no file");
    assert_eq!(format_in(&folder, &["--check", "suites/good.yaml"]), (String::new(), String::new(), 0));
    let expected = ("formatted: suites/bad.yaml\n".to_string(), String::new(), 0);
    assert_eq!(format_in(&folder, &[]), expected);
    assert_eq!(read_text(&good), canonical);
    assert_eq!(format_in(&folder, &["--check"]).2, 0, "a formatted file stays as it is");
}

#[test]
fn a_file_that_cannot_be_formatted_is_named_and_the_others_are_formatted() {
    let folder = make_folder("fmt-bad");
    std::fs::write(folder.join("broken.yaml"), "suite: [\n").unwrap();
    std::fs::write(folder.join("spaced.yaml"), "suite: x   \n").unwrap();
    let (out, error, code) = format_in(&folder, &["broken.yaml", "missing.yaml", "spaced.yaml"]);
    assert_eq!(code, 4, "{error}");
    assert!(error.contains("broken.yaml") && error.contains("missing.yaml"), "{error}");
    assert_eq!(out, "formatted: spaced.yaml\n");
    let (_, error, code) = format_in(&folder, &[]);
    assert_eq!(code, 4, "{error}");
    assert!(error.contains("at      suites\n"), "{error}");
}

/// Answers every connection with one response as long as the process lives. Returns the address.
fn serve_always(status: &str, kind: &str, body: &str) -> String {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("127.0.0.1:{}", listener.local_addr().expect("an address").port());
    let length = body.len();
    let reply = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.read(&mut [0; 65_536]);
            let _ = stream.write_all(reply.as_bytes());
        }
    });
    address
}

/// A run with the profile ends with the exit code before the first create, prints the words, and prints no secret.
fn check_refused(name: &str, profile: &str, code: i32, words: &[&str]) {
    let folder = make_folder(name);
    let (file, reports) = (folder.join("profile.yaml"), folder.join("reports"));
    std::fs::write(&file, format!("changes: allowed\n{profile}")).unwrap();
    let arguments = ["run", "--profile", file.to_str().unwrap(), "--reports", reports.to_str().unwrap()];
    let output = run_probity(&arguments);
    let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{told}");
    for word in words.iter().chain(&["  at      ", "  remedy  "]) {
        assert!(told.contains(word), "`{word}` is not in: {told}");
    }
    assert!(!told.contains("canary"), "{told}");
    assert!(!reports.exists(), "nothing is half-written");
}

#[test]
fn the_reason_that_prevents_a_run_is_reported_once() {
    let html = serve_always("200 OK", "text/html", "<html><body>Sign in</body></html>");
    let unauthorized = serve_always("401 Unauthorized", "application/json", "{\"error\":\"no\"}");
    let bearer = "identities: { owner: { auth: { bearer: { token: canary-1 } } } }\n";
    check_refused(
        "html",
        &format!("endpoint: http://{html}\n{bearer}"),
        5,
        &["the endpoint answers HTML (status 200)", &html],
    );
    check_refused(
        "token",
        &format!("endpoint: http://{unauthorized}\n{bearer}"),
        5,
        &["the endpoint refuses the owner's credentials"],
    );
    check_refused("tls", &format!("endpoint: https://{html}\n{bearer}"), 5, &[&html]);
    let proxy = "endpoint: http://endpoint.example\nconnection: { proxy: 'http://127.0.0.1:1' }\n";
    check_refused("proxy", &format!("{proxy}{bearer}"), 5, &["the proxy cannot be used", "`connection.proxy`"]);
    let service = |address: &str| {
        let client = format!("token_url: 'http://{address}/token', client_id: a, client_secret: canary-2");
        format!(
            "endpoint: http://{html}\nidentities: {{ owner: {{ auth: {{ client-credentials: {{ {client} }} }} }} }}\n"
        )
    };
    check_refused("service-html", &service(&html), 5, &["the token service answers HTML", "/token"]);
    check_refused("service-401", &service(&unauthorized), 5, &["the token service refuses the credentials with 401"]);
    check_refused(
        "service-gone",
        &service("127.0.0.1:1"),
        5,
        &["no answer from the token service: no server listens at this address"],
    );
    let unset =
        format!("endpoint: http://{html}\nidentities: {{ owner: {{ headers: {{ X: 'env:PROBITY_UNSET' }} }} }}\n");
    check_refused("unset", &unset, 4, &["the environment variable `PROBITY_UNSET` is not set"]);
}

#[test]
fn a_run_at_an_address_records_no_credential_and_warns_of_a_literal_credential() {
    use std::io::BufRead;
    let folder = make_folder("no-credential");
    let (given, file, reports) = (folder.join("given.yaml"), folder.join("profile.yaml"), folder.join("reports"));
    let mut mock = Command::new(env!("CARGO_BIN_EXE_probity"))
        .args(["mock", "--listen", "127.0.0.1:0", "--speed", "1000", "--profile-out", given.to_str().unwrap()])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps"))
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let lines = std::io::BufReader::new(mock.stdout.take().unwrap()).lines();
    let listening = lines.map_while(Result::ok).find(|line| line.starts_with("listening on "));
    assert!(listening.is_some(), "the profile is written by then");
    let profile = read_text(&given).replacen(
        "headers: { X-Auth-Token: owner-token }",
        "auth: { bearer: { token: env:TOKEN } }",
        1,
    );
    assert!(profile.contains("env:TOKEN"), "{profile}");
    std::fs::write(&file, profile).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_probity"))
        .args(["run", "--requests", "120", "--profile", file.to_str().unwrap(), "--reports", reports.to_str().unwrap()])
        .env("TOKEN", "owner-token")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps"))
        .output();
    mock.kill().unwrap();
    mock.wait().unwrap();
    let output = output.expect("the binary runs");
    let (told, warned) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(matches!(output.status.code(), Some(0 | 3)), "{told}{warned}");
    let warnings: Vec<&str> = warned.lines().filter(|line| line.starts_with("warning: ")).collect();
    assert!(matches!(warnings[..], [one] if one.contains("a credential is written out")), "{warned}");
    let report = read_text(&reports.join("lamps/report.json"));
    assert!(report.contains("\"pass\""), "the owner was let in: {report}");
    let mut files = 0;
    for entry in std::fs::read_dir(reports.join("lamps")).unwrap() {
        let path = entry.unwrap().path();
        assert!(!read_text(&path).contains("owner-token"), "{}", path.display());
        files += 1;
    }
    assert!(files >= 3 && !told.contains("owner-token") && !warned.contains("owner-token"), "{told}{warned}");
}

/// Runs the lamps against the mock with few requests. Returns the exit code and standard output.
fn run_briefly(name: &str, arguments: &[&str]) -> (i32, String) {
    let reports = make_folder(name);
    let common = ["run", "--requests", "4", "--reports", reports.to_str().unwrap()];
    let output = run_probity(&[&common, arguments].concat());
    let told = String::from_utf8(output.stdout).expect("text") + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().expect("it ends by itself"), told)
}

#[test]
fn a_selected_clause_without_a_decision_is_no_success() {
    let (code, told) = run_briefly("undecided-clause", &["--clause", "dim.twice"]);
    assert_eq!(code, 3, "{told}");
    assert!(
        told.contains("exit 3: nothing failed, and at least one clause is inconclusive or untested (lamps)"),
        "{told}"
    );
}

#[test]
fn an_undecided_clause_is_excused_by_name_and_listed() {
    let (code, told) = run_briefly(
        "excused-clause",
        &[
            "--clause",
            "d*",
            "--clause",
            "light*",
            "--allow-undecided",
            "dim*",
            "--allow-undecided",
            "*.no-server-error",
        ],
    );
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("Excused by --allow-undecided, and not proved"), "{told}");
}

#[test]
fn a_run_that_decides_nothing_is_no_success_whatever_is_excused() {
    let (code, told) = run_briefly("nothing-decided", &["--clause", "dim.twice", "--allow-undecided", "*"]);
    assert_eq!(code, 3, "{told}");
}

#[test]
fn an_excuse_for_a_clause_that_does_not_exist_is_a_wrong_command_line() {
    check_failing(
        &["run", "--allow-undecided", "dim.brihgt"],
        2,
        "error: no clause matches\n  at      --allow-undecided dim.brihgt\n  remedy  did you mean `dim.bright`?\n",
    );
}

#[test]
fn verbose_runs_show_each_request_and_response_and_the_possible_states() {
    let (_, quiet) = run_briefly("quiet", &[]);
    assert!(!quiet.contains("lightLamp (v1)"), "{quiet}");
    let (_, told) = run_briefly("verbose", &["-v"]);
    assert!(told.contains("lamps: plan 0, step 1: lightLamp (v1) "), "{told}");
    assert!(told.contains("  -> 201 {\"") && !told.contains("a body of"), "{told}");
    assert!(!told.contains("possible: "), "{told}");
    let (_, told) = run_briefly("very-verbose", &["-vv"]);
    assert!(told.contains("  possible: lamp "), "{told}");
}

#[test]
fn a_renamed_clause_is_selected_and_explained_by_its_earlier_id() {
    let folder = change_suite("renamed-clause", "  - id: dim.twice\n", "  - id: dim.again\n    aliases: [dim.twice]\n");
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_probity")).args(arguments).current_dir(&folder).output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap(), output.status.code())
    };
    let (explained, told, code) = run(&["explain", "dim.twice"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(explained.starts_with("dim.again\n") && explained.contains("  aliases  dim.twice\n"), "{explained}");
    let (_, told, code) = run(&["run", "--clause", "dim.twice", "--requests", "100"]);
    assert_eq!(code, Some(0), "{told}");
    let report: serde_json::Value =
        serde_json::from_str(&read_text(&folder.join("reports/lamps/report.json"))).unwrap();
    let ids: Vec<&str> = report["clauses"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["dim.again"]);
    let (_, told, code) = run(&["run", "--exclude", "dim.twice", "--requests", "20"]);
    assert_ne!(code, Some(2), "{told}");
    let report = read_text(&folder.join("reports/lamps/report.json"));
    assert!(report.contains("\"dim.bright\"") && !report.contains("\"dim.again\""), "{report}");
}
