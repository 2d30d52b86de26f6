//! Who did what: whether a deed that a sentence tells of is one of which the cited items speak, and whether they speak of it
//! where they speak of who is said to have done it.
//!
//! Knows deeds and the word before one. Must not know numbers, nor what a deed was done to.

use std::sync::LazyLock;

use regex::Regex;

use super::names::Sort;
use super::reading::Reading;
use super::reasons;
use super::shown::Shown;
use super::spelling::compiled;
use super::words::{is_grammar, words};
use crate::language::Word;

/// Deeds that change something, each with what items may call them; one of a group has to stand there. What things do by
/// themselves is none: to log, to answer, to drop.
static DEEDS: LazyLock<Vec<(Regex, &'static [&'static str])>> = LazyLock::new(|| {
    let all: [(&str, &[&str]); 12] = [
        (
            r"\b(?:deleted|removed|purged|erased|destroyed|truncated)\b|削除",
            &["delet", "remov", "purg", "eras", "destroy", "truncat", "drop", "削除"],
        ),
        (
            r"\b(?:killed|terminated|evicted)\b|強制終了",
            &["kill", "terminat", "evict", "oom", "shut", "強制終了"],
        ),
        (
            r"\b(?:disabled|deactivated)\b|無効化",
            &["disabl", "deactivat", "turned off", "switched off", "無効"],
        ),
        (r"\b(?:enabled|activated)\b|有効化", &["enabl", "activat", "turned on", "switched on", "有効"]),
        (r"\b(?:revoked|granted)\b", &["revok", "grant", "permission", "polic", "authoriz"]),
        (
            r"\b(?:created|launched|provisioned)\b|作成",
            &["creat", "launch", "provision", "run", "new", "add", "作成"],
        ),
        (
            r"\b(?:deployed|released)\b|デプロイ",
            &["deploy", "releas", "rollout", "roll out", "ship", "version", "デプロイ", "リリース"],
        ),
        (r"\b(?:restarted|rebooted)\b|再起動", &["restart", "reboot", "recreat", "start", "再起動"]),
        (
            r"\b(?:rolled back|reverted)\b|切り戻",
            &["rollback", "roll back", "rolled back", "rollout undo", "revert", "undo", "切り戻"],
        ),
        (r"\bmigrated\b|移行", &["migrat", "移行"]),
        (r"\b(?:upgraded|downgraded)\b", &["upgrad", "downgrad", "updat", "version", "patch"]),
        (r"\brenamed\b", &["renam"]),
    ];
    all.into_iter().map(|(said, called)| (compiled(said), called)).collect()
});

/// Right behind a name: what it did.
static DID: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"^ (?:also |then |has |have |had )?([a-z]{3,}ed) ([a-z]+)?"));

/// Why who did what cannot be confirmed by the cited items.
pub(super) fn beyond(reading: &Reading, cited: &[&Shown]) -> Option<Word> {
    let unknown = |(said, called): &(Regex, &[&str])| {
        let spoken = |shown: &&Shown| called.iter().any(|root| shown.reading.lower.contains(root));
        said.is_match(&reading.lower) && !cited.iter().any(spoken)
    };
    if DEEDS.iter().any(unknown) {
        return Some(reasons::UNTOLD_DEED);
    }
    let identifiers = reading.names.iter().filter(|name| name.sort == Sort::Identifier && name.key.is_none());
    let mut did = identifiers.filter_map(|name| {
        let behind = DID.captures(reading.lower.get(name.at + name.text.len()..)?)?;
        // `db-7 refused by`, `db-7 used in`: it did not, or it is told of what follows.
        let passive = behind.get(2).is_some_and(|next| is_grammar(next.as_str()));
        let deed = words(behind.get(1)?.as_str()).into_iter().next()?;
        (!passive).then_some((name.text.as_str(), deed.stem))
    });
    did.any(|(name, deed)| another_did(name, &deed, cited)).then_some(reasons::DEED_OF_ANOTHER)
}

/// Whether the items have a deed, and on none of the lines that have it a name, which stands on others of the same item.
fn another_did(name: &str, deed: &str, cited: &[&Shown]) -> bool {
    let mut told = false;
    for shown in cited {
        let lower = &shown.reading.lower;
        if shown.labels.iter().any(|(_, value)| value == name) {
            return false;
        }
        let places = shown.stems.get(deed).map(Vec::as_slice).unwrap_or_default();
        for at in places.iter().take(50) {
            told = true;
            let start = lower.get(..*at).and_then(|text| text.rfind('\n')).map_or(0, |at| at + 1);
            let line = lower.get(start..).and_then(|text| text.lines().next()).unwrap_or_default();
            if line.contains(name) {
                return false;
            }
        }
    }
    told && cited.iter().any(|shown| shown.reading.lower.contains(name))
}
