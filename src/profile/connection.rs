//! How connections to an endpoint are opened.

use crate::endpoint::Credential;

/// Beyond the address. By default: the system's authorities, no certificate, no proxy.
#[derive(Debug, Clone, Default)]
pub struct Connecting {
    /// Authorities that are trusted besides the system's, in PEM.
    pub authorities: Vec<Vec<u8>>,
    /// Certificate and key of the client, in PEM, one after the other.
    pub certificate: Option<Credential>,
    /// For every request, to whatever host. None: connections are made directly, whatever the environment says.
    pub proxy: Option<Proxy>,
    /// Which versions of HTTP are offered.
    pub version: Version,
}

/// What requests go through.
#[derive(Debug, Clone)]
pub struct Proxy {
    /// `http://host:port`
    pub address: String,
    /// Name and password.
    pub credentials: Option<(String, Credential)>,
}

/// A version of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize, schemars::JsonSchema)]
#[schemars(rename = "HttpVersion")]
pub enum Version {
    /// 1.1, and 2 where a server with TLS offers it.
    #[default]
    #[serde(rename = "any")]
    Any,
    /// 1.1 only.
    #[serde(rename = "1.1")]
    One,
    /// 2 only, without TLS too.
    #[serde(rename = "2")]
    Two,
}
