//! Which figure a number is said to be: what is now, what is usual, where the alarm is set.
//!
//! Knows the words for these in English and Japanese, and how far in a sentence they reach. Must not know values.

use std::sync::LazyLock;

use regex::Regex;

use super::quantity::{Quantity, Role};
use super::spelling::{compiled, head, tail};
use super::unit::Dim;

/// How far before a number its role may stand, in bytes.
const REACH: usize = 120;

static ROLE: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"(?P<normal>\b(?:normal|normally|usual|usually|baseline|typical|typically|previously|earlier|formerly|ordinar(?:y|ily)|used to|old)\b|",
        r"平常|通常|普段|平時|ふだん|正常時|正常値|以前|普通)",
        r"|(?P<limit>\b(?:thresholds?|limits?|alarm (?:at or )?(?:above|below)|alarms? (?:at|is set)|maximum allowed|slo|target)\b|しきい値|閾値|上限|アラーム値)",
        // What is now ends what is usual.
        r"|(?P<now>\b(?:now|new|currently|at present|today|peak|peaks|peaked|max|maximum|reached|reaches)\b|現在|いま|今は|ピーク|最大)",
    ))
});

/// What ends a role's reach: the sentence's own marks, and where it turns from one figure to the other.
static TURN: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"[;,.!?。、\n](?:\s|$)|[。、]|\b(?:and|while|whereas|but|instead of|rather than)\b|だが|ですが|一方",
    )
});
/// An adverb in front of its clause.
static ADVERB: LazyLock<Regex> = LazyLock::new(|| {
    compiled(r"\b(?:normally|usually|typically|previously), |(?:通常|普段|平常時|平時|以前)は?、")
});

/// Between two numbers of one range, which share a role.
static RANGE: LazyLock<Regex> = LazyLock::new(|| {
    compiled(r"^(?:[\s(]*(?:to|-|~|から|or)?[\s(]*|(?: ?[\w/%]{1,12}){0,2} ?(?:\(|to )\s*)$")
});
/// Right behind a number.
static BEHIND: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"^\s?[\w%]{0,12}\s?(?:(?P<normal>\((?:normal|usual|baseline|平常|通常)\)|(?:is |are |was |were |as )?(?:the )?(?:normal|normally|usual|usually|typical|typically|baseline)\b|",
        r"(?:lines |times )?(?:before|earlier|previously)(?:[.,;)]|$)|が(?:平常|通常|普段|正常)|(?:から|より)(?:増|上昇|急増|減|低下|悪化))",
        r"|(?P<limit>(?:is |as )?(?:the )?(?:alarm )?(?:threshold|limit)\b|(?:の|が)(?:しきい値|閾値|上限)))",
    ))
});
static FROM: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"\b(?:from|up from|down from) (?:[a-z]+ )?[$€£¥]?$"));
static TO: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"^\s*(?:[a-z0-9]+ ){0,2}(?:to|->) |^\s*から[^0-9]{0,12}$"));
static ARROW: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"^\s*->\s*$|^[件回行台個本]?(?:から|に対し|に比べ|と比べ)[^0-9]{0,12}$"));
/// Between the two ends of a change.
static FROM_TO: LazyLock<Regex> = LazyLock::new(|| {
    compiled(r"^ (?:to|->) (?:about |around |roughly |nearly |over )?$|^\s*->\s*$|^から(?:約)?$")
});
/// Against it, another figure is held.
static AGAINST: LazyLock<Regex> = LazyLock::new(|| {
    compiled(r"\b(?:against|compared (?:to|with)|versus|vs\.?|than) (?:the |an? |its )?[^0-9]{0,24}$")
});
/// In an item, what is set this way is where an alarm is set.
static SET: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"(?:\b(?:above|over|exceeds?|exceeded|below|under)|>=?|<=?)\s*$"));

/// Gives each of `found` its role in `lower`. `given`: whether it is an item's text, and no claim's.
pub(super) fn assign(lower: &str, found: &mut [Quantity], given: bool) {
    let mut last: Option<(usize, Role)> = None;
    let word = |c: char| c.is_alphabetic() || matches!(c, '<' | '>');
    for i in 0..found.len() {
        let Some(one) = found.get(i) else { return };
        let (start, end) = one.at;
        let next = found.get(i + 1).map_or(lower.len(), |next| next.at.0);
        let from = last.map_or(0, |(end, _)| end).min(start);
        let gap = tail(lower.get(from..start).unwrap_or_default(), REACH);
        let after = head(lower.get(end..next).unwrap_or_default(), REACH);
        if given
            && !gap.contains(word)
            && !after.contains(word)
            && last.is_none_or(|(_, role)| role == Role::Plain)
        {
            last = Some((end, Role::Plain));
            continue;
        }
        let inherited =
            last.filter(|_| RANGE.is_match(gap)).map(|(_, role)| role).filter(|role| *role != Role::Plain);
        let factor = one.dim == Dim::Factor;
        let more = i + 1 < found.len();
        let role =
            if factor { Role::Plain } else { inherited.unwrap_or_else(|| role(gap, (after, more), given)) };
        let rises = FROM.is_match(gap) && TO.is_match(after) || !given && ARROW.is_match(after);
        let role = if rises && role == Role::Plain { Role::From } else { role };
        let ends = FROM_TO.is_match(gap) && last.is_some();
        if let Some(one) = found.get_mut(i) {
            one.role = role;
            one.pair = !given && (rises || ends);
        }
        // `from 41 to 97.5 %`: the unit stands once.
        if let Some([from, to]) = i.checked_sub(1).filter(|_| ends).and_then(|first| found.get_mut(first..=i))
        {
            take_unit(from, to);
        }
        last = Some((end, if factor || rises { Role::Plain } else { role }));
    }
}

/// Gives the unit of one number to another that has none.
fn take_unit(from: &mut Quantity, to: &Quantity) {
    let bare = from.dim == Dim::Bare && from.per.is_none() && from.nouns.is_empty();
    if bare && to.dim != Dim::Bare && to.digits != 0.0 {
        let scale = to.values.map(|value| value / to.digits);
        (from.values, from.dim) = (scale.map(|scale| from.digits * scale), to.dim);
        (from.last, from.step) = (from.last * scale[0], from.step * scale[0]);
    }
}

fn role(gap: &str, (after, more): (&str, bool), given: bool) -> Role {
    if given && SET.is_match(gap) {
        return Role::Limit;
    }
    // `41 %, threshold 5 %`: a word that leads to the next number belongs to that.
    let leads = |found: &regex::Captures<'_>| {
        let rest = after.get(found.get(0).map_or(0, |m| m.end())..).unwrap_or_default();
        more && ["", ":", "of", "is", "at", "は", "の"].contains(&rest.trim())
    };
    let behind = BEHIND.is_match(after).then(|| BEHIND.captures(after)).flatten();
    if let Some(found) = behind.filter(|found| !leads(found)) {
        return if found.name("normal").is_some() { Role::Normal } else { Role::Limit };
    }
    if !ROLE.is_match(gap) && (given || !AGAINST.is_match(gap)) {
        return Role::Plain;
    }
    let adverbs = ADVERB.replace_all(gap, |found: &regex::Captures<'_>| {
        found.get(0).map_or(String::new(), |m| m.as_str().replace([',', '、'], " "))
    });
    let reach = TURN.split(&adverbs).last().unwrap_or_default();
    let found = ROLE.captures_iter(reach).last();
    match found {
        Some(found) if found.name("normal").is_some() => Role::Normal,
        Some(found) if found.name("limit").is_some() => Role::Limit,
        Some(_) => Role::Plain,
        None if !given && AGAINST.is_match(reach) => Role::From,
        None => Role::Plain,
    }
}

/// Whether a claim that speaks of one figure may mean an item's other one.
pub(super) fn may_be(claimed: Role, own: Role) -> bool {
    match claimed {
        Role::Plain | Role::Then => matches!(own, Role::Plain | Role::Then),
        Role::Normal => own == Role::Normal,
        Role::Limit => own == Role::Limit,
        Role::From => own != Role::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::super::reading::Reading;
    use super::*;
    use Role::{From, Limit, Normal, Plain};

    #[test]
    fn each_number_is_the_figure_that_its_words_say() {
        for (text, given, roles) in [
            (
                "5xx: 38.2 %, normally 0.4 % (0.1 % to 1 %), above since 09:10:30",
                true,
                vec![Plain, Normal, Normal, Normal],
            ),
            ("error rate 12.4% (threshold 5%)", true, vec![Plain, Limit]),
            ("alarm above 5 %, reached at 09:01:00", true, vec![Limit]),
            ("5xx is above 5% for 10m", true, vec![Limit, Plain]),
            ("max 97.5 percent at 14:06, normally 41%; 1,204 connections", true, vec![Plain, Normal, Plain]),
            ("CPU is at 97.5 %, normally 41 %.", false, vec![Plain, Normal]),
            ("Normally, 41 %; now 97.5 %.", false, vec![Normal, Plain]),
            ("CPU rose from 41 % to 97.5 %.", false, vec![From, Plain]),
            ("CPU is at 97.5% against a usual 41%", false, vec![Plain, Normal]),
            ("97.5 % versus 41 %", false, vec![Plain, From]),
            ("There were 50 lines before.", false, vec![Normal]),
            ("41 % is normal, 97.5 % now", false, vec![Normal, Plain]),
            ("CPUは平常時41%だが現在97.5%", false, vec![Normal, Plain]),
            ("CPUは41%から97.5%に上昇", false, vec![From, Plain]),
            ("しきい値5%に対し12.4%", false, vec![Limit, Plain]),
            ("12.4 % over the threshold of 5 %", false, vec![Plain, Limit]),
            ("5 % threshold", false, vec![Limit]),
        ] {
            let found: Vec<Role> = Reading::of(text, given).quantities.iter().map(|q| q.role).collect();
            assert_eq!(found, roles, "{text}");
        }
    }
}
