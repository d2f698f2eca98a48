//! One of several parts of a run, which run side by side on several machines.

use std::fmt;
use std::str::FromStr;

/// Most parts of a run.
const SHARDS_MAX: u64 = 1000;

/// One of several parts of a run. The plans of the run are dealt out in turn; the parts share the limits of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunShard {
    /// Counts from 1.
    number: u64,
    count: u64,
}

impl RunShard {
    /// A run in one part.
    pub const WHOLE: RunShard = RunShard { number: 1, count: 1 };

    /// The number of the part, from 1.
    #[must_use]
    pub fn number(self) -> u64 {
        self.number
    }

    /// Number of parts.
    #[must_use]
    pub fn count(self) -> u64 {
        self.count
    }

    /// Whether the run has one part.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.count == 1
    }

    /// The number within the whole run of the plan with the index `nth` of this part.
    #[must_use]
    pub fn number_plan(self, nth: u64) -> u64 {
        nth.saturating_mul(self.count).saturating_add(self.number - 1)
    }

    /// Whether the thing with an index is dealt to this part.
    #[must_use]
    pub fn owns_index(self, index: usize) -> bool {
        index as u64 % self.count == self.number - 1
    }

    /// What this part gets of an amount. The parts together get the whole amount.
    #[must_use]
    pub fn share_amount(self, amount: u64) -> u64 {
        amount / self.count + u64::from(amount % self.count >= self.number)
    }
}

impl fmt::Display for RunShard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.count)
    }
}

impl FromStr for RunShard {
    type Err = String;

    fn from_str(text: &str) -> Result<RunShard, String> {
        let parts = text.split_once('/').and_then(|(number, count)| Some((number.parse().ok()?, count.parse().ok()?)));
        match parts {
            Some((number, count)) if (1..=count).contains(&number) && count <= SHARDS_MAX => {
                Ok(RunShard { number, count })
            }
            _ => {
                Err(format!("a shard is its number and the number of shards, such as 1/4; at most {SHARDS_MAX} shards"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RunShard;

    fn read(text: &str) -> Option<RunShard> {
        text.parse().ok()
    }

    #[test]
    fn a_shard_is_a_number_from_one_and_a_count() {
        assert_eq!(read("1/1"), Some(RunShard::WHOLE));
        assert_eq!(read("3/4").map(|shard| shard.to_string()).as_deref(), Some("3/4"));
        for wrong in ["0/4", "5/4", "1", "1/0", "a/b", "1/1001", "-1/4", ""] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_shards_together_have_each_plan_once_and_the_whole_amount() {
        for count in 1..=7 {
            let shards: Vec<RunShard> = (1..=count).filter_map(|number| read(&format!("{number}/{count}"))).collect();
            let mut plans: Vec<u64> =
                shards.iter().flat_map(|shard| (0..5).map(|nth| shard.number_plan(nth))).collect();
            plans.sort_unstable();
            assert_eq!(plans, (0..5 * count).collect::<Vec<u64>>());
            for amount in [0, 1, 10, 997] {
                assert_eq!(shards.iter().map(|shard| shard.share_amount(amount)).sum::<u64>(), amount, "{count}");
            }
            assert!((0..20).all(|index| shards.iter().filter(|shard| shard.owns_index(index)).count() == 1));
        }
    }
}
