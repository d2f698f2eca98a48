//! Ctrl-C and SIGTERM: stop asking, clean up, report what was seen, end with 130 or 143.

use super::exit::Exit;
use crate::run::Cancel;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Whether a signal came, and the handle that plans look at.
#[derive(Debug, Clone)]
pub struct Signals {
    /// The first signal: plans stop, and what they created is deleted.
    pub cancel: Cancel,
    /// The second: deleting stops too, and what is left is listed.
    pub give_up: Cancel,
    came: Arc<AtomicU8>,
}

impl Signals {
    /// Listens from now on, on a thread of its own: the campaign's clock may be paused.
    /// A second signal gives up cleaning; a third ends the process at once.
    #[must_use]
    pub fn listen() -> Signals {
        let (stop, cancel) = Cancel::pair();
        let (stop_cleaning, give_up) = Cancel::pair();
        let came = Arc::new(AtomicU8::new(0));
        let mark = Arc::clone(&came);
        let (ready, listens) = std::sync::mpsc::channel();
        let listening = std::thread::Builder::new().name("signals".into()).spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
                return;
            };
            runtime.block_on(async {
                let Ok(mut ears) = Ears::open() else { return };
                let _ = ready.send(());
                let exit = ears.next().await;
                mark.store(exit.code(), Ordering::SeqCst);
                eprintln!(
                    "stopping; what was created is deleted, and what was seen is reported (once more to leave it)"
                );
                let _ = stop.send(true);
                let exit = ears.next().await;
                mark.store(exit.code(), Ordering::SeqCst);
                eprintln!("giving up; what is left is listed (once more to end at once)");
                let _ = stop_cleaning.send(true);
                let exit = ears.next().await;
                std::process::exit(i32::from(exit.code()));
            });
        });
        // A signal that comes before anyone listens would end the process with nothing written.
        if listening.is_err() || listens.recv().is_err() {
            eprintln!("warning: signals are not heard; what was seen until one comes is not reported");
        }
        Signals { cancel, give_up, came }
    }

    /// The signal that came.
    #[must_use]
    pub fn came(&self) -> Option<Exit> {
        match self.came.load(Ordering::SeqCst) {
            0 => None,
            code if code == Exit::Terminated.code() => Some(Exit::Terminated),
            _ => Some(Exit::Interrupted),
        }
    }
}

#[cfg(unix)]
struct Ears {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Ears {
    fn open() -> std::io::Result<Ears> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Ears { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) -> Exit {
        tokio::select! {
            _ = self.interrupt.recv() => Exit::Interrupted,
            _ = self.terminate.recv() => Exit::Terminated,
        }
    }
}

#[cfg(not(unix))]
struct Ears;

#[cfg(not(unix))]
impl Ears {
    fn open() -> std::io::Result<Ears> {
        Ok(Ears)
    }

    async fn next(&mut self) -> Exit {
        let _ = tokio::signal::ctrl_c().await;
        Exit::Interrupted
    }
}
