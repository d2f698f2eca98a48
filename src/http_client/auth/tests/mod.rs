//! Each scheme by published or independently computed examples.

mod clouds;
mod forging;
mod signatures;
mod tokens;

use super::*;
use crate::endpoint::{AuthSettings, Credential, Identity};
use crate::profile::{AuthEntry, CredentialResolver};
use jiff::Timestamp;

/// 2026-07-06T08:00:00.123Z
fn now() -> Timestamp {
    Timestamp::from_millisecond(1_783_324_800_123).unwrap()
}

fn secret(value: &str) -> Credential {
    Credential::from_process(value.to_string())
}

/// The proof in lines, as sent.
fn shown(proof: &ProofHeaders) -> String {
    proof.iter().map(|(name, value)| format!("{name}: {}\n", value.expose())).collect()
}

/// The settings of an `auth` in YAML.
fn settings(yaml: &str) -> AuthSettings {
    let auth: AuthEntry = serde_saphyr::from_str(yaml).unwrap();
    auth.resolve_settings(&mut CredentialResolver::new(&|_| None)).unwrap().0
}

/// The scheme of an `auth` in YAML.
fn written(yaml: &str) -> std::sync::Arc<dyn AuthScheme> {
    authenticator::build_scheme(&settings(yaml))
}

fn get(url: &str) -> ComposedRequest<'_> {
    ComposedRequest { method: "GET", url, headers: &[], body: &[] }
}
