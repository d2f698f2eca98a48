//! Standard output. A reader may close the pipe at any time.

use std::io::{self, Write};

/// Prints a text. A closed pipe (`probity explain … | head`) is not an error.
pub fn print_text(text: &str) {
    let mut out = io::stdout().lock();
    if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush())
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        eprintln!("error: standard output cannot be written: {error}");
    }
}

/// Prints a text and a line feed.
pub fn print_line(text: &str) {
    print_text(&format!("{text}\n"));
}
