//! `inhibit_rules:`: of what nobody is told while something else fires, in Alertmanager's words.
//!
//! What a rule means is [`firstlook_core::route::inhibit`]'s business; here its faults get their lines.

use firstlook_core::route::inhibit::Rule;

use super::Error;
use super::route::matchers_of;
use super::section::Section;

const SOURCE: &str = "source_matchers";
const TARGET: &str = "target_matchers";

/// Reads `inhibit_rules:`. A rule names both sides: one that took every alert would silence all the others.
pub fn read(top: &Section<'_>) -> Result<Vec<Rule>, Error> {
    let mut rules = Vec::new();
    for (path, node) in top.list("inhibit_rules")? {
        let rule = Section::open(top.context, node, &path, &[SOURCE, TARGET, "equal"], &[])?;
        let named = |key| {
            let matchers = matchers_of(&rule, key)?;
            match matchers.is_empty() {
                true => Err(rule.error(key, "is missing: name at least one matcher")),
                false => Ok(matchers),
            }
        };
        let equal = rule.texts("equal")?.unwrap_or_default();
        rules.push(Rule {
            source: named(SOURCE)?,
            target: named(TARGET)?,
            equal: equal.into_iter().map(|(name, _)| name).collect(),
        });
    }
    Ok(rules)
}
