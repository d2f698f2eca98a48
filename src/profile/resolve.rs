//! From the file to the profile: references, files and expressions are read.

use super::auth::{Resolver, Unresolved};
use super::connection::{Connecting, Proxy};
use super::error::{ProfileError, at};
use super::file::{Connection, Person, RecogniserFile};
use crate::endpoint::{CALLERS, Credential, Identities, Identity, ROOTS, Recogniser};
use crate::expr::Expr;
use crate::history::Hindrance;
use serde_saphyr::Spanned;
use std::collections::BTreeMap;

/// Reads the identities, and the authorities of their clouds.
pub(super) fn identities(
    raw: &BTreeMap<String, Spanned<Person>>,
    file: &str,
    resolver: &mut Resolver<'_>,
) -> Result<(Identities, Vec<Vec<u8>>), ProfileError> {
    let mut callers = BTreeMap::new();
    let mut authorities = Vec::new();
    for (caller, person) in raw {
        if !CALLERS.contains(&caller.as_str()) {
            let remedy = format!("use one of {}", CALLERS.join(", "));
            return Err(at(file, person, &format!("unknown caller `{caller}`"), &remedy));
        }
        if caller == "none" && (!person.value.headers.is_empty() || person.value.auth.is_some()) {
            return Err(at(
                file,
                person,
                "`none` is the caller without credentials",
                "remove the headers and `auth` of `none`",
            ));
        }
        let unresolved = |error: Unresolved| {
            let (line, column) = error.at.unwrap_or((person.referenced.line(), person.referenced.column()));
            ProfileError { file: file.to_string(), line, column, cause: error.cause, remedy: error.remedy }
        };
        let mut headers = BTreeMap::new();
        for (name, text) in &person.value.headers {
            headers.insert(name.clone(), resolver.header(text).map_err(unresolved)?);
        }
        let mut settings = None;
        if let Some(auth) = &person.value.auth {
            let (resolved, authority) = auth.resolved(resolver).map_err(unresolved)?;
            if resolved.needs_token() && matches!(caller.as_str(), "expired" | "forged") {
                let cause = format!("`{caller}` would get a valid token");
                return Err(at(file, person, &cause, "give the token under `headers`, or as `bearer`"));
            }
            if let Some(path) = authority {
                let read = std::fs::read(&path);
                authorities.push(read.map_err(|error| {
                    at(
                        file,
                        person,
                        &format!("the file of authorities `{path}` cannot be read: {error}"),
                        "check the path",
                    )
                })?);
            }
            settings = Some(resolved);
        }
        let given = person.value.parameters.iter();
        let parameters = given.map(|(name, text)| Ok((name.clone(), variable(text, file, resolver.environment)?)));
        let parameters = parameters.collect::<Result<BTreeMap<_, _>, ProfileError>>()?;
        callers.insert(caller.clone(), Identity { parameters, headers, auth: settings });
    }
    Ok((Identities::new(callers), authorities))
}

/// The text, or the value of the variable in `env:NAME`.
pub(super) fn variable(
    text: &Spanned<String>,
    file: &str,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<String, ProfileError> {
    match text.value.strip_prefix("env:") {
        None => Ok(text.value.clone()),
        Some(name) => environment(name).ok_or_else(|| {
            at(file, text, &format!("the environment variable `{name}` is not set"), "set the variable")
        }),
    }
}

pub(super) fn recognisers(
    raw: &BTreeMap<Hindrance, RecogniserFile>,
    file: &str,
) -> Result<Vec<Recogniser>, ProfileError> {
    let mut all = Vec::new();
    for (&kind, written) in raw {
        let mut when = None;
        if let Some(text) = &written.when {
            let remedy = format!("write a condition over {}", ROOTS.join(", "));
            let expr = Expr::parse(&text.value).map_err(|error| at(file, text, &error.to_string(), &remedy))?;
            if let Some(name) = expr.roots().iter().find(|name| !ROOTS.contains(&name.as_ref())) {
                return Err(at(file, text, &format!("the condition contains the unknown name `{name}`"), &remedy));
            }
            when = Some(expr);
        }
        all.push(Recogniser { kind, when, most: written.at_most });
    }
    Ok(all)
}

pub(super) fn connecting(
    raw: &Connection,
    file: &str,
    resolver: &mut Resolver<'_>,
) -> Result<Connecting, ProfileError> {
    let pem = |path: &Spanned<String>| {
        std::fs::read(&path.value).map_err(|error| {
            at(file, path, &format!("the file `{}` cannot be read: {error}", path.value), "check the path")
        })
    };
    let authorities = raw.ca.iter().map(pem).collect::<Result<Vec<_>, _>>()?;
    let certificate = match (&raw.certificate, &raw.key) {
        (None, None) => None,
        (Some(certificate), Some(key)) => {
            let both = [pem(certificate)?, b"\n".to_vec(), pem(key)?].concat();
            let text = String::from_utf8(both)
                .map_err(|_| at(file, key, "the certificate or key is not PEM", "convert the file to PEM"))?;
            Some(Credential::made(text))
        }
        (Some(one), None) | (None, Some(one)) => {
            return Err(at(file, one, "`certificate` and `key` need each other", "give both"));
        }
    };
    let proxy = match &raw.proxy {
        None => None,
        Some(address) => {
            let url = url::Url::parse(&address.value);
            if !url.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.password().is_none()) {
                let cause = "the address of a proxy begins with http:// or https:// and contains no credentials";
                return Err(at(file, address, cause, "use `proxy_username` and `proxy_password`"));
            }
            let password = raw.proxy_password.as_ref().map(|text| resolver.credential(text)).transpose();
            let password = password.map_err(|error| {
                let (line, column) = error.at.unwrap_or((address.referenced.line(), address.referenced.column()));
                ProfileError { file: file.to_string(), line, column, cause: error.cause, remedy: error.remedy }
            })?;
            Some(Proxy { address: address.value.clone(), credentials: raw.proxy_username.clone().zip(password) })
        }
    };
    Ok(Connecting { authorities, certificate, proxy, version: raw.http })
}
