//! Each scheme by published or independently computed examples; then all of them over sockets, with canaries.

mod forging;
mod signatures;

use super::*;
use jiff::Timestamp;

/// 2026-07-06T08:00:00.123Z
fn now() -> Timestamp {
    Timestamp::from_millisecond(1_783_324_800_123).unwrap()
}

fn secret(value: &str) -> Credential {
    Credential::made(value.to_string())
}

/// The proof in lines, as it would go over the wire.
fn shown(proof: &Proof) -> String {
    proof.iter().map(|(name, value)| format!("{name}: {}\n", value.expose())).collect()
}

/// A profile's `auth`, as written in YAML.
fn written(yaml: &str) -> std::sync::Arc<dyn Scheme> {
    let auth: Written = serde_saphyr::from_str(yaml).unwrap();
    let mut resolve = |text: &serde_saphyr::Spanned<String>| Credential::read(&text.value, &|_| None);
    auth.resolved(&mut resolve).unwrap()
}

fn get(url: &str) -> Composed<'_> {
    Composed { method: "GET", url, headers: &[], body: &[] }
}
