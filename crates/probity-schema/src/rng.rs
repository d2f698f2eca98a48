//! Deterministic random choices.

use proptest::prelude::Rng as _;
use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestRng, TestRunner};
use sha2::{Digest, Sha256};

/// A source of random choices. Equal seeds give equal choices on every machine; no clock,
/// environment variable or file has an influence.
pub struct SeededRng(TestRunner);

impl SeededRng {
    /// The choices for one purpose of one step of one plan of one campaign.
    pub fn new(seed: u64, plan: u64, step: u64, purpose: u64) -> SeededRng {
        let mut bytes = [0; 32];
        for (slot, number) in bytes.chunks_exact_mut(8).zip([seed, plan, step, purpose]) {
            slot.copy_from_slice(&number.to_le_bytes());
        }
        SeededRng::from_bytes(&bytes)
    }

    /// Splits off an independent stream of choices, so that draws for one purpose do not shift
    /// the draws for another.
    pub fn fork_stream(&mut self, purpose: u64) -> SeededRng {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&self.draw_u64().to_le_bytes());
        bytes[8..16].copy_from_slice(&self.draw_u64().to_le_bytes());
        bytes[24..].copy_from_slice(&purpose.to_le_bytes());
        SeededRng::from_bytes(&bytes)
    }

    /// Draws any number.
    pub fn draw_u64(&mut self) -> u64 {
        self.0.rng().next_u64()
    }

    /// Draws a number from 0 to `n - 1`; 0 for an `n` of 0.
    pub fn draw_below(&mut self, n: u64) -> u64 {
        // The high half of a 128-bit product: uniform up to an error of n / 2^64, without a loop.
        ((u128::from(self.draw_u64()) * u128::from(n)) >> 64) as u64
    }

    /// Draws true in `num` of `den` cases.
    pub fn draw_chance(&mut self, num: u32, den: u32) -> bool {
        self.draw_below(u64::from(den)) < u64::from(num)
    }

    /// Picks an element; none from an empty slice.
    pub fn pick_element<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let index = self.draw_below(from.len() as u64);
        from.get(index as usize)
    }

    /// Picks an element by weight; none where all weights are 0.
    pub fn pick_weighted<'a, T>(&mut self, from: &'a [(u32, T)]) -> Option<&'a T> {
        let total = from.iter().map(|(weight, _)| u64::from(*weight)).sum();
        let mut left = self.draw_below(total);
        from.iter().find_map(|(weight, item)| {
            let weight = u64::from(*weight);
            if left < weight {
                return Some(item);
            }
            left -= weight;
            None
        })
    }

    /// The runner for a `proptest` strategy.
    pub(super) fn runner(&mut self) -> &mut TestRunner {
        &mut self.0
    }

    fn from_bytes(bytes: &[u8]) -> SeededRng {
        // Hashed, so that adjacent seeds give unrelated streams.
        let seed = Sha256::digest(bytes);
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        SeededRng(TestRunner::new_with_rng(runner_config(), rng))
    }
}

/// All settings spelled out, because `Config::default()` reads environment variables.
fn runner_config() -> Config {
    Config {
        cases: 1,
        max_local_rejects: 1024,
        max_global_rejects: 1024,
        max_flat_map_regens: 1024,
        failure_persistence: None,
        source_file: None,
        test_name: None,
        max_shrink_time: 0,
        max_shrink_iters: 0,
        max_default_size_range: 16,
        result_cache: proptest::test_runner::noop_result_cache,
        verbose: 0,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(0),
        _non_exhaustive: (),
    }
}
