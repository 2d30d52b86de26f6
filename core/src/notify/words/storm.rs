//! The words of a storm's message, in each language.
//!
//! Knows counts and names. Must not know layouts.

use chrono::TimeDelta;

use super::super::figures::{count, duration, grouped};
use super::super::storm::Figures;
use super::COMMA;
use crate::language::{Language, Word, word};

pub const TOP: Word = word("Most severe", "重大度の高い順");
pub const STILL_OPEN: Word = word("Still open, most severe first", "未解決、重大度の高い順");
pub const LOOK: Word = word("Look at what they share: ", "共通点を見る：");
pub const THEY_SHARE: Word = word("they share", "共通点");
pub const MOST_SEVERE: Word = word("most severe", "重大度の高いもの");
pub const ACKNOWLEDGE_ALL: Word = word("Acknowledge all", "すべて対応を開始");
pub const HOW_TOLD: Word = word("how told", "通知方法");

fn n(count: usize) -> String {
    grouped(&count.to_string())
}

fn incidents(all: usize) -> String {
    if all == 1 { count(all, "incident", "incidents") } else { format!("{} incidents", n(all)) }
}

/// `Storm 7`.
pub fn name(language: Language, number: i64) -> String {
    language.pick(format!("Storm {number}"), format!("アラーム多発{number}"))
}

/// `Open storm 7`.
pub fn open_button(language: Language, number: i64) -> String {
    language.pick(format!("Open storm {number}"), format!("多発{number}を開く"))
}

/// `Storm: 34 incidents in 1 min, 9 critical`; ended, `Storm over after 21 min: 2 of 34 incidents still open`.
pub fn head(language: Language, figures: &Figures, span: TimeDelta) -> String {
    let (all, span) = (figures.all(), duration(language, span));
    if figures.ended {
        let open = figures.not_over();
        return language.pick(
            format!("Storm over after {span}: {} of {} still open", n(open), incidents(all)),
            format!("アラーム多発は終息（{span}）：{}件中{}件が未解決", n(all), n(open)),
        );
    }
    let critical = (figures.critical > 0).then(|| {
        let critical = n(figures.critical);
        language.pick(format!(", {critical} critical"), format!("、うち重大{critical}件"))
    });
    let head = language.pick(
        format!("Storm: {} in {span}", incidents(all)),
        format!("アラーム多発：{span}間に{}件", n(all)),
    );
    head + &critical.unwrap_or_default()
}

/// `27 services`.
pub fn services(language: Language, services: usize) -> String {
    language.pick(count(services, "service", "services"), format!("{}サービス", n(services)))
}

/// `9 critical, 22 warning, 3 info; 27 services`.
pub fn how_bad(language: Language, figures: &Figures) -> String {
    let parts = [
        (figures.critical, "critical", "重大"),
        (figures.warning, "warning", "警告"),
        (figures.info, "info", "情報"),
    ];
    let known = parts.into_iter().filter(|(count, ..)| *count > 0);
    let known: Vec<String> = known
        .map(|(count, en, ja)| language.pick(format!("{} {en}", n(count)), format!("{ja}{}", n(count))))
        .collect();
    let severities = known.join(COMMA.of(language));
    if figures.services == 0 {
        return severities;
    }
    let services = services(language, figures.services);
    language.pick(format!("{severities}; {services}"), format!("{severities}。{services}"))
}

/// `31 share az=ap-northeast-1c`.
pub fn shared(language: Language, count: usize, label: &str) -> String {
    language.pick(format!("{} share {label}", n(count)), format!("{}件が{label}", n(count)))
}

/// `31 of 34 carry it.`
pub fn carry(language: Language, count: usize, all: usize) -> String {
    language.pick(
        format!("{} of {} carry it.", n(count), n(all)),
        format!("{}件中{}件が該当します。", n(all), n(count)),
    )
}

/// Who has them: `nobody yet`, `3 taken, 31 nobody's`.
pub fn who(language: Language, figures: &Figures) -> String {
    match (figures.open, figures.acknowledged) {
        (0, 0) => language.pick("all are over", "すべて解決済み").to_owned(),
        (_, 0) => language.pick("nobody yet", "担当者なし").to_owned(),
        (open, taken) => language.pick(
            format!("{} taken, {} nobody's yet", n(taken), n(open)),
            format!("対応中{}件、担当者なし{}件", n(taken), n(open)),
        ),
    }
}

/// How many were told how, and what comes: while it lasts, and once it has ended.
pub fn foot(language: Language, figures: &Figures) -> String {
    let told = how_told(language, figures);
    match (figures.ended, figures.left) {
        (false, _) => language.pick(
            format!("{told} When the storm ends, what is still open is told once. Nothing is dropped."),
            format!("{told}終息後、未解決のものを一度だけ通知します。破棄する通知はありません。"),
        ),
        (true, 0) => told,
        (true, left) => language.pick(
            format!("{told} {} of these are still open, and stay with this message.", n(left)),
            format!("{told}このうち{}件は未解決で、このメッセージにまとめています。", n(left)),
        ),
    }
}

/// `Told one by one: 20. Told here only: 14.`
pub fn how_told(language: Language, figures: &Figures) -> String {
    let (singly, by_storm) = (n(figures.singly), n(figures.by_storm));
    language.pick(
        format!("Told one by one: {singly}. Told here only: {by_storm}."),
        format!("個別に通知：{singly}件。ここだけで通知：{by_storm}件。"),
    )
}

/// `31 more on the page`.
pub fn more(language: Language, left: usize) -> String {
    language.pick(format!("{} more, on the page", n(left)), format!("ほか{}件はページへ", n(left)))
}

/// Asks before all of it is taken.
pub fn take_title(language: Language, number: i64) -> String {
    language.pick(
        format!("Acknowledge all of storm {number}?"),
        format!("アラーム多発{number}のすべてに対応しますか"),
    )
}

/// What that means.
pub fn take_asks(language: Language, open: usize) -> String {
    language.pick(
        format!("{} that nobody has will be yours.", incidents(open)),
        format!("担当者のいない{}件の担当者になります。", n(open)),
    )
}

/// What became of it: `You have 34 incidents of storm 7.`
pub fn taken(language: Language, number: i64, taken: usize) -> String {
    match taken {
        0 => language.pick(
            format!("Nothing of storm {number} is left that nobody has."),
            format!("アラーム多発{number}に、担当者のいないものはもうありません。"),
        ),
        _ => language.pick(
            format!("You have {} of storm {number}.", incidents(taken)),
            format!("アラーム多発{number}の{}件の担当者になりました。", n(taken)),
        ),
    }
}

/// There is none of this number.
pub fn unknown(language: Language, number: i64) -> String {
    language.pick(format!("There is no storm {number}."), format!("アラーム多発{number}はありません。"))
}
