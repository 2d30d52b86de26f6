//! The pack keeps its budget, its order and its secrets.

use super::*;
use crate::evidence::{Line, compare};

fn line(second: i64, text: &str) -> Line {
    Line::new(chrono::DateTime::from_timestamp(1_763_629_800 + second, 0), "api-0", text)
}

/// Ten minutes of normal, and ten minutes with many new and severe lines, some of them long and with secrets.
fn comparison(new: i64) -> Comparison {
    let words = ["disk", "queue", "cache", "pool", "token", "index", "route", "lease"];
    let usual = |from: i64| (0..300).map(move |n| line(from + 2 * n, &format!("INFO request {n} served")));
    let extra = (0..new).map(|n| {
        let word = words[n as usize % words.len()];
        let filler = format!("{word}{} ", "x".repeat(n as usize % 7)).repeat(n as usize % 60);
        line(
            700 + n,
            &format!("ERROR C{n}#{n} {word} failed password=hunter{n}secret {filler} connection refused"),
        )
    });
    compare(usual(600).chain(extra), usual(0), None)
}

#[test]
fn no_pack_is_over_its_budget_and_two_runs_do_not_differ() {
    let redactor = Redactor::default();
    for new in [0, 1, 10, 200] {
        let comparison = comparison(new);
        for tokens in [0, 1, 10, 60, 500, 1000, 2000, 4000, 8000] {
            let one = pack(&[], &comparison, tokens, &redactor);
            assert!(one.text.as_str().chars().count() <= tokens * TOKEN, "{new} {tokens}");
            assert_eq!(one, pack(&[], &comparison, tokens, &redactor));
        }
    }
}

#[test]
fn a_large_pack_begins_like_a_small_one() {
    let (comparison, redactor) = (comparison(200), Redactor::default());
    let small = pack(&[], &comparison, 1000, &redactor).text.to_string();
    let large = pack(&[], &comparison, 4000, &redactor).text.to_string();
    let shared = small.lines().zip(large.lines()).take_while(|(a, b)| a == b).count();
    assert!(
        shared + 1 >= small.lines().filter(|line| !line.contains(" in full: ")).count(),
        "{shared} lines"
    );
    assert!(large.len() > small.len() * 3);
}

#[test]
fn each_line_has_its_id_and_mark_and_no_secret() {
    let comparison = comparison(30);
    let pack = pack(&[], &comparison, 4000, &Redactor::default());
    let text = pack.text.as_str();
    assert!(!text.contains("hunter"), "{text}");
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines[0].starts_with("Logs 2025-11-20 09:20:00 to ")
            && lines[0].contains("baseline 10 min, 300 lines"),
        "{}",
        lines[0]
    );
    assert!(lines[1].starts_with("Marks: "));
    assert!(lines[2].starts_with("L1 +1 09:") && lines[2].contains(" api ERROR C"), "{}", lines[2]);
    assert!(lines[2..].iter().all(|line| line.starts_with('L')), "{text}");
    assert!(text.contains("=300->300") && text.contains("connection refused"), "{text}");
    assert_eq!(pack.last, comparison.findings.len());
}

#[test]
fn a_secret_that_is_a_new_value_is_not_told_beside_its_line() {
    let log = |from: i64, key: &'static str| {
        (0..60).map(move |n| line(from + n, &format!("INFO login of bob with password={key}9")))
    };
    let leaked = (0..3).map(|n| line(700 + n, "INFO login of bob with password=hunter29"));
    let comparison = compare(log(600, "a").chain(leaked), log(0, "a"), None);
    assert!(comparison.findings.iter().any(|finding| finding.change == Change::Value));
    let text = pack(&[], &comparison, 1000, &Redactor::default()).text;
    assert!(!text.as_str().contains("hunter29") && text.as_str().contains("*value  x3"), "{text}");
}

#[test]
fn no_lines_panic_and_none_is_lost() {
    let mut state = 11_u64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % below
    };
    let parts = [
        "ERROR ",
        "{\"msg\":\"",
        "\"}",
        "x=",
        "[a, b]",
        "12:00:00 ",
        "\n",
        "é\u{202e}",
        "blk_1 ",
        "status=500 ",
        "\\",
        "<",
        " - ",
        "日本",
    ];
    for _ in 0..30 {
        let mut side = |count: usize| -> Vec<Line> {
            let text = |random: &mut dyn FnMut(usize) -> usize| {
                (0..random(12)).map(|_| parts[random(parts.len())]).collect::<String>()
            };
            (0..count)
                .map(|n| {
                    Line::new(
                        line(n as i64 * 37 % 900, "").at.filter(|_| n % 5 > 0),
                        "s",
                        &format!("{}.", text(&mut random)),
                    )
                })
                .collect()
        };
        let (window, baseline) = (side(200), side(100));
        let comparison = compare(window.into_iter(), baseline.into_iter(), None);
        assert_eq!((comparison.lines, comparison.baseline_lines), (200, 100));
        let pack = pack(&[], &comparison, 700, &Redactor::default()).text;
        assert!(pack.as_str().chars().count() <= 2800 && !pack.as_str().contains('\u{202e}'));
        assert!(pack.as_str().lines().skip(2).all(|line| line.starts_with('L')), "{pack}");
    }
}
