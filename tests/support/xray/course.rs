//! Statistics by stretches of time, of the calls that a selector names.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Hop, Refused, State, Traced, edge, invalid};

/// What a selector names: a service, or the calls from one to another.
enum Selector {
    Service(String),
    Edge(String, String),
}

impl Selector {
    fn read(text: &str) -> Option<Self> {
        let inside = |name: &str| text.strip_prefix(name)?.strip_prefix("(\"")?.strip_suffix("\")");
        if let Some(service) = inside("service") {
            return Some(Self::Service(service.to_owned())).filter(|_| !service.contains('"'));
        }
        let (from, to) = inside("edge")?.split_once("\", \"")?;
        (!from.contains('"') && !to.contains('"')).then(|| Self::Edge(from.to_owned(), to.to_owned()))
    }

    fn calls<'a>(&self, one: &'a Traced) -> Vec<&'a Hop> {
        match self {
            Self::Service(name) => one.hops.iter().filter(|hop| hop.name == name).collect(),
            Self::Edge(from, to) => {
                let pairs = one.hops.iter().zip(one.hops.iter().skip(1));
                pairs.filter(|(a, b)| a.name == from && b.name == to).map(|(_, hop)| hop).collect()
            }
        }
    }
}

impl State {
    /// The first page is the first half.
    pub(super) fn course(&self, asked: &Value) -> Result<Value, Refused> {
        let text = asked["EntitySelectorExpression"].as_str().unwrap_or_default();
        let selector = Selector::read(text).ok_or_else(|| invalid("EntitySelectorExpression"))?;
        let period = asked["Period"].as_i64().filter(|period| [60, 300].contains(period));
        let period = period.ok_or_else(|| invalid("Period must be 60 or 300"))?;
        let mut stretches: BTreeMap<i64, Vec<&Hop>> = BTreeMap::new();
        for one in self.within(asked)? {
            stretches.entry(one.at / period * period).or_default().extend(selector.calls(one));
        }
        let statistics = |(at, hops): (&i64, &Vec<&Hop>)| {
            let of = edge(0, hops);
            let kind = match selector {
                Selector::Service(_) => "ServiceSummaryStatistics",
                Selector::Edge(..) => "EdgeSummaryStatistics",
            };
            json!({"Timestamp": at, kind: of["SummaryStatistics"], "ResponseTimeHistogram": of["ResponseTimeHistogram"]})
        };
        let all: Vec<Value> = stretches.iter().map(statistics).collect();
        let (first, rest) = all.split_at(all.len() / 2);
        let (page, next) = match asked["NextToken"].as_str() {
            None => (first, Some("rest")),
            Some("rest") => (rest, None),
            Some(_) => return Err(invalid("NextToken")),
        };
        Ok(json!({"TimeSeriesServiceStatistics": page, "ContainsOldGroupVersions": false, "NextToken": next}))
    }
}
