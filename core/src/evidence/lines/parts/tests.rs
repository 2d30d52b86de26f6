//! Long lines in parts, in whatever order two outputs and a crash leave them.

use proptest::prelude::*;

use super::super::{Line, MAX_BYTES};
use super::*;

/// What all of these lines are, as a file's reader sees them.
fn read(lines: &[String]) -> Vec<String> {
    let mut parts = Parts::default();
    let mut all = Vec::new();
    for line in lines {
        match parts.push(line) {
            Taken::Whole(text) => all.push(Line::read(text).text),
            Taken::Joined(_, text) => all.push(Line::read(&text).text),
            Taken::Held(_) => {}
        }
    }
    all.extend(parts.finish().map(|(_, text)| Line::read(&text).text));
    all
}

fn part(output: &str, tag: char, text: &str) -> String {
    format!("2025-11-20T09:10:11.123456789Z {output} {tag} {text}")
}

fn piece(output: &str, text: &str) -> String {
    serde_json::json!({ "log": text, "stream": output, "time": "2025-11-20T09:10:11.123456789Z" }).to_string()
}

#[test]
fn parts_of_one_output_are_one_line_and_outputs_stay_apart() {
    let lines = [
        part("stdout", 'P', "{\"a\": "),
        part("stderr", 'P', "WARN half"),
        part("stdout", 'P', "1, "),
        "no wrapper".to_owned(),
        part("stdout", 'F', "\"b\": 2}"),
        part("stdout", 'F', "next"),
        part("stderr", 'F', ""),
        part("stderr", 'P', "killed be"),
    ];
    assert_eq!(read(&lines), ["no wrapper", "{\"a\": 1, \"b\": 2}", "next", "WARN half", "killed be"]);
    let mut parts = Parts::default();
    assert_eq!(parts.push(&lines[0]), Taken::Held(Output::Standard));
    let Taken::Joined(Output::Standard, text) = parts.push(&lines[5]) else { panic!("it has ended") };
    let at = Line::read(&text).at.unwrap();
    assert_eq!(at.to_rfc3339_opts(SecondsFormat::Nanos, true), "2025-11-20T09:10:11.123456789Z");
}

#[test]
fn docker_writes_pieces_of_16_kilobytes() {
    let long = "word ".repeat(3276) + "1234";
    assert_eq!(long.len(), 16 * 1024);
    let lines = [
        piece("stdout", &long),
        piece("stderr", "other\n"),
        piece("stdout", "the end\n"),
        piece("stdout", "short, without its end"),
        piece("stdout", "next\n"),
    ];
    let whole = format!("{long}the end");
    assert_eq!(read(&lines), ["other", &whole, "short, without its end", "next"]);
}

#[test]
fn a_line_of_many_parts_keeps_its_beginning_and_its_end() {
    let body = "é word".repeat(2000);
    let mut lines = vec![part("stdout", 'P', "begins here ")];
    lines.extend((0..1000).map(|_| part("stdout", 'P', &body)));
    lines.push(part("stdout", 'F', " and ends with the cause"));
    let found = read(&lines);
    assert_eq!(found.len(), 1);
    let text = &found[0];
    assert!(text.len() <= MAX_BYTES && text.len() > MAX_BYTES / 2, "{}", text.len());
    assert!(text.starts_with("begins here ") && text.ends_with(" and ends with the cause"));
    let cut = text.split_once("…[").unwrap().1.split_once(" bytes cut]…").unwrap();
    let all = 12 + 1000 * body.len() + 24;
    let kept = text.len() - format!(" …[{} bytes cut]…", cut.0).len();
    assert_eq!(cut.0.parse::<usize>().unwrap() + kept, all);
    let mut parts = Parts::default();
    lines[..1000].iter().for_each(|line| assert!(matches!(parts.push(line), Taken::Held(_))));
    let (_, open) = parts.standard.as_ref().unwrap();
    assert!(open.head.len() + open.tail.len() <= MAX_BYTES + TAIL_BYTES);
}

/// A line, and where it is cut into parts; or one without a wrapper.
fn written() -> impl Strategy<Value = (Option<bool>, Vec<String>)> {
    let texts = prop::collection::vec("[ a-zé]{0,12}", 1..5);
    (prop::option::of(any::<bool>()), texts)
}

proptest! {
    #[test]
    fn every_word_that_was_written_is_read_once(all in prop::collection::vec(written(), 0..12)) {
        let mut lines = Vec::new();
        let mut expected = Vec::new();
        for (output, texts) in &all {
            match output {
                None => {
                    lines.push(texts.concat());
                    expected.push(texts.concat());
                }
                Some(error) => {
                    let output = if *error { "stderr" } else { "stdout" };
                    for (n, text) in texts.iter().enumerate() {
                        lines.push(part(output, if n + 1 < texts.len() { 'P' } else { 'F' }, text));
                    }
                    expected.push(texts.concat());
                }
            }
        }
        prop_assert_eq!(read(&lines), expected);
    }

    #[test]
    fn whatever_the_tags_nothing_is_lost(
        all in prop::collection::vec((any::<bool>(), any::<bool>(), "[a-z]{1,6}"), 0..30),
    ) {
        let lines: Vec<String> = all
            .iter()
            .map(|(error, more, text)| {
                part(if *error { "stderr" } else { "stdout" }, if *more { 'P' } else { 'F' }, text)
            })
            .collect();
        let found = read(&lines);
        let letters = |of: &str| of.len();
        prop_assert_eq!(
            found.iter().map(|text| letters(text)).sum::<usize>(),
            all.iter().map(|(_, _, text)| text.len()).sum::<usize>()
        );
        prop_assert!(found.len() <= lines.len());
    }

    #[test]
    fn any_line_is_survived(lines in prop::collection::vec("(2025-11-20T09:10:11Z (stdout|stderr) [FPX]? ?)?\\PC{0,30}", 0..20)) {
        let found = read(&lines);
        prop_assert!(found.len() <= lines.len());
    }
}
