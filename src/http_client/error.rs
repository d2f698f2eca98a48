//! Errors of setting up the HTTP client.

/// An address or an identity that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The address of the endpoint.
    #[error(
        "`{place}` cannot be an endpoint: {cause}; give an address such as `http://127.0.0.1:8774` or `https://compute.example.org/base`"
    )]
    Address {
        /// The address without what may be secret in it.
        place: String,
        /// What is wrong.
        cause: String,
    },
    /// A credential header.
    #[error("the credential header `{name}` of identity cannot be sent; use letters, digits and hyphens in its name")]
    Header {
        /// The header.
        name: String,
    },
    /// The client could not be set up.
    #[error(
        "the HTTP client cannot be set up: {cause}; check `connection` in the profile, and the system's certificates"
    )]
    Client {
        /// What it says.
        cause: String,
    },
}
