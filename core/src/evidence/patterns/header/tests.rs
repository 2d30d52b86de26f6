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
    ] {
        check(line, content, level, logger);
    }
}

fn check(line: &str, content: &str, level: Level, logger: &str) {
    let header = read(line.as_bytes(), None);
    let (text, named) = (line.get(header.start..).unwrap(), line.get(header.logger.clone()).unwrap());
    assert_eq!((text, header.level, named), (content, level, logger), "{line}");
}

/// Line, content, level, logger.
#[test]
fn headers_of_programs_in_many_languages_are_cut() {
    use Level::*;
    for (line, content, level, logger) in [
        // Java and its like: threads, classes and places before the time or behind the level.
        (
            "ERROR [main] 2025-11-20 09:10:11,123 StorageService.java:123 - Exception in thread",
            "Exception in thread",
            Error,
            "StorageService.java:123",
        ),
        (
            "09:10:11.123 [http-nio-1] ERROR com.acme.pay.Ledger [traceId=7f1cc679,spanId=a358] - Entry is bad",
            "Entry is bad",
            Error,
            "com.acme.pay.Ledger",
        ),
        (
            "[2025-11-20T09:10:11,123][WARN ][o.e.c.r.a.DiskThresholdMonitor] [es-1] high watermark",
            "[es-1] high watermark",
            Warn,
            "o.e.c.r.a.DiskThresholdMonitor",
        ),
        ("[2025-11-20 09:10:11.123][12][warning][upstream] no host", "no host", Warn, "upstream"),
        // Go, Rust, Ruby, PHP, Python, .NET.
        (
            "2025-11-20T09:10:11.123Z\tERROR\tserver/main.go:42\tdial failed",
            "dial failed",
            Error,
            "server/main.go:42",
        ),
        (
            "2025-11-20T09:10:11.123Z\tinfo\tserver/main.go:42\tready now",
            "ready now",
            Info,
            "server/main.go:42",
        ),
        ("ERRO[0012] boom x=1", "boom x=1", Error, ""),
        ("2025-11-20T09:10:11.123456Z  INFO api::db: pool ready", "pool ready", Info, "api::db"),
        ("[2025-11-20T09:10:11Z ERROR app::main] boom", "boom", Error, "app::main"),
        ("I, [2025-11-20T09:10:11.123456 #1234]  INFO -- : Started GET", "Started GET", Info, ""),
        ("[2025-11-20T09:10:11.123456+00:00] app.ERROR: SQLSTATE failed", "SQLSTATE failed", Error, "app"),
        ("2025-11-20 09:10:11,123 - app.worker - WARNING - slow", "slow", Warn, "app.worker"),
        ("[2025-11-20 09:10:11,123: INFO/MainProcess] Task received", "Task received", Info, ""),
        ("WARNING:tornado.access:404 GET /x", "404 GET /x", Warn, "tornado.access"),
        ("fail: Microsoft.Db[20004] cannot open", "cannot open", Error, "Microsoft.Db[20004]"),
    ] {
        check(line, content, level, logger);
    }
}

/// Line, content, level, logger.
#[test]
fn headers_of_servers_and_of_what_carries_lines_are_cut() {
    use Level::*;
    for (line, content, level, logger) in [
        // Databases, queues, proxies.
        (
            "2025-11-20 09:10:11.123 UTC [1234] app@orders LOG:  12 buffers written",
            "12 buffers written",
            Info,
            "",
        ),
        ("2025/11/20 09:10:11 [error] 31#31: *99 connect() failed", "*99 connect() failed", Error, ""),
        ("2025-11-20 09:10:11.123456+00:00 [error] <0.1234.0> closing", "closing", Error, ""),
        ("1234:M 20 Nov 2025 09:10:11.123 * Background saving", "Background saving", Unknown, ""),
        // Syslog with a priority, and with a whole date.
        (
            "<134>1 2025-11-20T09:10:11.123Z host-1 gateway 1234 ID47 - session opened",
            "session opened",
            Unknown,
            "gateway",
        ),
        (
            "<134>1 2025-11-20T09:10:11.123Z host-1 gateway - - [a@1 b=\"c\"][d] session opened",
            "session opened",
            Unknown,
            "gateway",
        ),
        (
            "<134>Nov 20 09:10:11 lb-1 haproxy[123]: 10.0.0.1:9 open",
            "10.0.0.1:9 open",
            Unknown,
            "haproxy[123]",
        ),
        ("2025-11-20T09:10:11+09:00 node-3 sshd[12]: Failed", "Failed", Unknown, "sshd[12]"),
        // A line behind the name of its service, and requests of AWS Lambda.
        ("api-1  | 2025-11-20T09:10:11.123Z ERROR broker closed", "broker closed", Error, ""),
        (
            "[ERROR]\t2025-11-20T09:10:11.123Z\td58a02d5-540a-4785-86cf-495687b79919\tTask timed out",
            "Task timed out",
            Error,
            "",
        ),
        // What only looks like one of these.
        ("<3>", "<3>", Unknown, ""),
        ("<b> 5 | x", "<b> 5 | x", Unknown, ""),
        ("api-1  | no time at all", "api-1  | no time at all", Unknown, ""),
        ("ERROR:", "ERROR:", Unknown, ""),
        ("error: Received disconnect", "error: Received disconnect", Unknown, ""),
        ("[1][2] of the list", "[1][2] of the list", Unknown, ""),
        ("plain words only", "plain words only", Unknown, ""),
        ("1763629811 jobs were queued", "1763629811 jobs were queued", Unknown, ""),
        ("{\"level\":\"error\"}", "{\"level\":\"error\"}", Unknown, ""),
        ("2025-11-20T09:10:11Z", "2025-11-20T09:10:11Z", Unknown, ""),
        ("Error while reading", "Error while reading", Unknown, ""),
        ("", "", Unknown, ""),
    ] {
        check(line, content, level, logger);
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
