//! How connections are made: whom to trust, what to show, by what way, in which version of HTTP.

use super::error::HttpError;
use super::options::HttpLimits;
use crate::profile::{Connecting, Proxy, Version};
use std::time::Duration;

const IDLE_TIMEOUT: Duration = Duration::from_secs(4);

/// A client that contacts the hosts it is told, and no other: it follows no redirect, and takes no proxy
/// from the environment. `secure` says whether any address needs TLS.
pub(super) fn client(connecting: &Connecting, limits: &HttpLimits, secure: bool) -> Result<reqwest::Client, HttpError> {
    // For all of the process; where there is one already it will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        // A redirect is a reply like any other; following it could carry credentials elsewhere.
        .redirect(reqwest::redirect::Policy::none())
        // What is sent twice is the runner's decision.
        .retry(reqwest::retry::never())
        .connect_timeout(limits.connect_timeout)
        .timeout(limits.request_timeout)
        // Servers drop idle connections after five seconds and more; a request that meets
        // the drop is lost without having arrived.
        .pool_idle_timeout(IDLE_TIMEOUT)
        .user_agent(concat!("probity/", env!("CARGO_PKG_VERSION")))
        .no_proxy();
    builder = match connecting.version {
        Version::Any => builder,
        Version::One => builder.http1_only(),
        Version::Two => builder.http2_prior_knowledge(),
    };
    let mut authorities = Vec::new();
    for pem in &connecting.authorities {
        let read = reqwest::Certificate::from_pem_bundle(pem).map_err(|_| unreadable("an authority"))?;
        if read.is_empty() {
            return Err(unreadable("an authority"));
        }
        authorities.extend(read);
    }
    // The system's are read from many files: not for an address that needs none.
    builder = if secure { builder.tls_certs_merge(authorities) } else { builder.tls_certs_only([]) };
    if let Some(certificate) = &connecting.certificate {
        let identity = reqwest::Identity::from_pem(certificate.expose().as_bytes());
        builder = builder.identity(identity.map_err(|_| unreadable("the client's certificate or key"))?);
    }
    if let Some(proxy) = &connecting.proxy {
        builder = builder.proxy(through(proxy)?);
    }
    builder.build().map_err(|error| HttpError::Client { cause: deepest(&error) })
}

fn through(proxy: &Proxy) -> Result<reqwest::Proxy, HttpError> {
    let unusable = |_| HttpError::Client { cause: format!("`{}` is no address of a proxy", proxy.address) };
    let through = reqwest::Proxy::all(&proxy.address).map_err(unusable)?;
    Ok(match &proxy.credentials {
        Some((name, password)) => through.basic_auth(name, password.expose()),
        None => through,
    })
}

fn unreadable(what: &str) -> HttpError {
    HttpError::Client { cause: format!("the file of {what} holds no certificate or key in PEM") }
}

/// Its own text only says that there was an error.
fn deepest(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(below) = cause.source() {
        cause = below;
    }
    cause.to_string()
}
