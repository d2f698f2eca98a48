//! The HTTP server: offers an endpoint of this process, such as the mock, over HTTP.

mod response;
mod server;
mod socket;

pub use server::{ListenError, Site, bind, serve};

#[cfg(test)]
mod tests;
