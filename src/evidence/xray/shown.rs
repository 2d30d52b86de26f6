//! How a person gets the same graph and traces, and where the console shows them.
//!
//! Knows commands and addresses. Must not know the API.

use firstlook_core::evidence::Window;
use firstlook_core::evidence::cloudwatch::console;
use firstlook_core::evidence::traces::{Edge, Origin, Trouble};

use super::super::quoted::shell;

/// What was asked, and where.
pub(super) struct Place {
    pub region: String,
    pub window: Window,
    /// The filter expression by which requests were found.
    pub filter: String,
}

impl Place {
    /// The graph, and the requests that passed this edge and went wrong there.
    pub fn edge(&self, edge: &Edge) -> Origin {
        let query = format!(
            "aws xray get-service-graph --region {} --start-time {} --end-time {}",
            self.region,
            self.window.start.timestamp(),
            self.window.end.timestamp()
        );
        let wrong = edge.troubles.first().map_or("", |trouble| match trouble {
            Trouble::Faults => " { fault = true }",
            Trouble::Throttles => " { throttle = true }",
            Trouble::Errors => " { error = true }",
            Trouble::Slow => "",
        });
        let link = passed(edge)
            .map(|passed| console::traces(&self.region, &format!("{passed}{wrong}"), self.window));
        Origin { query, link: link.flatten() }
    }

    /// One trace: how it was found, and how it is read.
    pub fn trace(&self, id: &str) -> Origin {
        let query = format!(
            "aws xray get-trace-summaries --region {region} --start-time {} --end-time {} --time-range-type TraceId \
             --filter-expression {}\naws xray batch-get-traces --region {region} --trace-ids {id}",
            self.window.start.timestamp(),
            self.window.end.timestamp(),
            shell(&self.filter),
            region = self.region,
        );
        Origin { query, link: console::trace(&self.region, id, self.window) }
    }
}

/// The edge in a filter expression; of a client, which has no name, the service that it calls. `None` where no string can
/// hold a name.
pub(super) fn passed(edge: &Edge) -> Option<String> {
    let plain = |name: &str| !name.chars().any(|letter| letter.is_control() || "\"'\\".contains(letter));
    (plain(&edge.from.name) && plain(&edge.to.name)).then(|| match edge.from.is_client() {
        true => format!("service(\"{}\")", edge.to.name),
        false => format!("edge(\"{}\", \"{}\")", edge.from.name, edge.to.name),
    })
}

#[cfg(test)]
mod tests {
    use firstlook_core::evidence::traces::{Calls, Node};

    use super::*;

    #[test]
    fn commands_can_be_pasted_and_links_have_absolute_times() {
        let window = Window {
            start: "2026-03-01T10:00:00Z".parse().unwrap(),
            end: "2026-03-01T10:15:00Z".parse().unwrap(),
        };
        let filter = "service('it is') { fault = true }".to_owned();
        let place = Place { region: "eu-west-1".into(), window, filter };
        let trace = place.trace("1-69a40f20-000000000000000000000001");
        assert_eq!(
            trace.query,
            "aws xray get-trace-summaries --region eu-west-1 --start-time 1772359200 --end-time 1772360100 \
             --time-range-type TraceId --filter-expression 'service('\\''it is'\\'') { fault = true }'\naws xray \
             batch-get-traces --region eu-west-1 --trace-ids 1-69a40f20-000000000000000000000001"
        );
        assert!(trace.link.unwrap().contains("#xray:traces/1-69a40f20-000000000000000000000001?~("));
        let node = |name: &str, kind: &str| Node { name: name.into(), kind: kind.into() };
        let edge = |from: Node, to: &str, trouble| Edge {
            from,
            to: node(to, ""),
            now: Calls::default(),
            normal: None,
            troubles: vec![trouble],
            course: None,
        };
        for (edge, expected) in [
            (
                edge(node("api", ""), "db", Trouble::Faults),
                Some("edge*28*22api*22*2c*20*22db*22*29*20*7b*20fault*20*3d*20true*20*7d~"),
            ),
            (edge(node("client", "client"), "api", Trouble::Slow), Some("~'service*28*22api*22*29)")),
            (edge(node("a\") OR ok", ""), "db", Trouble::Faults), None),
        ] {
            let origin = place.edge(&edge);
            assert!(origin.query.ends_with("--start-time 1772359200 --end-time 1772360100"), "{origin:?}");
            match (&origin.link, expected) {
                (Some(link), Some(part)) => assert!(link.contains(part.trim_end_matches('~')), "{link}"),
                (link, expected) => assert_eq!((link, expected), (&None, None)),
            }
        }
    }
}
