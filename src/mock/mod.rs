//! The mock: the suite interpreted as an endpoint.
//!
//! It does what the clauses demand, chooses by seed where they leave a choice, and takes
//! its time with courses. It shares the model's blindness; it does not know plans or the oracle.

mod decide;
mod life;
mod mutant;
mod pages;
mod reply;
mod serve;
mod wrong;

pub use life::Tempo;
pub use mutant::{Kind, Mutant, mutants};
pub use serve::Mock;
