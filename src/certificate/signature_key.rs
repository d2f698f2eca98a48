//! Keys of Ed25519 (RFC 8032) in the form of PEM files (RFC 8410), and the makers of signatures.

use crate::report::digest_bytes;
use crate::session::UserError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePublicKey};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use probity_input::read_input_text;
use std::fmt;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// Longest key file in bytes.
const KEY_BYTES_MAX: u64 = 64 << 10;
/// Longest output of a signing command in bytes.
const SIGNATURE_BYTES_MAX: u64 = 4 << 10;

/// The public half of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads a public key; `None` if the text is not the PEM form of an Ed25519 key.
    #[must_use]
    pub fn from_pem(text: &str) -> Option<PublicKey> {
        VerifyingKey::from_public_key_pem(text).ok().map(PublicKey)
    }

    /// The PEM form. There is one form for each key.
    ///
    /// # Panics
    /// Never: every key has a PEM form.
    #[must_use]
    pub fn to_pem(self) -> String {
        self.0.to_public_key_pem(LineEnding::LF).expect("an Ed25519 key has a PEM form")
    }

    /// The name of the key in an envelope: 64 hex digits, the SHA-256 of the key as securesystemslib (of the in-toto
    /// project) writes keys in canonical JSON, so that its tools find the key by this name.
    #[must_use]
    pub fn id(self) -> String {
        let public: String = self.0.to_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let form = format!(r#"{{"keytype":"ed25519","keyval":{{"public":"{public}"}},"scheme":"ed25519"}}"#);
        digest_bytes(form.as_bytes()).trim_start_matches("sha256:").to_string()
    }

    /// Whether the signature of a text is one by this key.
    #[must_use]
    pub fn has_signed(self, text: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(text, &Signature::from_bytes(signature)).is_ok()
    }
}

/// Why a text could not be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningError(pub String);

impl fmt::Display for SigningError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Makes signatures with one key.
pub trait Signer {
    /// The public half of the key.
    fn public_key(&self) -> PublicKey;

    /// The signature of a text.
    ///
    /// # Errors
    /// If the signer is not this process, and does not answer with a signature.
    fn sign(&self, text: &[u8]) -> Result<[u8; 64], SigningError>;
}

/// Signs with a private key from a file.
pub struct FileSigner(SigningKey);

impl FileSigner {
    /// Reads a private key in PKCS#8 PEM form, as `openssl genpkey -algorithm ed25519` writes it.
    ///
    /// # Errors
    /// If the file cannot be read or has no such key.
    pub fn read(file: &Path) -> Result<FileSigner, UserError> {
        let text = read_input_text(file, KEY_BYTES_MAX).map_err(UserError::from_input_file)?;
        SigningKey::from_pkcs8_pem(&text).map(FileSigner).map_err(|_| {
            UserError::input(
                file.display().to_string(),
                "the file has no Ed25519 private key in PKCS#8 PEM form",
                "make a key with `openssl genpkey -algorithm ed25519 -out key.pem`",
            )
        })
    }
}

impl Signer for FileSigner {
    fn public_key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    fn sign(&self, text: &[u8]) -> Result<[u8; 64], SigningError> {
        Ok(self.0.sign(text).to_bytes())
    }
}

/// Signs with a command, which has the private key: the command reads the text from its standard input and writes the
/// signature in Base64 to its standard output.
pub struct CommandSigner {
    /// The command line, which `sh` runs.
    pub command: String,
    /// The public half of the key of the command.
    pub key: PublicKey,
}

impl Signer for CommandSigner {
    fn public_key(&self) -> PublicKey {
        self.key
    }

    fn sign(&self, text: &[u8]) -> Result<[u8; 64], SigningError> {
        let fail = |cause: String| SigningError(format!("the signing command {cause}"));
        let mut command = Command::new("sh");
        command.arg("-c").arg(&self.command).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| fail(format!("cannot be started: {error}")))?;
        // A command that does not read its input still may answer.
        let _ = child.stdin.take().map(|mut input| input.write_all(text));
        let mut answer = Vec::new();
        let read = child.stdout.take().map(|output| output.take(SIGNATURE_BYTES_MAX).read_to_end(&mut answer));
        let status = child.wait().map_err(|error| fail(format!("cannot be waited for: {error}")))?;
        if !status.success() || !matches!(read, Some(Ok(_))) {
            return Err(fail(format!("ended with {status}")));
        }
        let answer = String::from_utf8_lossy(&answer);
        let bytes = STANDARD.decode(answer.trim()).ok().and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
        let signature = bytes.ok_or_else(|| fail("did not write 64 bytes in Base64".to_string()))?;
        if !self.key.has_signed(text, &signature) {
            return Err(fail("signed with another key than the public key".to_string()));
        }
        Ok(signature)
    }
}

/// Reads a public key file.
///
/// # Errors
/// If the file cannot be read or has no such key.
pub fn read_public_key(file: &Path) -> Result<PublicKey, UserError> {
    let text = read_input_text(file, KEY_BYTES_MAX).map_err(UserError::from_input_file)?;
    PublicKey::from_pem(&text).ok_or_else(|| {
        UserError::input(
            file.display().to_string(),
            "the file has no Ed25519 public key in PEM form",
            "write the key with `openssl pkey -in key.pem -pubout -out public.pem`",
        )
    })
}
