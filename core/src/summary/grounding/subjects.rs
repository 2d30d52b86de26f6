//! Who and what a sentence is about: whether its subject, and what stands behind its prepositions, are named by the cited
//! items, or are words of any report.
//!
//! Knows where in a sentence of English such words stand, and how Japanese marks groups of people and places. Must not know
//! numbers, nor names that look like names: `names` does.

use std::sync::LazyLock;

use regex::Regex;

use super::reading::Reading;
use super::shown::Shown;
use super::spelling::{blank, compiled, is_cjk};
use super::vocabulary::{is_common, is_verb};
use super::words::{is_grammar, stem};

/// Words of one subject, or behind one preposition, that are looked at.
const PHRASE: usize = 5;

/// What stands before whom or what something is about.
const PREPOSITIONS: [&str; 24] = [
    "of",
    "for",
    "by",
    "in",
    "at",
    "among",
    "across",
    "from",
    "to",
    "with",
    "on",
    "between",
    "through",
    "into",
    "within",
    "against",
    "behind",
    "near",
    "inside",
    "outside",
    "throughout",
    "towards",
    "via",
    "without",
];
/// They stand before a noun, or between two of them.
const BEFORE_NOUNS: [&str; 26] = [
    "the", "a", "an", "this", "that", "these", "those", "its", "their", "our", "all", "some", "many", "most",
    "both", "each", "every", "no", "any", "other", "and", "or", "about", "over", "only", "also",
];

/// What they do stands right behind them.
const PRONOUNS: [&str; 6] = ["it", "this", "that", "they", "these", "which"];

/// The first word of which neither the cited items nor any report speak.
pub(super) fn unknown(reading: &Reading, cited: &[&Shown]) -> Option<String> {
    // Zones and spelled numbers are judged as moments and quantities.
    let mut lower = reading.lower.clone();
    let (moments, quantities) = (reading.moments.iter(), reading.quantities.iter());
    blank(&mut lower, moments.map(|one| one.at).chain(quantities.map(|one| one.at)));
    if lower.contains(is_cjk) { group(&lower, cited) } else { english(&lower, reading, cited) }
}

/// Where in a sentence a word stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the subject, or behind a preposition, so many words of it before.
    Phrase(usize),
    Elsewhere,
}

fn english(lower: &str, reading: &Reading, cited: &[&Shown]) -> Option<String> {
    static TOKENS: LazyLock<Regex> =
        LazyLock::new(|| compiled(r#"[^\s,;:.!?()"]+(?:[.:,][^\s,;:.!?()"]+)*|[,;:.!?()"]"#));
    let said = |stem: &str| cited.iter().any(|shown| shown.stems.contains_key(stem));
    let named = |word: &str| reading.names.iter().any(|name| name.text.contains(word));
    let (mut place, mut acted, mut led) = (Place::Phrase(0), false, false);
    for token in TOKENS.find_iter(lower).map(|found| found.as_str()) {
        let word = token.strip_suffix("'s").unwrap_or(token);
        let plain = word.chars().all(|c| c.is_ascii_alphabetic());
        // `db-0 listens`, `this resembles`: what stands behind a name or a pronoun is what it does.
        let does = is_verb(word) || led && word.ends_with('s');
        led = !plain && word.len() > 1 || PRONOUNS.contains(&word);
        place = match (token, place) {
            ("." | ";" | ":" | "!" | "?", _) => {
                acted = false;
                Place::Phrase(0)
            }
            // What stands before a comma may be no more than when it was.
            ("," | "(" | ")" | "\"", _) => {
                if acted {
                    Place::Elsewhere
                } else {
                    Place::Phrase(0)
                }
            }
            _ if PREPOSITIONS.contains(&token) => Place::Phrase(0),
            ("while" | "whereas" | "but" | "when" | "after" | "before", _) => {
                acted = false;
                Place::Phrase(0)
            }
            (_, Place::Elsewhere) => Place::Elsewhere,
            _ if !plain || BEFORE_NOUNS.contains(&word) => place,
            // `failed logins`: what begins with it does not do it.
            (_, Place::Phrase(before)) if does && (before > 0 || !is_verb(word)) => {
                acted = true;
                Place::Elsewhere
            }
            (_, Place::Phrase(_)) if does => place,
            (_, Place::Phrase(before)) if before < PHRASE => {
                let stem = stem(word);
                if !(word.len() < 3 || is_grammar(word) || is_common(&stem) || said(&stem) || named(word)) {
                    return Some(word.to_owned());
                }
                Place::Phrase(before + 1)
            }
            _ => Place::Elsewhere,
        };
    }
    None
}

/// In Japanese a group has an ending of people, of an organisation or of a place, or is one of few words without.
fn group(lower: &str, cited: &[&Shown]) -> Option<String> {
    static GROUP: LazyLock<Regex> = LazyLock::new(|| {
        compiled(concat!(
            r"[\p{Han}々]*(?:[者員客民師士業界庁署院校館県市区町村国州島港駅圏]|社員|会社|各社|他社|自社|[全各支本子]社|",
            r"[全各支本小商売]店|店舗|運転手|選手|学生|[先顧]生|個人|法人|友人|隣人|住人|商人|",
            r"顧客|会員|取引先|得意先|仕入先|銀行|工場|倉庫|拠点|支店|支社|地方|地域|部門|部署|窓口|現場|空港|学校|病院|役所)",
        ))
    });
    static PLACE: LazyLock<Regex> = LazyLock::new(|| {
        compiled(concat!(
            "日本|東京|大阪|京都|名古屋|横浜|神戸|福岡|札幌|仙台|広島|千葉|埼玉|神奈川|愛知|兵庫|静岡|新潟|長野|北海道|沖縄|",
            "東北|関東|中部|北陸|東海|近畿|関西|中国|四国|九州|首都圏|都内|県内|市内|国内|国外|海外|全国|世界|社内|社外|",
            "米国|英国|韓国|台湾|香港|欧州|アジア|ヨーロッパ|アメリカ|ドイツ|フランス|インド|シンガポール|",
            "スタッフ|メンバー|チーム|ユーザー|クライアント|パートナー|エンジニア|オペレーター|ドライバー|サプライヤー|ベンダー|オフィス|お客様",
        ))
    });
    // They end like a group, and are none.
    let none = [
        "全員", "再生", "発生", "前者", "後者", "両者", "作業", "営業", "業", "界", "限界", "境界", "世界",
        "中国",
    ];
    let said = |word: &str| {
        let terms = super::words::words(word);
        terms.iter().any(|term| cited.iter().any(|shown| shown.stems.contains_key(&term.stem)))
            || cited.iter().any(|shown| shown.reading.lower.contains(word))
    };
    let groups = GROUP.find_iter(lower).map(|found| found.as_str()).filter(|word| !none.contains(word));
    let places = PLACE.find_iter(lower).map(|found| found.as_str());
    places.chain(groups).find(|word| !said(word)).map(str::to_owned)
}
