//! SIGINT, SIGTERM, SIGHUP and SIGQUIT: stop plans, then stop cleaning up, then end the process.

use super::exit_kind::ExitKind;
use super::signal_streams::{DeliveredSignal, SignalStreams};
use crate::plan_execution::Cancellation;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// A hangup that comes this soon after another signal is the same request: when a terminal closes, the kernel and the
/// shell both send SIGHUP, and some supervisors send SIGHUP after SIGTERM.
const HANGUP_INTERVAL: Duration = Duration::from_secs(2);

/// The request of a signal. The second and the third signal request more than the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignalEvent {
    /// The first signal: plans stop, and the resources that they created are deleted.
    Stop,
    /// The second signal: cleaning up stops, and the leftovers are listed.
    StopCleanup,
    /// The third signal: the process has to end at once, with this exit kind.
    End(ExitKind),
    /// The operating system refuses to deliver these signals to this process.
    Unavailable(String),
}

impl SignalEvent {
    /// A line for the user; none if the process ends at once.
    #[must_use]
    pub fn user_message(&self) -> Option<String> {
        let stop = "stopping: created resources are deleted, and the report covers the run so far (signal again to skip \
                    the deletion)";
        match self {
            SignalEvent::Stop => Some(stop.to_string()),
            SignalEvent::StopCleanup => Some("leftovers stay and are listed (signal again to end at once)".to_string()),
            SignalEvent::End(_) => None,
            SignalEvent::Unavailable(names) => Some(format!(
                "warning: the system refuses a handler for {names}; such a signal ends the run at once, without a \
                 report, and `probity sweep` deletes what it created"
            )),
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
                let (streams, refused) = SignalStreams::open();
                let _ = ready.send(refused);
                let mut requests = SignalRequests { streams, last: None };
                let exit = requests.wait_for_request().await;
                mark.store(exit.code(), Ordering::SeqCst);
                tell(SignalEvent::Stop);
                let _ = stop.send(true);
                let exit = requests.wait_for_request().await;
                mark.store(exit.code(), Ordering::SeqCst);
                tell(SignalEvent::StopCleanup);
                let _ = stop_cleanup.send(true);
                tell(SignalEvent::End(requests.wait_for_request().await));
            });
        });
        // A signal before the thread listens would end the process without a report.
        let refused = listening.ok().and_then(|_| listens.recv().ok());
        let refused = refused.map_or_else(|| "any signal".to_string(), |names| names.join(", "));
        if !refused.is_empty() {
            tell(SignalEvent::Unavailable(refused));
        }
        Signals { cancel, give_up, received }
    }

    /// The exit kind of the last request; none if no signal came.
    #[must_use]
    pub fn exit_kind(&self) -> Option<ExitKind> {
        match self.received.load(Ordering::SeqCst) {
            0 => None,
            code if code == ExitKind::Terminated.code() => Some(ExitKind::Terminated),
            _ => Some(ExitKind::Interrupted),
        }
    }
}

/// The signals as requests of the user.
struct SignalRequests {
    streams: SignalStreams,
    /// Time of the last signal.
    last: Option<Instant>,
}

impl SignalRequests {
    /// Returns when a signal requests more than the signals before.
    async fn wait_for_request(&mut self) -> ExitKind {
        loop {
            let DeliveredSignal { exit, hangup } = self.streams.wait_for_signal().await;
            let repeated = hangup && self.last.is_some_and(|last| last.elapsed() < HANGUP_INTERVAL);
            self.last = Some(Instant::now());
            if !repeated {
                return exit;
            }
        }
    }
}
