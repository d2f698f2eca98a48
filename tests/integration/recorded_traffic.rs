//! Traffic of other clients in HAR files, judged with `probity judge`.

mod har_text;
mod overlapping_entries;
mod recorders;
mod resources;
mod run_as_har;

use crate::http_end_to_end::{lamps_folder, make_folder, probity_command, to_text};
use std::path::PathBuf;

/// Exit code and output of judging a file with this content and these further arguments. `name` names a folder.
fn judge_text(name: &str, content: &[u8], arguments: &[&str]) -> (Option<i32>, String) {
    let file = write_har(name, content);
    let arguments = [&["judge", file.to_str().unwrap()], arguments].concat();
    let output = probity_command(&lamps_folder(), &arguments).output().expect("it starts");
    (output.status.code(), format!("{}{}", to_text(&output.stdout), to_text(&output.stderr)))
}

fn write_har(name: &str, content: &[u8]) -> PathBuf {
    let file = make_folder(&format!("traffic-{name}")).join("traffic.har");
    std::fs::write(&file, content).unwrap();
    file
}

/// The lines of the counts, the verdicts FAIL, and what an error says.
fn list_told(output: &str) -> String {
    let is_told = |line: &&str| {
        [
            "FAIL ",
            "  got ",
            "  expected ",
            "  not covered",
            "  not judged",
            "  undetermined",
            "  calls that",
            "error:",
            "  at ",
            "  remedy",
        ]
        .iter()
        .any(|start| line.starts_with(start))
            || line.starts_with("entries: ")
    };
    // The folder of the test is left out.
    let clean = |line: &str| match (line.find(" /"), line.find("traffic.har")) {
        (Some(start), Some(end)) if start < end => format!("{} {}\n", &line[..start], &line[end..]),
        _ => format!("{line}\n"),
    };
    output.lines().filter(is_told).map(clean).collect()
}

/// Checks what judging traffic of the lamps tells. For the lines see [`har_text::make_har`].
fn check(name: &str, lines: &[&str], expected: &str) {
    let (_, output) = judge_text(name, har_text::make_har(lines).as_bytes(), &["--suite", "lamps"]);
    assert_eq!(list_told(&output), expected.trim_start_matches('\n'), "{output}");
}
