//! What Security Hub does with `GetFindings`.

use serde_json::{Value, json};

use super::{Refused, State, results};

pub const GET_FINDINGS: &str = "securityhub:GetFindings";
/// Findings of a page.
const PAGE: usize = 100;
/// Attributes that can be asked for here (of the real one's hundred), and where each stands in a finding.
const ATTRIBUTES: [(&str, &str); 10] = [
    ("RecordState", "/RecordState"),
    ("WorkflowStatus", "/Workflow/Status"),
    ("SeverityLabel", "/Severity/Label"),
    ("ProductName", "/ProductName"),
    ("Id", "/Id"),
    ("AwsAccountId", "/AwsAccountId"),
    ("Region", "/Region"),
    ("Title", "/Title"),
    ("ComplianceStatus", "/Compliance/Status"),
    ("GeneratorId", "/GeneratorId"),
];
/// Attributes, and values of one, that a question may have.
const MOST: (usize, usize) = (10, 20);

fn invalid(words: &str) -> Refused {
    (400, "InvalidInputException", words.to_owned())
}

/// Where an attribute stands, and the values that it may have.
type Wanted = (&'static str, Vec<Value>);

/// What the filters ask for: each attribute is one of its values.
fn wanted(filters: &Value) -> Result<Vec<Wanted>, Refused> {
    let Some(filters) = filters.as_object() else { return Ok(Vec::new()) };
    if filters.len() > MOST.0 {
        return Err(invalid("at most 10 attributes"));
    }
    let attribute = |(name, given): (&String, &Value)| {
        let known = ATTRIBUTES.iter().find(|(known, _)| *known == name.as_str());
        let (_, pointer) = known.ok_or_else(|| invalid(&format!("Invalid filter {name}")))?;
        let given = given.as_array().filter(|given| (1..=MOST.1).contains(&given.len()));
        let values = given.ok_or_else(|| invalid(&format!("{name} takes 1 to 20 values")))?;
        if values.iter().any(|one| one["Comparison"] != "EQUALS" || !one["Value"].is_string()) {
            return Err(invalid(&format!("{name}: only EQUALS with a text is known here")));
        }
        Ok((*pointer, values.iter().map(|one| one["Value"].clone()).collect()))
    };
    filters.iter().map(attribute).collect()
}

/// The attribute that the answer is sorted by, and whether the greatest comes first.
fn order(criteria: &Value) -> Result<Option<(String, bool)>, Refused> {
    let Some(criteria) = criteria.as_array() else { return Ok(None) };
    let [one] = criteria.as_slice() else { return Err(invalid("one criterion is known here")) };
    let field = one["Field"].as_str().filter(|field| ["LastObservedAt", "UpdatedAt", "Id"].contains(field));
    let field = field.ok_or_else(|| invalid("Invalid sort field"))?;
    let descending = match one["SortOrder"].as_str() {
        Some("desc") => true,
        Some("asc") => false,
        _ => return Err(invalid("SortOrder must be asc or desc")),
    };
    Ok(Some((field.to_owned(), descending)))
}

impl State {
    pub(super) fn hub_findings(&mut self, asked: &Value) -> Result<Value, Refused> {
        if self.off.contains(&"securityhub") {
            let words = format!("Account {} is not subscribed to AWS Security Hub", super::ACCOUNT);
            return Err((401, "InvalidAccessException", words));
        }
        let wanted = wanted(&asked["Filters"])?;
        let most =
            results(&asked["MaxResults"], PAGE).ok_or_else(|| invalid("MaxResults must be 1 to 100"))?;
        let fits = |one: &&Value| {
            wanted
                .iter()
                .all(|(pointer, values)| one.pointer(pointer).is_some_and(|held| values.contains(held)))
        };
        let mut found: Vec<Value> = self.hub.iter().filter(fits).cloned().collect();
        if let Some((field, descending)) = order(&asked["SortCriteria"])? {
            found.sort_by(|a, b| a[&field].as_str().cmp(&b[&field].as_str()));
            if descending {
                found.reverse();
            }
        }
        let question = json!(["hub", asked["Filters"], asked["SortCriteria"]]);
        let token = asked["NextToken"].as_str();
        let page = self.some(question, token, most, &found);
        let (findings, next) = page.ok_or_else(|| invalid("Invalid NextToken"))?;
        let mut answer = json!({"Findings": findings});
        if let Some(next) = next {
            answer["NextToken"] = next.into();
        }
        Ok(answer)
    }
}
