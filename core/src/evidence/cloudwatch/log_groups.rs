//! To which log groups the parts of AWS write that an alarm watches (FACTS E, "Usual groups").
//!
//! Knows namespaces and dimensions as an alarm's labels have them. Must not know which groups exist.

use crate::alert::Labels;

/// Where lines may be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The group of this name.
    Group(String),
    /// Every group whose name begins so.
    Beginning(String),
}

impl Place {
    /// What the names of its groups begin with.
    pub fn beginning(&self) -> &str {
        match self {
            Self::Group(name) | Self::Beginning(name) => name,
        }
    }

    /// Whether the group called `name` is one of them.
    pub fn holds(&self, name: &str) -> bool {
        match self {
            Self::Group(own) => own == name,
            Self::Beginning(beginning) => name.starts_with(beginning.as_str()),
        }
    }
}

/// Namespace, and the groups of its metrics: `<Dimension>` stands for a dimension's value, a `*` at the end for whatever
/// follows. A group whose dimension an alarm does not have is none of that alarm's.
const USUAL: [(&str, &[&str]); 25] = [
    ("AWS/Lambda", &["/aws/lambda/<FunctionName>"]),
    ("LambdaInsights", &["/aws/lambda/<function_name>"]),
    ("AWS/RDS", &["/aws/rds/instance/<DBInstanceIdentifier>/*", "/aws/rds/cluster/<DBClusterIdentifier>/*"]),
    ("AWS/DocDB", &["/aws/docdb/<DBClusterIdentifier>/*"]),
    ("AWS/Neptune", &["/aws/neptune/<DBClusterIdentifier>/*"]),
    (
        "AWS/ApiGateway",
        &[
            "API-Gateway-Execution-Logs_<ApiId>/<Stage>",
            "/aws/apigateway/<ApiId>*",
            "/aws/apigateway/<ApiName>*",
        ],
    ),
    ("AWS/ECS", &["/ecs/<ServiceName>*", "/aws/ecs/<ClusterName>/<ServiceName>*"]),
    (
        "ECS/ContainerInsights",
        &["/ecs/<TaskDefinitionFamily>*", "/ecs/<ServiceName>*", "/aws/ecs/<ClusterName>/<ServiceName>*"],
    ),
    ("AWS/EKS", &["/aws/eks/<ClusterName>/cluster"]),
    (
        "ContainerInsights",
        &["/aws/containerinsights/<ClusterName>/application", "/aws/eks/<ClusterName>/cluster"],
    ),
    ("AWS/CodeBuild", &["/aws/codebuild/<ProjectName>"]),
    ("AWS/States", &["/aws/states/<StateMachineArn>*", "/aws/vendedlogs/states/<StateMachineArn>*"]),
    ("AWS/AppSync", &["/aws/appsync/apis/<GraphQLAPIId>"]),
    ("AWS/SageMaker", &["/aws/sagemaker/Endpoints/<EndpointName>"]),
    ("AWS/ES", &["/aws/OpenSearchService/domains/<DomainName>/*"]),
    ("AWS/AmazonMQ", &["/aws/amazonmq/broker/<Broker>/*"]),
    ("AWS/Firehose", &["/aws/kinesisfirehose/<DeliveryStreamName>"]),
    ("AWS/KinesisAnalytics", &["/aws/kinesis-analytics/<Application>"]),
    ("AWS/MWAA", &["airflow-<Environment>-*"]),
    ("AmazonMWAA", &["airflow-<Environment>-*"]),
    ("AWS/ElasticBeanstalk", &["/aws/elasticbeanstalk/<EnvironmentName>/*"]),
    ("AWS/AppRunner", &["/aws/apprunner/<ServiceName>/*"]),
    ("AWS/Transfer", &["/aws/transfer/<ServerId>"]),
    ("AWS/Redshift", &["/aws/redshift/cluster/<ClusterIdentifier>/*"]),
    ("CloudWatchSynthetics", &["/aws/lambda/cwsyn-<CanaryName>-*"]),
];

/// Where alarms with these labels have their lines, each place once. An alarm whose metrics have several namespaces says
/// none: then all whose dimensions it has are meant.
pub fn usual<'a>(alerts: impl IntoIterator<Item = &'a Labels>) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for labels in alerts {
        let namespace = labels.get("metric_namespace");
        let of = |(name, _): &&(&str, &[&str])| namespace.is_empty() || *name == namespace;
        for place in USUAL.iter().filter(of).flat_map(|(_, all)| *all).filter_map(|one| filled(one, labels)) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    places
}

/// The place of a pattern, if the labels have all of its dimensions.
fn filled(pattern: &str, labels: &Labels) -> Option<Place> {
    let (pattern, open) = pattern.strip_suffix('*').map_or((pattern, false), |pattern| (pattern, true));
    let mut name = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('<') {
        let (dimension, after) = after.split_once('>')?;
        let value = labels.get(&format!("dimension.{dimension}"));
        // Of an ARN its last part is the name.
        let value = value.rsplit(':').next().filter(|value| fits(value))?;
        name.extend([before, value]);
        rest = after;
    }
    name.push_str(rest);
    Some(if open { Place::Beginning(name) } else { Place::Group(name) })
}

/// Whether it can be a part of a group's name: what is none leads nowhere, or elsewhere.
fn fits(value: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-/.#$".contains(c);
    (1..=256).contains(&value.len()) && value.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(pairs: &[(&str, &str)]) -> Vec<String> {
        let labels: Labels = pairs.iter().copied().collect();
        let word = |place: Place| match place {
            Place::Group(name) => name,
            Place::Beginning(name) => name + "*",
        };
        usual([&labels]).into_iter().map(word).collect()
    }

    #[test]
    fn each_namespace_leads_to_its_groups_by_its_dimensions() {
        for (namespace, dimensions, expected) in [
            ("AWS/Lambda", &[("FunctionName", "pay")][..], &["/aws/lambda/pay"][..]),
            ("AWS/Lambda", &[("Resource", "pay:live")], &[]),
            ("LambdaInsights", &[("function_name", "pay")], &["/aws/lambda/pay"]),
            ("AWS/RDS", &[("DBInstanceIdentifier", "db-1")], &["/aws/rds/instance/db-1/*"]),
            ("AWS/RDS", &[("DBClusterIdentifier", "c"), ("Role", "WRITER")], &["/aws/rds/cluster/c/*"]),
            ("AWS/DocDB", &[("DBClusterIdentifier", "c")], &["/aws/docdb/c/*"]),
            ("AWS/Neptune", &[("DBClusterIdentifier", "c")], &["/aws/neptune/c/*"]),
            ("AWS/ApiGateway", &[("ApiName", "shop")], &["/aws/apigateway/shop*"]),
            (
                "AWS/ApiGateway",
                &[("ApiId", "a1"), ("Stage", "prod")],
                &["API-Gateway-Execution-Logs_a1/prod", "/aws/apigateway/a1*"],
            ),
            (
                "AWS/ECS",
                &[("ClusterName", "web"), ("ServiceName", "api")],
                &["/ecs/api*", "/aws/ecs/web/api*"],
            ),
            ("AWS/ECS", &[("ClusterName", "web")], &[]),
            (
                "ECS/ContainerInsights",
                &[("ClusterName", "web"), ("TaskDefinitionFamily", "api")],
                &["/ecs/api*"],
            ),
            ("AWS/EKS", &[("ClusterName", "k")], &["/aws/eks/k/cluster"]),
            (
                "ContainerInsights",
                &[("ClusterName", "k"), ("Namespace", "shop")],
                &["/aws/containerinsights/k/application", "/aws/eks/k/cluster"],
            ),
            ("AWS/CodeBuild", &[("ProjectName", "p")], &["/aws/codebuild/p"]),
            (
                "AWS/States",
                &[("StateMachineArn", "arn:aws:states:eu-west-1:1:stateMachine:order")],
                &["/aws/states/order*", "/aws/vendedlogs/states/order*"],
            ),
            ("AWS/AppSync", &[("GraphQLAPIId", "g")], &["/aws/appsync/apis/g"]),
            ("AWS/SageMaker", &[("EndpointName", "e")], &["/aws/sagemaker/Endpoints/e"]),
            ("AWS/ES", &[("DomainName", "d")], &["/aws/OpenSearchService/domains/d/*"]),
            ("CloudWatchSynthetics", &[("CanaryName", "home")], &["/aws/lambda/cwsyn-home-*"]),
            ("AWS/ApplicationELB", &[("LoadBalancer", "app/web/123")], &[]),
            ("Shop", &[("FunctionName", "pay")], &[]),
            ("", &[("FunctionName", "pay")], &["/aws/lambda/pay"]),
        ] {
            let names: Vec<String> = dimensions.iter().map(|(name, _)| format!("dimension.{name}")).collect();
            let mut pairs = vec![("metric_namespace", namespace)];
            pairs.extend(names.iter().zip(dimensions).map(|(name, (_, value))| (name.as_str(), *value)));
            assert_eq!(places(&pairs), expected, "{namespace} {dimensions:?}");
        }
    }

    #[test]
    fn a_value_that_no_group_can_have_leads_nowhere() {
        for value in ["", "a b", "a*", "é", "x'y", "arn:aws:lambda:"] {
            let pairs = [("metric_namespace", "AWS/Lambda"), ("dimension.FunctionName", value)];
            assert_eq!(places(&pairs), Vec::<String>::new(), "{value}");
        }
    }

    #[test]
    fn what_several_alerts_have_in_common_is_one_place() {
        let alert = |function| {
            [("metric_namespace", "AWS/Lambda"), ("dimension.FunctionName", function)].into_iter().collect()
        };
        let alerts: [Labels; 3] = [alert("a"), alert("b"), alert("a")];
        let group = |name: &str| Place::Group(format!("/aws/lambda/{name}"));
        assert_eq!(usual(&alerts), [group("a"), group("b")]);
        assert!(group("a").holds("/aws/lambda/a") && !group("a").holds("/aws/lambda/a2"));
        let open = Place::Beginning("/ecs/a".into());
        assert!(open.holds("/ecs/a2") && !open.holds("/x/ecs/a") && open.beginning() == "/ecs/a");
    }
}
