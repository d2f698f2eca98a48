//! The HTTP server: offers an endpoint of this process, such as the mock, over HTTP.

mod response;
mod server;
mod socket;

pub use server::{ListenError, OfferedEndpoint, bind_listener, serve_endpoint};

#[cfg(test)]
mod tests;
