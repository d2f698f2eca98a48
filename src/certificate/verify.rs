//! Checks a bundle without the endpoint: signature, digests, chain, and each verdict from the evidence.

use super::bundle_folder::{ATTESTATION, BundleFiles, EVIDENCE, PUBLIC_KEY, REPORT};
use super::certified_clause::list_certified_clauses;
use super::envelope::SignedEnvelope;
use super::evidence_check::{judge_evidence, list_contradictions};
use super::signature_key::PublicKey;
use super::statement::{CertificateStatement, FileDigest};
use crate::report::Report;
use crate::session::{SuiteStore, UserError};
use std::collections::BTreeSet;
use std::path::Path;

/// Most problems of one kind that are listed.
const LISTED_MAX: usize = 10;

/// A checked bundle.
#[derive(Debug)]
pub struct VerifiedBundle {
    /// What is wrong, in sentences; empty if the bundle is what was signed, and its evidence gives the stated verdicts.
    pub problems: Vec<String>,
    /// The statement; none if the envelope cannot be opened.
    pub statement: Option<CertificateStatement>,
    /// The id of the key that signed.
    pub key: Option<String>,
}

impl VerifiedBundle {
    fn refuse(problem: String) -> VerifiedBundle {
        VerifiedBundle { problems: vec![problem], statement: None, key: None }
    }
}

/// Checks a bundle. With a trusted key, the bundle must be signed by it.
///
/// # Errors
/// If the folder or a file of it cannot be read.
pub fn verify_bundle(folder: &Path, trusted: Option<PublicKey>) -> Result<VerifiedBundle, UserError> {
    let files = BundleFiles::read(folder)?;
    let mut checked = check_signed_files(&files, trusted);
    if let Some(statement) = checked.statement.as_ref().filter(|_| checked.problems.is_empty()) {
        checked.problems = check_evidence(folder, statement, &files);
    }
    Ok(checked)
}

/// Checks the signature of a bundle, and that it has the signed files and no others.
#[must_use]
pub fn check_signed_files(files: &BundleFiles, trusted: Option<PublicKey>) -> VerifiedBundle {
    let text = |name: &str| files.0.get(name).and_then(|bytes| std::str::from_utf8(bytes).ok());
    let Some(envelope) = text(ATTESTATION) else {
        return VerifiedBundle::refuse(format!("{ATTESTATION} is missing or is not text"));
    };
    let Some(key) = text(PUBLIC_KEY).and_then(|pem| PublicKey::from_pem(pem).filter(|key| key.to_pem() == pem)) else {
        return VerifiedBundle::refuse(format!("{PUBLIC_KEY} is missing or is not the form of a key"));
    };
    if let Some(trusted) = trusted.filter(|trusted| *trusted != key) {
        let (found, trusted) = (key.id(), trusted.id());
        return VerifiedBundle::refuse(format!("the key of the bundle is {found}, and the trusted key is {trusted}"));
    }
    match SignedEnvelope::open(envelope, key).and_then(|text| CertificateStatement::read(&text)) {
        Ok(statement) => VerifiedBundle {
            problems: compare_files(&statement, files),
            statement: Some(statement),
            key: Some(key.id()),
        },
        Err(cause) => VerifiedBundle::refuse(format!("{ATTESTATION}: {cause}")),
    }
}

/// The bundle must have the files of the statement, and no others.
fn compare_files(statement: &CertificateStatement, files: &BundleFiles) -> Vec<String> {
    let present: BTreeSet<FileDigest> = files.list_digests().collect();
    let stated: BTreeSet<FileDigest> = statement.list_files().cloned().collect();
    let names =
        |digests: &BTreeSet<FileDigest>| -> BTreeSet<String> { digests.iter().map(|file| file.name.clone()).collect() };
    let (present_names, stated_names) = (names(&present), names(&stated));
    let mut problems = Vec::new();
    for file in stated.difference(&present) {
        let changed = present_names.contains(&file.name);
        let what = if changed { "the file is not the one that was signed" } else { "the file is missing" };
        problems.push(format!("{}: {what}", file.name));
    }
    let signed = |name: &&String| stated_names.contains(*name) || [ATTESTATION, PUBLIC_KEY].contains(&name.as_str());
    let unsigned = present_names.iter().filter(|name| !signed(name));
    problems.extend(unsigned.map(|name| format!("{name}: the statement does not name this file")));
    problems.truncate(LISTED_MAX);
    problems
}

/// The evidence must give the stated verdicts, and the report must state the same.
fn check_evidence(folder: &Path, statement: &CertificateStatement, files: &BundleFiles) -> Vec<String> {
    let conditions = &statement.predicate.conditions;
    let store = SuiteStore::Folder(folder.to_path_buf());
    let loaded = match store.load(&conditions.suite.name, &conditions.today) {
        Ok(loaded) => loaded,
        Err(error) => return vec![format!("the suite of the bundle cannot be used: {}: {}", error.place, error.cause)],
    };
    let mut problems = Vec::new();
    for (what, stated, found) in [
        ("suite", &conditions.suite.digest, &loaded.suite.digest),
        ("catalog", &conditions.catalog.digest, &loaded.catalog_digest),
    ] {
        if stated != found {
            problems.push(format!("the {what} of the bundle has the digest {found}, and {stated} is stated"));
        }
    }
    let evidence = files.0.get(EVIDENCE).map(Vec::as_slice).unwrap_or_default();
    match judge_evidence(evidence, loaded) {
        Err(cause) => problems.push(format!("{EVIDENCE}: {cause}")),
        Ok(judged) => {
            problems.extend(list_contradictions(&conditions.clauses, &judged));
            if judged.chain != conditions.evidence {
                problems.push("the recorded exchanges are not linked as stated".to_string());
            }
            if judged.pools != conditions.pools {
                problems.push("the endpoint offered other values than stated".to_string());
            }
        }
    }
    problems.extend(compare_report(statement, files));
    problems.truncate(LISTED_MAX);
    problems
}

fn compare_report(statement: &CertificateStatement, files: &BundleFiles) -> Option<String> {
    let bytes = files.0.get(REPORT).map(Vec::as_slice).unwrap_or_default();
    let report = match std::str::from_utf8(bytes).map_err(|_| "it is not text".to_string()).and_then(Report::read) {
        Ok(report) => report,
        Err(cause) => return Some(format!("{REPORT}: {cause}")),
    };
    let conditions = &statement.predicate.conditions;
    let agrees = list_certified_clauses(&report) == conditions.clauses
        && conditions.conclude() == statement.predicate.result
        && report.suite == conditions.suite;
    (!agrees).then(|| "the report and the statement differ".to_string())
}
