//! Each scheme by published or independently computed examples.

mod clouds;
mod forging;
mod signatures;
mod tokens;

use super::*;
use crate::endpoint::{AuthSettings, Credential, Identity};
use crate::profile::{Resolver, Written};
use jiff::Timestamp;

/// 2026-07-06T08:00:00.123Z
fn now() -> Timestamp {
    Timestamp::from_millisecond(1_783_324_800_123).unwrap()
}

fn secret(value: &str) -> Credential {
    Credential::made(value.to_string())
}

/// The proof in lines, as sent.
fn shown(proof: &Proof) -> String {
    proof.iter().map(|(name, value)| format!("{name}: {}\n", value.expose())).collect()
}

/// The settings of an `auth` in YAML.
fn settings(yaml: &str) -> AuthSettings {
    let auth: Written = serde_saphyr::from_str(yaml).unwrap();
    auth.resolved(&mut Resolver::new(&|_| None)).unwrap().0
}

/// The scheme of an `auth` in YAML.
fn written(yaml: &str) -> std::sync::Arc<dyn Scheme> {
    authenticator::build_scheme(&settings(yaml))
}

fn get(url: &str) -> Composed<'_> {
    Composed { method: "GET", url, headers: &[], body: &[] }
}
