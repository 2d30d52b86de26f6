//! The fingerprint that Prometheus and Alertmanager give a label set.

use super::Labels;

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;
/// Stands between names and values, since it cannot occur in UTF-8.
const SEPARATOR: u8 = 0xff;

/// The 64-bit FNV-1a hash over the sorted labels, as 16 lower-case hex digits. It is what Alertmanager puts into
/// `fingerprint` since 0.19 (FACTS A1), so an older sender's alerts keep their identity after an upgrade.
pub fn fingerprint(labels: &Labels) -> String {
    let mut hash = OFFSET;
    let mut add = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(PRIME);
        }
    };
    for (name, value) in labels.iter() {
        add(name.as_bytes());
        add(&[SEPARATOR]);
        add(value.as_bytes());
        add(&[SEPARATOR]);
    }
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Label sets and fingerprints that a real Alertmanager 0.25 posted.
    #[test]
    fn agrees_with_alertmanager() {
        let captured = [
            (vec![("alertname", "Watchdog"), ("severity", "none"), ("team", "nolabels")], "c3dc9c132d083ee9"),
            (
                vec![
                    ("alertname", "DiskFull"),
                    ("instance", "db-1"),
                    ("service", "db"),
                    ("severity", "warning"),
                    ("team", "trunc"),
                ],
                "b1c03da420ae3d4e",
            ),
        ];
        for (labels, expected) in captured {
            assert_eq!(fingerprint(&labels.into_iter().collect()), expected);
        }
    }
}
