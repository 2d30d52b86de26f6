//! Security Hub and GuardDuty among the sources of evidence: how much is asked for, and what is said of a wrong one.

use firstlook_core::evidence::security::Level;

use super::*;
use crate::evidence::findings::Bounds;

fn source(kind: &str, keys: &str) -> Result<Config, Error> {
    read(&format!("{REST}evidence: {{ sources: [{{ name: f, type: {kind}{keys} }}] }}"))
}

#[test]
fn both_have_their_place_and_their_bounds() {
    for kind in ["security_hub", "guardduty"] {
        let config = source(kind, "").unwrap();
        let one = &config.evidence.sources[0];
        assert_eq!((one.name.as_str(), one.kind.name()), ("f", kind));
        let (EvidenceKind::SecurityHub(found) | EvidenceKind::GuardDuty(found)) = &one.kind else { panic!() };
        let bounds = Bounds { least: Level::Medium, most: 1_000 };
        assert_eq!(found, &Findings { region: None, endpoint_url: None, bounds });
        let keys = ", region: eu-west-1, endpoint_url: \"http://x\", min_severity: low, max_findings: 5000, \
                    matchers: ['team=\"security\"']";
        let config = source(kind, keys).unwrap();
        let one = &config.evidence.sources[0].kind;
        let (EvidenceKind::SecurityHub(found) | EvidenceKind::GuardDuty(found)) = one else { panic!() };
        assert_eq!(found.bounds, Bounds { least: Level::Low, most: 5_000 });
        assert_eq!((found.region.as_deref(), config.warnings.len()), (Some("eu-west-1"), 0));
    }
}

#[test]
fn what_is_wrong_with_one_is_said_with_its_remedy() {
    for (keys, expected) in [
        (", min_severity: urgent", "\"urgent\" is unknown: write critical, high, medium or low"),
        (", min_severity: informational", "is unknown: write critical, high, medium or low"),
        (", min_severity: HIGH", "\"HIGH\" is unknown"),
        (", max_findings: 0", "is not a whole number from 1 to 5000"),
        (", max_findings: 5001", "is not a whole number from 1 to 5000"),
        (", detector_id: x", "detector_id"),
    ] {
        let said = match source("guardduty", keys) {
            Ok(config) => config.warnings.iter().map(|one| format!("{} {}", one.key, one.text)).collect(),
            Err(error) => error.to_string(),
        };
        assert!(said.contains(expected), "{keys}: {said}");
    }
}
