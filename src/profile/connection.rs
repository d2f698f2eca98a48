//! Settings of connections to an endpoint.

use crate::endpoint::Credential;

/// How a client connects. Default: authorities of the system, no certificate, no proxy.
#[derive(Debug, Clone, Default)]
pub struct ConnectionSettings {
    /// Authorities that the client trusts in addition to the system's, in PEM.
    pub authorities: Vec<Vec<u8>>,
    /// Certificate and key of the client, concatenated, in PEM.
    pub certificate: Option<Credential>,
    /// Proxy of all requests. None: direct connections, whatever the environment says.
    pub proxy: Option<ProxySettings>,
    /// HTTP versions that the client offers.
    pub version: HttpVersion,
    /// Names of response headers with the id of a request, in addition to the usual names.
    pub request_ids: Vec<String>,
}

/// A proxy.
#[derive(Debug, Clone)]
pub struct ProxySettings {
    /// `http://host:port`
    pub address: String,
    /// Name and password for the proxy.
    pub credentials: Option<(String, Credential)>,
}

/// HTTP versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "HttpVersion"))]
pub enum HttpVersion {
    /// 1.1, and 2 if a server with TLS offers 2.
    #[default]
    #[serde(rename = "any")]
    Any,
    /// 1.1 only.
    #[serde(rename = "1.1")]
    One,
    /// 2 only, also without TLS.
    #[serde(rename = "2")]
    Two,
}
