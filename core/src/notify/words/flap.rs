//! What is said of an incident that ends and goes on too often.

use super::super::figures::{count, duration};
use super::super::view::Flap;
use crate::language::Language;

/// `Flapping, 5 times in 10 min: its end is told when quiet for 10 min`; where it is quiet, since when, and when that is told
/// as its end.
pub fn flapping(language: Language, flap: &Flap, quiet: Option<(&str, &str)>) -> String {
    let window = duration(language, flap.until - flap.last);
    let times = flap.times;
    let head = language.pick(
        format!("Flapping, {} in {window}: ", count(times, "time", "times")),
        format!("断続（{window}に{times}回）："),
    );
    let then = match quiet {
        None => language.pick(
            format!("its end is told when quiet for {window}"),
            format!("終了は、{window}間変化がなければ通知"),
        ),
        Some((since, until)) => language.pick(
            format!("quiet since {since}, told as over at {until}"),
            format!("{since}から静止中、変化がなければ{until}に終了を通知"),
        ),
    };
    head + &then
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;

    #[test]
    fn it_says_how_often_and_when_its_end_is_told() {
        let last = DateTime::from_timestamp(1_795_111_620, 0).unwrap();
        let flap = |times| Flap { times, last, until: last + TimeDelta::minutes(10) };
        for (language, times, quiet, said) in [
            (Language::En, 5, None, "Flapping, 5 times in 10 min: its end is told when quiet for 10 min"),
            (
                Language::En,
                1,
                Some(("18:04", "18:14")),
                "Flapping, 1 time in 10 min: quiet since 18:04, told as over at 18:14",
            ),
            (Language::Ja, 5, None, "断続（10分に5回）：終了は、10分間変化がなければ通知"),
            (
                Language::Ja,
                3,
                Some(("18:04", "18:14")),
                "断続（10分に3回）：18:04から静止中、変化がなければ18:14に終了を通知",
            ),
        ] {
            assert_eq!(flapping(language, &flap(times), quiet), said);
        }
    }
}
