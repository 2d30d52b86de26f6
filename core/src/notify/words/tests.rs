//! That words, numbers and reasons read as people write them.

use super::*;

#[test]
fn numbers_read_as_people_write_them() {
    for (value, want) in [
        (24.94, "24.9"),
        (5.0, "5"),
        (0.2, "0.2"),
        (0.0032, "0.0032"),
        (1_284.0, "1,284"),
        (-1_234_567.8, "-1,234,568"),
        (0.0, "0"),
        (1e18, "1.00e18"),
        (f64::NAN, "NaN"),
    ] {
        assert_eq!(number(value), want);
    }
    assert_eq!(quantity(310.0, Some("ms")), "310 ms");
    assert_eq!(
        amount(Language::En, "24.9%".into(), Some("5%".into()), Some("0.2%".into())),
        "24.9% (alarm 5%, normal 0.2%)"
    );
    assert_eq!(amount(Language::En, "24.9%".into(), None, None), "24.9%");
}

#[test]
fn durations_and_sentences() {
    for (seconds, want) in [
        (-5, "0 s"),
        (48, "48 s"),
        (2_040, "34 min"),
        (14_400, "4 h"),
        (15_000, "4 h 10 min"),
        (266_400, "3 d 2 h"),
    ] {
        assert_eq!(duration(Language::En, TimeDelta::seconds(seconds)), want);
    }
    assert_eq!(gap(Language::En, "Loki", "no answer", "raise x"), "Loki: no answer. Remedy: raise x.");
    assert_eq!(gap(Language::En, "Loki", "no answer.", ""), "Loki: no answer.");
    assert_eq!(
        how_sure(Language::En, Some(Confidence::Confirmed), 6, 7, 2),
        "▮▮▮ High, 6 of 7 verified, 2 gaps"
    );
    assert_eq!(how_sure(Language::En, None, 0, 0, 1), "1 gap");
    let ja = Language::Ja;
    let spans = [48, 2_040, 14_400, 15_000, 266_400].map(|seconds| duration(ja, TimeDelta::seconds(seconds)));
    assert_eq!(spans, ["48秒", "34分", "4時間", "4時間10分", "3日2時間"]);
    assert_eq!(gap(ja, "Loki", "応答なし", "xを延ばす"), "Loki：応答なし。対処：xを延ばす。");
    assert_eq!(how_sure(ja, Some(Confidence::Confirmed), 6, 7, 2), "▮▮▮ 高、7文中6文に裏付け、未取得2件");
    assert_eq!(amount(ja, "24.9%".into(), Some("5%".into()), None), "24.9%（しきい値5%）");
}

#[test]
fn every_state_without_a_summary_says_why() {
    for state in [State::NoModel, State::OverBudget, State::Failed, State::NothingVerified] {
        assert!(no_summary(Language::En, state, None).is_some_and(|words| words.starts_with("No summary: ")));
        let given =
            no_summary(Language::En, state, Some("the model did not answer within 45 s")).unwrap_or_default();
        assert!(given.contains("within 45 s. Everything"), "{given}");
    }
    assert_eq!(no_summary(Language::En, State::Ready, Some("x")), None);
    assert_eq!(no_summary(Language::En, State::Looking, None), None);
    assert_eq!(no_summary(Language::En, State::LeftToAnalysis, None), None);
}

#[test]
fn who_did_something_is_told_in_japanese_where_the_word_is_ours() {
    for (stored, told) in [
        ("an API client", "APIの利用者"),
        ("deploy-bot (an API client)", "deploy-bot（API）"),
        ("somebody on the command line", "コマンドラインの利用者"),
        ("somebody on the page", "ページの利用者"),
        ("aya in Slack", "aya（Slack）"),
        ("firstlook", "firstlook"),
        ("alertmanager/main", "alertmanager/main"),
    ] {
        assert_eq!(actor(Language::Ja, stored), told);
        assert_eq!(actor(Language::En, stored), stored);
    }
}
