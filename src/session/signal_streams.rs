//! The signals that the operating system delivers.

use super::exit_kind::ExitKind;

/// A delivered signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DeliveredSignal {
    /// Why the process will end.
    pub exit: ExitKind,
    /// Whether the signal says that the terminal is gone. The kernel and the shell both send this signal.
    pub hangup: bool,
}

#[cfg(unix)]
pub(super) use unix::SignalStreams;
#[cfg(unix)]
pub use unix::survive_file_size_limit;

#[cfg(unix)]
mod unix {
    use super::{DeliveredSignal, ExitKind};
    use futures_util::future::select_all;
    use std::process::{Command, Stdio};
    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// Name and number of each signal that ends a run. The numbers are the same on each Unix.
    const ENDING: [(&str, i32); 4] = [("SIGHUP", 1), ("SIGINT", 2), ("SIGQUIT", 3), ("SIGTERM", 15)];
    const HANGUP: i32 = 1;
    const INTERRUPT: i32 = 2;

    pub struct SignalStreams {
        streams: Vec<(i32, Signal)>,
    }

    /// The number of SIGXFSZ on most systems.
    #[cfg(not(any(target_arch = "mips", target_arch = "mips64")))]
    const FILE_SIZE_EXCEEDED: i32 = 25;
    #[cfg(any(target_arch = "mips", target_arch = "mips64"))]
    const FILE_SIZE_EXCEEDED: i32 = 31;

    /// Makes a file that exceeds the limit of the process (`ulimit -f`) an error of the writer. By default the signal of
    /// the system ends the process, and leaves temporary files.
    pub fn survive_file_size_limit() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        if let Ok(runtime) = runtime {
            let _inside = runtime.enter();
            // The handler stays when the stream is dropped. Without the handler the default remains.
            let _ = signal(SignalKind::from_raw(FILE_SIZE_EXCEEDED));
        }
    }

    impl SignalStreams {
        /// Listens for the signals that the process does not ignore: `nohup` and shells let a process ignore signals.
        /// Returns the names of the signals for which the system refuses a handler, too.
        pub fn open() -> (SignalStreams, Vec<&'static str>) {
            let ignored = read_ignored_signals();
            let (mut streams, mut refused) = (Vec::new(), Vec::new());
            for (name, number) in ENDING.into_iter().filter(|(_, number)| ignored & 1 << (number - 1) == 0) {
                match signal(SignalKind::from_raw(number)) {
                    Ok(stream) => streams.push((number, stream)),
                    Err(_) => refused.push(name),
                }
            }
            (SignalStreams { streams }, refused)
        }

        pub async fn wait_for_signal(&mut self) -> DeliveredSignal {
            if self.streams.is_empty() {
                return std::future::pending().await;
            }
            let numbers: Vec<i32> = self.streams.iter().map(|(number, _)| *number).collect();
            let waiting = self.streams.iter_mut().map(|(_, stream)| Box::pin(stream.recv()));
            let (_, index, _) = select_all(waiting).await;
            let exit = if numbers[index] == INTERRUPT { ExitKind::Interrupted } else { ExitKind::Terminated };
            DeliveredSignal { exit, hangup: numbers[index] == HANGUP }
        }
    }

    /// The signals that this process ignores: bit `n - 1` for signal `n`. Zero where the system does not tell.
    fn read_ignored_signals() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.map_or_else(ask_for_ignored_signals, parse_signal_mask)
    }

    /// As [`read_ignored_signals`], on a system without `/proc`.
    fn ask_for_ignored_signals() -> u64 {
        let mut command = Command::new("ps");
        command.args(["-o", "ignored=", "-p", &std::process::id().to_string()]).stdin(Stdio::null());
        let output = command.stderr(Stdio::null()).output();
        output.map_or(0, |output| parse_signal_mask(&String::from_utf8_lossy(&output.stdout)))
    }

    fn parse_signal_mask(hexadecimal: &str) -> u64 {
        u64::from_str_radix(hexadecimal.trim(), 16).unwrap_or(0)
    }

    #[cfg(test)]
    mod tests {
        use super::parse_signal_mask;

        #[test]
        fn a_mask_has_the_bits_of_the_ignored_signals() {
            assert_eq!(parse_signal_mask("\t0000000000001001\n"), 1 << 12 | 1);
            assert_eq!(parse_signal_mask("unknown"), 0);
        }
    }
}

/// Does nothing: the system has no such limit.
#[cfg(not(unix))]
pub fn survive_file_size_limit() {}

#[cfg(not(unix))]
pub(super) struct SignalStreams;

#[cfg(not(unix))]
impl SignalStreams {
    pub(super) fn open() -> (SignalStreams, Vec<&'static str>) {
        (SignalStreams, Vec::new())
    }

    pub(super) async fn wait_for_signal(&mut self) -> DeliveredSignal {
        let _ = tokio::signal::ctrl_c().await;
        DeliveredSignal { exit: ExitKind::Interrupted, hangup: false }
    }
}
