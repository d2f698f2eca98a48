//! The signals that the operating system delivers.

use super::exit_kind::ExitKind;

#[cfg(unix)]
pub(super) struct SignalStreams {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl SignalStreams {
    pub(super) fn open() -> std::io::Result<SignalStreams> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(SignalStreams { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    pub(super) async fn wait_for_signal(&mut self) -> ExitKind {
        tokio::select! {
            _ = self.interrupt.recv() => ExitKind::Interrupted,
            _ = self.terminate.recv() => ExitKind::Terminated,
        }
    }
}

#[cfg(not(unix))]
pub(super) struct SignalStreams;

#[cfg(not(unix))]
impl SignalStreams {
    pub(super) fn open() -> std::io::Result<SignalStreams> {
        Ok(SignalStreams)
    }

    pub(super) async fn wait_for_signal(&mut self) -> ExitKind {
        let _ = tokio::signal::ctrl_c().await;
        ExitKind::Interrupted
    }
}
