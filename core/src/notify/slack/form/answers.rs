//! What there is to answer questions, and what a kind of question lacks.
//!
//! Knows which kind needs what. Must not know the configuration.

use super::super::super::words::form as words;
use super::Kind;
use crate::language::Word;

/// What is configured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Answers {
    /// A model.
    pub model: bool,
    /// A source that has metrics.
    pub metrics: bool,
    /// A source of findings.
    pub findings: bool,
}

impl Answers {
    /// What keeps a kind of question from being answered, in words for people. Findings are told without a model as well.
    pub fn lack(self, kind: Kind) -> Option<Word> {
        match kind {
            Kind::Moment | Kind::Insight if !self.model => Some(words::NO_MODEL),
            Kind::Insight if !self.metrics => Some(words::NO_METRICS),
            Kind::Findings if !self.findings => Some(words::NO_FINDINGS),
            Kind::Moment | Kind::Insight | Kind::Findings => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_needs_its_own() {
        let all = Answers { model: true, metrics: true, findings: true };
        for kind in [Kind::Moment, Kind::Insight, Kind::Findings] {
            assert_eq!(all.lack(kind), None);
        }
        let none = Answers::default();
        let lacks = |answers: Answers, kind| answers.lack(kind).map(|word| word.en).unwrap_or_default();
        assert_eq!(lacks(none, Kind::Moment), words::NO_MODEL.en);
        assert_eq!(lacks(none, Kind::Insight), words::NO_MODEL.en);
        assert_eq!(lacks(Answers { model: true, ..none }, Kind::Insight), words::NO_METRICS.en);
        assert_eq!(lacks(none, Kind::Findings), words::NO_FINDINGS.en);
        assert_eq!(Answers { findings: true, ..none }.lack(Kind::Findings), None, "without a model");
    }
}
