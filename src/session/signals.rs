//! SIGINT and SIGTERM: stop plans, then stop cleaning up.

use super::exit_kind::ExitKind;
use super::signal_streams::SignalStreams;
use crate::plan_execution::Cancellation;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// The request of a signal. The second and the third signal request more than the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignalEvent {
    /// The first signal: plans stop, and the resources that they created are deleted.
    Stop,
    /// The second signal: cleaning up stops, and the leftovers are listed.
    StopCleanup,
    /// The third signal: the process has to end at once, with this exit kind.
    End(ExitKind),
    /// The operating system refuses to deliver signals to this process.
    Unavailable,
}

impl SignalEvent {
    /// A line for the user; none if the process ends at once.
    #[must_use]
    pub fn user_message(self) -> Option<&'static str> {
        match self {
            SignalEvent::Stop => Some(
                "stopping: created resources are deleted, and the report covers the run so far (signal again to skip the deletion)",
            ),
            SignalEvent::StopCleanup => Some("leftovers stay and are listed (signal again to end at once)"),
            SignalEvent::End(_) => None,
            SignalEvent::Unavailable => {
                Some("warning: signals cannot be received; a signal ends the run without a report")
            }
        }
    }
}

/// The signals that this process received, and the handles by which plans learn of them.
#[derive(Debug, Clone)]
pub struct Signals {
    /// Set by the first signal: plans stop, and the resources that they created are deleted.
    pub cancel: Cancellation,
    /// Set by the second signal: cleaning up stops too.
    pub give_up: Cancellation,
    received: Arc<AtomicU8>,
}

impl Signals {
    /// Listens from now on, on a thread of its own, because the clock of a campaign may be paused.
    /// `tell` is called on that thread for each of the first three signals.
    #[must_use]
    pub fn start_listening(tell: fn(SignalEvent)) -> Signals {
        let (stop, cancel) = Cancellation::make_pair();
        let (stop_cleanup, give_up) = Cancellation::make_pair();
        let received = Arc::new(AtomicU8::new(0));
        let mark = Arc::clone(&received);
        let (ready, listens) = std::sync::mpsc::channel();
        let listening = std::thread::Builder::new().name("signals".into()).spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
                return;
            };
            runtime.block_on(async {
                let Ok(mut streams) = SignalStreams::open() else { return };
                let _ = ready.send(());
                let kind = streams.wait_for_signal().await;
                mark.store(kind.code(), Ordering::SeqCst);
                tell(SignalEvent::Stop);
                let _ = stop.send(true);
                let kind = streams.wait_for_signal().await;
                mark.store(kind.code(), Ordering::SeqCst);
                tell(SignalEvent::StopCleanup);
                let _ = stop_cleanup.send(true);
                tell(SignalEvent::End(streams.wait_for_signal().await));
            });
        });
        // A signal before the thread listens would end the process without a report.
        if listening.is_err() || listens.recv().is_err() {
            tell(SignalEvent::Unavailable);
        }
        Signals { cancel, give_up, received }
    }

    /// The exit kind of the last signal; none if no signal came.
    #[must_use]
    pub fn exit_kind(&self) -> Option<ExitKind> {
        match self.received.load(Ordering::SeqCst) {
            0 => None,
            code if code == ExitKind::Terminated.code() => Some(ExitKind::Terminated),
            _ => Some(ExitKind::Interrupted),
        }
    }
}
