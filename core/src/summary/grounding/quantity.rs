//! A number with its unit and its precision, and whether one number is another one, converted and rounded.
//!
//! Knows arithmetic. Must not know how numbers are written, nor what they count.

use super::unit::Dim;

/// A rounding that changes a value by more than this share of it is none that people would call the same.
const FAR: f64 = 0.2;
/// What a hedged one may change, whatever its zeros say.
const ABOUT: f64 = 0.1;
/// What binary fractions cost.
const NOISE: f64 = 1e-9;

/// How a sentence hedges its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Near {
    /// Not at all.
    Exact,
    /// `about`, 約: zeros at its end are no digits.
    About,
    /// `over`, `more than`, 超.
    Over,
    /// `nearly`, `under`, 未満.
    Under,
    /// `at least`, 以上.
    AtLeast,
    /// `at most`, `up to`, 以下.
    AtMost,
}

/// What a quantity is per.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Per {
    /// So many seconds.
    Seconds(f64),
    /// `request`, `pod`.
    Thing(String),
    /// The whole of which it is a part: 40 in `12/40`.
    Of(f64),
}

/// Which of an item's figures a number is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Nothing is said: what is now.
    Plain,
    /// What is usual.
    Normal,
    /// Where the alarm is set.
    Limit,
    /// `from 41` of `from 41 to 97`.
    From,
    /// What an item says it was at a time that stands right before it.
    Then,
}

/// A number in a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quantity {
    /// The number without its unit.
    pub digits: f64,
    /// In the base of its kind; twice where a unit has two readings.
    pub values: [f64; 2],
    /// One in its last digit, in the base.
    pub last: f64,
    /// The same, where a hedge makes zeros at its end no digits.
    pub step: f64,
    /// What it measures.
    pub dim: Dim,
    /// What it is per.
    pub per: Option<Per>,
    /// How it is hedged.
    pub near: Near,
    /// Which figure it is said to be.
    pub role: Role,
    /// The stems of what it is said to count; empty where nothing follows.
    pub nouns: Vec<String>,
    /// The stem of the word right before it: `shard` of `shard 7`.
    pub before: Option<String>,
    /// Whether the words beside it say that it is a share of one: `ratio 0.124`.
    pub ratio: bool,
    /// Whether it is one end of `from 41 to 97`, which people say without the unit.
    pub pair: bool,
    /// Whether it is written in letters.
    pub spelled: bool,
    /// Where it stands, in bytes.
    pub at: (usize, usize),
}

/// How well one number says another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// It is another.
    No,
    /// Rounded so far that it says something else.
    Coarse,
    /// It is the same.
    Yes,
}

impl Quantity {
    /// Whether `own`, of an item, is what `self`, of a claim, says.
    pub fn says(&self, own: &Self) -> Fit {
        match (self.share(), own.share()) {
            (Some(share), _) if own.dim == Dim::Percent => share.says_as_it_is(own),
            (_, Some(share)) if self.dim == Dim::Percent => self.says_as_it_is(&share),
            _ => self.says_as_it_is(own),
        }
    }

    fn says_as_it_is(&self, own: &Self) -> Fit {
        if self.pair && self.dim == Dim::Bare && self.per.is_none() && self.nouns.is_empty() {
            return self.rounds(self.digits, own.digits);
        }
        if self.dim != own.dim {
            return Fit::No;
        }
        match (&self.per, &own.per) {
            (Some(Per::Seconds(a)), Some(Per::Seconds(b))) if (a - b).abs() > NOISE => {
                let same = |(v, w): (&f64, &f64)| is(v / a, w / b);
                if self.values.iter().zip(&own.values).any(same) { Fit::Yes } else { Fit::No }
            }
            (a, b) if a != b => Fit::No,
            // Both are of a thousand, or both of 1,024.
            _ => {
                self.values.iter().zip(&own.values).map(|(v, w)| self.rounds(*v, *w)).max().unwrap_or(Fit::No)
            }
        }
    }

    /// A bare share of one as a percentage.
    fn share(&self) -> Option<Self> {
        let fits = self.ratio && self.dim == Dim::Bare && self.per.is_none() && self.digits.abs() <= 1.0;
        let scaled = |v: f64| v * 100.0;
        fits.then(|| Self {
            dim: Dim::Percent,
            values: self.values.map(scaled),
            last: scaled(self.last),
            step: scaled(self.step),
            ..self.clone()
        })
    }

    /// Whether `value` of the claim may be `exact` of an item.
    pub fn rounds(&self, value: f64, exact: f64) -> Fit {
        let off = (value - exact).abs();
        let size = exact.abs();
        if is(value, exact) {
            return if matches!(self.near, Near::Over | Near::Under) { Fit::No } else { Fit::Yes };
        }
        let step = self.step * (1.0 + NOISE);
        let half = off <= step / 2.0;
        let cut = off < self.last * (1.0 - NOISE) && size > value.abs() && value * exact >= 0.0;
        let fits = match self.near {
            Near::Exact | Near::About => half || cut,
            Near::Over | Near::AtLeast => exact > value && off < step,
            Near::Under | Near::AtMost => exact < value && off < step,
        };
        let far = if self.near == Near::Exact { FAR } else { ABOUT };
        match (fits, off <= far * size * (1.0 + NOISE)) {
            (false, _) => Fit::No,
            (true, false) => Fit::Coarse,
            (true, true) => Fit::Yes,
        }
    }

    /// Whether it has the digits of `own`, and one of the two does not say of what.
    pub fn has_digits_of(&self, own: &Self) -> bool {
        let bare = |one: &Self| one.dim == Dim::Bare && one.per.is_none();
        let of_nothing = bare(self) && (self.nouns.is_empty() || bare(own));
        let vague =
            of_nothing || bare(own) || (self.dim == own.dim && self.per.is_some() != own.per.is_some());
        vague && is(self.digits, own.digits)
    }
}

/// Whether two values are one, but for what binary fractions cost.
pub(super) fn is(a: f64, b: f64) -> bool {
    (a - b).abs() <= NOISE * a.abs().max(b.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(digits: f64, step: f64, near: Near) -> Quantity {
        Quantity {
            digits,
            values: [digits; 2],
            last: step.min(1.0),
            step,
            dim: Dim::Percent,
            per: None,
            near,
            role: Role::Plain,
            nouns: vec![],
            before: None,
            ratio: false,
            pair: false,
            spelled: false,
            at: (0, 0),
        }
    }

    #[test]
    fn a_number_is_rounded_to_its_own_last_digit_and_no_farther() {
        use Fit::{Coarse, No, Yes};
        use Near::{About, AtLeast, AtMost, Exact, Over, Under};
        for (said, step, near, exact, fit) in [
            (12.0, 1.0, Exact, 12.43, Yes),
            (12.4, 0.1, Exact, 12.43, Yes),
            (13.0, 1.0, Exact, 12.4, No),
            (13.0, 1.0, Exact, 12.5, Yes),
            (12.0, 1.0, Exact, 12.5, Yes),
            (97.0, 1.0, Exact, 97.9, Yes),
            (99.0, 1.0, Exact, 97.9, No),
            (12.43, 0.01, Exact, 12.4, No),
            (0.0, 1.0, Exact, 0.4, Coarse),
            (1.0, 1.0, Exact, 1.4, Coarse),
            (3.0, 1.0, Exact, 2.5, Yes),
            (-3.0, 1.0, Exact, 3.0, No),
            (1_200.0, 100.0, About, 1_204.0, Yes),
            (1_200.0, 1.0, Exact, 1_204.0, No),
            (1_200.0, 100.0, About, 1_351.0, No),
            (1_000.0, 1_000.0, About, 1_450.0, Coarse),
            (1_200.0, 100.0, Over, 1_204.0, Yes),
            (1_204.0, 1.0, Over, 1_204.0, No),
            (1_300.0, 100.0, Over, 1_204.0, No),
            (1_300.0, 100.0, Under, 1_204.0, Yes),
            (1_200.0, 100.0, AtLeast, 1_200.0, Yes),
            (1_200.0, 100.0, AtMost, 1_204.0, No),
        ] {
            assert_eq!(number(said, step, near).rounds(said, exact), fit, "{said} {near:?} {exact}");
        }
    }

    #[test]
    fn a_share_of_one_is_a_percentage_where_the_words_say_so() {
        let percent = number(12.4, 0.1, Near::Exact);
        let mut ratio = Quantity { dim: Dim::Bare, ratio: true, ..number(0.124, 0.001, Near::Exact) };
        assert_eq!((percent.says(&ratio), ratio.says(&percent)), (Fit::Yes, Fit::Yes));
        ratio.ratio = false;
        assert_eq!(percent.says(&ratio), Fit::No);
    }

    #[test]
    fn rates_are_converted_only_where_nothing_is_lost() {
        let per = |digits: f64, seconds| Quantity {
            per: Some(Per::Seconds(seconds)),
            ..number(digits, 1.0, Near::Exact)
        };
        assert_eq!(per(90.0, 60.0).says(&per(1.5, 1.0)), Fit::Yes);
        assert_eq!(per(91.0, 60.0).says(&per(1.5, 1.0)), Fit::No);
        assert_eq!(number(90.0, 1.0, Near::Exact).says(&per(90.0, 60.0)), Fit::No);
    }
}
