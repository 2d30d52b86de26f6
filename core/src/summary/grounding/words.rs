//! The words of a text, by their stems, in English and Japanese.
//!
//! Knows how words are told apart, and what the terms of operations are called in both languages. Must not know numbers.

use std::sync::LazyLock;

use regex::Regex;

use super::spelling::{compiled, is_cjk};

/// A word and where it begins, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// What its forms have in common.
    pub stem: String,
    /// As it stands, in lower case.
    pub text: String,
    /// Its first byte.
    pub at: usize,
}

/// Japanese terms of operations, each by the stem of its English word: a claim in one language cites items in the other.
const TERMS: &[(&str, &str)] = &[
    ("接続", "connec"),
    ("コネクション", "connec"),
    ("エラー", "error"),
    ("失敗", "fail"),
    ("例外", "except"),
    ("リクエスト", "reques"),
    ("要求", "reques"),
    ("応答", "respon"),
    ("レスポンス", "respon"),
    ("遅延", "latenc"),
    ("レイテンシ", "latenc"),
    ("メモリ", "memory"),
    ("ヒープ", "heap"),
    ("再試行", "retry"),
    ("リトライ", "retry"),
    ("セッション", "sessio"),
    ("ログ", "log"),
    ("行", "line"),
    ("件数", "line"),
    ("回数", "line"),
    ("発生", "line"),
    ("記録", "line"),
    ("出力", "line"),
    ("検出結果", "findin"),
    ("検出", "line"),
    ("検知", "line"),
    ("メッセージ", "messag"),
    ("キュー", "queue"),
    ("プール", "pool"),
    ("スレッド", "thread"),
    ("ディスク", "disk"),
    ("ポッド", "pod"),
    ("レプリカ", "replic"),
    ("ノード", "node"),
    ("ホスト", "host"),
    ("サーバ", "server"),
    ("インスタンス", "instan"),
    ("顧客", "custom"),
    ("ユーザ", "user"),
    ("利用者", "user"),
    ("注文", "order"),
    ("決済", "paymen"),
    ("支払", "paymen"),
    ("デプロイ", "deploy"),
    ("再起動", "restar"),
    ("タイムアウト", "timeou"),
    ("拒否", "refuse"),
    ("待機", "waitin"),
    ("待ち", "waitin"),
    ("警告", "warn"),
    ("しきい値", "thresh"),
    ("閾値", "thresh"),
    ("ジョブ", "job"),
    ("トランザクション", "transa"),
    ("クエリ", "query"),
    ("データベース", "databa"),
    ("温度", "temper"),
    ("使用率", "util"),
    ("停止", "stop"),
    ("回復", "recove"),
    ("復旧", "recove"),
    ("解決", "resolv"),
    ("解消", "resolv"),
    ("終了", "end"),
    ("未対応", "open"),
    ("アカウント", "accoun"),
    ("バケット", "bucket"),
    ("認証情報", "creden"),
    ("ロール", "role"),
    ("脆弱性", "vulner"),
];

/// They say nothing of what the number before them counts.
static GRAMMAR: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"^(?:of|and|or|to|in|on|at|for|from|by|with|via|after|before|during|since|until|till|within|as|than|then|that|",
        r"which|who|when|while|where|if|but|so|is|are|was|were|be|been|being|has|have|had|the|a|an|this|these|it|its|",
        r"such|comes?|came|appears?|appeared|per|each|every|again|also|now|today|utc|gmt|ago|versus|vs|against|x|",
        r"normally|normal|usually|usual|threshold|limit|there|they|their|total|up|down|out|about|over|under|above|below)$",
    ))
});

/// Whether `word` is no name of a thing.
pub(super) fn is_grammar(word: &str) -> bool {
    GRAMMAR.is_match(word) || word.chars().all(|c| ('\u{3040}'..='\u{309f}').contains(&c))
}

/// What the forms of a word have in common: its first six letters, without the end of a plural.
pub(super) fn stem(word: &str) -> String {
    let word = match word.strip_suffix("ies") {
        Some(word) => format!("{word}y"),
        None => {
            word.strip_suffix('s').filter(|w| w.len() > 2 && !w.ends_with('s')).unwrap_or(word).to_owned()
        }
    };
    word.chars().take(6).collect()
}

/// The words of `folded`. A word of several humps (`CPUUtilization`) counts as itself and as each of them; one of
/// Japanese as itself and as the terms in it.
pub(super) fn words(folded: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut from = 0;
    let mut last: Option<char> = None;
    for (at, c) in folded.char_indices().chain([(folded.len(), ' ')]) {
        if class(last) != class(Some(c)) {
            if class(last) > 0 {
                push(folded.get(from..at).unwrap_or_default(), from, &mut words);
            }
            from = at;
        }
        last = Some(c);
    }
    words
}

/// Letters that make a word together: 0 are none, then Latin and the like, hiragana, katakana, Chinese ones.
fn class(c: Option<char>) -> u8 {
    match c {
        Some('\u{3040}'..='\u{309f}') => 2,
        Some('\u{30a0}'..='\u{30ff}') => 3,
        Some(c) if is_cjk(c) => 4,
        Some(c) if c.is_alphabetic() => 1,
        _ => 0,
    }
}

fn push(text: &str, at: usize, words: &mut Vec<Word>) {
    let lower = text.to_lowercase();
    let word = |text: &str, at| Word { stem: stem(text), text: text.to_owned(), at };
    if text.starts_with(is_cjk) {
        let found = TERMS.iter().filter(|(term, _)| lower.contains(term));
        words.extend(found.map(|(term, stem)| Word {
            stem: (*stem).to_owned(),
            text: (*term).to_owned(),
            at,
        }));
        words.push(Word { stem: lower.clone(), text: lower, at });
        return;
    }
    for hump in humps(text) {
        words.push(word(&hump.to_lowercase(), at));
    }
    words.push(word(&lower, at));
}

/// `CPU` and `Utilization` of `CPUUtilization`; nothing where there is but one.
fn humps(text: &str) -> Vec<&str> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let upper = |i: usize| chars.get(i).is_some_and(|(_, c)| c.is_uppercase());
    let lower = |i: usize| chars.get(i).is_some_and(|(_, c)| c.is_lowercase());
    let starts = |i: usize| i > 0 && upper(i) && (lower(i - 1) || lower(i + 1));
    let mut edges: Vec<usize> =
        (0..chars.len()).filter(|i| starts(*i)).filter_map(|i| Some(chars.get(i)?.0)).collect();
    if edges.is_empty() {
        return Vec::new();
    }
    edges.insert(0, 0);
    edges.push(text.len());
    edges.windows(2).filter_map(|pair| text.get(*pair.first()?..*pair.get(1)?)).collect()
}
