//! Errors of the HTTP client's configuration.

/// An invalid address, header or connection setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpClientError {
    /// The address of the endpoint is invalid.
    #[error(
        "`{place}` cannot be an endpoint: {cause}; give an address such as `http://127.0.0.1:8774` or `https://compute.example.org/base`"
    )]
    Address {
        /// The address without secret parts.
        place: String,
        /// What is wrong.
        cause: String,
    },
    /// The name of a credential header is invalid.
    #[error("the credential header `{name}` has an invalid name; use letters, digits and hyphens")]
    Header {
        /// Name of the header.
        name: String,
    },
    /// The client cannot be set up.
    #[error(
        "the HTTP client cannot be set up: {cause}; check `connection` in the profile, and the system's certificates"
    )]
    Client {
        /// Cause from the HTTP library.
        cause: String,
    },
}
