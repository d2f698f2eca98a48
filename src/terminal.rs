//! The only writer to standard output and standard error.
//!
//! Texts go through one thread, in the order in which they were handed in. A closed pipe, a full device or a reader that
//! has stopped reading therefore neither ends nor delays a run, which may have resources to delete.

use crate::history::strip_process_secrets;
use probity_input::{escape_lines, redact_urls};
use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// One of the two outputs of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OutputStream {
    Standard,
    Error,
}

/// A task of the writing thread.
enum WriteTask {
    Text(OutputStream, String),
    /// Answered when all earlier texts are written.
    Confirm(Sender<()>),
}

/// Whether a text for standard output was lost, although a reader was there.
static OUTPUT_LOST: AtomicBool = AtomicBool::new(false);
/// Whether the process should not wait for readers any more.
static HURRIED: AtomicBool = AtomicBool::new(false);

/// Time between two looks whether the process should not wait for readers any more.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);
/// Number of looks for which a process in a hurry waits for its readers.
const LOOKS_IN_HURRY: u32 = 20;

/// Prints a text to standard output.
pub fn print_text(text: &str) {
    write_text(OutputStream::Standard, text.to_string());
}

/// Prints a text and a line feed to standard output.
pub fn print_line(text: &str) {
    write_text(OutputStream::Standard, format!("{text}\n"));
}

/// Prints credentials to standard output, for a user who asked for them. Nothing is removed from the text.
pub fn print_credentials(text: &str) {
    queue_text(OutputStream::Standard, text.to_string());
}

/// Prints a text to standard error.
pub fn print_error_text(text: &str) {
    write_text(OutputStream::Error, text.to_string());
}

/// Prints a text and a line feed to standard error.
pub fn print_error_line(text: &str) {
    write_text(OutputStream::Error, format!("{text}\n"));
}

/// Whether a person sees standard error.
#[must_use]
pub fn is_error_output_visible() -> bool {
    io::stderr().is_terminal()
}

/// Whether a text for standard output was lost, although a reader was there: for example on a full device. A closed
/// pipe is not a loss, because its reader has read enough.
#[must_use]
pub fn is_output_lost() -> bool {
    OUTPUT_LOST.load(Ordering::SeqCst)
}

/// From now on, [`finish_writing`] waits two seconds at most: the user has asked for the end of the process.
pub fn hurry_up() {
    HURRIED.store(true, Ordering::SeqCst);
}

/// Returns when all texts are written or lost. A process that exits without this call may lose texts.
pub fn finish_writing() {
    let (done, written) = channel();
    if find_writer().send(WriteTask::Confirm(done)).is_err() {
        return;
    }
    let mut looks = 0;
    while let Err(RecvTimeoutError::Timeout) = written.recv_timeout(LOOK_INTERVAL) {
        looks += u32::from(HURRIED.load(Ordering::SeqCst));
        if looks > LOOKS_IN_HURRY {
            return;
        }
    }
}

/// The text as it may be printed: without secrets of this process and of addresses, and without control characters
/// except line feeds. Every text goes through here, because a text may quote a response, a page or a file.
fn make_printable(mut text: String) -> String {
    strip_process_secrets(&mut text);
    escape_lines(&redact_urls(&text)).into_owned()
}

fn write_text(stream: OutputStream, text: String) {
    queue_text(stream, make_printable(text));
}

fn queue_text(stream: OutputStream, text: String) {
    if let Err(lost) = find_writer().send(WriteTask::Text(stream, text))
        && let WriteTask::Text(stream, text) = lost.0
    {
        // The system refused a thread.
        write_now(stream, &text);
    }
}

/// The queue of the writing thread, which is started for the first text.
fn find_writer() -> &'static Sender<WriteTask> {
    static WRITER: OnceLock<Sender<WriteTask>> = OnceLock::new();
    WRITER.get_or_init(|| {
        let (sender, tasks) = channel();
        // Without a thread the receiver is dropped, and each text is written by its own thread.
        let _ = std::thread::Builder::new().name("terminal".into()).spawn(move || write_tasks(&tasks));
        sender
    })
}

fn write_tasks(tasks: &Receiver<WriteTask>) {
    for task in tasks {
        match task {
            WriteTask::Text(stream, text) => write_now(stream, &text),
            WriteTask::Confirm(done) => {
                let _ = done.send(());
            }
        }
    }
}

/// Writes a text. An error on standard output is told on standard error; nobody can be told of an error there.
fn write_now(stream: OutputStream, text: &str) {
    let result = match stream {
        OutputStream::Standard => write_whole(&mut io::stdout().lock(), text),
        OutputStream::Error => write_whole(&mut io::stderr().lock(), text),
    };
    let Err(error) = result else { return };
    if stream == OutputStream::Standard && error.kind() != io::ErrorKind::BrokenPipe {
        let first = !OUTPUT_LOST.swap(true, Ordering::SeqCst);
        if first {
            let message = format!("error: standard output cannot be written: {error}\n");
            let _ = write_whole(&mut io::stderr().lock(), &message);
        }
    }
}

fn write_whole(out: &mut dyn Write, text: &str) -> io::Result<()> {
    out.write_all(text.as_bytes())?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_a_writer_is_returned_and_does_not_panic() {
        struct FullDevice;
        impl Write for FullDevice {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let error = write_whole(&mut FullDevice, "text").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn printed_texts_have_no_control_characters_and_no_secrets() {
        crate::history::remember_secrets("salt", ["terminal-canary"], crate::history::LearnedSecrets::default());
        let text = "id \u{1b}]0;x\u{7}\u{202e} TERMINAL-canary at http://ada:canary@h/?token=canary\n";
        let shown = make_printable(text.to_string());
        assert!(shown.starts_with("id \\u{1b}]0;x\\u{7}\\u{202e} secret:string:"), "{shown}");
        assert!(shown.ends_with(" at http://[hidden]@h/?token=[hidden]\n"), "{shown}");
        assert!(make_printable("x".repeat(1_000_000)).len() < 3_000);
    }

    #[test]
    fn all_texts_are_written_when_writing_is_finished() {
        // The texts are empty, so that the output of the tests stays as it is.
        print_error_text("");
        print_text("");
        finish_writing();
        assert!(!is_output_lost());
    }
}
