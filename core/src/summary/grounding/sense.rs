//! What turns the sense of a sentence so that no search can bear it out: denials, ends, guesses, reasons, comparisons.
//!
//! Knows the words for these in English and Japanese. Must not know items.

use std::sync::LazyLock;

use regex::Regex;

use super::reasons;
use super::spelling::{compiled, tail};
use super::words::{Word, is_grammar, words};
use crate::language::Word as Reason;

/// What is absent cannot be found.
static DENIAL: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"\b(?:not|no|never|none|nothing|nobody|nowhere|neither|nor|without|lacks?|lacking|absent|absence|unaffected|",
        r"except|zero|harmless|safely|fine|all good|false (?:alarm|positive)|prevented|avoided|instead of|rather than|",
        r"unchanged|unlike|hardly|barely|wrongly|untrue|ignore)\b",
        r"|n't\b|ない|なく|なし|無し|ません|ずに|以外|ゼロ|異常は|問題は|誤検知",
    ))
});

/// What holds the words of a denial and denies nothing: `may be`, `soon`, `at least`, `undoubtedly`.
static NO_DENIAL: LazyLock<Regex> = LazyLock::new(|| {
    compiled(r"かもしれ(?:ません|ない|なかった|なく)|[ま間]もなく|(?:少|すく)なくとも|間違いなく")
});

/// Ends, failures to do something, good news: true where an item says so itself.
static END: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"\b(?:ceas(?:es?|ed|ing)|stop(?:s|ped|ping)?|recover(?:s|ed|ing|y)?|resolv(?:es?|ed|ing)|resolution|ended(?: with| in)?|",
        r"ends|over now|is over|gone|vanished|disappeared|subsided|cleared|fixed|mitigated|restored|healed|healthy|",
        r"back to normal|returned to normal|fail(?:s|ed)? to|refus(?:es?|ed) to|unable|cannot)\b",
        r"|停止|終了|回復|復旧|解消|収束|解決|正常(?:[^時値]|$)",
    ))
});

static GUESS: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"\b(?:will|would|could|might|may|soon|tomorrow|probably|possibly|presumably|perhaps|likely|seems?|appears to|",
        r"suspected|expected to|going to|should)\b",
        r"|かもしれ|でしょう|だろう|可能性|恐れ|おそれ|見込み|予想|と思われ|と考えられ|はず",
    ))
});

static REASON: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"\b(?:because|caus(?:e|ed|es|ing)|due to|led to|leads to|result(?:s|ed)? (?:in|from)|as a result|thanks to|",
        r"attributable|triggered by|therefore|hence)\b",
        r"|原因|引き起こ|招い|起因|のせい|したため|により発生|によって発生",
    ))
});

/// That something had something else do it: `a deploy made orders-db refuse`, and no `made 412 requests`.
static CAUSATIVE: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"\b(?:made|makes|making|forced|forces|forcing)\b (?:the [a-z]+|[a-z][a-z0-9]*[-._][a-z0-9._-]*[a-z0-9]) (?:to )?[a-z]{3,}\b",
    )
});

static COMPARISON: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"\b(?:more|less|fewer|greater|higher|lower|larger|smaller|longer|faster|slower|worse|better) than\b",
        r"|\b(?:exceed(?:s|ed|ing)?|surpass(?:es|ed)?|twice|doubled?|tripled?|half|halved|tenfold|just|only)\b",
        r"|\b(?:over|under|above|below|beyond) (?:the |its |an? )?(?:(?:alarm )?(?:normal|usual|threshold|limit|average|target|baseline) )?(?:of )?[0-9]",
        r"|超え|超過|上回|下回|倍増|半減|わずか",
    ))
});

/// Figures that are made of others.
static DERIVED: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"\b(?:total|totals|totall?ing|sum|altogether|combined|average|averages|mean|difference|twice|double[ds]?|tripled?|half|",
        r"times (?:as|the|more|less|higher|lower|its|normal|usual)|quarter|third|dozens|hundreds|thousands|millions)\b",
        r"|合計|計|平均|差は|倍|半分|数十|数百|数千",
    ))
});

/// What a sentence does beside saying what stands in an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// It says that something is not so.
    Denies,
    /// It says that something ended or is well.
    Ends,
    /// It says what may be.
    Guesses,
    /// It says why.
    Reasons,
    /// It compares.
    Compares,
}

impl Turn {
    /// Why no search can confirm it.
    pub fn reason(self) -> Reason {
        match self {
            Self::Denies => reasons::DENIES,
            Self::Ends => reasons::ENDS,
            Self::Guesses => reasons::GUESSES,
            Self::Reasons => reasons::REASONS,
            Self::Compares => reasons::COMPARES,
        }
    }
}

/// All turns of `lower`, each with its words; `lower` is without its quotations.
pub(super) fn turns(lower: &str) -> Vec<(Turn, String)> {
    let all: [(Turn, &Regex); 4] = [
        (Turn::Ends, &END),
        (Turn::Guesses, &GUESS),
        (Turn::Reasons, &REASON),
        (Turn::Compares, &COMPARISON),
    ];
    // `ended with 504` tells how, and not that it is over.
    let how = |text: &str| text.ends_with(" with") || text.ends_with(" in");
    let found = all
        .into_iter()
        .flat_map(|(turn, form)| form.find_iter(lower).map(move |found| (turn, found.as_str().to_owned())));
    let denied = denials(lower).map(|text| (Turn::Denies, text.to_owned()));
    let causative = CAUSATIVE.is_match(lower).then(|| (Turn::Reasons, "made".to_owned()));
    denied.chain(found).chain(causative).filter(|(turn, text)| *turn != Turn::Ends || !how(text)).collect()
}

/// The words that deny something.
fn denials(text: &str) -> impl Iterator<Item = &str> {
    let idioms: Vec<_> = NO_DENIAL.find_iter(text).map(|found| found.range()).collect();
    let apart = move |at: usize| !idioms.iter().any(|idiom| idiom.contains(&at));
    DENIAL.find_iter(text).filter(move |found| apart(found.start())).map(|found| found.as_str())
}

/// Whether `text` denies something.
pub(super) fn denies(text: &str) -> bool {
    denials(text).next().is_some() || UNABLE.is_match(text)
}

static UNABLE: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"\b(?:cannot|unable|fail(?:s|ed)? to|refus(?:es?|ed) to)\b"));

/// Whether a figure in `text` may be made of others.
pub(super) fn derives(text: &str) -> bool {
    DERIVED.is_match(text) || COMPARISON.is_match(text)
}

/// The stems of what `lower` denies with a verb: `fail` of `did not fail`.
pub(super) fn denied(lower: &str) -> Vec<String> {
    static NOT: LazyLock<Regex> =
        LazyLock::new(|| compiled(r"\b(?:not|never|cannot|unable to|n't) ([^,;.:\n]{1,40})"));
    let first = |found: regex::Captures<'_>| {
        let all = words(found.get(1)?.as_str());
        let own = |word: &&Word| {
            !is_grammar(&word.text) && !["yet", "any", "able", "even", "longer"].contains(&word.text.as_str())
        };
        all.iter().find(own).map(|word| word.stem.clone())
    };
    NOT.captures_iter(lower).filter_map(first).collect()
}

/// Whether what stands before a place turns what stands there.
pub(super) fn denied_before(before: &str) -> bool {
    let near = tail(before, 24);
    denies(near.rsplit([',', ';', ':', '(']).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hedge_denies_nothing_and_a_denial_beside_one_still_does() {
        for (text, denied, guessed) in [
            ("接続が枯渇しているかもしれません。", false, true),
            ("接続が枯渇しているかもしれない。", false, true),
            ("まもなく上限に達する。間もなく。", false, false),
            ("少なくとも412回。すくなくとも3回。", false, false),
            ("間違いなくdb-0が遅い。", false, false),
            ("接続は枯渇していません。", true, false),
            ("接続は枯渇していないかもしれません。", true, true),
            ("少なくともdb-0ではない。", true, false),
            ("応答がなくなった。", true, false),
        ] {
            let found = turns(text);
            let has = |turn| found.iter().any(|(one, _)| *one == turn);
            assert_eq!((has(Turn::Denies), has(Turn::Guesses)), (denied, guessed), "{text}: {found:?}");
            assert_eq!(denies(text), denied, "{text}");
        }
    }
}
