//! A table of misbehaviors to draw from by seed.

use super::attack::Attack;
use super::body_misbehaviors::*;
use super::framing_misbehaviors::*;
use super::refusal_misbehaviors::*;
use super::request::ReceivedRequest;
use super::secret_spellings::{EchoPlace, echo_secrets};
use super::time_misbehaviors::*;
use std::time::Duration;

/// Random numbers from a seed, by the method SplitMix64.
pub struct FaultRandom(u64);

impl FaultRandom {
    pub fn new(seed: u64) -> FaultRandom {
        FaultRandom(seed)
    }

    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below the bound, which is not 0.
    pub fn draw_below(&mut self, bound: u64) -> u64 {
        self.draw() % bound
    }

    fn draw_from<T: Clone>(&mut self, values: &[T]) -> T {
        values[self.draw_below(values.len() as u64) as usize].clone()
    }
}

/// One kind of fault.
pub struct FaultKind {
    pub name: &'static str,
    /// Whether HTTP lets any server or gateway do this, so that no clause can be blamed for the fault alone.
    pub is_of_transport: bool,
    /// Whether the client waits for its time limit.
    pub is_slow: bool,
    pub make: fn(&mut FaultRandom) -> Attack,
}

const fn transport(name: &'static str, make: fn(&mut FaultRandom) -> Attack) -> FaultKind {
    FaultKind { name, is_of_transport: true, is_slow: false, make }
}

const fn slow(name: &'static str, make: fn(&mut FaultRandom) -> Attack) -> FaultKind {
    FaultKind { name, is_of_transport: true, is_slow: true, make }
}

const fn content(name: &'static str, make: fn(&mut FaultRandom) -> Attack) -> FaultKind {
    FaultKind { name, is_of_transport: false, is_slow: false, make }
}

/// All kinds.
pub const FAULT_KINDS: &[FaultKind] = &[
    slow("silent-before", |_| silent().before_effect()),
    slow("silent-after", |_| silent().after_effect()),
    slow("dripping-head", |_| dripping_head(Duration::from_millis(300)).after_effect()),
    slow("dripping-body", |_| dripping_body(Duration::from_millis(300)).after_effect()),
    slow("endless-1xx", |_| interim_flood(103, u64::MAX).after_effect()),
    transport("late", |random| late(Duration::from_millis(random.draw_below(40))).after_effect()),
    transport("endless-body", |random| endless_body(random.draw_below(2) == 0).after_effect()),
    transport("endless-headers", |_| endless_headers().after_effect()),
    transport("endless-header-line", |_| endless_header_line().after_effect()),
    transport("gzip-bomb", |_| gzip_bomb(256 << 20).after_effect()),
    transport("1xx-flood", |random| interim_flood(random.draw_from(&[100, 102, 103]), 50).after_effect()),
    transport("closed-before", |_| closed().before_effect()),
    transport("closed-after", |_| closed().after_effect()),
    transport("reset-before", |_| reset_after(0).before_effect()),
    transport("reset-after", |random| reset_after(random.draw_below(200) as usize).after_effect()),
    transport("cut-off", |random| closed_after(random.draw_below(100) as usize).after_effect()),
    transport("broken-framing", |random| broken_framing(random.draw_from(BROKEN_FRAMINGS)).after_effect()),
    transport("answered-twice", |_| answered_twice().after_effect()),
    transport("unavailable-before", |random| {
        unavailable(random.draw_from(&[502, 503, 504]), random.draw_from(&[None, Some(0)])).before_effect()
    }),
    transport("unavailable-after", |random| {
        unavailable(random.draw_from(&[502, 503, 504]), random.draw_from(&[None, Some(0)])).after_effect()
    }),
    transport("throttled", |random| throttled(random.draw_from(&[413, 429]), Some(0)).before_effect()),
    content("broken-coding", |random| broken_framing(random.draw_from(BROKEN_CODINGS)).after_effect()),
    content("deep-json", |_| deep_json(1_000_000).after_effect()),
    content("large-json", |_| large_json(7 << 20).after_effect()),
    content("strange-body", |random| body_text("strange body", random.draw_from(STRANGE_BODIES)).after_effect()),
    content("strange-id", |random| with_id(random.draw_from(&strange_ids())).after_effect()),
    content("without-id", |_| without_id().after_effect()),
    content("other-reply", |_| other_reply().after_effect()),
    content("redirect", |random| {
        redirected(random.draw_from(&[301, 302, 303, 307, 308]), "http://127.0.0.1:9/v1/lamps").before_effect()
    }),
    content("strange-status", |random| {
        with_status_text(random.draw_from(&["600", "099", "999", "000", "299", "2x0", "1"])).after_effect()
    }),
    content("html-404", |_| html_not_found().before_effect()),
    content("as-html", |_| as_html().after_effect()),
    content("unauthorized", |_| unauthorized().before_effect()),
    content("echo", |random| {
        let places = [EchoPlace::Id, EchoPlace::Message(409), EchoPlace::Headers, EchoPlace::Fields];
        echo_secrets(random.draw_from(&places)).after_effect()
    }),
];

/// Chooses a kind of the table, among those that `is_wanted` permits, for so many of a million requests. The first
/// `spared` requests are passed, so that the checks before a run succeed.
pub fn seeded_faults(
    seed: u64,
    per_million: u64,
    spared: u64,
    is_wanted: impl Fn(&FaultKind) -> bool,
) -> impl FnMut(&ReceivedRequest) -> Attack + Send + 'static {
    let kinds: Vec<&'static FaultKind> = FAULT_KINDS.iter().filter(|kind| is_wanted(kind)).collect();
    assert!(!kinds.is_empty(), "no kind of fault is wanted");
    let mut random = FaultRandom::new(seed);
    move |request| {
        if request.nth < spared || random.draw_below(1_000_000) >= per_million {
            return Attack::PassThrough;
        }
        let kind = kinds[random.draw_below(kinds.len() as u64) as usize];
        (kind.make)(&mut random).named(kind.name)
    }
}
