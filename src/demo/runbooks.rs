//! The runbooks of the repository, as part of the binary, so that the trial works from any folder.

/// Each file by its name.
pub const FILES: &[(&str, &str)] = &[
    ("alb-unhealthy-targets.md", include_str!("../../runbooks/alb-unhealthy-targets.md")),
    ("certificate-expiring.md", include_str!("../../runbooks/certificate-expiring.md")),
    ("database-connections-exhausted.md", include_str!("../../runbooks/database-connections-exhausted.md")),
    ("disk-full.md", include_str!("../../runbooks/disk-full.md")),
    ("dns-failures.md", include_str!("../../runbooks/dns-failures.md")),
    ("high-error-rate.md", include_str!("../../runbooks/high-error-rate.md")),
    ("high-latency.md", include_str!("../../runbooks/high-latency.md")),
    ("node-not-ready.md", include_str!("../../runbooks/node-not-ready.md")),
    ("oom-killed.md", include_str!("../../runbooks/oom-killed.md")),
    ("pod-crash-looping.md", include_str!("../../runbooks/pod-crash-looping.md")),
    ("queue-backlog.md", include_str!("../../runbooks/queue-backlog.md")),
    ("rds-cpu-or-storage.md", include_str!("../../runbooks/rds-cpu-or-storage.md")),
    ("replication-lag.md", include_str!("../../runbooks/replication-lag.md")),
    ("rollout-stuck.md", include_str!("../../runbooks/rollout-stuck.md")),
    ("target-down.md", include_str!("../../runbooks/target-down.md")),
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_runbook_of_the_repository_is_there() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("runbooks");
        let mut names: Vec<_> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".md"))
            .collect();
        names.sort();
        assert_eq!(FILES.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names);
        for (name, text) in FILES {
            assert_eq!(*text, std::fs::read_to_string(folder.join(name)).unwrap(), "{name}");
        }
    }
}
