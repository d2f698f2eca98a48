//! Orders of overlapping calls: the search against brute force, the judgement of races, and their counts.

mod counts;
mod orders;
mod races;
