//! From the file to the profile: references, files and expressions are read.

use super::auth::{AuthSettingsError, CredentialResolver};
use super::connection::{ConnectionSettings, ProxySettings};
use super::error::{ProfileError, error_at};
use super::file::{ConnectionEntry, IdentityEntry, RecogniserEntry};
use super::settings::RecognisedEffect;
use crate::endpoint::{CALLERS, CONDITION_NAMES, Credential, Identities, Identity, InfrastructureRecogniser};
use crate::expr::Expr;
use crate::history::InfrastructureFailure;
use probity_input::{has_url_secret, read_input_bytes};
use serde_saphyr::Spanned;
use std::collections::BTreeMap;
use std::path::Path;

/// Longest file of certificates in bytes. The authorities of a system have about 300,000.
const PEM_BYTES_MAX: u64 = 8 << 20;

/// Reads the identities, and the authorities of their clouds.
pub(super) fn resolve_identities(
    raw: &BTreeMap<String, Spanned<IdentityEntry>>,
    file: &str,
    resolver: &mut CredentialResolver<'_>,
) -> Result<(Identities, Vec<Vec<u8>>), ProfileError> {
    let mut callers = BTreeMap::new();
    let mut authorities = Vec::new();
    for (caller, person) in raw {
        if !CALLERS.contains(&caller.as_str()) {
            let remedy = format!("use one of {}", CALLERS.join(", "));
            return Err(error_at(file, person, &format!("unknown caller `{caller}`"), &remedy));
        }
        if caller == "none" && (!person.value.headers.is_empty() || person.value.auth.is_some()) {
            return Err(error_at(
                file,
                person,
                "`none` is the caller without credentials",
                "remove the headers and `auth` of `none`",
            ));
        }
        let unresolved = |error: AuthSettingsError| {
            let (line, column) = error.at.unwrap_or((person.referenced.line(), person.referenced.column()));
            ProfileError { file: file.to_string(), line, column, cause: error.cause, remedy: error.remedy }
        };
        let mut headers = BTreeMap::new();
        for (name, text) in &person.value.headers {
            headers.insert(name.clone(), resolver.read_header(text).map_err(unresolved)?);
        }
        let mut settings = None;
        if let Some(auth) = &person.value.auth {
            let (resolved, authority) = auth.resolve_settings(resolver).map_err(unresolved)?;
            if resolved.needs_token() && matches!(caller.as_str(), "expired" | "forged") {
                let cause = format!("`{caller}` would get a valid token");
                return Err(error_at(file, person, &cause, "give the token under `headers`, or as `bearer`"));
            }
            if let Some(path) = authority {
                let read = read_input_bytes(Path::new(&path), PEM_BYTES_MAX);
                authorities.push(read.map_err(|error| {
                    let cause = format!("the file of authorities `{path}`: {}", error.cause);
                    error_at(file, person, &cause, &error.remedy)
                })?);
            }
            settings = Some(resolved);
        }
        let given = person.value.parameters.iter();
        let parameters = given
            .map(|(name, text)| Ok((name.clone(), resolve_environment_variable(text, file, resolver.environment)?)));
        let parameters = parameters.collect::<Result<BTreeMap<_, _>, ProfileError>>()?;
        callers.insert(caller.clone(), Identity { parameters, headers, auth: settings });
    }
    Ok((Identities::new(callers), authorities))
}

/// The text, or the value of the variable in `env:NAME`.
pub(super) fn resolve_environment_variable(
    text: &Spanned<String>,
    file: &str,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<String, ProfileError> {
    match text.value.strip_prefix("env:") {
        None => Ok(text.value.clone()),
        Some(name) => environment(name).ok_or_else(|| {
            error_at(file, text, &format!("the environment variable `{name}` is not set"), "set the variable")
        }),
    }
}

pub(super) fn resolve_recognisers(
    raw: &BTreeMap<InfrastructureFailure, RecogniserEntry>,
    file: &str,
) -> Result<Vec<InfrastructureRecogniser>, ProfileError> {
    let mut all = Vec::new();
    for (&kind, written) in raw {
        let mut when = None;
        if let Some(text) = &written.when {
            let remedy = format!("write a condition over {}", CONDITION_NAMES.join(", "));
            let expr = Expr::parse(&text.value).map_err(|error| error_at(file, text, &error.to_string(), &remedy))?;
            if let Some(name) = expr.roots().iter().find(|name| !CONDITION_NAMES.contains(&name.as_ref())) {
                return Err(error_at(
                    file,
                    text,
                    &format!("the condition contains the unknown name `{name}`"),
                    &remedy,
                ));
            }
            when = Some(expr);
        }
        let may_have_acted = written.effect.map(|effect| effect == RecognisedEffect::Possible);
        all.push(InfrastructureRecogniser { kind, when, failures_max: written.at_most, may_have_acted });
    }
    Ok(all)
}

pub(super) fn resolve_connection(
    raw: &ConnectionEntry,
    file: &str,
    resolver: &mut CredentialResolver<'_>,
) -> Result<ConnectionSettings, ProfileError> {
    let pem = |path: &Spanned<String>| {
        read_input_bytes(Path::new(&path.value), PEM_BYTES_MAX)
            .map_err(|error| error_at(file, path, &format!("`{}`: {}", path.value, error.cause), &error.remedy))
    };
    let authorities = raw.ca.iter().map(pem).collect::<Result<Vec<_>, _>>()?;
    let certificate = match (&raw.certificate, &raw.key) {
        (None, None) => None,
        (Some(certificate), Some(key)) => {
            let both = [pem(certificate)?, b"\n".to_vec(), pem(key)?].concat();
            let text = String::from_utf8(both)
                .map_err(|_| error_at(file, key, "the certificate or key is not PEM", "convert the file to PEM"))?;
            Some(Credential::from_process(text))
        }
        (Some(one), None) | (None, Some(one)) => {
            return Err(error_at(file, one, "`certificate` and `key` need each other", "give both"));
        }
    };
    let proxy = match &raw.proxy {
        None => None,
        Some(address) => {
            let url = url::Url::parse(&address.value);
            let usable = url.is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
            if !usable || has_url_secret(&address.value) {
                let cause = "the address of a proxy begins with http:// or https:// and contains no credentials";
                return Err(error_at(file, address, cause, "use `proxy_username` and `proxy_password`"));
            }
            let password = raw.proxy_password.as_ref().map(|text| resolver.read_credential(text)).transpose();
            let password = password.map_err(|error| {
                let (line, column) = error.at.unwrap_or((address.referenced.line(), address.referenced.column()));
                ProfileError { file: file.to_string(), line, column, cause: error.cause, remedy: error.remedy }
            })?;
            Some(ProxySettings {
                address: address.value.clone(),
                credentials: raw.proxy_username.clone().zip(password),
            })
        }
    };
    Ok(ConnectionSettings { authorities, certificate, proxy, version: raw.http, request_ids: Vec::new() })
}
