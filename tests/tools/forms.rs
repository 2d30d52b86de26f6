//! Plain files as a container's runtime and Windows write them, by the commands.

use super::{folder, piped, stdout, write};

#[test]
fn lines_in_parts_and_files_of_windows_are_read_as_the_lines_that_they_are() {
    let here = folder();
    let part = |output: &str, tag: &str, text: &str| format!("2025-11-20T09:10:11Z {output} {tag} {text}\n");
    let parts = part("stdout", "P", "took ")
        + &part("stderr", "F", "no connection")
        + &part("stdout", "F", "12 ms")
        + &part("stdout", "F", "took 13 ms")
        + &part("stdout", "P", "took 14")
        + &part("stderr", "P", "no ");
    let file = write(here.path(), "parts", parts.as_bytes());
    let rows = stdout(here.path(), &["patterns", &file, "--assign"]);
    let rows: Vec<&str> = rows.lines().map(|row| row.split_once('\t').unwrap().1).collect();
    assert_eq!(rows, ["took <*>", "no connection", "took <*>", "took <*>", "took <*>", "no"]);
    let json = stdout(here.path(), &["patterns", &file, "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["lines"], &json["patterns"][0]["count"]), (&5.into(), &3.into()), "{json}");

    let text =
        "2025-11-20 09:10:11 ERROR 接続に失敗しました password=hunter2\r\n2025-11-20 09:10:12 INFO up\r\n";
    let plain = write(here.path(), "plain", text.as_bytes());
    let low = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let high: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [low(text), low(&format!("\u{feff}{text}")), high] {
        let wide = write(here.path(), "wide", &bytes);
        for arguments in [&["patterns", "--assign"][..], &["patterns"], &["evidence", "--window"]] {
            let of = |file: &str| stdout(here.path(), &[arguments, &[file]].concat());
            assert_eq!(of(&wide), of(&plain), "{arguments:?}");
        }
        let redacted = super::text(&piped(&["redact"], &bytes));
        assert!(
            redacted.contains("接続に失敗しました password=<") && !redacted.contains("hunter2"),
            "{redacted}"
        );
        assert_eq!(redacted.lines().count(), 2);
    }
}
