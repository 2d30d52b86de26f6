//! What GuardDuty does with `ListDetectors`, `ListFindings` and `GetFindings`.

use serde_json::{Value, json};

use super::{DETECTOR, Refused, State, results};

pub const LIST_DETECTORS: &str = "guardduty:ListDetectors";
pub const LIST_FINDINGS: &str = "guardduty:ListFindings";
pub const GET_FINDINGS: &str = "guardduty:GetFindings";
/// Ids of a page, and findings of one answer.
const PAGE: usize = 50;
/// What can be asked for here (of the real one's many), and where it stands in a finding.
const FIELDS: [(&str, &str); 5] = [
    ("service.archived", "/service/archived"),
    ("severity", "/severity"),
    ("type", "/type"),
    ("accountId", "/accountId"),
    ("region", "/region"),
];

fn invalid(words: &str) -> Refused {
    (400, "BadRequestException", format!("The request is rejected because {words}"))
}

/// Whether a finding meets all criteria.
fn fits(one: &Value, criteria: &Value) -> Result<bool, Refused> {
    for (name, condition) in criteria["criterion"].as_object().into_iter().flatten() {
        let known = FIELDS.iter().find(|(known, _)| known == name);
        let (_, pointer) =
            known.ok_or_else(|| invalid(&format!("the criterion {name} is not a known field.")))?;
        let held = one.pointer(pointer).cloned().unwrap_or_default();
        for (word, value) in condition.as_object().into_iter().flatten() {
            let meets = match (word.as_str(), value) {
                ("equals" | "eq", Value::Array(values)) => {
                    let text = held.as_str().map_or_else(|| held.to_string(), str::to_owned);
                    values.iter().any(|value| value.as_str() == Some(&text))
                }
                // Whole numbers only.
                ("greaterThanOrEqual" | "gte", value) if value.is_u64() => held.as_f64() >= value.as_f64(),
                _ => return Err(invalid(&format!("the condition {word} of {name} is invalid."))),
            };
            if !meets {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

impl State {
    pub(super) fn detectors(&self) -> Value {
        match self.off.contains(&"guardduty") {
            true => json!({"detectorIds": []}),
            false => json!({"detectorIds": [DETECTOR]}),
        }
    }

    fn own(&self, detector: &str) -> Result<(), Refused> {
        let own = detector == DETECTOR && !self.off.contains(&"guardduty");
        own.then_some(()).ok_or_else(|| invalid("the input detectorId is not owned by the current account."))
    }

    pub(super) fn duty_ids(&mut self, detector: &str, asked: &Value) -> Result<Value, Refused> {
        self.own(detector)?;
        let most = results(&asked["maxResults"], PAGE)
            .ok_or_else(|| invalid("the parameter maxResults is out of range, 1 to 50."))?;
        let mut found = Vec::new();
        for one in &self.duty {
            if fits(one, &asked["findingCriteria"])? {
                found.push(one.clone());
            }
        }
        let sort = &asked["sortCriteria"];
        match (sort["attributeName"].as_str(), sort["orderBy"].as_str()) {
            (None, None) => {}
            (Some("severity"), Some(order @ ("ASC" | "DESC"))) => {
                found.sort_by(|a, b| {
                    a["severity"].as_f64().unwrap().total_cmp(&b["severity"].as_f64().unwrap())
                });
                if order == "DESC" {
                    found.reverse();
                }
            }
            _ => return Err(invalid("the sort criteria are invalid.")),
        }
        let question = json!(["guardduty", asked["findingCriteria"], sort]);
        let token = asked["nextToken"].as_str().filter(|token| !token.is_empty());
        let page = self.some(question, token, most, &found);
        let (page, next) = page.ok_or_else(|| invalid("the nextToken is invalid."))?;
        let ids: Vec<&Value> = page.iter().map(|one| &one["id"]).collect();
        // The last page has an empty one.
        Ok(json!({"findingIds": ids, "nextToken": next.unwrap_or_default()}))
    }

    pub(super) fn duty_findings(&self, detector: &str, asked: &Value) -> Result<Value, Refused> {
        self.own(detector)?;
        let ids = asked["findingIds"].as_array().filter(|ids| (1..=PAGE).contains(&ids.len()));
        let ids = ids.ok_or_else(|| invalid("the parameter findingIds must have 1 to 50 ids."))?;
        let given = |one: &&Value| {
            ids.contains(&one["id"]) && !self.hidden.iter().any(|hidden| one["id"] == hidden.as_str())
        };
        // In an order of its own.
        Ok(json!({"findings": self.duty.iter().filter(given).collect::<Vec<_>>()}))
    }
}
