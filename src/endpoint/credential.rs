//! Credentials: their sources, and protection against their display.

use probity_input::open_input_file;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

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
            Some(read_first_line_of_command(line)?)
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

/// Runs a command and reads the first line of its output. Its error output goes to the terminal, with questions and
/// errors for the user.
fn read_first_line_of_command(line: &str) -> Result<String, CredentialError> {
    let silent = |cause: String| CredentialError::NoOutput { line: line.to_string(), cause };
    let mut command = Command::new("sh");
    command.arg("-c").arg(line).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| silent(error.to_string()))?;
    let output = child.stdout.take().expect("the output is piped");
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(read_first_line(output)));
    let read = receiver.recv_timeout(COMMAND_TIMEOUT);
    if !matches!(read, Ok(Ok(_))) {
        // The command may still print, or wait for a reader.
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| silent(error.to_string()))?;
    match read {
        Err(_) => Err(silent(format!("the command did not end within {} s", COMMAND_TIMEOUT.as_secs()))),
        Ok(Err(cause)) => Err(silent(cause)),
        Ok(Ok(_)) if !status.success() => Err(silent(status.to_string())),
        Ok(Ok(first)) => Ok(first),
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
