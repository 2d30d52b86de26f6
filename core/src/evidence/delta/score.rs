//! How much each family says about the moment of the alarm: section 5 of the recipe.
//!
//! Knows counts of both sides and the weight of words. Must not know how findings are shown.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::families::Family;
use super::severity::{tells_change, weight};
use super::stats::{chi_square_tail, discovery_cut, dispersion, g2};
use super::table::Table;
use crate::evidence::patterns::bytes::mix;
use crate::evidence::patterns::level::Level;

/// From this weight on a line is severe.
const SEVERE: f64 = 1.9;

/// A family and how decisive it is.
pub(super) type Scored = (f64, usize);

/// What the scores need to know of the whole baseline.
pub(super) struct Baseline<'a> {
    table: &'a Table,
    families: &'a [Family],
    /// Window over baseline, by time and by lines: the larger and the smaller. A surge must beat the one and a loss
    /// the other, so that neither a shorter window nor a change of volume makes news.
    pub more: f64,
    pub less: f64,
    words: HashSet<u64>,
    statements: HashSet<u64>,
    /// Per workload: families seen once, and lines.
    singles: BTreeMap<usize, (f64, f64)>,
    cut: f64,
}

impl<'a> Baseline<'a> {
    pub fn new(table: &'a Table, families: &'a [Family]) -> Self {
        let time = table.window.minutes() / table.baseline.minutes();
        let lines = table.window.lines as f64 / table.baseline.lines.max(1) as f64;
        let mut baseline = Self {
            table,
            families,
            more: time.max(lines),
            less: time.min(lines),
            words: HashSet::new(),
            statements: HashSet::new(),
            singles: BTreeMap::new(),
            cut: 0.0,
        };
        for group in table.groups.iter().filter(|group| group.baseline.count > 0) {
            let tokens = table.patterns().get(group.pattern).map_or(&[][..], |pattern| &pattern.tokens);
            baseline.words.extend(tokens.iter().filter(|token| token.kind.is_word()).map(|token| token.hash));
            baseline.statements.insert(statement(group.logger_key, group.stream, group.level));
        }
        for family in families.iter().filter(|family| family.before > 0.0) {
            let (singles, lines) = baseline.singles.entry(family.stream).or_default();
            *singles += f64::from(u8::from(family.before < 1.5));
            *lines += family.before;
        }
        let known = families.iter().filter(|family| family.before > 0.0);
        let p_value = |family: &Family| {
            let strength = g2(family.now, family.before, baseline.more).min(g2(
                family.now,
                family.before,
                baseline.less,
            ));
            chi_square_tail(strength / baseline.dispersion(family))
        };
        baseline.cut = discovery_cut(known.map(p_value).collect()).max(1e-4);
        baseline
    }

    fn dispersion(&self, family: &Family) -> f64 {
        dispersion(&family.baseline, self.table.baseline.slices())
    }

    /// Not in the baseline at all.
    pub fn new_families(&self) -> Vec<Scored> {
        let new = |family: &Family| family.before == 0.0 && family.now > 0.0;
        let mut scored = self.scored(|family| new(family).then(|| self.novelty(family)));
        diversify(&mut scored, self.families);
        scored
    }

    fn novelty(&self, family: &Family) -> f64 {
        let Some(head) = self.table.groups.get(family.head) else { return 0.0 };
        let tokens = self.table.patterns().get(head.pattern).map_or(&[][..], |pattern| &pattern.tokens);
        let words: Vec<u64> =
            tokens.iter().filter(|token| token.kind.is_word()).map(|token| token.hash).collect();
        let unseen = words.iter().filter(|word| !self.words.contains(word)).count() as f64;
        let share = if words.is_empty() { 0.0 } else { unseen / words.len() as f64 };
        let alarming = family.level >= Level::Warn || family.class >= 2;
        let by_count = if alarming { 0.12 } else { 0.03 } * family.now.ln_1p().min(6.0);
        let mut score = weight(family.level, family.class) * (1.0 + by_count);
        score *= (0.55 + 0.6 * share.sqrt()) * (0.65 + self.surprise(family.stream).min(10.0) / 8.0);
        let sample = head.window.samples.first().map_or("", String::as_str);
        if !alarming && tells_change(sample) {
            score *= 1.4;
        }
        if head.statement {
            let known = self.statements.contains(&statement(head.logger_key, head.stream, head.level));
            score *= if known { 0.45 } else { 1.2 };
        }
        score
    }

    /// How little one expects something new of this workload (Good and Turing): a chatty one that says one more new
    /// thing is no news.
    fn surprise(&self, stream: usize) -> f64 {
        let (singles, lines) = self.singles.get(&stream).copied().unwrap_or_default();
        -((singles + 1.0) / (lines + 2.0)).ln()
    }

    /// Frequent in the baseline, and (almost) absent now.
    pub fn gone(&self) -> Vec<Scored> {
        self.scored(|family| {
            let expected = family.before * self.less;
            if family.before < 3.0 || family.now >= expected {
                return None;
            }
            let strength = g2(family.now, family.before, self.less) / self.dispersion(family).sqrt();
            let drop = 1.0 - family.now / expected;
            let whole = if family.now == 0.0 { 1.5 } else { 1.0 };
            (drop > 0.5 && strength >= 3.84).then_some(strength * drop * drop * whole)
        })
    }

    /// Much more than in the baseline.
    pub fn surged(&self) -> Vec<Scored> {
        let mut scored = self.scored(|family| {
            let expected = family.before * self.more;
            if family.before == 0.0 || family.now <= expected {
                return None;
            }
            let strength = g2(family.now, family.before, self.more) / self.dispersion(family);
            let ratio = ((family.now + 0.5) / (expected + 0.5)).ln();
            let news = ratio > 0.4 && chi_square_tail(strength) <= self.cut;
            news.then(|| weight(family.level, family.class) * ratio * strength.ln_1p())
        });
        diversify(&mut scored, self.families);
        scored
    }

    /// Severe by its words, in the baseline as well.
    pub fn severe(&self) -> Vec<Scored> {
        self.scored(|family| {
            let weight = weight(family.level, family.class);
            let lines = family.before * self.less + family.now;
            (family.before > 0.0 && family.now > 0.0 && weight >= SEVERE)
                .then(|| weight / (1.0 + 0.35 * lines.ln_1p()))
        })
    }

    fn scored(&self, score: impl Fn(&Family) -> Option<f64>) -> Vec<Scored> {
        scored(self.families, score)
    }
}

/// Without a baseline: the severe ones, alternating the most frequent and the rarest of the most severe.
pub(super) fn severe_alone(families: &[Family]) -> Vec<Scored> {
    let severe = |family: &Family| {
        (family.now > 0.0 && weight(family.level, family.class) >= SEVERE)
            .then(|| weight(family.level, family.class))
    };
    let frequent = scored(families, |family| Some(severe(family)? * (1.0 + 0.05 * family.now.ln_1p())));
    let rare = scored(families, |family| Some(severe(family)? / (1.0 + 0.25 * family.now.ln_1p())));
    let mut seen = BTreeSet::new();
    let alternating = frequent.into_iter().zip(rare).flat_map(|(frequent, rare)| [frequent, rare]);
    alternating.filter(|(_, family)| seen.insert(*family)).collect()
}

/// Without a baseline: all else, the rarest first.
pub(super) fn rare_alone(families: &[Family]) -> Vec<Scored> {
    scored(families, |family| {
        let weight = weight(family.level, family.class);
        (family.now > 0.0 && weight < SEVERE).then(|| weight / (1.0 + 0.6 * family.now.ln_1p()))
    })
}

/// The most frequent of what is left.
pub(super) fn common(families: &[Family], shown: &BTreeSet<usize>) -> Vec<Scored> {
    let mut all = scored(families, |family| (family.now > 0.0).then_some(family.now));
    all.retain(|(_, family)| !shown.contains(family));
    all
}

fn scored(families: &[Family], score: impl Fn(&Family) -> Option<f64>) -> Vec<Scored> {
    let mut all: Vec<Scored> =
        families.iter().enumerate().filter_map(|(place, family)| Some((score(family)?, place))).collect();
    sort(&mut all);
    all
}

/// The highest score first; equal ones in the order of the lines.
pub(super) fn sort(scored: &mut [Scored]) {
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
}

/// The next line of the same workload says less than the first: each weighs a quarter less, errors a little less.
fn diversify(scored: &mut [Scored], families: &[Family]) {
    let mut seen: BTreeMap<(usize, bool), i32> = BTreeMap::new();
    for (score, place) in scored.iter_mut() {
        let Some(family) = families.get(*place) else { continue };
        let severe = family.level >= Level::Error;
        let before = seen.entry((family.stream, severe)).or_default();
        *score *= if severe { 0.93_f64 } else { 0.75 }.powi(*before);
        *before += 1;
    }
    sort(scored);
}

fn statement(logger: u64, stream: usize, level: Level) -> u64 {
    mix(logger, (stream as u64) << 8 | level as u64)
}
