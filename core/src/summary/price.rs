//! What a model's tokens cost.
//!
//! Knows prices and money, whole millionths of a US dollar. Must not know who was asked.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// Of the tokens that a model read, those that its provider counts apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cached {
    /// Those that it had kept from an earlier call.
    #[serde(rename = "cached_input_tokens", default)]
    pub read: u64,
    /// Those that it kept for later ones.
    #[serde(rename = "cache_write_tokens", default)]
    pub written: u64,
}

/// What calls took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tokens {
    /// All that went in, those counted apart included.
    pub input: u64,
    /// Of them, those counted apart.
    pub cached: Cached,
    /// What came out.
    pub output: u64,
}

impl Tokens {
    /// Without a cache.
    pub fn plain(input: u64, output: u64) -> Self {
        Self { input, output, cached: Cached::default() }
    }

    /// Those of a provider that counts `read` and `written` within `input`; it cannot have kept more than went in.
    pub fn within(input: u64, output: u64, read: u64, written: u64) -> Self {
        let read = read.min(input);
        Self { input, output, cached: Cached { read, written: written.min(input - read) } }
    }

    /// As budgets count them: a token is one, wherever it was read from.
    pub fn all(self) -> u64 {
        self.input.saturating_add(self.output)
    }
}

impl AddAssign for Tokens {
    fn add_assign(&mut self, more: Self) {
        self.input = self.input.saturating_add(more.input);
        self.output = self.output.saturating_add(more.output);
        self.cached += more.cached;
    }
}

impl AddAssign for Cached {
    fn add_assign(&mut self, more: Self) {
        self.read = self.read.saturating_add(more.read);
        self.written = self.written.saturating_add(more.written);
    }
}

/// What a model's tokens cost, in US dollars per million: the same number as millionths of a dollar per token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prices {
    /// Of what it reads.
    pub input: f64,
    /// Of what it writes.
    pub output: f64,
    /// Of what it reads from its provider's cache; as `input` where absent.
    pub cached_input: Option<f64>,
    /// Of what it reads and its provider keeps; as `input` where absent.
    pub cache_write: Option<f64>,
}

impl Prices {
    /// What these tokens cost, in millionths of a US dollar, rounded up.
    pub fn of(&self, tokens: Tokens) -> u64 {
        let Tokens { input, output, cached } = tokens;
        let plain = input.saturating_sub(cached.read).saturating_sub(cached.written);
        cost(&[
            (plain, self.input),
            (cached.read, self.cached_input.unwrap_or(self.input)),
            (cached.written, self.cache_write.unwrap_or(self.input)),
            (output, self.output),
        ])
    }

    /// What so many tokens cost at most, wherever they are read from.
    pub fn worst(&self, input: u64, output: u64) -> u64 {
        let others = [self.cached_input, self.cache_write].into_iter().flatten();
        cost(&[(input, others.fold(self.input, f64::max)), (output, self.output)])
    }
}

fn cost(parts: &[(u64, f64)]) -> u64 {
    #[expect(clippy::cast_precision_loss, reason = "no count of tokens reaches 2^53")]
    let exact: f64 = parts.iter().map(|(tokens, price)| *tokens as f64 * price).sum();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
    let whole = exact.ceil() as u64;
    whole
}

/// Millionths of a US dollar as dollars.
pub fn dollars(micro_usd: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "no sum of money reaches nine billion dollars")]
    let micro_usd = micro_usd as f64;
    micro_usd / 1e6
}

/// For people: cents where there are any, else as much as it takes to see something.
pub fn told(micro_usd: u64) -> String {
    match micro_usd {
        0 => "$0".to_owned(),
        1..10_000 => format!("${:.4}", dollars(micro_usd)),
        _ => format!("${:.2}", dollars(micro_usd)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_costs_the_millionth_of_its_price_and_no_part_is_free() {
        let prices = Prices { input: 3.0, output: 15.0, cached_input: None, cache_write: None };
        for (input, output, micro_usd) in
            [(0, 0, 0), (1, 0, 3), (1_000_000, 0, 3_000_000), (9_200, 700, 38_100), (u64::MAX, 1, u64::MAX)]
        {
            assert_eq!(prices.of(Tokens::plain(input, output)), micro_usd, "{input} {output}");
            assert_eq!(prices.worst(input, output), micro_usd, "{input} {output}");
        }
        let cheap = Prices { input: 0.06, output: 0.24, ..prices };
        assert_eq!(cheap.of(Tokens::plain(1, 0)), 1, "rounded up");
        assert!((dollars(38_100) - 0.0381).abs() < 1e-12);
    }

    #[test]
    fn what_a_cache_gave_or_kept_has_its_own_price_or_the_full_one() {
        let full = Prices { input: 3.0, output: 15.0, cached_input: None, cache_write: None };
        let own = Prices { cached_input: Some(0.3), cache_write: Some(3.75), ..full };
        for (prices, read, written, micro_usd) in [
            (full, 8_000, 1_000, 3 * 10_000 + 1_500),
            (own, 8_000, 1_000, 3_000 + 2_400 + 3_750 + 1_500),
            (own, 0, 10_000, 37_500 + 1_500),
            (own, u64::MAX, u64::MAX, 3_000 + 1_500),
        ] {
            let tokens = Tokens::within(10_000, 100, read, written);
            assert_eq!((prices.of(tokens), tokens.all()), (micro_usd, 10_100), "{read} {written}");
            assert!(prices.of(tokens) <= prices.worst(10_000, 100), "what is set aside suffices");
        }
        assert_eq!(own.worst(10_000, 100), 37_500 + 1_500);
        let mut sum = Tokens::within(10, 1, 4, 2);
        sum += Tokens::within(10, 1, 1, 0);
        assert_eq!(sum, Tokens { input: 20, output: 2, cached: Cached { read: 5, written: 2 } });
    }

    #[test]
    fn money_is_told_in_as_few_digits_as_show_it() {
        for (micro_usd, words) in
            [(0, "$0"), (63, "$0.0001"), (9_999, "$0.0100"), (38_100, "$0.04"), (12_345_678, "$12.35")]
        {
            assert_eq!(told(micro_usd), words);
        }
    }
}
