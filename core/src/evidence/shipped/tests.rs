//! Parts and traces of many containers between each other.

use proptest::prelude::*;
use serde_json::json;

use super::super::lines::MAX_BYTES;
use super::*;

fn at(millisecond: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_763_629_811_000 + millisecond).unwrap()
}

fn kept(millisecond: i64, stream: &str, text: &str) -> Shipped {
    Shipped::read(at(millisecond), stream.to_owned(), format!("name of {stream}"), text)
}

fn cri(output: &str, tag: char, text: &str) -> String {
    format!("2025-11-20T09:10:11.5Z {output} {tag} {text}")
}

fn record(pod: &str, tag: char, text: &str) -> String {
    let pod = json!({"pod_name": pod, "container_name": "app", "namespace_name": "shop"});
    json!({"log": text, "stream": "stdout", "_p": tag.to_string(), "kubernetes": pod}).to_string()
}

fn said(lines: &[Line]) -> Vec<(&str, &str)> {
    lines.iter().map(|line| (line.stream.as_str(), line.text.as_str())).collect()
}

#[test]
fn parts_of_two_streams_and_two_outputs_stay_apart() {
    let shipped = vec![
        kept(0, "a", &cri("stdout", 'P', "{\"a\": ")),
        kept(1, "b", &cri("stdout", 'P', "of ")),
        kept(2, "a", &cri("stderr", 'P', "WARN ")),
        kept(3, "b", &cri("stdout", 'F', "another")),
        kept(4, "a", &cri("stdout", 'F', "1}")),
        kept(5, "a", "no wrapper"),
        kept(6, "a", &cri("stderr", 'F', "half")),
        kept(7, "b", &cri("stdout", 'P', "killed be")),
    ];
    let found = lines(shipped, true);
    assert_eq!(
        said(&found),
        [
            ("name of a", "{\"a\": 1}"),
            ("name of b", "of another"),
            ("name of a", "WARN half"),
            ("name of a", "no wrapper"),
            ("name of b", "killed be"),
        ]
    );
    assert_eq!(found[0].at, Some(at(0)), "the time of the first part");
}

#[test]
fn pods_that_share_a_stream_stay_apart_and_are_called_by_their_names() {
    let shipped = vec![
        kept(0, "fluent-bit", &record("pay-0", 'P', "ERROR ")),
        kept(0, "fluent-bit", &record("cart-0", 'F', "INFO up")),
        kept(1, "fluent-bit", &record("pay-0", 'F', "db")),
        // Without a parser in between, the record holds the runtime's own line.
        kept(2, "fluent-bit", &record("pay-0", 'F', &cri("stderr", 'P', "panic: "))),
        kept(3, "fluent-bit", &record("pay-0", 'F', &cri("stderr", 'F', "nil"))),
        kept(4, "fluent-bit", &record("cart-0", 'F', "\tat a.B(C.java:1)")),
    ];
    assert_eq!(
        said(&lines(shipped, true)),
        [("cart-0", "INFO up\n\tat a.B(C.java:1)"), ("pay-0", "ERROR db"), ("pay-0", "panic: nil")]
    );
}

#[test]
fn where_a_query_leaves_lines_out_no_part_is_joined() {
    let shipped = || vec![kept(0, "a", &cri("stdout", 'P', "one")), kept(1, "a", &cri("stdout", 'F', "two"))];
    let texts = |all| lines(shipped(), all).into_iter().map(|line| line.text).collect::<Vec<_>>();
    assert_eq!(
        (texts(true), texts(false)),
        (vec!["onetwo".to_owned()], vec!["one".to_owned(), "two".to_owned()])
    );
}

#[test]
fn one_instant_is_in_the_runtimes_order_and_numbered_parts_in_theirs() {
    let part = |nanoseconds: u32, tag: char, text: &str| {
        kept(0, "a", &format!("2025-11-20T09:10:11.{nanoseconds:09}Z stdout {tag} {text}"))
    };
    let texts = |shipped| lines(shipped, true).into_iter().map(|line| line.text).collect::<Vec<_>>();
    assert_eq!(texts(vec![part(30, 'F', "c"), part(10, 'P', "a"), part(20, 'P', "b")]), ["abc"]);
    let numbered = |n: u64, last: bool| {
        let record = json!({
            "log": n.to_string(), "source": "stdout", "container_id": "c", "partial_message": "true",
            "partial_ordinal": n.to_string(), "partial_last": last.to_string(),
        });
        kept(0, "a", &record.to_string())
    };
    assert_eq!(texts(vec![numbered(3, true), numbered(1, false), numbered(2, false)]), ["123"]);
}

#[test]
fn a_trace_is_one_line_of_its_pod_though_others_write_between() {
    let shipped = vec![
        kept(0, "a", "ERROR boom"),
        kept(0, "b", "ERROR other"),
        kept(0, "a", "\tat boom.C(D.java:1)"),
        kept(0, "b", "\tat other.C(D.java:1)"),
    ];
    let found = lines(shipped, true);
    let texts: Vec<&str> = found.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(texts, ["ERROR boom\n\tat boom.C(D.java:1)", "ERROR other\n\tat other.C(D.java:1)"]);
}

#[test]
fn a_line_of_any_number_of_parts_is_bounded() {
    let body = "é word".repeat(2_000);
    let mut shipped = vec![kept(0, "a", &record("p", 'P', "begins "))];
    shipped.extend((0..300).map(|n| kept(n, "a", &record("p", 'P', &body))));
    shipped.push(kept(300, "a", &record("p", 'F', " the cause")));
    let found = lines(shipped, true);
    assert_eq!(found.len(), 1);
    let text = &found[0].text;
    assert!(text.len() <= MAX_BYTES && text.starts_with("begins ") && text.ends_with(" the cause"));
    let huge = kept(0, "a", &record("p", 'F', &"x".repeat(1_000_000)));
    assert!(huge.text.len() <= MAX_BYTES, "read before it is cut: {}", huge.text.len());
}

proptest! {
    #[test]
    fn no_letter_is_lost_nor_leaves_its_stream(
        all in prop::collection::vec((0..3_u8, any::<bool>(), any::<bool>(), any::<bool>(), "[a-z]{1,6}"), 0..40),
        whole in any::<bool>(),
    ) {
        // Each text is marked with whose it is.
        let shipped: Vec<Shipped> = all
            .iter()
            .zip(0..)
            .map(|((stream, error, more, shipper, text), n)| {
                let (output, tag) = (if *error { "stderr" } else { "stdout" }, if *more { 'P' } else { 'F' });
                let text = cri(output, tag, &format!("{stream}{}{text}", u8::from(*error)));
                kept(n, &stream.to_string(), &if *shipper { record("p", 'F', &text) } else { text })
            })
            .collect();
        let found = lines(shipped, whole);
        let letters = |text: &str| text.bytes().filter(u8::is_ascii_lowercase).count();
        let written: usize = all.iter().map(|one| one.4.len()).sum();
        prop_assert_eq!(found.iter().map(|line| letters(&line.text)).sum::<usize>(), written);
        for line in &found {
            let marks: std::collections::BTreeSet<_> =
                line.text.split(|c: char| c.is_ascii_lowercase()).filter(|mark| !mark.is_empty()).collect();
            prop_assert_eq!(marks.len(), 1, "{}", line.text);
        }
        prop_assert!(found.is_sorted_by_key(|line| line.at));
    }

    #[test]
    fn any_line_is_survived(texts in prop::collection::vec("[{\"a-z:,} ]{0,30}|\\PC{0,30}", 0..20)) {
        let found = lines(texts.iter().zip(0..).map(|(text, n)| kept(n, "a", text)).collect(), true);
        prop_assert!(found.len() <= texts.len());
    }
}
