//! Standard output, which a reader may close at any time.

use std::io::{self, Write};

/// Prints a text as it is. A closed pipe (`probity explain … | head`) is no error.
pub fn print(text: &str) {
    let mut out = io::stdout().lock();
    if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush())
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        eprintln!("error: standard output cannot be written: {error}");
    }
}

/// The same with a line feed.
pub fn line(text: &str) {
    print(&format!("{text}\n"));
}
