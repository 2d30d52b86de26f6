//! That reasons are told in the language of the installation.

use chrono::{Offset, Utc};

use super::super::{Evidence, ground};
use super::{answer, items};
use crate::evidence::{Redacted, Redactor};
use crate::language::Language;
use crate::summary::Verdict;

#[test]
fn each_reason_is_told_in_japanese() {
    let (pack, items) = (Redacted::default(), items());
    let evidence = Evidence { items: &items, pack: &pack, zone: Utc.fix(), language: Language::Ja };
    let grounded =
        |text: &str, ids: &[&str]| ground(&answer(&[(text, ids)]), &evidence, &Redactor::default());
    for (text, ids, verdict, reason) in [
        ("It waits 350 ms.", &["L1"][..], Verdict::Refuted, "L1にありません：350 ms。"),
        ("It waits 250 ms.", &[], Verdict::Refuted, "引用がありません。"),
        ("It waits 250 ms.", &["L77"], Verdict::Refuted, "L77という根拠はありません。"),
        ("The pool may be full.", &["L1"], Verdict::Unchecked, "推測の文で、照合できません。"),
        ("プールが満杯かもしれません。", &["L1"], Verdict::Unchecked, "推測の文で、照合できません。"),
        ("It is slow.", &["L1"], Verdict::Unchecked, "照合できる数値、時刻、引用がありません。"),
    ] {
        let claim = grounded(text, ids).claims.remove(0);
        assert_eq!(claim.verdict, verdict, "{text}");
        assert_eq!(claim.reason.unwrap().as_str(), reason, "{text}");
    }
    let left_out = grounded("It waits 350 ms.", &["L1"]).left_out.unwrap();
    assert!(left_out.starts_with("省略：") && left_out.contains("根拠と合わない文1件"), "{left_out}");
}
