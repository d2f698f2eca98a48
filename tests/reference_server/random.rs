//! Random numbers that depend on the seed and on the number of earlier draws only.

/// A splitmix64 sequence.
#[derive(Clone, Debug)]
pub(super) struct RandomNumbers(u64);

impl RandomNumbers {
    /// `purpose` separates sequences, so that network faults do not change the generated ids.
    pub(super) fn new(seed: u64, purpose: u64) -> Self {
        let mut random = RandomNumbers(seed ^ purpose.wrapping_mul(0xA24B_AED4_963E_E407));
        random.draw();
        random
    }

    pub(super) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in `0..n`; 0 when `n` is 0.
    pub(super) fn draw_below(&mut self, n: u64) -> u64 {
        if n == 0 { 0 } else { self.draw() % n }
    }

    /// True with probability `p`. Probability 0 draws no number, so that an unused option does not change the sequence.
    pub(super) fn draw_chance(&mut self, p: f64) -> bool {
        p > 0.0 && (self.draw() >> 11) as f64 / ((1u64 << 53) as f64) < p
    }

    pub(super) fn draw_uuid(&mut self) -> String {
        let (a, b) = (self.draw(), self.draw());
        let (third, fourth) = ((a & 0x0FFF) | 0x4000, ((b >> 48) & 0x3FFF) | 0x8000);
        let tail = b & 0xFFFF_FFFF_FFFF;
        format!("{:08x}-{:04x}-{third:04x}-{fourth:04x}-{tail:012x}", a >> 32, (a >> 16) & 0xFFFF)
    }

    /// `digits` hexadecimal digits, as in ids of jobs and hosts.
    pub(super) fn draw_hex(&mut self, digits: usize) -> String {
        let mut text = String::new();
        while text.len() < digits {
            text.push_str(&format!("{:016x}", self.draw()));
        }
        text.truncate(digits);
        text
    }
}
