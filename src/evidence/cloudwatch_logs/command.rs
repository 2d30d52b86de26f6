//! The query, and how a person runs the same one.

use firstlook_core::evidence::Window;

use super::super::quoted::shell;

/// What is asked, without a limit; `filter` is an expression.
pub(super) fn query(filter: Option<&str>) -> String {
    // `filter` before anything that cuts; the newest rows are those that a limit leaves.
    let filter = filter.map(|filter| format!("| filter {filter}\n")).unwrap_or_default();
    format!("fields @timestamp, @message, @logStream, @log\n{filter}| sort @timestamp desc")
}

/// The command that starts the same query, for a shell.
pub(super) fn aws(region: &str, groups: &[String], query: &str, window: Window, limit: usize) -> String {
    let arns = groups.iter().any(|group| group.starts_with("arn:"));
    let option = if arns { "--log-group-identifiers" } else { "--log-group-names" };
    let groups: Vec<String> = groups.iter().map(|group| shell(group)).collect();
    format!(
        "aws logs start-query --region {region} {option} {} --start-time {} --end-time {} --limit {limit} --query-string {}",
        groups.join(" "),
        window.start.timestamp(),
        window.end.timestamp(),
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
            end: "2026-03-01T10:15:00Z".parse().unwrap(),
        };
        let query = query(Some("level = 'ERROR'"));
        assert_eq!(
            aws("eu-west-1", &["/ecs/a".into(), "/ecs/b".into()], &query, window, 10_000),
            "aws logs start-query --region eu-west-1 --log-group-names '/ecs/a' '/ecs/b' --start-time 1772359200 \
             --end-time 1772360100 --limit 10000 --query-string 'fields @timestamp, @message, @logStream, @log\n\
             | filter level = '\\''ERROR'\\''\n| sort @timestamp desc'"
        );
        let arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/a".to_owned();
        assert!(aws("eu-west-1", &[arn], &query, window, 1).contains("--log-group-identifiers 'arn:aws:"));
    }
}
