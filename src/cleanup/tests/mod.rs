//! Marks, journal files, and deletions against scripted endpoints.

mod deletions;
mod journal;
mod kept_states;
mod marks;
