//! The statement of a certificate: an in-toto statement, version 1, with a test result, version 0.1.
//! <https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md>

use super::certified_clause::{CertifiedClause, ResultWord};
use super::test_conditions::TestConditions;
use crate::oracle::Verdict;
use probity_input::escape_line;
use serde::{Deserialize, Serialize};

const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
const PREDICATE_TYPE: &str = "https://in-toto.io/attestation/test-result/v0.1";

/// The statement that is signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CertificateStatement {
    #[serde(rename = "_type")]
    kind: String,
    /// The recorded exchanges with the endpoint. An endpoint has no digest of its own.
    pub subject: Vec<FileDigest>,
    predicate_type: String,
    /// The result of the test.
    pub predicate: StatedResult,
}

/// The result of the test, and what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct StatedResult {
    /// What the run says as a whole.
    pub result: ResultWord,
    /// The files of the bundle that the result rests on, apart from the subject.
    pub configuration: Vec<FileDigest>,
    /// Ids of the clauses that passed.
    pub passed_tests: Vec<String>,
    /// Ids of the clauses that stayed undecided, apart from those that no endpoint of this profile has to show.
    pub warned_tests: Vec<String>,
    /// Ids of the clauses that failed.
    pub failed_tests: Vec<String>,
    /// Everything that the test result of in-toto has no field for. An extension is named by a URI.
    #[serde(rename = "urn:probity:test-conditions:1")]
    pub conditions: TestConditions,
}

/// A file with its digest: a resource descriptor of in-toto.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileDigest {
    /// The path in the bundle, with `/`.
    pub name: String,
    /// The digest.
    pub digest: Sha256Digest,
}

/// A digest by its algorithm.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sha256Digest {
    /// 64 hex digits.
    pub sha256: String,
}

impl CertificateStatement {
    /// The statement about a run.
    #[must_use]
    pub fn new(
        evidence: FileDigest,
        configuration: Vec<FileDigest>,
        conditions: TestConditions,
    ) -> CertificateStatement {
        let list = |is_listed: &dyn Fn(&CertifiedClause) -> bool| -> Vec<String> {
            conditions.clauses.iter().filter(|row| is_listed(row)).map(|row| row.id.clone()).collect()
        };
        let predicate = StatedResult {
            result: conditions.conclude(),
            configuration,
            passed_tests: list(&|row| row.verdict == Verdict::Pass),
            warned_tests: list(&CertifiedClause::is_undecided),
            failed_tests: list(&|row| row.verdict == Verdict::Fail),
            conditions,
        };
        CertificateStatement {
            kind: STATEMENT_TYPE.to_string(),
            subject: vec![evidence],
            predicate_type: PREDICATE_TYPE.to_string(),
            predicate,
        }
    }

    /// The text that is signed.
    ///
    /// # Panics
    /// Never: all values have a JSON form.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a statement has string keys only")
    }

    /// Reads a statement.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn read(text: &str) -> Result<CertificateStatement, String> {
        let statement: CertificateStatement =
            serde_json::from_str(text).map_err(|error| format!("it is not a statement of this version: {error}"))?;
        if statement.kind != STATEMENT_TYPE || statement.predicate_type != PREDICATE_TYPE {
            return Err("it is a statement of another type".to_string());
        }
        Ok(statement)
    }

    /// What the statement says, in lines for the terminal.
    #[must_use]
    pub fn summarise(&self) -> String {
        let StatedResult { result, passed_tests, warned_tests, failed_tests, conditions, .. } = &self.predicate;
        let word = match result {
            ResultWord::Passed => "passed",
            ResultWord::Warned => "passed in part",
            ResultWord::Failed => "failed",
        };
        let trial = if conditions.trial { "trial, no certificate: " } else { "" };
        let title = escape_line(&conditions.title);
        let endpoint = escape_line(&conditions.endpoint);
        format!(
            "{trial}{title} at {endpoint}: {word}\n{} clauses passed, {} failed, {} undecided, {} exempt; {} exchanges, run of {}\n",
            passed_tests.len(),
            failed_tests.len(),
            warned_tests.len(),
            conditions.clauses.len() - passed_tests.len() - failed_tests.len() - warned_tests.len(),
            conditions.evidence.exchanges,
            escape_line(&conditions.started),
        )
    }

    /// All files that the statement names.
    pub fn list_files(&self) -> impl Iterator<Item = &FileDigest> {
        self.subject.iter().chain(&self.predicate.configuration)
    }
}
