//! Signals on the command line: each prints a message, and the third ends the process.

use crate::session::{SignalEvent, Signals};
use crate::terminal;

/// Listens for signals from now on.
pub fn listen_for_signals() -> Signals {
    Signals::start_listening(handle_signal)
}

fn handle_signal(event: SignalEvent) {
    if !matches!(event, SignalEvent::Unavailable(_)) {
        terminal::hurry_up();
    }
    if let Some(message) = event.user_message() {
        terminal::print_error_line(&message);
    }
    if let SignalEvent::End(exit) = event {
        std::process::exit(i32::from(exit.code()));
    }
}
