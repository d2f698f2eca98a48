//! Orders of overlapping calls: the search against brute force, and the judgement of races.

mod orders;
mod races;
