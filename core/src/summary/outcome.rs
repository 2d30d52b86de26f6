//! The summary of every way in which asking a model can end, in words for people.
//!
//! Knows the states and their words. Must not know how the model was asked.

use chrono::{DateTime, Utc};

use super::budget::OverBudget;
use super::grounding::Grounded;
use super::price::Tokens;
use super::{State, Summary, price};
use crate::evidence::Redactor;
use crate::language::{Language, word};

/// What asking took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Over all calls.
    pub tokens: Tokens,
    /// What they cost, in millionths of a US dollar; `None` where a model was asked whose prices are not configured.
    pub micro_usd: Option<u64>,
    /// From the first request to the last answer, in milliseconds.
    pub duration_ms: u64,
}

/// What every summary says of itself, whatever its end.
#[derive(Debug, Clone, Copy)]
pub struct Outcome<'a> {
    /// In which its reasons are told, and its sentences were asked for.
    pub language: Language,
    /// The model's id, where one was asked.
    pub model: Option<&'a str>,
    /// What it took.
    pub usage: Usage,
    /// When it ended.
    pub written_at: DateTime<Utc>,
    /// Makes the reasons fit to be told: they may quote a server.
    pub redactor: &'a Redactor,
}

impl Outcome<'_> {
    /// Evidence is being collected, or a model is being asked.
    pub fn looking(self) -> Summary {
        let why = word("Evidence is being collected.", "根拠を収集しています。");
        self.without_text(State::Looking, why.of(self.language))
    }

    /// No model is configured.
    pub fn no_model(self) -> Summary {
        let why = word(
            "No model is configured. Set summary.provider to have a summary written.",
            "モデルが設定されていません。サマリーを作成するにはsummary.providerを設定してください。",
        );
        self.without_text(State::NoModel, why.of(self.language))
    }

    /// What was asked is answered by the analysis alone.
    pub fn left_to_analysis(self) -> Summary {
        let why = word(
            "The question is answered by the analysis; no summary is written.",
            "質問には調査が回答します。サマリーは作成しません。",
        );
        self.without_text(State::LeftToAnalysis, why.of(self.language))
    }

    /// A budget is used up.
    pub fn over_budget(self, over: &OverBudget) -> Summary {
        self.without_text(State::OverBudget, &over.told(self.language))
    }

    /// The model failed, was too slow or answered garbage; `reason` is one sentence for people, in the words of whoever
    /// refused: these are not translated.
    pub fn failed(self, reason: &str) -> Summary {
        let reason = self
            .language
            .pick(reason.to_owned(), format!("モデルから使える回答がありませんでした（原文：{reason}）。"));
        self.without_text(State::Failed, &reason)
    }

    /// The model answered: ready where at least one of its sentences is verified, else nothing of it is told. `instead`
    /// says why those did not answer that were asked before it.
    pub fn answered(self, grounded: Grounded, instead: Option<&str>) -> Summary {
        if !grounded.any_verified() {
            let counts = grounded.counts();
            let (unchecked, refuted) = (counts.unchecked, counts.refuted);
            let reason = nothing_verified(self.language, unchecked, refuted);
            let reason = self.words(instead, Some(&reason)).unwrap_or_default();
            // The sentences stay, for the record and for the metric.
            let summary = self.without_text(State::NothingVerified, &reason);
            return Summary { claims: grounded.claims, ..summary };
        }
        Summary {
            reason: self
                .words(instead, grounded.left_out.as_deref())
                .map(|reason| self.redactor.redact(&reason)),
            headline: grounded.headline,
            claims: grounded.claims,
            causes: grounded.causes,
            ruled_out: grounded.ruled_out,
            next_steps: grounded.next_steps,
            ..self.without_text(State::Ready, "")
        }
    }

    fn words(&self, instead: Option<&str>, more: Option<&str>) -> Option<String> {
        let instead = instead.map(|why| {
            self.language.pick(
                format!("Another model was asked first. {why}"),
                format!("先に別のモデルへ問い合わせました（原文：{why}）。"),
            )
        });
        let said: Vec<&str> = instead.as_deref().into_iter().chain(more).collect();
        (!said.is_empty()).then(|| said.join(self.language.pick(" ", "")))
    }

    fn without_text(self, state: State, reason: &str) -> Summary {
        Summary {
            state,
            reason: (!reason.is_empty()).then(|| self.redactor.redact(reason)),
            language: self.language.as_str().to_owned(),
            headline: None,
            claims: Vec::new(),
            causes: Vec::new(),
            ruled_out: Vec::new(),
            next_steps: Vec::new(),
            model: self.model.map(str::to_owned),
            input_tokens: self.usage.tokens.input,
            cached: self.usage.tokens.cached,
            output_tokens: self.usage.tokens.output,
            cost_usd: self.usage.micro_usd.map(price::dollars),
            duration_ms: self.usage.duration_ms,
            written_at: self.written_at,
        }
    }
}

/// A model answered, and nothing of it may be told.
pub fn nothing_verified(language: Language, unchecked: usize, refuted: usize) -> String {
    language.pick(
        format!(
            "The model answered, and nothing of it could be verified ({unchecked} unchecked, {refuted} refuted)."
        ),
        format!(
            "モデルの回答に、裏付けの取れた文はありませんでした（照合できず{unchecked}件、根拠と合わず{refuted}件）。"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::summary::budget::{OverBudget, Purpose, Scope};
    use crate::summary::{Claim, Verdict};

    fn outcome(redactor: &Redactor) -> Outcome<'_> {
        let usage = Usage { tokens: Tokens::plain(10, 2), micro_usd: Some(60), duration_ms: 7 };
        Outcome {
            language: Language::En,
            model: Some("m"),
            usage,
            written_at: DateTime::UNIX_EPOCH,
            redactor,
        }
    }

    fn claims(verdicts: &[Verdict]) -> Grounded {
        let claim = |verdict: &Verdict| Claim {
            text: Redactor::default().redact("x"),
            citations: vec![],
            verdict: *verdict,
            reason: None,
        };
        let headline = Some(Redactor::default().redact("headline"));
        Grounded { headline, claims: verdicts.iter().map(claim).collect(), ..Grounded::default() }
    }

    #[test]
    fn every_end_has_its_state_and_says_why() {
        let redactor = Redactor::default();
        let over =
            OverBudget::Tokens { purpose: Purpose::Summary, scope: Scope::Day, used: 1, limit: 2, needed: 3 };
        for (summary, state, says) in [
            (outcome(&redactor).looking(), State::Looking, "being collected"),
            (outcome(&redactor).no_model(), State::NoModel, "summary.provider"),
            (outcome(&redactor).left_to_analysis(), State::LeftToAnalysis, "answered by the analysis"),
            (outcome(&redactor).over_budget(&over), State::OverBudget, "tokens_per_day"),
            (outcome(&redactor).failed("The model was silent."), State::Failed, "The model was silent."),
        ] {
            assert_eq!(summary.state, state);
            assert!(summary.reason.as_ref().unwrap().as_str().contains(says), "{summary:?}");
            assert_eq!((summary.input_tokens, summary.output_tokens, summary.duration_ms), (10, 2, 7));
            assert_eq!((summary.model.as_deref(), summary.language.as_str()), (Some("m"), "en"));
            assert_eq!(summary.cost_usd, Some(0.000_06));
        }
    }

    #[test]
    fn one_verified_sentence_makes_it_ready_and_none_makes_it_fall_back() {
        let redactor = Redactor::default();
        let ready = outcome(&redactor).answered(claims(&[Verdict::Refuted, Verdict::Verified]), None);
        assert_eq!((ready.state, ready.reason), (State::Ready, None));
        assert!(ready.headline.is_some());

        let fallen = outcome(&redactor)
            .answered(claims(&[Verdict::Refuted, Verdict::Unchecked]), Some("m was asked."));
        assert_eq!((fallen.state, fallen.headline), (State::NothingVerified, None));
        assert_eq!(fallen.claims.len(), 2, "kept for the record");
        let reason = fallen.reason.unwrap();
        assert!(
            reason.as_str().starts_with("Another model was asked first. m was asked. The model answered"),
            "{reason}"
        );
        assert!(reason.as_str().contains("1 unchecked, 1 refuted"), "{reason}");
    }

    #[test]
    fn every_end_is_told_in_japanese_but_what_others_said() {
        let redactor = Redactor::default();
        let ja = || Outcome { language: Language::Ja, ..outcome(&redactor) };
        let (scope, purpose) = (Scope::Day, Purpose::Analysis);
        let tokens = OverBudget::Tokens { purpose, scope, used: 1, limit: 2_000, needed: 3 };
        let money = OverBudget::Money { purpose, scope: Scope::Incident, used: 1, limit: 2, needed: 3 };
        let bad = || claims(&[Verdict::Refuted, Verdict::Unchecked]);
        for (summary, says) in [
            (ja().looking(), "根拠を収集しています。"),
            (ja().no_model(), "設定されていません。サマリーを作成するにはsummary.provider"),
            (ja().over_budget(&tokens), "本日のトークンの予算を使い切りました（2000中1を使用"),
            (ja().over_budget(&tokens), "00:00（UTC）に更新"),
            (ja().over_budget(&money), "summary.analysis.budget.usd_per_incident"),
            (ja().failed("No."), "ありませんでした（原文：No.）。"),
            (ja().answered(bad(), None), "（照合できず1件、根拠と合わず1件）。"),
            (ja().answered(bad(), Some("No.")), "先に別のモデルへ問い合わせました（原文：No.）。モデルの"),
        ] {
            let reason = summary.reason.unwrap();
            assert!(reason.as_str().contains(says), "{reason}");
            assert_eq!(summary.language, "ja");
        }
    }
}
