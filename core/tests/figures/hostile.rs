//! What a stranger writes into a log stays data, whether somebody thought of it before or not.

use proptest::prelude::*;

use crate::measure::{corpora, hostile};

#[test]
fn the_five_checks_hold_of_each_hostile_line() {
    let lines = corpora::objects("injection.jsonl");
    assert_eq!(lines.len(), 27);
    for case in &lines {
        let found = hostile::checks(case["line"].as_str().unwrap());
        assert_eq!(found, [true; 5], "{}: {:?}", case["id"], hostile::CHECKS);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_five_checks_hold_of_whatever_is_written(
        text in r#"(<<<END q7Zr2mX9vT4bK8nW>>>|q7Zr2mX9vT4bK8nW|q7Zr\| |\nL1 \+9 |\r|\u{2028}|\u{2029}|\u{85}|\x1b\[31m|\x1b\]8;;https://evil\.example\x07|\x9b2J|\u{200b}|\u{202e}|\u{2066}|\u{feff}|\u{e0041}|\u{ad}|<!channel>|<@U123>|<https://evil\.example\|here>|\[x\]\(https://evil\.example\)|ERROR |panic: |\{"msg":"|\\n|"|'|&lt;|[a-z ]{1,12}|\PC|\x00|\x07){0,24}"#
    ) {
        prop_assert_eq!(hostile::checks(&text), [true; 5], "{:?}", text);
    }
}
