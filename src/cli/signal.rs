//! Ctrl-C and SIGTERM: stop asking, report what was seen, end with 130 or 143.

use super::exit::Exit;
use crate::run::Cancel;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Whether a signal came, and the handle that plans look at.
#[derive(Debug, Clone)]
pub struct Signals {
    pub cancel: Cancel,
    came: Arc<AtomicU8>,
}

impl Signals {
    /// Listens from now on, on a thread of its own: the campaign's clock may be paused.
    /// A second signal ends the process at once.
    #[must_use]
    pub fn listen() -> Signals {
        let (stop, cancel) = Cancel::pair();
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
                loop {
                    let exit = ears.next().await;
                    if mark.swap(exit.code(), Ordering::SeqCst) != 0 {
                        std::process::exit(i32::from(exit.code()));
                    }
                    eprintln!("stopping; what was seen so far is reported (once more to end at once)");
                    let _ = stop.send(true);
                }
            });
        });
        // A signal that comes before anyone listens would end the process with nothing written.
        if listening.is_err() || listens.recv().is_err() {
            eprintln!("warning: signals are not heard; what was seen until one comes is not reported");
        }
        Signals { cancel, came }
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
