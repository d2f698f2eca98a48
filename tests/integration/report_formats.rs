//! `probity report`, and the files of `probity run --format`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Each format with the name of its file.
const FORMATS: [(&str, &str); 6] = [
    ("json", "report.json"),
    ("junit", "junit.xml"),
    ("ctrf", "ctrf.json"),
    ("sarif", "report.sarif"),
    ("markdown", "report.md"),
    ("html", "report.html"),
];

fn run_probity(arguments: &[&str]) -> Output {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps");
    Command::new(env!("CARGO_BIN_EXE_probity")).args(arguments).current_dir(folder).output().expect("the binary runs")
}

/// An empty folder with the reports of a run of the lamps.
fn run_lamps(name: &str, more: &[&str]) -> PathBuf {
    let reports = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&reports);
    let place = reports.to_str().expect("text");
    let output = run_probity(&[&["run", "--requests", "300", "--reports", place], more].concat());
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    reports
}

#[test]
fn a_stored_run_is_rendered_as_the_run_wrote_it() {
    let formats: Vec<&str> = FORMATS.iter().flat_map(|(format, _)| ["--format", format]).collect();
    let reports = run_lamps("rendered-run", &[&["--fault", "dim.bright/refused"], formats.as_slice()].concat());
    for (format, file) in FORMATS {
        let written = std::fs::read_to_string(reports.join("lamps").join(file)).expect(file);
        assert!(written.len() > 500 && written.contains("dim.bright"), "{file}: {written}");
        let output = run_probity(&["report", reports.to_str().unwrap(), "--format", format]);
        assert_eq!(output.status.code(), Some(0));
        assert!(String::from_utf8(output.stdout).unwrap() == written, "{format} differs from {file}");
    }
    let file = reports.join("summary.md");
    let one = reports.join("lamps/report.json");
    let arguments = ["report", one.to_str().unwrap(), "--format", "markdown", "--out", file.to_str().unwrap()];
    assert_eq!(run_probity(&arguments).status.code(), Some(0));
    assert!(std::fs::read(&file).unwrap() == std::fs::read(reports.join("lamps/report.md")).unwrap());
}

#[test]
fn renderings_of_an_earlier_run_do_not_stay_beside_a_new_report() {
    let fault = ["--fault", "dim.bright/refused"];
    let reports = run_lamps("stale-renderings", &[&fault[..], &["--format", "html"]].concat());
    assert!(reports.join("lamps/report.html").exists());
    let again =
        run_probity(&[&["run", "--requests", "300", "--reports", reports.to_str().unwrap()], &fault[..]].concat());
    assert_eq!(again.status.code(), Some(1));
    assert!(!reports.join("lamps/report.html").exists() && reports.join("lamps/junit.xml").exists());
}

fn check_refused(arguments: &[&str], code: i32, expected: &str) {
    let output = run_probity(&[&["report"], arguments].concat());
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{told}");
    assert!(told.contains(expected), "{told}");
}

#[test]
fn what_cannot_be_rendered_is_an_error_with_a_remedy() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-report");
    std::fs::create_dir_all(&folder).unwrap();
    let place = folder.to_str().unwrap();
    let _ = std::fs::remove_file(folder.join("report.json"));
    check_refused(&[place, "--format", "html"], 4, "there is no report.json here");
    check_refused(
        &[place, "--format", "pdf"],
        2,
        "possible values: json, junit, ctrf, sarif, markdown, github, gitlab, html",
    );
    std::fs::write(folder.join("report.json"), "{\"format\": 99}").unwrap();
    check_refused(&[place, "--format", "html"], 4, "the report has format 99; this program reads formats up to 3");
    std::fs::write(folder.join("report.json"), "{\"format\": 3}").unwrap();
    check_refused(&[place, "--format", "html"], 4, "the file is not a report");
}
