//! Segment documents of every shape.

use serde_json::json;

use super::*;

fn shown(documents: &[Value]) -> Shown {
    read(&documents.iter().map(Value::to_string).collect::<Vec<_>>()).unwrap()
}

fn names(shown: &Shown) -> Vec<&str> {
    shown.way.iter().map(|step| step.name.as_str()).collect()
}

/// A request to `web` that calls `api`, which calls a database that does not answer: as X-Ray gives it.
fn failing() -> [Value; 3] {
    [
        json!({"id": "03", "parent_id": "22", "name": "orders-db", "start_time": 1.2, "end_time": 6.2, "fault": true,
               "inferred": true, "origin": "AWS::RDS::DBInstance"}),
        json!({"id": "01", "name": "web", "start_time": 1.0, "end_time": 6.4, "fault": true,
               "http": {"request": {"url": "https://shop.example/pay", "method": "GET"}, "response": {"status": 500}},
               "subsegments": [{"id": "11", "name": "api", "namespace": "remote", "start_time": 1.1, "end_time": 6.3,
                                "fault": true, "cause": "aa01"}]}),
        json!({"id": "02", "parent_id": "11", "name": "api", "start_time": 1.1, "end_time": 6.3, "fault": true,
               "cause": {"working_directory": "/app", "exceptions": [{"id": "aa00", "type": "ServerError", "message": "500"}]},
               "subsegments": [
                   {"id": "21", "name": "cache", "start_time": 1.1, "end_time": 1.15},
                   {"id": "22", "name": "orders-db", "namespace": "remote", "start_time": 1.2, "end_time": 6.2, "fault": true,
                    "sql": {"sanitized_query": "select * from orders where id = ?", "database_type": "PostgreSQL"},
                    "cause": {"exceptions": [
                        {"id": "aa01", "type": "DataAccessException", "message": "cannot read", "cause": "aa02"},
                        {"id": "aa02", "type": "TimeoutException", "message": "no connection within 5000 ms",
                         "stack": [{"path": "Pool.java", "line": 42, "label": "Pool.get"}, {"path": "x"}]}]}}]}),
    ]
}

#[test]
fn the_deepest_segment_at_fault_is_found_with_what_was_thrown() {
    let shown = shown(&failing());
    assert_eq!(names(&shown), ["web", "api", "api", "orders-db", "orders-db"]);
    let seconds = shown.way[0].seconds.unwrap();
    assert!((seconds - 5.4).abs() < 1e-9 && shown.way.iter().all(|step| step.outcome == Outcome::Fault));
    let thrown = shown.exception.unwrap();
    assert_eq!(
        (thrown.kind.as_str(), thrown.message.as_str()),
        ("TimeoutException", "no connection within 5000 ms")
    );
    assert_eq!(thrown.place, "Pool.get (Pool.java:42)");
    assert_eq!(shown.details, [], "the inferred segment knows nothing of the query");
    let [_, web, api] = failing();
    let without = read(&[api.to_string(), web.to_string()]).unwrap();
    assert_eq!(without.details[0], ("database".to_owned(), "PostgreSQL".to_owned()));
    assert_eq!(without.details[1].1, "select * from orders where id = ?");
}

#[test]
fn the_order_of_documents_changes_nothing() {
    let [a, b, c] = failing();
    let first = shown(&[a.clone(), b.clone(), c.clone()]);
    assert_eq!(shown(&[c.clone(), a.clone(), b.clone()]), first);
    assert_eq!(shown(&[b, c, a]), first);
}

#[test]
fn a_fault_outweighs_a_throttle_and_that_an_error() {
    let one = |name: &str, flag: &str, inner: &[Value]| json!({"id": name, "name": name, "start_time": 1.0, "end_time": 2.0, flag: true, "subsegments": inner});
    for (outer, inner, last) in [
        ("fault", "throttle", "outer"),
        ("throttle", "error", "outer"),
        ("error", "throttle", "inner"),
        ("fault", "fault", "inner"),
        ("error", "nothing", "outer"),
    ] {
        let shown = shown(&[one("outer", outer, &[one("inner", inner, &[])])]);
        assert_eq!(names(&shown).last(), Some(&last), "{outer} {inner}");
    }
}

#[test]
fn an_exception_of_another_segment_is_looked_up_by_its_id() {
    let web = json!({"name": "web", "fault": true, "cause": "e1"});
    let other =
        json!({"name": "job", "cause": {"exceptions": [{"id": "e1", "type": "Boom", "cause": "e1"}]}});
    let thrown = shown(&[web.clone(), other]).exception.unwrap();
    assert_eq!((thrown.kind.as_str(), thrown.message.as_str(), thrown.place.as_str()), ("Boom", "", ""));
    assert_eq!(shown(&[web]).exception, None);
}

#[test]
fn of_a_slow_request_the_part_that_takes_the_time_is_told() {
    let part = |name: &str, start: f64, end: f64, inner: Vec<Value>| json!({"name": name, "start_time": start, "end_time": end, "subsegments": inner});
    let inner =
        vec![part("cache", 0.0, 0.5, vec![]), part("search", 1.0, 9.0, vec![part("a", 1.0, 4.0, vec![])])];
    let shown = shown(&[part("web", 0.0, 10.0, inner), part("other", 0.0, 2.0, vec![])]);
    assert_eq!((names(&shown), &shown.exception), (vec!["web", "search"], &None));
}

#[test]
fn what_is_no_segment_is_left_out_and_nothing_leads_in_circles() {
    let deep = format!("{}{}", r#"{"subsegments":["#.repeat(10_000), "]}".repeat(10_000));
    for nothing in ["", "null", "[]", "7", "{", "\"x\"", &deep, &" ".repeat(DOCUMENT + 1)] {
        assert_eq!(read(&[nothing.to_owned()]), None, "{}", &nothing[..nothing.len().min(20)]);
    }
    assert_eq!(read(&[]), None);
    let circle = [
        json!({"id": "a", "parent_id": "b", "name": "a", "fault": true}),
        json!({"id": "b", "parent_id": "a", "name": "b", "fault": true}),
        json!({"id": "c", "parent_id": "c", "name": {"x": 1}, "start_time": "soon", "end_time": -1, "fault": "yes",
               "cause": [1], "subsegments": {"no": "list"}, "http": 3}),
    ];
    assert_eq!(shown(&circle).way.len(), DEEPEST);
    let odd = shown(&circle[2..]);
    assert_eq!((names(&odd), odd.way[0].seconds, odd.details.len()), (vec![""], None, 0));
    let many: Vec<Value> =
        (0..20_000).map(|n| json!({"id": n.to_string(), "name": "x".repeat(9_000)})).collect();
    let wide = read(&[json!({"name": "é".repeat(9_000), "subsegments": many[..20]}).to_string()]).unwrap();
    assert!(wide.way[0].name.len() <= TEXT, "{}", wide.way[0].name.len());
    let mut texts: Vec<String> = many.iter().map(|one| json!({"id": one["id"]}).to_string()).collect();
    texts.push(json!({"name": "late", "fault": true}).to_string());
    assert_eq!(names(&read(&texts).unwrap()), [""], "after so many, no more are looked at");
}
