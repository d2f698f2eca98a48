//! Each example ends by itself and succeeds. `cargo test` builds the examples; after a change, `cargo test --test
//! examples` alone runs the examples of the last build.

use std::path::PathBuf;
use std::process::Command;

const EXAMPLES: &[&str] = &["axum_service", "fake_for_client", "judge_history"];

/// `target/debug/examples` beside `target/debug/deps`, the folder of this test.
fn examples_folder() -> PathBuf {
    let test = std::env::current_exe().expect("this test has a path");
    test.ancestors().nth(2).expect("cargo builds tests in a folder of the profile").join("examples")
}

#[test]
fn each_example_succeeds() {
    for name in EXAMPLES {
        let path = examples_folder().join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        let output = Command::new(&path)
            .output()
            .unwrap_or_else(|error| panic!("{}: {error}. Remedy: cargo build --examples", path.display()));
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "the example {name} ended with {}\n{text}", output.status);
    }
}
