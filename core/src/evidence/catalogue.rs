//! The metrics that a source has: found by words, grouped by name, told in a bounded text whatever there is.
//!
//! Knows names and labels. Must not know who keeps them. Names are verbatim here; what leaves is redacted.

use std::collections::{BTreeMap, BTreeSet};

use super::metric::labels;
use super::{Redacted, Redactor};
use crate::alert::Labels;

/// Groups that are told.
const MOST_GROUPS: usize = 50;
/// Series that are told of one group, where few groups fit, and where many do.
const MOST_SERIES: (usize, usize) = (30, 2);
/// So many groups are few.
const FEW: usize = 3;
/// Namespaces that are told where nothing fits.
const MOST_NAMESPACES: usize = 60;
/// Longest help text, in characters.
const ABOUT: usize = 120;

/// A metric that there is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// CloudWatch's namespace; empty where there is none.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its dimensions or labels, as far as they were asked for.
    pub labels: Labels,
    /// What the other side says of it, such as `counter: requests that were answered`.
    pub about: String,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// How many metrics fit, of how many.
    pub title: Redacted,
    /// The groups, a line each, with their series below.
    pub text: Redacted,
    /// Whether any fits.
    pub any: bool,
}

/// The names of those that [`find`] tells of, each once.
pub fn names(known: &[Known], words: &[String]) -> Vec<String> {
    let (fits, _) = fitting(known, words);
    let names: BTreeSet<&str> = fits.iter().map(|one| one.name.as_str()).collect();
    names.into_iter().map(str::to_owned).collect()
}

/// Those that hold most of the words, and how many of them that is.
fn fitting<'a>(known: &'a [Known], words: &[String]) -> (Vec<&'a Known>, usize) {
    let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let held: Vec<usize> = known.iter().map(|one| one.holds(&lower)).collect();
    let most = held.iter().copied().max().unwrap_or(0);
    let any = lower.is_empty() || most > 0;
    let fits = known.iter().zip(&held).filter(|(_, held)| any && **held == most).map(|(one, _)| one);
    (fits.collect(), most)
}

/// The metrics that hold most of `words`, in any case of letters; all of them without any.
pub fn find(known: &[Known], words: &[String], redactor: &Redactor) -> Found {
    let (fits, most) = fitting(known, words);
    let (any, count) = (!fits.is_empty(), fits.len() as u64);
    let mut groups: BTreeMap<(&str, &str, Vec<&str>), Vec<&Known>> = BTreeMap::new();
    for one in fits {
        let names = one.labels.iter().map(|(name, _)| name).collect();
        groups.entry((&one.namespace, &one.name, names)).or_default().push(one);
    }
    let mut title = Redacted::count(count);
    title.push_fixed(if count == 1 { " metric of " } else { " metrics of " });
    title.push(&Redacted::count(known.len() as u64));
    match (words.len(), most) {
        (0, _) => {}
        (all, most) if most == all => title.push_fixed(" with all of these words"),
        (all, most) => {
            title.push_fixed(" with ");
            title.push(&Redacted::count(most as u64));
            title.push_fixed(" of these ");
            title.push(&Redacted::count(all as u64));
            title.push_fixed(" words");
        }
    }
    let text = if any { told(&groups, redactor) } else { namespaces(known, redactor) };
    Found { title, text, any }
}

impl Known {
    /// How many of these words it holds.
    fn holds(&self, lower: &[String]) -> usize {
        let text = format!("{} {} {} {}", self.namespace, self.name, self.labels, self.about).to_lowercase();
        lower.iter().filter(|word| text.contains(word.as_str())).count()
    }
}

type Groups<'a> = BTreeMap<(&'a str, &'a str, Vec<&'a str>), Vec<&'a Known>>;

fn told(groups: &Groups<'_>, redactor: &Redactor) -> Redacted {
    let mut text = Redacted::default();
    let each = if groups.len() <= FEW { MOST_SERIES.0 } else { MOST_SERIES.1 };
    for ((namespace, name, dimensions), all) in groups.iter().take(MOST_GROUPS) {
        let by = if dimensions.is_empty() { String::new() } else { format!(" by {}", dimensions.join(", ")) };
        let about = all.first().map(|one| one.about.as_str()).unwrap_or_default();
        let about: String = about.chars().take(ABOUT).collect();
        let about = if about.is_empty() { about } else { format!(" ({about})") };
        text.push(&redactor.redact_line(format!("{namespace} {name}{by}{about}").trim_start()));
        if all.iter().any(|one| !one.labels.is_empty()) {
            text.push_fixed(": ");
            text.push(&Redacted::count(all.len() as u64));
            for one in all.iter().take(each) {
                text.push_fixed("\n  ");
                text.push(&labels(&one.labels, redactor));
            }
            if all.len() > each {
                text.push_fixed("\n  and ");
                text.push(&Redacted::count((all.len() - each) as u64));
                text.push_fixed(" more");
            }
        }
        text.push_fixed("\n");
    }
    if groups.len() > MOST_GROUPS {
        text.push_fixed("and ");
        text.push(&Redacted::count((groups.len() - MOST_GROUPS) as u64));
        text.push_fixed(" more names: name words that tell them apart\n");
    }
    text
}

/// What there is instead, where nothing fits.
fn namespaces(known: &[Known], redactor: &Redactor) -> Redacted {
    let all: BTreeSet<&str> =
        known.iter().map(|one| one.namespace.as_str()).filter(|one| !one.is_empty()).collect();
    let mut text = Redacted::default();
    for (place, one) in all.iter().take(MOST_NAMESPACES).enumerate() {
        text.push_fixed(if place == 0 { "The namespaces are: " } else { ", " });
        text.push(&redactor.redact_line(one));
    }
    text
}

/// The one metric that is told as this, since what a model was told may be redacted: its real labels.
pub fn meant<'a>(
    known: &'a [Known],
    (namespace, name): (&str, &str),
    asked: &Labels,
    redactor: &Redactor,
) -> Option<&'a Labels> {
    let told = |all: &Labels| labels(all, redactor).to_string();
    let wanted = asked.to_string();
    let named = known.iter().filter(|one| one.namespace == namespace && one.name == name);
    let mut fits = named.map(|one| &one.labels).filter(|all| *all == asked || told(all) == wanted);
    let first = fits.next();
    // Two that read alike cannot be told apart.
    first.filter(|_| fits.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(namespace: &str, name: &str, pairs: &[(&str, &str)]) -> Known {
        let labels = pairs.iter().copied().collect();
        Known { namespace: namespace.into(), name: name.into(), labels, about: String::new() }
    }

    fn lambda() -> Vec<Known> {
        let of = |name: &str, function: &str| known("AWS/Lambda", name, &[("FunctionName", function)]);
        let mut all = vec![of("Errors", "pay"), of("Errors", "cart"), of("Duration", "pay")];
        all.push(known("AWS/Lambda", "Errors", &[]));
        all.push(Known { about: "gauge: open files".into(), ..known("", "process_open_fds", &[]) });
        all
    }

    fn found(known: &[Known], words: &[&str]) -> (String, String, bool) {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        let Found { title, text, any } = find(known, &words, &Redactor::default());
        (title.to_string(), text.to_string(), any)
    }

    #[test]
    fn metrics_are_found_by_most_words_and_told_by_name() {
        let (title, text, _) = found(&lambda(), &["lambda", "ERRORS"]);
        assert_eq!(title, "3 metrics of 5 with all of these words");
        assert_eq!(
            text,
            "AWS/Lambda Errors\nAWS/Lambda Errors by FunctionName: 2\n  {FunctionName=\"pay\"}\n  {FunctionName=\"cart\"}\n"
        );
        assert_eq!(found(&lambda(), &["pay", "queue"]).0, "2 metrics of 5 with 1 of these 2 words");
        assert_eq!(found(&lambda(), &["files"]).1, "process_open_fds (gauge: open files)\n");
        assert_eq!(found(&lambda(), &[]).0, "5 metrics of 5");
        let (title, text, any) = found(&lambda(), &["kafka"]);
        assert_eq!((title.as_str(), any), ("0 metrics of 5 with 0 of these 1 words", false));
        assert_eq!(text, "The namespaces are: AWS/Lambda");
        assert!(!found(&[], &[]).2);
    }

    #[test]
    fn five_thousand_metrics_are_told_in_bounds() {
        let many = |n: usize| {
            known(&format!("Shop/{}", n % 70), &format!("m{}", n % 500), &[("Pool", &format!("p{n}"))])
        };
        let all: Vec<Known> = (0..5_000).map(many).collect();
        let (title, text, _) = found(&all, &[]);
        assert_eq!(title, "5000 metrics of 5000");
        assert!(text.chars().count() < 8_000 && text.contains(" more names: name words"), "{}", text.len());
        let (_, one, _) = found(&all, &["m7", "shop/7 "]);
        assert!(one.chars().count() < 8_000, "{one}");
        let hostile =
            known("n", &"x".repeat(9_000), &[("password", "hunter2abc"), ("k", &"v".repeat(9_000))]);
        assert!(!found(&[hostile], &[]).1.contains("hunter2abc"));
    }

    #[test]
    fn what_was_told_redacted_is_found_again() {
        let redactor = Redactor::default();
        let all = [
            known("Shop", "Logins", &[("User", "bob@example.com")]),
            known("Shop", "Logins", &[("User", "eve@example.com")]),
        ];
        let (_, text, _) = found(&all, &[]);
        let told = text.split("User=\"").nth(1).unwrap().split('"').next().unwrap();
        assert!(!text.contains("bob@"), "{text}");
        let asked: Labels = [("User", told)].into_iter().collect();
        assert_eq!(meant(&all, ("Shop", "Logins"), &asked, &redactor), Some(&all[0].labels));
        assert_eq!(meant(&all, ("Shop", "Other"), &asked, &redactor), None);
        assert_eq!(meant(&all, ("Shop", "Logins"), &all[1].labels, &redactor), Some(&all[1].labels));
    }
}
