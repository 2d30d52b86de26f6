//! What can be looked for in a sentence: its quotations, numbers, times and names.
//!
//! Knows how quotations and numbers are written. Must not know where they are looked for.

use std::sync::LazyLock;

use regex::Regex;

use super::names::names;
use super::numbers::{Number, numbers, spelled, stem, words};
use super::text::{compiled, is_quantity, is_time, normalise, same_width, words_with_digits};

/// What of a sentence can be looked for literally, in normalised spelling.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Checks {
    /// Each quotation as the pieces between its ellipses, which have to follow one another.
    pub quotations: Vec<Vec<String>>,
    /// Quantities, with what they count.
    pub numbers: Vec<Number>,
    /// Numbers written as words, with the digits that say the same.
    pub spelled: Vec<(String, Number)>,
    /// Times, dates and spans of them, and numbers with a Japanese magnitude.
    pub times: Vec<String>,
    /// Names of hosts, services, alarms, labels.
    pub names: Vec<String>,
    /// The stems of its other words of four letters and more; `None` where it has words of another script.
    pub content: Option<Vec<String>>,
    /// Why no literal search can confirm it, where it denies or compares.
    pub beyond: Option<&'static str>,
}

impl Checks {
    /// Whether there is more to look for than names, which say nothing by themselves.
    pub fn has_facts(&self) -> bool {
        !(self.quotations.is_empty()
            && self.numbers.is_empty()
            && self.spelled.is_empty()
            && self.times.is_empty())
    }
}

static QUOTATIONS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    // Single quotes only around a whole word or more: elsewhere they are apostrophes.
    [r"`([^`]+)`", r#""([^"]+)""#, r"(?:^|[\s(\[{:=,])'([^']+)'(?:$|[\s.,;:!?)\]}])"].map(compiled).into()
});

/// Denials, ends and reassurances: what is absent or over cannot be found.
static NEGATION: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"\b(?:not|no|never|none|nothing|nobody|nowhere|neither|nor|without|cannot|lacks?|lacking|absent|absence|unaffected|",
        r"except|zero|ceas(?:es?|ed|ing)|stop(?:s|ped|ping)?|recover(?:s|ed|ing|y)?|resolv(?:es?|ed|ing)|resolution|ended|",
        r"ends|ending|over now|is over|gone|vanished|disappeared|subsided|cleared|fixed|mitigated|restored|healed|healthy|",
        r"harmless|safely|fine|all good|false (?:alarm|positive)|back to normal|returned to normal|prevented|avoided|",
        r"fail(?:s|ed)? to|refus(?:es?|ed) to|unable|instead of|rather than)\b",
        r"|n't\b|ない|なく|なし|無し|ません|ずに|以外|ゼロ|停止|終了|回復|復旧|解消|収束|解決|正常",
    ))
});

/// A quantity of nothing is a denial: `0 errors`, `0%`, `0/12`.
static ZERO: LazyLock<Regex> = LazyLock::new(|| {
    compiled(r"(?:^|[^0-9a-z_.:/-])-?0+(?:\.0+)?(?:[a-zµ]{1,4}|%)?(?:[^0-9a-z_.:-]|\.(?:\s|$)|$)")
});

static COMPARISON: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"\b(?:more|less|fewer|greater|higher|lower|larger|smaller|longer|faster|slower|worse|better) than\b",
        r"|\b(?:at (?:least|most)|up to|exceed(?:s|ed|ing)?|surpass(?:es|ed)?)\b",
        r"|\b(?:over|under|above|below|beyond|nearly|almost|only|just)\s+(?:the\s+)?(?:[a-z]+\s+)?(?:of\s+)?[0-9]",
        r"|以上|以下|未満|超え|超過",
    ))
});

static SPELLED: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|",
        r"eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|dozens?|hundreds?|thousands?|",
        r"millions?|billions?|twice|thrice|doubled?|tripled?|half|halved|quarter|tenfold)\b",
        r"|[一二三四五六七八九十百千万]+(?:件|回|台|秒|分|時|個|倍|割|人|つ|本|日)",
    ))
});

/// What can be looked for in `sentence`. The ids it cites are no evidence of themselves.
pub(super) fn checks(sentence: &str, cited: &[String]) -> Checks {
    let mut rest = normalise(sentence);
    let mut cased: String = sentence.chars().map(same_width).collect();
    let mut quotations = Vec::new();
    for form in QUOTATIONS.iter() {
        for found in form.captures_iter(&rest) {
            let inner = found.get(1).map_or("", |m| m.as_str());
            quotations.push(pieces(inner));
        }
        rest = form.replace_all(&rest, " ; ").into_owned();
        cased = form.replace_all(&cased, " ; ").into_owned();
    }
    quotations.retain(|pieces| !pieces.is_empty());
    let is_cited = |word: &String| cited.iter().any(|id| id.eq_ignore_ascii_case(word));
    let digits_words = words_with_digits(&rest).into_iter().filter(|word| !is_cited(word));
    let others = digits_words.filter(|word| is_time(word) || !is_quantity(word));
    let (times, mut named): (Vec<String>, Vec<String>) = others.partition(|word| is_moment(word));
    named.extend(names(&cased));
    Checks {
        quotations,
        numbers: numbers(&rest),
        spelled: spelled(&rest, &SPELLED, digits),
        times,
        content: content(&rest, &named),
        names: named,
        beyond: beyond(&rest),
    }
}

/// A time, a date, a span of times, or a number with a Japanese magnitude.
fn is_moment(word: &str) -> bool {
    static MOMENT: LazyLock<Regex> =
        LazyLock::new(|| compiled(r"^\d{4}-\d\d-\d\d|^\d{1,2}:\d\d|^[0-9.]+[十百千万億兆割倍]"));
    MOMENT.is_match(word)
}

fn beyond(rest: &str) -> Option<&'static str> {
    if NEGATION.is_match(rest) || ZERO.is_match(rest) {
        return Some("It says that something is not so, which cannot be looked for.");
    }
    COMPARISON.is_match(rest).then_some("It compares, which cannot be looked for.")
}

/// Whether `text` denies something.
pub(super) fn denies(text: &str) -> bool {
    NEGATION.is_match(text)
}

/// The stems of the words of `rest` that are no names and no grammar.
fn content(rest: &str, names: &[String]) -> Option<Vec<String>> {
    let named: Vec<String> = names.iter().flat_map(|name| words(name)).collect();
    let plain = words(rest).filter(|word| word.chars().count() > 3 && !named.contains(word));
    let grammar = ["that", "this", "with", "from", "into", "have", "been", "were", "also", "again", "says"];
    let stems: Vec<String> =
        plain.filter(|word| !grammar.contains(&word.as_str())).map(|word| stem(&word)).collect();
    rest.chars().all(|c| c.is_ascii() || !c.is_alphabetic()).then_some(stems)
}

/// Between ellipses; punctuation that belongs to the sentence and not to the quotation is left off.
fn pieces(quotation: &str) -> Vec<String> {
    let trim = |piece: &str| piece.trim_matches([' ', ',', '.', ';', '!', '?', '。', '、']).to_owned();
    quotation.replace('…', "...").split("...").map(trim).filter(|piece| !piece.is_empty()).collect()
}

fn digits(word: &str) -> &'static str {
    const DIGITS: [(&str, &str); 26] = [
        ("two", "2"),
        ("three", "3"),
        ("four", "4"),
        ("five", "5"),
        ("six", "6"),
        ("seven", "7"),
        ("eight", "8"),
        ("nine", "9"),
        ("ten", "10"),
        ("eleven", "11"),
        ("twelve", "12"),
        ("thirteen", "13"),
        ("fourteen", "14"),
        ("fifteen", "15"),
        ("sixteen", "16"),
        ("seventeen", "17"),
        ("eighteen", "18"),
        ("nineteen", "19"),
        ("twenty", "20"),
        ("thirty", "30"),
        ("forty", "40"),
        ("fifty", "50"),
        ("sixty", "60"),
        ("seventy", "70"),
        ("eighty", "80"),
        ("ninety", "90"),
    ];
    DIGITS.iter().find(|(spelled, _)| *spelled == word).map_or("", |(_, digits)| digits)
}

/// The ids that stand in square brackets in `sentence`: models cite so, whatever they are told.
pub(super) fn bracketed(sentence: &str) -> (String, Vec<String>) {
    static IDS: LazyLock<Regex> =
        LazyLock::new(|| compiled(r"\s?\[\s*([A-Z][0-9]{1,4}(?:\s*[,;、]\s*[A-Z][0-9]{1,4})*)\s*\]"));
    let mut ids = Vec::new();
    for found in IDS.captures_iter(sentence) {
        let list = found.get(1).map_or("", |m| m.as_str());
        ids.extend(list.split([',', ';', '、']).map(|id| id.trim().to_owned()));
    }
    (IDS.replace_all(sentence, "").into_owned(), ids)
}
