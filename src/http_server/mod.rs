//! The HTTP server: offers an endpoint of this process, such as the mock, over HTTP.

mod response;
mod serve;
mod socket;

pub use serve::{ListenError, Site, bind, serve};

#[cfg(test)]
mod tests;
