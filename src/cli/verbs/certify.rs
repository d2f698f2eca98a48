//! `probity certify`: a signed statement about a stored run, in a folder with all evidence.

use crate::certificate::{
    CertificatePolicy, CertificateRequest, Certification, CommandSigner, FileSigner, ProgramIdentity, Signer,
    certify_run, read_public_key,
};
use crate::cli::args::CertifyArguments;
use crate::cli::embedded::find_store;
use crate::cli::signal;
use crate::report::finish_digest;
use crate::session::{ExitKind, RunStart, UserError};
use crate::terminal;
use probity_input::open_input_file;
use sha2::{Digest, Sha256};
use std::io::Read;

/// Writes the bundle, or says why there is no certificate.
pub fn write_certificate(arguments: &CertifyArguments) -> Result<ExitKind, UserError> {
    let out = &arguments.out;
    if out.exists() {
        let cause = "there is a file or folder of this name already";
        return Err(UserError::usage(out.display().to_string(), cause, "name a new folder with --out"));
    }
    let policy = arguments.policy.as_deref().map(CertificatePolicy::read).transpose()?.unwrap_or_default();
    let signer = find_signer(arguments)?;
    let signals = signal::listen_for_signals();
    let request = CertificateRequest {
        run: &arguments.run,
        store: &find_store()?,
        policy,
        trial: arguments.trial,
        now: RunStart::now().at,
        program: ProgramIdentity { version: env!("CARGO_PKG_VERSION").to_string(), digest: digest_program() },
        signer: signer.as_ref(),
        cancel: signals.cancel.clone(),
    };
    let made = certify_run(&request)?;
    if let Some(signal) = signals.exit_kind() {
        return Ok(signal);
    }
    match made {
        Certification::Refused(reasons) => {
            terminal::print_line("no certificate:");
            reasons.iter().for_each(|reason| terminal::print_line(&format!("  {reason}")));
            Ok(ExitKind::Undecided)
        }
        Certification::Made(files, statement) => {
            files.write(out).map_err(|error| UserError::unwritable(out, &error))?;
            terminal::print_text(&statement.summarise());
            terminal::print_line(&format!("signed by {}", signer.public_key().id()));
            terminal::print_line(&format!("written: {}", out.display()));
            Ok(ExitKind::Passed)
        }
    }
}

fn find_signer(arguments: &CertifyArguments) -> Result<Box<dyn Signer>, UserError> {
    match (&arguments.key, &arguments.signer, &arguments.public_key) {
        (Some(key), ..) => Ok(Box::new(FileSigner::read(key)?)),
        (None, Some(command), Some(key)) => {
            Ok(Box::new(CommandSigner { command: command.clone(), key: read_public_key(key)? }))
        }
        _ => Err(UserError::usage("probity certify", "there is no key", "name a key with --key")),
    }
}

/// `sha256:…` of the file of this program; `None` if the file cannot be read.
fn digest_program() -> Option<String> {
    let mut file = open_input_file(&std::env::current_exe().ok()?).ok()?;
    let mut hash = Sha256::new();
    let mut part = vec![0; 1 << 16];
    loop {
        let length = file.read(&mut part).ok()?;
        if length == 0 {
            return Some(finish_digest(hash));
        }
        hash.update(&part[..length]);
    }
}
