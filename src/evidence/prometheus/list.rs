//! Which metrics a Prometheus has: names, what they mean, and the labels of a few.
//!
//! Knows the JSON of `label/__name__/values`, `metadata` and `series`. Must not know HTTP, nor what is looked for.

use std::collections::BTreeMap;

use firstlook_core::alert::Labels;
use firstlook_core::evidence::Window;
use firstlook_core::evidence::catalogue::Known;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;

use super::super::{Fault, Listed};
use super::{OWN_SHARE, Prometheus};

/// Names that are looked at.
const MOST_NAMES: usize = 20_000;
/// Series of which labels are looked at.
const MOST_SERIES: usize = 1_000;

#[derive(Deserialize)]
struct Names {
    data: Vec<String>,
}

#[derive(Deserialize)]
struct About {
    data: BTreeMap<String, Vec<Meta>>,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    help: String,
}

#[derive(Deserialize)]
struct All {
    data: Vec<BTreeMap<String, Value>>,
}

impl Prometheus {
    /// The names of all metrics that have values in a window, with what they mean where that is known.
    ///
    /// # Errors
    /// When the names could not be had.
    pub async fn list(&self, window: Window) -> Result<Listed, Fault> {
        let until = Instant::now() + self.timeout.mul_f64(OWN_SHARE);
        let [start, end] = bounds(window);
        let parameters = [("start", start.as_str()), ("end", end.as_str())];
        let bytes = self.get("/api/v1/label/__name__/values", &parameters, until).await?;
        let Names { data } = serde_json::from_slice(&bytes).map_err(|_| unread("names of metrics"))?;
        // Mimir and its like may not have it; the names are of use alone as well.
        let about = self.get("/api/v1/metadata", &[("limit_per_metric", "1")], until).await.ok();
        let about = about.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let About { data: about } = about.unwrap_or(About { data: BTreeMap::new() });
        let truncated = (data.len() > MOST_NAMES)
            .then(|| format!("only {MOST_NAMES} of {} names were looked at", data.len()));
        let known = data.into_iter().take(MOST_NAMES).map(|name| {
            let about = about.get(&name).and_then(|all| all.first());
            let about = about.map(|one| format!("{}: {}", one.kind, one.help)).unwrap_or_default();
            Known { name, about, ..Known::default() }
        });
        Ok(Listed { known: known.collect(), truncated })
    }

    /// The labels of these metrics.
    ///
    /// # Errors
    /// When they could not be had.
    pub async fn labels_of(&self, names: &[String], window: Window) -> Result<Listed, Fault> {
        let until = Instant::now() + self.timeout.mul_f64(OWN_SHARE);
        let [start, end] = bounds(window);
        // Strings of JSON are strings of PromQL.
        let selectors: Vec<String> =
            names.iter().map(|name| format!("{{__name__={}}}", Value::from(name.as_str()))).collect();
        let limit = MOST_SERIES.to_string();
        let mut parameters =
            vec![("start", start.as_str()), ("end", end.as_str()), ("limit", limit.as_str())];
        parameters.extend(selectors.iter().map(|one| ("match[]", one.as_str())));
        let bytes = self.get("/api/v1/series", &parameters, until).await?;
        let All { data } = serde_json::from_slice(&bytes).map_err(|_| unread("series"))?;
        let truncated = (data.len() >= MOST_SERIES)
            .then(|| format!("only {MOST_SERIES} series were looked at: aggregate by a label"));
        let known = data.iter().take(MOST_SERIES).map(|one| {
            let text = |name: &str| one.get(name).and_then(Value::as_str).unwrap_or_default();
            let labels = one.iter().filter(|(name, _)| *name != "__name__");
            let labels: Labels =
                labels.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect();
            Known { name: text("__name__").to_owned(), labels, ..Known::default() }
        });
        Ok(Listed { known: known.collect(), truncated })
    }
}

fn bounds(window: Window) -> [String; 2] {
    [window.start, window.end].map(|at| at.timestamp().to_string())
}

fn unread(what: &str) -> Fault {
    Fault::unavailable(format!("the answer is no list of Prometheus' {what}"), "check `url` of this source")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::super::super::fake_api::serve;
    use super::*;

    #[tokio::test]
    async fn names_are_listed_with_what_they_mean_and_hostile_names_stay_strings() {
        let hostile = "a\"} or up{b=\"\\";
        let (url, asked) = serve(move |_, asked| match asked.path.as_str() {
            "/api/v1/label/__name__/values" => (200, "", json!({"data": ["up", hostile]}).to_string()),
            "/api/v1/metadata" => (
                200,
                "",
                json!({"data": {"up": [{"type": "gauge", "help": "Is it there?", "unit": ""}]}}).to_string(),
            ),
            _ => (200, "", json!({"data": [{"__name__": "up", "job": "api"}, {"job": 7}]}).to_string()),
        })
        .await;
        let door = Prometheus::new(&url, &[], None, None, Duration::from_secs(5)).unwrap();
        let end = chrono::DateTime::from_timestamp(1_763_629_800, 0).unwrap();
        let window = Window { start: end - chrono::TimeDelta::days(1), end };
        let listed = door.list(window).await.unwrap();
        assert_eq!((listed.known.len(), listed.known[0].about.as_str()), (2, "gauge: Is it there?"));
        assert_eq!((listed.known[1].name.as_str(), listed.known[1].about.as_str()), (hostile, ""));
        let labels = door.labels_of(&[hostile.to_owned()], window).await.unwrap();
        assert_eq!((labels.known[0].name.as_str(), labels.known[0].labels.get("job")), ("up", "api"));
        let asked = asked.lock().unwrap();
        let last = asked.last().unwrap();
        assert_eq!(last.params["match[]"], r#"{__name__="a\"} or up{b=\"\\"}"#);
        assert_eq!(
            (last.number("end") - last.number("start"), last.params["limit"].as_str()),
            (86_400, "1000")
        );
    }

    #[tokio::test]
    async fn without_what_they_mean_names_are_listed_and_what_is_none_is_a_fault() {
        let (url, _) = serve(|_, asked| match asked.path.as_str() {
            "/api/v1/label/__name__/values" => (200, "", json!({"data": ["up"]}).to_string()),
            "/api/v1/metadata" => (404, "", "not here".to_owned()),
            _ => (200, "", "<html>".to_owned()),
        })
        .await;
        let door = Prometheus::new(&url, &[], None, None, Duration::from_secs(5)).unwrap();
        let end = chrono::DateTime::from_timestamp(1_763_629_800, 0).unwrap();
        let window = Window { start: end, end };
        assert_eq!(door.list(window).await.unwrap().known[0].about, "");
        assert!(door.labels_of(&["up".to_owned()], window).await.unwrap_err().reason.contains("no list"));
    }
}
