//! Words around figures, where each language has its own order and counters.
//!
//! Knows grammar. Must not know HTML, nor how a figure came about.

use firstlook_core::notify::view::Spending;
use firstlook_core::route::walk::Verdict;
use firstlook_core::summary::price::Tokens;
use firstlook_core::{Language, word};

use super::super::text::{bytes, count};
use super::{ALERT, GAP, INCIDENT, ITEM, Noun, Took};

/// What became of a query of the runbook.
pub(in crate::web::pages) fn ran(
    language: Language,
    source: Option<&str>,
    reason: Option<&str>,
    at: Option<String>,
) -> String {
    let at = at.map(|at| language.pick(format!(" at {at}"), format!("{at}に"))).unwrap_or_default();
    match (source, reason) {
        (None, reason) => {
            let unknown = word("it is not known why", "理由は不明です").of(language);
            format!("{}{}", word("Not run: ", "未実行：").of(language), reason.unwrap_or(unknown))
        }
        (Some(source), None) => {
            language.pick(format!("Already run{at} by {source}"), format!("{at}{source}で実行済み"))
        }
        (Some(source), Some(reason)) => language.pick(
            format!("Asked{at}, no result from {source}: {reason}"),
            format!("{at}{source}へ問い合わせ、結果なし：{reason}"),
        ),
    }
}

pub(in crate::web::pages) fn asked_title(language: Language, step: u32, most: u32) -> String {
    language.pick(
        format!("What was asked, in {step} of at most {most} steps"),
        format!("調べた内容（最大{most}ステップ中{step}ステップ）"),
    )
}

pub(in crate::web::pages) fn asked_for(language: Language, by: &str, at: &str) -> String {
    language.pick(format!("Asked for by {by} at {at}."), format!("依頼：{by}、{at}。"))
}

pub(in crate::web::pages) fn analysed(language: Language, model: &str, took: &Took<'_>) -> String {
    let comma = language.pick(", ", "、");
    let cost = took.cost.map(|cost| format!("{comma}{cost}")).unwrap_or_default();
    let (tokens, seconds) = (tokens(language, took.tokens), took.seconds);
    language.pick(
        format!("By {model}: {tokens}{cost}, {seconds} s."),
        format!("作成：{model}、{tokens}{cost}、{seconds}秒。"),
    )
}

/// What models have taken for an incident altogether.
pub(in crate::web::pages) fn spent(language: Language, spent: &Spending) -> String {
    let comma = language.pick(", ", "、");
    let cost = spent.cost_usd.map(|usd| format!("{comma}${usd:.4}")).unwrap_or_default();
    let (calls, tokens) = (spent.calls, count(spent.tokens));
    let asked = if calls == 1 { "call" } else { "calls" };
    language.pick(
        format!("Models have taken {calls} {asked}, {tokens} tokens{cost} for this incident so far."),
        format!("このインシデントのモデル利用の累計：{calls}回、{tokens}トークン{cost}。"),
    )
}

/// What was read and written; of what was read, how much the provider still knew.
fn tokens(language: Language, tokens: Tokens) -> String {
    let (input, output, known) = (count(tokens.input), count(tokens.output), tokens.cached.read);
    let known = (known > 0).then(|| count(known));
    let cached = known.map_or_else(String::new, |known| {
        language.pick(format!(" ({known} of them cached)"), format!("（うちキャッシュ{known}）"))
    });
    language.pick(
        format!("{input} tokens in{cached}, {output} out"),
        format!("入力{input}トークン{cached}、出力{output}トークン"),
    )
}

/// The state of a notification: class, icon, words.
pub(in crate::web::pages) fn notification(
    language: Language,
    state: &str,
    attempts: i32,
) -> (&'static str, &'static str, String) {
    let (class, icon, en, ja) = match (state, attempts) {
        ("sent", ..=1) => ("sent", "i-ok", "Sent".to_owned(), "送信済み".to_owned()),
        ("sent", n) => ("sent", "i-ok", format!("Sent, {} try", ordinal(n)), format!("送信済み（{n}回目）")),
        ("pending", ..=0) => ("skipped", "i-q", "Waiting".to_owned(), "送信待ち".to_owned()),
        ("pending", n) => {
            ("failed", "i-x", format!("Failed {}, still trying", times(n)), format!("{n}回失敗、再試行中"))
        }
        ("parked", _) => {
            ("failed", "i-x", "Not sent, given up".to_owned(), "送信なし（再試行を終了）".to_owned())
        }
        ("held", _) => ("skipped", "i-q", "Sent later".to_owned(), "後で送信".to_owned()),
        ("untold", _) => ("skipped", "i-gone", "Never sent".to_owned(), "送信なし".to_owned()),
        (other, _) => ("skipped", "i-gone", other.to_owned(), other.to_owned()),
    };
    (class, icon, language.pick(en, ja))
}

fn times(n: i32) -> String {
    if n == 1 { "once".to_owned() } else { format!("{n} times") }
}

fn ordinal(n: i32) -> String {
    match (n % 100, n % 10) {
        (11..=13, _) => format!("{n}th"),
        (_, 1) => format!("{n}st"),
        (_, 2) => format!("{n}nd"),
        (_, 3) => format!("{n}rd"),
        _ => format!("{n}th"),
    }
}

/// `1 alert`, `3 alerts`, `アラート3件`.
pub(in crate::web::pages) fn many(language: Language, n: usize, what: Noun) -> String {
    let number = count(n as u64);
    language.pick(
        format!("{number} {}", if n == 1 { what.one } else { what.many }),
        format!("{}{number}件", what.ja),
    )
}

pub(in crate::web::pages) fn sentence(language: Language, n: usize) -> String {
    language.pick(format!("sentence {n}"), format!("文{n}"))
}
pub(in crate::web::pages) fn cause(language: Language, n: usize) -> String {
    language.pick(format!("cause {n}"), format!("原因{n}"))
}
/// What stands behind the number of lines of now.
pub(in crate::web::pages) fn normally(language: Language, n: Option<&str>) -> String {
    match n {
        Some(n) => language.pick(format!(" now, {n} normally"), format!("行、平常時{n}行")),
        None => language.pick(" now, nothing to compare with", "行、比較対象なし").to_owned(),
    }
}
pub(in crate::web::pages) fn log_patterns(language: Language, n: usize) -> String {
    language.pick(format!("Log patterns ({n})"), format!("ログパターン（{n}件）"))
}
pub(in crate::web::pages) fn sample_lines(language: Language, n: usize) -> String {
    language.pick(format!("Sample lines ({n})"), format!("ログの例（{n}行）"))
}
pub(in crate::web::pages) fn scanned(language: Language, read: u64) -> String {
    let read = bytes(read);
    language.pick(
        format!("{read} of logs were read for this, which is what their queries are paid by."),
        format!("このために読み取られたログは{read}です。クエリの料金はこの量で決まります。"),
    )
}
pub(in crate::web::pages) fn gaps_title(language: Language, n: usize) -> String {
    language.pick(format!("Could not be had ({n})"), format!("取得できなかった情報（{n}件）"))
}
pub(in crate::web::pages) fn range(language: Language, from: &str, until: &str) -> String {
    language.pick(format!("{from} to {until}"), format!("{from}〜{until}"))
}
pub(in crate::web::pages) fn sparkline(language: Language, id: &str, most: u32) -> String {
    let en = format!("{id} lines over the window, at most {most} in a slice").trim_start().to_owned();
    let of = if id.is_empty() { String::new() } else { format!("{id}の") };
    language.pick(en, format!("{of}行数の推移、1区間あたり最大{most}行"))
}
pub(in crate::web::pages) fn chart(language: Language, title: &str) -> String {
    language.pick(format!("{title}: its line over the window"), format!("{title}：期間中の推移"))
}
pub(in crate::web::pages) fn sure(language: Language, verified: usize, told: usize, gaps: usize) -> String {
    let gaps = many(language, gaps, GAP);
    language.pick(
        format!("{verified} of {told} verified, {gaps}"),
        format!("{told}文中{verified}文に裏付け、{gaps}"),
    )
}
pub(in crate::web::pages) fn firing(language: Language, firing: usize, all: usize) -> String {
    language.pick(
        format!("{firing} of {} firing", many(language, all, ALERT)),
        format!("アラート{all}件中{firing}件が発報中"),
    )
}
pub(in crate::web::pages) fn threshold(language: Language, value: &str) -> String {
    language.pick(format!("alarm {value}"), format!("しきい値{value}"))
}
pub(in crate::web::pages) fn normal(language: Language, value: &str) -> String {
    language.pick(format!("normal {value}"), format!("平常時{value}"))
}
pub(in crate::web::pages) fn escalated(language: Language, to: &str) -> String {
    language.pick(format!("escalated to {to}"), format!("{to}へエスカレーション済み"))
}

/// What a node of the tree did; `last`: those beside it that follow were not asked.
pub(in crate::web::pages) fn verdict_of(
    language: Language,
    verdict: Verdict,
    receiver: &str,
    last: bool,
) -> String {
    let said = match verdict {
        Verdict::Refuses => language.pick("does not match", "一致しません").to_owned(),
        Verdict::Passes => language.pick("asks the routes below it", "下位のルートへ").to_owned(),
        Verdict::Takes => language.pick(format!("tells {receiver}"), format!("{receiver}へ通知")),
    };
    let last = language
        .pick("; the routes after it are not asked", "。以降のルートは対象外")
        .to_owned()
        .repeat(usize::from(last));
    said + &last
}

pub(in crate::web::pages) fn escalates(language: Language, at: &str) -> String {
    language.pick(format!("escalates at {at}"), format!("{at}にエスカレーション"))
}
pub(in crate::web::pages) fn declared_by(language: Language, actor: &str) -> String {
    language.pick(format!("Declared by {actor}"), format!("{actor}が宣言"))
}

pub(in crate::web::pages) fn acknowledged(language: Language, at: &str) -> String {
    language.pick(format!("acknowledged {at}"), format!("{at}に対応開始"))
}
pub(in crate::web::pages) fn silenced(language: Language, until: &str) -> String {
    language.pick(format!("Silenced until {until}"), format!("{until}まで通知停止"))
}
pub(in crate::web::pages) fn was(language: Language, severity: &str) -> String {
    language.pick(format!("was {severity}"), format!("重大度：{severity}"))
}
pub(in crate::web::pages) fn occurrence(language: Language, n: i64) -> String {
    match n {
        ..=1 => {
            word("This is the first incident of its group.", "このグループでは初めてのインシデントです。")
                .of(language)
                .to_owned()
        }
        n => language.pick(
            format!("{n} incidents of this group so far, this one included."),
            format!("このグループのインシデントは、今回を含めて{n}件です。"),
        ),
    }
}
pub(in crate::web::pages) fn alerts_title(language: Language, n: usize) -> String {
    language.pick(format!("Alerts ({n})"), format!("アラート（{n}件）"))
}
pub(in crate::web::pages) fn not_shown(language: Language, n: usize, what: Noun) -> String {
    let n = many(language, n, what);
    language.pick(format!("{n} more not shown here."), format!("ほかに{n}あります。"))
}
pub(in crate::web::pages) fn listed(language: Language, n: usize, more: bool) -> String {
    let n = many(language, n, INCIDENT);
    match more {
        true => language.pick(format!("The newest {n} that match"), format!("条件に合う最新の{n}")),
        false => n,
    }
}
pub(in crate::web::pages) fn lasted(language: Language, span: &str) -> String {
    language.pick(format!("lasted {span}"), format!("期間{span}"))
}
pub(in crate::web::pages) fn likely_cause(language: Language, text: &str, confidence: &str) -> String {
    language.pick(
        format!("likely cause ({confidence}): {text}"),
        format!("考えられる原因（確かさ：{confidence}）：{text}"),
    )
}
pub(in crate::web::pages) fn edited(language: Language, n: usize) -> String {
    let en = if n == 1 { "edited once".to_owned() } else { format!("edited {n} times") };
    language.pick(en, format!("{n}回更新"))
}
pub(in crate::web::pages) fn phase_waiting(language: Language, span: &str) -> String {
    language.pick(format!("nobody on it, {span}"), format!("担当者なし、{span}"))
}
pub(in crate::web::pages) fn phase_working(language: Language, span: &str) -> String {
    language.pick(format!("acknowledged, {span}"), format!("対応中、{span}"))
}
pub(in crate::web::pages) fn collected(language: Language, at: &str) -> String {
    language.pick(format!("Evidence collected {at}."), format!("根拠の収集：{at}。"))
}
pub(in crate::web::pages) fn hit_rate(language: Language, right: u64, all: u64) -> String {
    language.pick(format!("right {right} of {all} times"), format!("過去{all}回中{right}回的中"))
}
pub(in crate::web::pages) fn judged(
    language: Language,
    right: bool,
    actor: &str,
    at: &str,
    cause: &str,
) -> String {
    let (en, ja) = if right { ("right", "合っていた") } else { ("wrong", "違っていた") };
    let was = match cause {
        "" => String::new(),
        cause => language.pick(format!(" It was: {cause}"), format!("実際の原因：{cause}")),
    };
    language.pick(
        format!("{actor} said at {at} that the first cause was {en}.{was}"),
        format!("{actor}の評価（{at}）：1つ目の原因は{ja}。{was}"),
    )
}

pub(in crate::web::pages) fn written(
    language: Language,
    model: &str,
    at: &str,
    items: usize,
    took: &Took<'_>,
) -> String {
    let Took { cost, seconds, .. } = took;
    let tokens = tokens(language, took.tokens);
    let (items, comma) = (many(language, items, ITEM), language.pick(", ", "、"));
    let cost = cost.map_or(String::new(), |cost| format!("{cost}{comma}"));
    language.pick(
        format!("{model} was asked with {items}, ended {at}: {tokens}, {cost}{seconds} s."),
        format!("作成：{model}（{items}を提示、{at}に完了）、{tokens}、{cost}{seconds}秒。"),
    )
}
pub(in crate::web::pages) fn ago(language: Language, span: &str) -> String {
    language.pick(format!("{span} ago"), format!("{span}前"))
}
/// In which zone a page has times, by the zone's name.
pub(in crate::web::pages) fn times_are(language: Language, zone: &str) -> String {
    let (en, ja) = match zone {
        "UTC" => ("", ""),
        _ => (
            " Where a sentence says UTC, and in log lines and what a model wrote, they are as recorded.",
            "「UTC」とある文、ログの行、モデルが書いた文の時刻は記録のままです。",
        ),
    };
    language.pick(format!("Times are {zone}.{en}"), format!("時刻は{zone}です。{ja}"))
}
/// How long ago something began, under a heading that says so.
pub(in crate::web::pages) fn age(language: Language, span: &str) -> String {
    language.pick(span.to_owned(), format!("{span}前"))
}
/// A window's title: where it stands, which incident.
pub(in crate::web::pages) fn window(
    language: Language,
    standing: &[&str],
    title: &str,
    number: i64,
) -> String {
    language.pick(
        format!("{}: {title}, #{number}", standing.join(", ")),
        format!("【{}】{title} #{number}", standing.join("・")),
    )
}
