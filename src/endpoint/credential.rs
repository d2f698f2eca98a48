//! A credential: where its value comes from, and that it is never shown.

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// A value that is sent, or that something sent is made from, and that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    value: String,
    origin: Origin,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// Written out where a reference could have stood.
    Literal,
    Reference,
    /// Made or fetched in this process.
    Made,
    /// Part of a proof, and no secret.
    Plain,
}

impl Credential {
    /// A value that is known already.
    pub fn literal(value: &str) -> Credential {
        Credential { value: value.to_string(), origin: Origin::Literal }
    }

    /// A value that was made or fetched and is written down nowhere.
    pub fn made(value: String) -> Credential {
        Credential { value, origin: Origin::Made }
    }

    /// A part of a proof that tells nothing by itself, such as a time.
    pub fn plain(value: &str) -> Credential {
        Credential { value: value.to_string(), origin: Origin::Plain }
    }

    /// From `env:NAME`, `file:PATH` (its first line), `command:LINE` (the first line that it prints; run by
    /// `sh`), or the value itself. `environment` looks up a variable; the caller decides whose environment.
    ///
    /// # Errors
    /// If there is no such value, or it is no single line. No error repeats a value.
    pub fn read(text: &str, environment: &dyn Fn(&str) -> Option<String>) -> Result<Credential, CredentialError> {
        let referred = if let Some(name) = text.strip_prefix("env:") {
            Some(environment(name).ok_or_else(|| CredentialError::Unset { name: name.to_string() })?)
        } else if let Some(path) = text.strip_prefix("file:") {
            Some(first_line_of_file(path)?)
        } else if let Some(line) = text.strip_prefix("command:") {
            Some(first_line_printed(line)?)
        } else {
            None
        };
        let literal = referred.is_none();
        // Named by where it came from, never by what it is.
        let origin = if literal { "the value in the profile".to_string() } else { format!("`{text}`") };
        let value = referred.as_deref().unwrap_or(text).trim().to_string();
        if value.is_empty() {
            return Err(CredentialError::Unusable { origin, cause: "is empty" });
        }
        if value.chars().any(char::is_control) {
            return Err(CredentialError::Unusable { origin, cause: "has control characters" });
        }
        Ok(Credential { value, origin: if literal { Origin::Literal } else { Origin::Reference } })
    }

    /// Whether a header can carry it as it is: visible ASCII and spaces only.
    pub fn fits_header(&self) -> bool {
        self.value.bytes().all(|byte| matches!(byte, 0x20..=0x7e))
    }

    /// Whether the value itself stood where a reference could have stood.
    pub fn is_literal(&self) -> bool {
        self.origin == Origin::Literal
    }

    /// Whether it came into being during the run and must not be recorded either.
    pub fn is_made(&self) -> bool {
        self.origin == Origin::Made
    }

    /// The value itself, for sending it and for keeping it out of records.
    pub fn expose(&self) -> &str {
        &self.value
    }
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A credential that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// `env:` names a variable that is not there.
    #[error("the environment variable `{name}` is not set; set it, or name another with `env:`")]
    Unset {
        /// The variable.
        name: String,
    },
    /// `file:` names a file that cannot be read.
    #[error("the file `{path}` cannot be read ({cause}); put the credential on its first line")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system says.
        cause: String,
    },
    /// `command:` names a command that gives nothing.
    #[error("the command `{line}` gives no credential ({cause}); let it print the credential on its first line")]
    Silent {
        /// The command as written.
        line: String,
        /// What became of it.
        cause: String,
    },
    /// It was found and cannot be sent.
    #[error("{origin} {cause}; give the credential as one line of plain characters")]
    Unusable {
        /// Where it came from.
        origin: String,
        /// What is wrong with it.
        cause: &'static str,
    },
}

/// Tokens of a few kilobytes are common; what is longer than this is not a credential.
const BYTES_MAX: u64 = 64 << 10;

/// A password store may ask a person first.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(120);

fn first_line_of_file(path: &str) -> Result<String, CredentialError> {
    let unreadable = |cause: String| CredentialError::Unreadable { path: path.to_string(), cause };
    let file = std::fs::File::open(path).map_err(|error| unreadable(error.to_string()))?;
    first_line(file).map_err(unreadable)
}

/// What the command says on its error output goes to the terminal: it may ask for something, or say what is wrong.
fn first_line_printed(line: &str) -> Result<String, CredentialError> {
    let silent = |cause: String| CredentialError::Silent { line: line.to_string(), cause };
    let mut command = Command::new("sh");
    command.arg("-c").arg(line).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| silent(error.to_string()))?;
    let output = child.stdout.take().expect("its output was asked for");
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(first_line(output)));
    let read = receiver.recv_timeout(COMMAND_TIMEOUT);
    if !matches!(read, Ok(Ok(_))) {
        // It may still print, or wait to be read from.
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| silent(error.to_string()))?;
    match read {
        Err(_) => Err(silent(format!("it did not end within {} s", COMMAND_TIMEOUT.as_secs()))),
        Ok(Err(cause)) => Err(silent(cause)),
        Ok(Ok(_)) if !status.success() => Err(silent(status.to_string())),
        Ok(Ok(first)) => Ok(first),
    }
}

fn first_line(source: impl Read) -> Result<String, String> {
    let mut text = String::new();
    source.take(BYTES_MAX + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if text.len() as u64 > BYTES_MAX {
        return Err(format!("longer than {BYTES_MAX} bytes"));
    }
    Ok(text.lines().next().unwrap_or_default().to_string())
}
