//! Signals on the command line: each prints a message, and the third ends the process.

use crate::session::{SignalEvent, Signals};

/// Listens for signals from now on.
pub fn listen() -> Signals {
    Signals::listen(handle)
}

fn handle(event: SignalEvent) {
    if let Some(message) = event.message() {
        eprintln!("{message}");
    }
    if let SignalEvent::End(exit) = event {
        std::process::exit(i32::from(exit.code()));
    }
}
