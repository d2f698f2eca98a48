//! Signals on the command line: each prints a message, and the third ends the process.

use crate::session::{SignalEvent, Signals};

/// Listens for signals from now on.
pub fn listen_for_signals() -> Signals {
    Signals::start_listening(handle_signal)
}

fn handle_signal(event: SignalEvent) {
    if let Some(message) = event.user_message() {
        eprintln!("{message}");
    }
    if let SignalEvent::End(exit) = event {
        std::process::exit(i32::from(exit.code()));
    }
}
