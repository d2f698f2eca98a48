//! Only `src/terminal.rs` writes to standard output and standard error, because a closed pipe or a full device must not
//! end a run with resources at an endpoint: `println!` panics there.

use crate::assert_none;
use crate::sources::{SourceFile, read_crates, shipped_lines};
use std::path::Path;

/// Files that write themselves, and ignore errors.
const WRITERS: &[&str] = &["src/terminal.rs"];

/// What writes to the terminal without the writer.
const WORDS: &[&str] = &["println!", "print!", "dbg!", "io::stdout()", "io::stderr()"];

fn is_writer(file: &SourceFile) -> bool {
    WRITERS.iter().any(|writer| file.path == Path::new(writer))
}

#[test]
fn only_the_terminal_writes_to_standard_output_and_standard_error() {
    let mut violations = Vec::new();
    for source in read_crates() {
        for file in source.files.values().filter(|file| !is_writer(file)) {
            for (number, line) in shipped_lines(file) {
                let code = line.split("//").next().unwrap_or("");
                if let Some(word) = WORDS.iter().find(|word| code.contains(**word)) {
                    violations.push(format!(
                        "{}:{number}: `{word}` panics or fails where nobody reads. Remedy: print through \
                         `crate::terminal`, or return the text to the caller.",
                        file.path.display()
                    ));
                }
            }
        }
    }
    assert_none(&violations);
}
