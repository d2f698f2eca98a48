//! What the recorded exchanges prove, judged anew.

use super::certified_clause::CertifiedClause;
use super::test_conditions::EvidenceChain;
use crate::campaign::decide_recorded_verdicts;
use crate::history::{HistoryReader, HistoryRecord};
use crate::oracle::{Verdict, judge_records};
use crate::report::{digest_bytes, finish_digest};
use crate::session::{LoadedSuite, STATES_MAX};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What the recorded exchanges prove.
#[derive(Debug, Clone)]
pub struct JudgedEvidence {
    /// The verdict of each clause, by id.
    pub verdicts: BTreeMap<String, Verdict>,
    /// The exchanges, linked by digests.
    pub chain: EvidenceChain,
    /// The values that the endpoint offered, by pool, as `sha256:…` of their JSON form.
    pub pools: String,
    /// The suite with these values.
    pub loaded: LoadedSuite,
}

/// Judges recorded exchanges anew, with the suite and the catalog that came with them.
///
/// # Errors
/// Why the exchanges cannot be judged, in words.
pub fn judge_evidence(bytes: &[u8], loaded: LoadedSuite) -> Result<JudgedEvidence, String> {
    let chain = link_records(bytes)?;
    let mut reader = open_evidence(bytes)?;
    let header = reader.read_first_header().map_err(|error| error.to_string())?;
    let pools = digest_json(&header.pools);
    let loaded = loaded.with_pools(&header.pools, &header.today).map_err(|error| error.cause)?;
    let judged = judge_records(&mut reader, &loaded.model, &loaded.schemas, STATES_MAX);
    let judged = judged.map_err(|error| error.to_string())?;
    if judged.skipped > 0 || reader.torn_line().is_some() {
        return Err("the recorded exchanges are not whole".to_string());
    }
    let (rows, _) = decide_recorded_verdicts(&loaded.model, &loaded.schemas, &judged);
    let verdicts = rows.iter().map(|row| (loaded.model.clause_info(row.clause).id.clone(), row.verdict)).collect();
    Ok(JudgedEvidence { verdicts, chain, pools, loaded })
}

/// Opens recorded exchanges.
///
/// # Errors
/// If their first bytes cannot be read.
pub fn open_evidence(bytes: &[u8]) -> Result<HistoryReader<'_>, String> {
    HistoryReader::new(bytes, super::bundle_folder::EVIDENCE).map_err(|error| error.to_string())
}

/// Links all records: each link is the SHA-256 of the link before and of the record in JSON form.
fn link_records(bytes: &[u8]) -> Result<EvidenceChain, String> {
    let mut reader = open_evidence(bytes)?;
    let mut chain = EvidenceChain { plans: 0, exchanges: 0, last: digest_bytes(b"") };
    while let Some(record) = reader.next_record().map_err(|error| error.to_string())? {
        let record = match &record {
            HistoryRecord::Header(header) => {
                chain.plans += 1;
                encode_record(header)
            }
            HistoryRecord::Exchange(exchange) => {
                chain.exchanges += 1;
                encode_record(exchange)
            }
        };
        chain.last = finish_digest(Sha256::new().chain_update(&chain.last).chain_update(record));
    }
    Ok(chain)
}

fn encode_record(record: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(record).expect("a record has string keys only")
}

fn digest_json(value: &impl Serialize) -> String {
    digest_bytes(&encode_record(value))
}

/// Where the verdicts of the evidence differ from stated ones, in sentences.
#[must_use]
pub fn list_contradictions(stated: &[CertifiedClause], judged: &JudgedEvidence) -> Vec<String> {
    let mut lines = Vec::new();
    for row in stated {
        match judged.verdicts.get(&row.id) {
            Some(verdict) if *verdict == row.verdict => {}
            Some(verdict) => lines.push(format!(
                "{}: {} is stated, and the recorded exchanges give {}",
                row.id,
                row.verdict.word(),
                verdict.word()
            )),
            None => lines.push(format!("{}: the suite does not have this clause", row.id)),
        }
    }
    let is_stated = |id: &String| stated.iter().any(|row| row.id == *id);
    lines.extend(judged.verdicts.keys().filter(|id| !is_stated(id)).map(|id| format!("{id}: no verdict is stated")));
    lines
}
