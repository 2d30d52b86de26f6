//! What is said of a wrong `slack:`, `heartbeats:` or `ping:`.

/// As the list of all.
pub(super) const FAULTS: &[(&str, usize, &str)] = &[
    (
        "slack: {}",
        3,
        "`slack.signing_secret` is missing: copy the Signing Secret from the app's Basic Information, or leave `slack` out",
    ),
    (
        "heartbeats: [{ matchers: [] }]",
        3,
        "`heartbeats[0].name` is missing: it tells people what has fallen silent",
    ),
    (
        "heartbeats: [{ name: a }]",
        3,
        "`heartbeats[0].matchers` is missing: name the alert, such as ['alertname=\"Watchdog\"'], or a `source` that is never silent",
    ),
    (
        "heartbeats: [{ name: a, source: sns/x }]",
        3,
        "`heartbeats[0].source` \"sns/x\" is none of the sources: there are none",
    ),
    (
        "heartbeats: [{ name: a, matchers: [a=b], timeout: 5s }]",
        3,
        "`heartbeats[0].timeout` is shorter than any sender repeats: write 1m or more",
    ),
    (
        "heartbeats:\n  - { name: a, matchers: [a=b] }\n  - { name: a, matchers: [a=b] }",
        5,
        "`heartbeats[1].name` \"a\" is taken: each heartbeat needs its own",
    ),
    ("ping: {}", 3, "`ping.url` is missing: the address that has to hear from us, or `url_file`"),
    ("ping: { url: a, interval: 1s }", 3, "`ping.interval` is too short: write 10s or more"),
];
