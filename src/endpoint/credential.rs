//! Credentials: their sources, and protection against their display.

use super::shell_command::ShellCommand;
use probity_input::open_input_file;
use std::io::Read;
use std::path::Path;
use std::process::{ChildStdout, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::time::Duration;
use tokio::time::Instant;

/// A secret value, or a part of a proof. `Debug` never shows the value.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    value: String,
    origin: CredentialOrigin,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CredentialOrigin {
    /// Written in the profile itself.
    Literal,
    Reference,
    /// Computed or fetched in this process.
    Process,
    /// Public part of a proof.
    PublicText,
}

impl Credential {
    /// A value written in the profile itself.
    pub fn from_literal(value: &str) -> Credential {
        Credential { value: value.to_string(), origin: CredentialOrigin::Literal }
    }

    /// A value that this process computed or fetched.
    pub fn from_process(value: String) -> Credential {
        Credential { value, origin: CredentialOrigin::Process }
    }

    /// A public part of a proof, such as a time.
    pub fn from_public_text(value: &str) -> Credential {
        Credential { value: value.to_string(), origin: CredentialOrigin::PublicText }
    }

    /// Reads a credential: `env:NAME`, `file:PATH` (first line), `command:LINE` (first line of the output; run by
    /// `sh`), or the value itself. `environment` looks up a variable.
    ///
    /// # Errors
    ///
    /// If the source has no value, or the value is empty or has control characters. Errors never contain the value.
    pub fn read(text: &str, environment: &dyn Fn(&str) -> Option<String>) -> Result<Credential, CredentialError> {
        let referred = if let Some(name) = text.strip_prefix("env:") {
            Some(environment(name).ok_or_else(|| CredentialError::Unset { name: name.to_string() })?)
        } else if let Some(path) = text.strip_prefix("file:") {
            Some(read_first_line_of_file(path)?)
        } else if let Some(line) = text.strip_prefix("command:") {
            Some(read_first_line_of_command(line, COMMAND_TIMEOUT)?)
        } else {
            None
        };
        let literal = referred.is_none();
        // Errors name the source of a value instead of the value.
        let origin = if literal { "the value in the profile".to_string() } else { format!("`{text}`") };
        let value = referred.as_deref().unwrap_or(text).trim().to_string();
        if value.is_empty() {
            return Err(CredentialError::Unusable { origin, cause: "is empty" });
        }
        if value.chars().any(char::is_control) {
            return Err(CredentialError::Unusable { origin, cause: "has control characters" });
        }
        Ok(Credential { value, origin: if literal { CredentialOrigin::Literal } else { CredentialOrigin::Reference } })
    }

    /// Whether the value is valid in a header: visible ASCII and spaces only.
    pub fn fits_header(&self) -> bool {
        self.value.bytes().all(|byte| matches!(byte, 0x20..=0x7e))
    }

    /// Whether the value is written in the profile itself.
    pub fn is_literal(&self) -> bool {
        self.origin == CredentialOrigin::Literal
    }

    /// Whether this process computed or fetched the value.
    pub fn is_from_process(&self) -> bool {
        self.origin == CredentialOrigin::Process
    }

    /// The value, for requests and for the removal of secrets from records.
    pub fn expose(&self) -> &str {
        &self.value
    }
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A credential without a usable value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// The environment has no such variable.
    #[error("the environment variable `{name}` is not set; set the variable, or name a different one after `env:`")]
    Unset {
        /// Name of the variable.
        name: String,
    },
    /// The file cannot be read.
    #[error(
        "the file `{path}` cannot be read ({cause}); check the path, and put the credential on the first line of the file"
    )]
    Unreadable {
        /// Path of the file.
        path: String,
        /// Cause from the operating system.
        cause: String,
    },
    /// The command prints no credential.
    #[error(
        "the command `{line}` prints no credential ({cause}); change the command so that the first line of its output is the credential"
    )]
    NoOutput {
        /// The command line.
        line: String,
        /// How the command ended.
        cause: String,
    },
    /// No request can carry the value.
    #[error("{origin} {cause}; give the credential as one line of plain characters")]
    Unusable {
        /// Source of the value.
        origin: String,
        /// What is wrong with the value.
        cause: &'static str,
    },
}

/// Longest credential in bytes. Tokens of a few kilobytes are common.
const BYTES_MAX: u64 = 64 << 10;

/// A password store may ask the user first.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(120);

fn read_first_line_of_file(path: &str) -> Result<String, CredentialError> {
    let unreadable = |cause: String| CredentialError::Unreadable { path: path.to_string(), cause };
    let file = open_input_file(Path::new(path)).map_err(|error| unreadable(error.cause))?;
    read_first_line(file).map_err(unreadable)
}

/// Time between two looks at a command.
const LOOK_INTERVAL: Duration = Duration::from_millis(10);

/// Time for the end of a command that has closed its output, and for the output of a command that has ended: its
/// children may keep the output open.
const LAST_OUTPUT_TIME: Duration = Duration::from_secs(2);

/// Runs a command and reads the first line of its output. Its error output goes to the terminal, with questions and
/// errors for the user. Afterwards the command and its children are ended.
fn read_first_line_of_command(line: &str, within: Duration) -> Result<String, CredentialError> {
    let silent = |cause: String| CredentialError::NoOutput { line: line.to_string(), cause };
    let mut command = ShellCommand::start(line, Stdio::piped(), true).map_err(|error| silent(error.to_string()))?;
    let first = wait_for_first_line(&mut command, within).map_err(silent);
    command.end_all();
    first
}

fn wait_for_first_line(command: &mut ShellCommand, within: Duration) -> Result<String, String> {
    let (sender, parts) = mpsc::sync_channel(1);
    let output = command.take_output();
    std::thread::spawn(move || output.map(|output| send_parts(output, &sender)));
    let mut last = Instant::now() + within;
    let (mut text, mut open, mut ending, mut status) = (Vec::new(), true, false, None);
    loop {
        if open {
            match parts.recv_timeout(LOOK_INTERVAL) {
                Ok(part) => text.extend(part.map_err(|error| error.to_string())?),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => open = false,
            }
        } else {
            std::thread::park_timeout(LOOK_INTERVAL);
        }
        if text.len() as u64 > BYTES_MAX {
            return Err(format!("the credential is longer than {BYTES_MAX} bytes"));
        }
        if status.is_none() {
            status = command.try_wait().map_err(|error| error.to_string())?;
        }
        if !ending && (status.is_some() || !open) {
            ending = true;
            last = last.min(Instant::now() + LAST_OUTPUT_TIME);
        }
        let complete = !open || text.contains(&b'\n');
        match status {
            Some(status) if !status.success() => return Err(status.to_string()),
            Some(_) if complete => break,
            None if open && Instant::now() >= last => {
                return Err(format!("the command did not end within {} s", within.as_secs()));
            }
            _ if Instant::now() >= last => break,
            _ => {}
        }
    }
    read_first_line(text.as_slice())
}

/// Sends the output of a command part by part, until the output is closed or nobody receives.
fn send_parts(mut output: ChildStdout, sender: &SyncSender<std::io::Result<Vec<u8>>>) {
    let mut part = [0; 4_096];
    loop {
        let read = output.read(&mut part);
        let read = match read {
            Ok(0) => return,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            read => read.map(|count| part[..count].to_vec()),
        };
        let failed = read.is_err();
        if sender.send(read).is_err() || failed {
            return;
        }
    }
}

fn read_first_line(source: impl Read) -> Result<String, String> {
    let mut text = String::new();
    source.take(BYTES_MAX + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if text.len() as u64 > BYTES_MAX {
        return Err(format!("the credential is longer than {BYTES_MAX} bytes"));
    }
    Ok(text.lines().next().unwrap_or_default().to_string())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// Whether a process runs. A zombie has ended.
    fn is_running(pid: &str) -> bool {
        let status = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        status.rsplit(')').next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(" Z"))
    }

    fn check_ended(pid: &str) {
        for _ in 0..500 {
            if !is_running(pid) {
                return;
            }
            std::thread::park_timeout(LOOK_INTERVAL);
        }
        panic!("process {pid} runs on");
    }

    /// Reads a credential of a command within a limit. The command prints the number of a child first.
    fn check_child_ends(line: &str) {
        let began = Instant::now();
        let pid = read_first_line_of_command(line, Duration::from_secs(100)).unwrap();
        assert!(began.elapsed() < Duration::from_secs(30), "{line}: {:?}", began.elapsed());
        check_ended(&pid);
    }

    #[test]
    fn the_children_of_a_command_end_with_the_command() {
        check_child_ends("sleep 300 & echo $!");
    }

    #[test]
    fn a_command_that_closes_its_output_is_ended() {
        check_child_ends("echo $$; exec >&-; sleep 300");
    }

    #[test]
    fn a_command_without_an_output_in_time_is_ended_with_its_children() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let line = format!("sleep 300 & echo $! > {}; sleep 300", file.path().display());
        let error = read_first_line_of_command(&line, Duration::from_secs(1)).unwrap_err();
        assert!(error.to_string().contains("did not end within 1 s"), "{error}");
        check_ended(std::fs::read_to_string(file.path()).unwrap().trim());
    }

    #[test]
    fn an_output_without_an_end_and_a_failure_are_errors() {
        let read = |line: &str| read_first_line_of_command(line, Duration::from_secs(100)).unwrap_err().to_string();
        assert!(read("yes").contains("longer than"), "{}", read("yes"));
        assert!(read("echo secret; exit 3").contains("exit status: 3"));
    }
}
