//! The records of shippers as they document them, and objects that are none.

use serde_json::json;

use super::*;

fn fluent_bit(log: &str, tag: &str) -> Value {
    json!({
        "time": "2025-11-20T09:10:11.123456789Z", "stream": "stderr", "_p": tag, "log": log,
        "kubernetes": {
            "pod_name": "checkout-7d9f8b-x2x4z", "namespace_name": "shop", "pod_id": "b1", "host": "ip-10-0-0-1",
            "container_name": "app", "docker_id": "c0ffee", "container_image": "shop/checkout:12",
        },
    })
}

fn read(record: &Value) -> Option<Enveloped> {
    enveloped(&record.to_string())
}

#[test]
fn container_insights_names_pod_output_and_part() {
    let found = read(&fluent_bit("no connection\n", "F")).unwrap();
    assert_eq!(found.container, "shop/checkout-7d9f8b-x2x4z/app/c0ffee/");
    assert_eq!(found.name.as_deref(), Some("checkout-7d9f8b-x2x4z"));
    assert_eq!(
        (found.output, found.goes_on, found.text.as_str()),
        (Some(Output::Error), false, "no connection")
    );
    assert!(read(&fluent_bit("{\"a\":", "P")).unwrap().goes_on);
    // A whole line of 16 KB that has a tag says itself that it ends.
    assert!(!read(&fluent_bit(&"x".repeat(DOCKER_PIECE), "F")).unwrap().goes_on);
}

#[test]
fn each_shipper_s_record_gives_what_the_program_wrote() {
    let pod = json!({"pod_name": "api-0", "container_name": "app"});
    let inner = json!({"level": "error", "msg": "boom"});
    let piece = "x".repeat(DOCKER_PIECE);
    for (record, name, goes_on, text) in [
        // Fluentd with Docker's own file, whose lines keep their end.
        (
            json!({"log": "up\n", "stream": "stdout", "docker": {"container_id": "c"}, "kubernetes": pod}),
            Some("api-0"),
            false,
            "up",
        ),
        (json!({"log": piece, "stream": "stdout", "kubernetes": pod}), Some("api-0"), true, piece.as_str()),
        (json!({"stream": "stdout", "log": "up\n", "time": "2025-11-20T09:10:11Z"}), None, false, "up"),
        // Fluent Bit's parser `cri`, Vector.
        (json!({"stream": "stdout", "logtag": "P", "message": "half"}), None, true, "half"),
        (
            json!({"message": "up", "kubernetes": pod, "stream": "stdout", "source_type": "kubernetes_logs"}),
            Some("api-0"),
            false,
            "up",
        ),
        // `Merge_Log`, with a key of its own and without; the line itself kept or not.
        (
            json!({"log_processed": inner, "kubernetes": pod}),
            Some("api-0"),
            false,
            r#"{"level":"error","msg":"boom"}"#,
        ),
        (json!({"log": "raw", "log_processed": inner, "kubernetes": pod}), Some("api-0"), false, "raw"),
        (
            json!({"level": "error", "message": "boom", "kubernetes": pod, "stream": "stdout"}),
            Some("api-0"),
            false,
            r#"{"level":"error","message":"boom"}"#,
        ),
        // FireLens on Fargate and on EC2.
        (
            json!({"log": "up", "source": "stdout", "container_id": "c", "container_name": "app", "ecs_task_definition": "pay:12"}),
            Some("pay"),
            false,
            "up",
        ),
        (
            json!({"log": "up", "source": "stderr", "container_id": "c", "container_name": "/web", "partial_message": "true", "partial_last": "false"}),
            Some("web"),
            true,
            "up",
        ),
        (
            json!({"log": "up", "source": "stderr", "container_id": "c", "partial_message": "true", "partial_last": "true"}),
            None,
            false,
            "up",
        ),
        // Promtail's `pack`.
        (json!({"_entry": "up", "pod": "api-0", "stream": "stdout"}), Some("api-0"), false, "up"),
    ] {
        let found = read(&record).unwrap_or_else(|| panic!("{record}"));
        assert_eq!(
            (found.name.as_deref(), found.goes_on, found.text.as_str()),
            (name, goes_on, text),
            "{record}"
        );
    }
}

#[test]
fn two_containers_are_never_the_same_one() {
    let task =
        |id: &str| read(&json!({"log": "x", "source": "stdout", "container_id": id})).unwrap().container;
    assert_ne!(task("a"), task("b"));
    let pack = |pod: &str| read(&json!({"_entry": "x", "pod": pod})).unwrap().container;
    assert_ne!(pack("a"), pack("b"));
    let mut other = fluent_bit("x", "F");
    other["kubernetes"]["container_name"] = "proxy".into();
    assert_ne!(read(&other).unwrap().container, read(&fluent_bit("x", "F")).unwrap().container);
}

#[test]
fn a_program_s_own_object_is_left_alone() {
    for text in [
        r#"{"log":"x","user":"y"}"#,
        r#"{"log":"x","stream":"video","time":"now"}"#,
        r#"{"log":"x","stream":"stdout","time":"now","user":"y","n":1}"#,
        r#"{"message":"scaled","kubernetes":"1.31"}"#,
        r#"{"message":"scaled","kubernetes":{"version":"1.31"}}"#,
        r#"{"message":"x","logtag":"P"}"#,
        r#"{"_entry":7}"#,
        r#"{"log":"#,
        r#"["log"]"#,
        "\"log\" of a plain line",
        "",
    ] {
        assert_eq!(enveloped(text), None, "{text}");
    }
    let deep = format!("{{\"kubernetes\":{}", "{\"a\":".repeat(50_000));
    assert_eq!(enveloped(&deep), None);
    // Nothing of the program's: an empty line, and no panic.
    assert_eq!(enveloped(r#"{"kubernetes":{"pod_name":7}}"#).unwrap().text, "");
}
