//! In place of the signals in a build without the feature `http`: no target is real, so that a signal ends the process
//! and leaves nothing behind.

use super::exit_kind::ExitKind;

/// A delivered signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DeliveredSignal {
    /// Why the process will end.
    pub exit: ExitKind,
    /// Whether the signal says that the terminal is gone.
    pub hangup: bool,
}

pub(super) struct SignalStreams;

impl SignalStreams {
    pub(super) fn open() -> (SignalStreams, Vec<&'static str>) {
        (SignalStreams, Vec::new())
    }

    pub(super) async fn wait_for_signal(&mut self) -> DeliveredSignal {
        std::future::pending().await
    }
}
