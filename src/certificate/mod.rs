//! Certificates: signed statements about a stored run, with all evidence, so that others can check each verdict without
//! the endpoint.
//!
//! A bundle is a folder: `attestation.json` with the signed statement, `public-key.pem`, and the files that the statement
//! names with their digests (report, exchanges, suite, catalog, a page to print). The statement is an in-toto
//! test result in a DSSE envelope.
//!
//! Modules in reading order: `signature_key`, `envelope`, `certified_clause`, `policy`, `test_conditions`, `statement`,
//! `bundle_folder`, `evidence_check`, `certify`, `verify`, `certificate_page`.
//!
//! This module knows reports, histories and suites. It knows no endpoint, no clock and no command line.

mod bundle_folder;
mod certificate_page;
mod certified_clause;
mod certify;
mod envelope;
mod evidence_check;
mod policy;
mod signature_key;
mod statement;
mod test_conditions;
mod verify;

#[cfg(test)]
mod tests;

pub use bundle_folder::BundleFiles;
pub use certify::{CertificateRequest, Certification, certify_run};
pub use policy::CertificatePolicy;
pub use signature_key::{CommandSigner, FileSigner, Signer, SigningError, read_public_key};
pub use test_conditions::ProgramIdentity;
pub use verify::{VerifiedBundle, check_signed_files, verify_bundle};
