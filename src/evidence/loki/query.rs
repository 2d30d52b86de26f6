//! How a person gets the same lines.

use chrono::SecondsFormat;
use firstlook_core::evidence::Window;

use super::super::quoted::shell;

/// The command that brings the same lines, for a shell.
pub(super) fn logcli(query: &str, window: Window, address: &str) -> String {
    let time = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    format!(
        "logcli query --addr={} --from={} --to={} --forward --limit=5000 {}",
        shell(address),
        time(window.start),
        time(window.end),
        shell(query)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_can_be_pasted() {
        let window = Window {
            start: "2026-03-01T10:00:00Z".parse().unwrap(),
            end: "2026-03-01T10:15:00.5Z".parse().unwrap(),
        };
        assert_eq!(
            logcli(r#"{a="it's"}"#, window, "http://loki:3100"),
            r#"logcli query --addr='http://loki:3100' --from=2026-03-01T10:00:00Z --to=2026-03-01T10:15:00.500Z --forward --limit=5000 '{a="it'\''s"}'"#
        );
    }
}
