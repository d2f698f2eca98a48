//! Creates the HTTP client: authorities, certificate, proxy, HTTP version.

use super::error::HttpClientError;
use super::options::HttpLimits;
use crate::profile::{ConnectionSettings, HttpVersion, ProxySettings};
use std::time::Duration;

const IDLE_TIMEOUT: Duration = Duration::from_secs(4);

/// Builds a client without redirects and without a proxy from the environment, so that only known hosts are
/// contacted. `secure` says whether an address needs TLS.
pub(super) fn build_client(
    connecting: &ConnectionSettings,
    limits: &HttpLimits,
    secure: bool,
) -> Result<reqwest::Client, HttpClientError> {
    // The provider is global to the process; an installed provider suffices.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        // A redirect is an ordinary response. Following a redirect could send credentials to another host.
        .redirect(reqwest::redirect::Policy::none())
        // The runner decides on repetitions.
        .retry(reqwest::retry::never())
        .connect_timeout(limits.connect_timeout)
        .timeout(limits.request_timeout)
        // Servers close idle connections after five seconds or more, and a request on a closing connection is lost.
        .pool_idle_timeout(IDLE_TIMEOUT)
        .user_agent(concat!("probity/", env!("CARGO_PKG_VERSION")))
        .no_proxy();
    builder = match connecting.version {
        HttpVersion::Any => builder,
        HttpVersion::One => builder.http1_only(),
        HttpVersion::Two => builder.http2_prior_knowledge(),
    };
    let mut authorities = Vec::new();
    for pem in &connecting.authorities {
        let read = reqwest::Certificate::from_pem_bundle(pem).map_err(|_| unreadable_pem("an authority"))?;
        if read.is_empty() {
            return Err(unreadable_pem("an authority"));
        }
        authorities.extend(read);
    }
    // Reading the system's authorities takes many files, and is superfluous without TLS.
    builder = if secure { builder.tls_certs_merge(authorities) } else { builder.tls_certs_only([]) };
    if let Some(certificate) = &connecting.certificate {
        let identity = reqwest::Identity::from_pem(certificate.expose().as_bytes());
        builder = builder.identity(identity.map_err(|_| unreadable_pem("the client's certificate or key"))?);
    }
    if let Some(proxy) = &connecting.proxy {
        builder = builder.proxy(build_proxy(proxy)?);
    }
    builder.build().map_err(|error| HttpClientError::Client { cause: innermost_cause(&error) })
}

fn build_proxy(proxy: &ProxySettings) -> Result<reqwest::Proxy, HttpClientError> {
    let unusable = |_| HttpClientError::Client { cause: format!("`{}` is not the address of a proxy", proxy.address) };
    let through = reqwest::Proxy::all(&proxy.address).map_err(unusable)?;
    Ok(match &proxy.credentials {
        Some((name, password)) => through.basic_auth(name, password.expose()),
        None => through,
    })
}

fn unreadable_pem(what: &str) -> HttpClientError {
    HttpClientError::Client { cause: format!("the file of {what} contains no certificate or key in PEM") }
}

/// The text of the innermost cause; the error itself only says that an error occurred.
fn innermost_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(below) = cause.source() {
        cause = below;
    }
    cause.to_string()
}
