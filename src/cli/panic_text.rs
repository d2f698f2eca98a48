//! The text of a panic: escaped, short, and without credentials, because the text may quote a response.

use crate::history::strip_panic_text;
use crate::terminal;
use probity_input::{escape_lines, redact_urls, shorten_text};
use std::panic::PanicHookInfo;

/// Most characters of a panic's message.
const MESSAGE_CHARS_MAX: usize = 2_000;

/// From now on, panics are printed by this module.
pub fn install_panic_hook() {
    std::panic::set_hook(Box::new(|panic| {
        // The end of the process waits for the text, in `cli::main` too.
        terminal::print_error_text(&describe_hook(panic));
    }));
}

fn describe_hook(panic: &PanicHookInfo<'_>) -> String {
    let place = panic.location().map_or_else(|| "unknown".to_string(), ToString::to_string);
    describe_panic(panic.payload_as_str().unwrap_or("no message"), &place)
}

/// The printed text of a panic.
fn describe_panic(message: &str, place: &str) -> String {
    let mut message = message.to_string();
    strip_panic_text(&mut message);
    let message = redact_urls(&message);
    let message = shorten_text(&message, MESSAGE_CHARS_MAX);
    format!(
        "error: probity has a fault: {}\n  at      {place}\n  remedy  report the fault with this text; `probity sweep` \
         deletes what the run created\n",
        escape_lines(&message)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{LearnedSecrets, remember_secrets};

    #[test]
    fn a_panic_shows_no_credential_and_no_control_character() {
        remember_secrets("salt", ["panic-canary-1"], LearnedSecrets::default());
        let message =
            format!("reply \u{1b}[2J PANIC-CANARY-1 panic%2Dcanary%2D1 http://ada:canary@h/ {}", "x".repeat(1_000_000));
        let shown = describe_panic(&message, "a.rs:1:2");
        assert!(shown.starts_with("error: probity has a fault: reply \\u{1b}[2J secret:string:"), "{shown}");
        assert!(!shown.to_lowercase().contains("canary") && shown.len() < 3_000, "{shown}");
        assert!(shown.contains("  at      a.rs:1:2\n  remedy  report"), "{shown}");
    }
}
