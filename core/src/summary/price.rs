//! What a model's tokens cost.
//!
//! Knows prices and money, whole millionths of a US dollar. Must not know who was asked.

/// What a model's tokens cost, in US dollars per million: the same number as millionths of a dollar per token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prices {
    /// Of what it reads.
    pub input: f64,
    /// Of what it writes.
    pub output: f64,
}

impl Prices {
    /// What these tokens cost, in millionths of a US dollar, rounded up.
    pub fn of(&self, input_tokens: u64, output_tokens: u64) -> u64 {
        #[expect(clippy::cast_precision_loss, reason = "no count of tokens reaches 2^53")]
        let exact = input_tokens as f64 * self.input + output_tokens as f64 * self.output;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
        let whole = exact.ceil() as u64;
        whole
    }
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
        let prices = Prices { input: 3.0, output: 15.0 };
        for (input, output, micro_usd) in
            [(0, 0, 0), (1, 0, 3), (1_000_000, 0, 3_000_000), (9_200, 700, 38_100), (u64::MAX, 1, u64::MAX)]
        {
            assert_eq!(prices.of(input, output), micro_usd, "{input} {output}");
        }
        assert_eq!(Prices { input: 0.06, output: 0.24 }.of(1, 0), 1, "rounded up");
        assert!((dollars(38_100) - 0.0381).abs() < 1e-12);
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
