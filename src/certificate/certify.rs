//! Makes a bundle from a stored run.

use super::bundle_folder::{ATTESTATION, BundleFiles, EVIDENCE, FACTS, FILE_BYTES_MAX, PAGE, PUBLIC_KEY, REPORT};
use super::certificate_page::render_certificate;
use super::certified_clause::list_certified_clauses;
use super::envelope::SignedEnvelope;
use super::evidence_check::{JudgedEvidence, judge_evidence, list_contradictions, open_evidence};
use super::policy::{CertificatePolicy, JudgedRun};
use super::signature_key::Signer;
use super::statement::CertificateStatement;
use super::test_conditions::{ProgramIdentity, TestConditions, list_limits};
use crate::campaign::MutantKindScore;
use crate::plan_execution::Cancellation;
use crate::report::{NamedDigest, Report, RunFacts, StoredRun, read_stored_runs};
use crate::schema::CatalogFiles;
use crate::session::{LoadedSuite, SuiteStore, UserError, score_history};
use crate::suite::{list_base_suites, read_catalog_name};
use probity_input::read_input_bytes;
use std::path::{Path, PathBuf};

/// What a certificate is made from.
pub struct CertificateRequest<'a> {
    /// The folder of one suite's reports.
    pub run: &'a Path,
    /// Where the suite of the run comes from.
    pub store: &'a SuiteStore,
    /// The conditions that the certificate has to meet.
    pub policy: CertificatePolicy,
    /// Whether the certificate says that it is a trial of the procedure.
    pub trial: bool,
    /// The present time, RFC 3339, UTC.
    pub now: String,
    /// This program.
    pub program: ProgramIdentity,
    /// Makes the signature.
    pub signer: &'a dyn Signer,
    /// Stops counting mutants.
    pub cancel: Cancellation,
}

/// The result of a request.
#[derive(Debug)]
pub enum Certification {
    /// There is no certificate, for these reasons.
    Refused(Vec<String>),
    /// The files of the bundle, with the statement.
    Made(BundleFiles, Box<CertificateStatement>),
}

/// Judges the evidence of a run anew, counts the mutants that its calls detect, holds both against the policy, and signs the
/// statement.
///
/// # Errors
/// If a file of the run cannot be read, the suite has changed since the run, or the signer fails.
pub fn certify_run(request: &CertificateRequest<'_>) -> Result<Certification, UserError> {
    let (run, folder) = read_single_run(request.run)?;
    let mut files = BundleFiles::default();
    for name in [REPORT, FACTS, EVIDENCE] {
        let path = folder.join(name);
        if path.is_file() {
            files.add(name, read_input_bytes(&path, FILE_BYTES_MAX).map_err(UserError::from_input_file)?);
        }
    }
    let loaded = load_same_suite(request.store, &run.report)?;
    add_suite(request.store, &loaded.name, &mut files)?;
    let Some(evidence) = files.0.get(EVIDENCE) else {
        return Ok(Certification::Refused(vec![format!("{EVIDENCE} is missing: nothing proves the verdicts")]));
    };
    let (judged, power) = match examine_evidence(evidence, loaded, &request.cancel) {
        Ok(examined) => examined,
        Err(cause) => return Ok(Certification::Refused(vec![format!("{EVIDENCE}: {cause}")])),
    };
    let conditions = state_conditions(request, &run, &judged, power);
    let reasons = list_refusals(request, &run, &conditions, &judged);
    if !reasons.is_empty() {
        return Ok(Certification::Refused(reasons));
    }
    sign_bundle(files, conditions, request.signer)
}

/// Judges the recorded exchanges anew, and counts the mutants that they detect.
fn examine_evidence(
    evidence: &[u8],
    loaded: LoadedSuite,
    cancel: &Cancellation,
) -> Result<(JudgedEvidence, Vec<MutantKindScore>), String> {
    let judged = judge_evidence(evidence, loaded)?;
    let mut reader = open_evidence(evidence)?;
    let power = score_history(&judged.loaded, &mut reader, cancel).map_err(|error| error.to_string())?;
    Ok((judged, power))
}

fn sign_bundle(
    mut files: BundleFiles,
    conditions: TestConditions,
    signer: &dyn Signer,
) -> Result<Certification, UserError> {
    files.add(PAGE, render_certificate(&conditions));
    let (evidence, others): (Vec<_>, Vec<_>) = files.list_digests().partition(|file| file.name == EVIDENCE);
    let evidence = evidence.into_iter().next().expect("a bundle has its evidence");
    let statement = CertificateStatement::new(evidence, others, conditions);
    let envelope = SignedEnvelope::sign(&statement.to_json(), signer).map_err(|error| {
        UserError::input("--signer", error.to_string(), "check that the command signs with the key of --public-key")
    })?;
    files.add(ATTESTATION, envelope.to_json());
    files.add(PUBLIC_KEY, signer.public_key().to_pem());
    Ok(Certification::Made(files, Box::new(statement)))
}

/// Why there is no certificate.
fn list_refusals(
    request: &CertificateRequest<'_>,
    run: &StoredRun,
    conditions: &TestConditions,
    judged: &JudgedEvidence,
) -> Vec<String> {
    let power = conditions.power.iter();
    let judged_run = JudgedRun {
        report: &run.report,
        facts: run.facts.as_ref(),
        clauses: &conditions.clauses,
        power: power.fold((0, 0), |sum, kind| (sum.0 + kind.mutants, sum.1 + kind.detected)),
        trial: request.trial,
    };
    let mut reasons = request.policy.list_refusals(&judged_run);
    let unclaimed = run.report.claims.iter().flat_map(|claims| &claims.unclaimed_mandatory);
    let unclaimed: Vec<&str> = unclaimed.map(String::as_str).collect();
    if !unclaimed.is_empty() {
        reasons.push(format!("the profile does not claim mandatory clauses: {}", unclaimed.join(", ")));
    }
    if run.report.covered {
        reasons.push(
            "the run ended before its requests were spent, once everything was covered: run with --until spent"
                .to_string(),
        );
    }
    if let Some(shard) = &run.report.shard {
        reasons.push(format!("the report is of shard {shard} of a run: merge the shards first"));
    }
    // A run of selected clauses has no verdict for the others, and is refused for its selection.
    if run.report.selected.is_none() && run.report.excluded.is_none() {
        reasons.extend(list_contradictions(&conditions.clauses, judged));
    }
    reasons
}

fn state_conditions(
    request: &CertificateRequest<'_>,
    run: &StoredRun,
    judged: &JudgedEvidence,
    power: Vec<MutantKindScore>,
) -> TestConditions {
    let report = &run.report;
    let facts: Option<&RunFacts> = run.facts.as_ref();
    let pages = judged.loaded.schemas.catalog.pages.iter();
    TestConditions {
        trial: request.trial,
        certified: request.now.clone(),
        program: request.program.clone(),
        title: report.title.clone(),
        suite: report.suite.clone(),
        catalog: report.catalog.clone(),
        pages: pages.map(|page| NamedDigest { name: page.file.clone(), digest: page.digest.clone() }).collect(),
        endpoint: report.target.describe(),
        profile: report.profile.clone(),
        pools: judged.pools.clone(),
        started: facts.map(|facts| facts.started.clone()).unwrap_or_default(),
        duration_ms: facts.map(|facts| facts.duration_ms).unwrap_or_default(),
        seed: report.seed,
        today: report.today.clone(),
        settle_percent: report.settle_percent,
        limits: list_limits(facts),
        requests: report.spending.requests,
        evidence: judged.chain.clone(),
        clauses: list_certified_clauses(report),
        waivers: report.known_deviations.as_ref().map(|known| known.waivers.clone()).unwrap_or_default(),
        claims: report.claims.clone(),
        power,
        policy: request.policy,
    }
}

/// The report of one suite, with its folder.
fn read_single_run(place: &Path) -> Result<(StoredRun, PathBuf), UserError> {
    let mut runs = read_stored_runs(place).map_err(|error| UserError::input(error.place, error.cause, error.remedy))?;
    if runs.len() != 1 {
        let names: Vec<&str> = runs.iter().map(|run| run.report.suite.name.as_str()).collect();
        return Err(UserError::usage(
            place.display().to_string(),
            format!("there are the reports of {} suites here, and a certificate is about one", runs.len()),
            format!("name the folder of one: {}", names.join(", ")),
        ));
    }
    let run = runs.remove(0);
    let folder = if place.is_file() {
        place.parent().unwrap_or(Path::new("")).to_path_buf()
    } else if place.join(REPORT).is_file() {
        place.to_path_buf()
    } else {
        place.join(&run.report.suite.name)
    };
    Ok((run, folder))
}

/// The suite of the report, if suite and catalog are still the same.
fn load_same_suite(store: &SuiteStore, report: &Report) -> Result<LoadedSuite, UserError> {
    let name = store.select_suites(std::slice::from_ref(&report.suite.name))?.remove(0);
    let loaded = store.load(&name, &report.today)?;
    for (what, then, now) in [
        ("suite", &report.suite.digest, &loaded.suite.digest),
        ("catalog", &report.catalog.digest, &loaded.catalog_digest),
    ] {
        if then != now {
            return Err(UserError::input(
                loaded.file.clone(),
                format!("the {what} has changed since the run"),
                "run the suite again, or check out the state in which it ran",
            ));
        }
    }
    Ok(loaded)
}

/// Adds a suite with the suites that it extends, and their catalogs.
fn add_suite(store: &SuiteStore, suite: &str, files: &mut BundleFiles) -> Result<(), UserError> {
    let (file, text) = store.read_suite(suite)?;
    let known = store.list_suites()?;
    let bases = list_base_suites(&text).into_iter().filter(|name| known.contains(name));
    let names: Vec<String> = std::iter::once(suite.to_string()).chain(bases).collect();
    for name in names {
        let (_, text) = store.read_suite(&name)?;
        let unnamed = |_| UserError::input(&file, "the suite names no catalog", "run `probity lint`");
        let api = read_catalog_name(&file, &text).map_err(unnamed)?;
        files.add(format!("suites/{name}.yaml"), text);
        add_catalog(store.open_catalog(&api)?.as_ref(), &api, files);
    }
    Ok(())
}

fn add_catalog(catalog: &dyn CatalogFiles, api: &str, files: &mut BundleFiles) {
    for name in catalog.names() {
        if let Some(bytes) = catalog.read(&name) {
            files.add(format!("schemas/{api}/{name}"), bytes);
        }
    }
}
