//! Files as a container's runtime and Windows write them, and files of any bytes.

use firstlook_core::evidence::lines::Encoding;
use proptest::prelude::*;

use super::*;

#[tokio::test]
async fn what_a_container_s_runtime_writes_in_parts_is_one_line() {
    let folder = TempDir::new().unwrap();
    let piece = "word ".repeat(3276) + "1234";
    let docker = |log: &str| {
        let time = "2026-03-01T10:05:00.5Z";
        format!("{}\n", serde_json::json!({ "log": log, "stream": "stdout", "time": time }))
    };
    write(folder.path(), "docker.log", docker(&piece) + &docker("cause\n") + &docker("next\n"));
    write(
        folder.path(),
        "cri.log",
        "2026-03-01T10:01:00Z stdout P {\"a\":\n2026-03-01T10:01:00Z stderr F ERROR down\n\
         2026-03-01T10:01:00.1Z stdout F 1}\n2026-03-01T10:01:01Z stderr F \tat a.b(C.java)\n\
         2026-03-01T10:01:02Z stdout P killed\n",
    );
    let fetched = fetch(&folder, "*.log").await.unwrap();
    let whole = piece + "cause";
    let expected = ["ERROR down\n\tat a.b(C.java)", "{\"a\":1}", "killed", &whole, "next"];
    let mut found = texts(&fetched);
    found.sort_by_key(|text| expected.iter().position(|one| one == text));
    assert_eq!(found, expected);
    let at = |text: &str| fetched.lines.iter().find(|line| line.text == text).unwrap().at;
    assert_eq!(at("{\"a\":1}"), Some(time("2026-03-01T10:01:00Z")), "the time of the first part");
    assert_eq!(at(&whole), Some(time("2026-03-01T10:05:00.5Z")));
}

#[tokio::test]
async fn the_window_is_found_in_a_long_file_of_windows() {
    let folder = TempDir::new().unwrap();
    // 09:00 to 11:00, 14 MB.
    let text: String = day(11 * 36_000).split_inclusive('\n').skip(9 * 36_000).collect();
    let text = text.replace("request", "要求").replace('\n', "\r\n");
    for (name, mark) in [("marked.log", "\u{feff}"), ("plain.log", "")] {
        for little in [true, false] {
            let unit = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
            let bytes: Vec<u8> = mark.encode_utf16().chain(text.encode_utf16()).flat_map(unit).collect();
            write(folder.path(), name, bytes);
            let caps = Caps { lines: 10_000, bytes: 1_999_999 };
            let fetched = fetch_with(&folder, name, caps).await.unwrap();
            assert_eq!((fetched.truncated, fetched.lines.len()), (None, 9_000), "{name}");
            assert!(fetched.lines[0].text.ends_with("要求 360000"), "{}", fetched.lines[0].text);
            assert!(fetched.lines[8_999].text.ends_with("要求 368999"));
            // An odd number of bytes before the end of the window.
            let cut = fetch_with(&folder, name, Caps { bytes: 200_001, ..caps }).await.unwrap();
            assert!(cut.lines.last().unwrap().text.ends_with("要求 368999") && cut.truncated.is_some());
            assert!(cut.lines.iter().all(|line| line.text.contains("要求")), "{:?}", texts(&cut));
        }
    }
}

#[tokio::test]
async fn a_file_of_utf_16_without_times_gives_its_newest_lines() {
    let folder = TempDir::new().unwrap();
    let text = format!("{}\u{feff}é one\r\n", "filler\r\n".repeat(400_000));
    let mut bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    // Half a unit, as a writer leaves it for a moment.
    bytes.push(b'x');
    write(folder.path(), "app.log", bytes);
    let file = fs::File::options().write(true).open(folder.path().join("app.log")).unwrap();
    file.set_modified(time("2026-03-01T10:10:00Z").into()).unwrap();
    let fetched = fetch(&folder, "app.log").await.unwrap();
    assert_eq!(texts(&fetched).last(), Some(&"é one"));
    assert!(texts(&fetched).iter().rev().skip(1).all(|text| *text == "filler"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the bytes and the window: no panic, and no line twice.
    #[test]
    fn any_file_is_read(bytes in prop::collection::vec(any::<u8>(), 0..600), mark in 0..3_usize) {
        let folder = TempDir::new().unwrap();
        let mark: &[u8] = [&b""[..], b"\xff\xfe", b"2026-03-01T10:00:00Z stdout P "][mark];
        write(folder.path(), "app.log", [mark, &bytes, b"\n2026-03-01 10:00:01 end\n"].concat());
        let pattern = format!("{}/app.log", folder.path().display());
        let fetched = collect(&pattern, folder.path(), window(), Caps::default(), &Stop::default()).unwrap();
        let bound = 4 * (bytes.len() + 80);
        prop_assert!(fetched.lines.iter().map(|line| line.text.len()).sum::<usize>() <= bound);
        if mark.first() != Some(&0xff) && Encoding::of(&[mark, &bytes].concat()) == Encoding::Utf8 {
            prop_assert!(fetched.lines.iter().any(|line| line.text.ends_with(" end")), "{:?}", texts(&fetched));
        }
    }
}
