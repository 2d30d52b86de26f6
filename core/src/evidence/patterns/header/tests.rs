//! Headers of many systems are cut, and no line is too odd.

use super::*;

/// Line, content, level, logger.
#[test]
fn headers_of_many_systems_are_cut() {
    use Level::*;
    for (line, content, level, logger) in [
        ("2025-11-20T09:10:11.123Z ERROR could not connect", "could not connect", Error, ""),
        ("2025-11-20 09:10:11,123 INFO  [main] o.a.b.Server - started", "started", Info, "o.a.b.Server"),
        ("2025-11-20 09:10:11.123  WARN 1 --- [nio-8080-exec-1] c.a.Api   : slow", "slow", Warn, "c.a.Api"),
        (
            "17:12:09.175 INFO  i.c.PaymentController#33 TraceID: 7f",
            "TraceID: 7f",
            Info,
            "i.c.PaymentController#33",
        ),
        (
            "Jun 14 15:16:01 combo sshd(pam_unix)[19939]: authentication failure",
            "authentication failure",
            Unknown,
            "sshd(pam_unix)[19939]",
        ),
        ("[Sun Dec 04 04:47:44 2005] [notice] workerEnv.init() ok", "workerEnv.init() ok", Notice, ""),
        (
            "081109 203615 148 INFO dfs.DataNode$PacketResponder: done",
            "done",
            Info,
            "dfs.DataNode$PacketResponder",
        ),
        (
            "03-17 16:13:38.811  1702  2395 D WindowManager: printFreezing",
            "printFreezing",
            Debug,
            "WindowManager",
        ),
        ("E0612 10:11:12.123456       1 file.go:12] no node", "no node", Error, "file.go:12"),
        ("2017-05-16 00:00:04.500|ERROR|core.api|no node", "no node", Error, "core.api"),
        (
            "nova.log 2017-05-16 00:00:00.008 25746 INFO nova.server [req-38 113 - - -] 10.1.1.1 GET",
            "10.1.1.1 GET",
            Info,
            "nova.server",
        ),
        ("INFO: User 87 logged in", "User 87 logged in", Info, ""),
        ("[10.30 16:49:06] chrome.exe - proxy:5070 open", "proxy:5070 open", Unknown, "chrome.exe"),
        ("plain words only", "plain words only", Unknown, ""),
        ("1763629811 jobs were queued", "1763629811 jobs were queued", Unknown, ""),
        ("{\"level\":\"error\"}", "{\"level\":\"error\"}", Unknown, ""),
        ("2025-11-20T09:10:11Z", "2025-11-20T09:10:11Z", Unknown, ""),
        ("Error while reading", "Error while reading", Unknown, ""),
        ("", "", Unknown, ""),
    ] {
        let header = read(line.as_bytes(), None);
        let (text, named) = (line.get(header.start..).unwrap(), line.get(header.logger.clone()).unwrap());
        assert_eq!((text, header.level, named), (content, level, logger), "{line}");
    }
}

#[test]
fn a_column_is_learned_where_plain_words_stand_before_it() {
    let lines: Vec<String> = (0..30).map(|i| format!("- some words 17636298{i:02} node up")).collect();
    let column = learn_column(lines.iter().map(String::as_bytes));
    assert_eq!(column, Some(3));
    assert_eq!(read(lines[0].as_bytes(), column).start, "- some words 1763629800 ".len());
    assert_eq!(learn_column(lines.iter().take(5).map(String::as_bytes)), None);
}

#[test]
fn no_line_panics() {
    let mut state = 3_u64;
    for _ in 0..20_000 {
        let line: Vec<u8> = (0..60)
            .map(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                b" [](){}|:-.,=#$*<>12:0T Z\tERRORJun"[(state >> 33) as usize % 34]
            })
            .collect();
        let header = read(&line, Some(2));
        assert!(header.start <= line.len() && header.logger.end <= line.len());
    }
}
