//! The process dies in the middle of an analysis: what was answered is neither asked nor paid again.

use futures_util::{StreamExt, stream};

use super::*;

/// Dies at `step`, comes back, and reports; returns how often a model was asked, and how many payments are open.
async fn rehearse(step: &str) -> (usize, i64) {
    let folder = tempfile::tempdir().unwrap();
    write_log(folder.path());
    let model = Model::start(summary);
    model.talk(investigates);
    let mut setup = setup(folder.path(), openai(&model, BY_ITSELF));
    setup.environment.push((firstlook::fail::VARIABLE.to_owned(), step.to_owned()));
    let mut firstlook = Firstlook::start(setup).await;
    firstlook.fail_at(None);
    firstlook.post(body(&[alarm("api")])).await;
    firstlook.dead().await;
    firstlook.launch().await;
    let incident = firstlook.until("it is analysed", over).await;
    assert_eq!(incident["analysis"]["state"], "ready", "{step}: {:#}", incident["analysis"]);
    assert_eq!(incident["analysis"]["step"], 2, "{step}");
    assert_eq!(model.refusals(), Vec::<String>::new(), "{step}");
    let asked = incident["analysis"]["asked"].as_array().unwrap();
    assert_eq!(asked.len(), 3, "{step}: no tool is run twice: {asked:?}");
    let talks = talks(&model);
    for (one, next) in talks.iter().zip(talks.iter().skip(1)) {
        let beginning = one.split("I look at what fails.").next().unwrap();
        assert!(next.starts_with(beginning), "{step}: the talk goes on as it began");
    }
    let open =
        firstlook.sql("SELECT count(*) FROM spending WHERE NOT settled AND purpose = 'analysis'").await;
    let notes =
        incident["timeline"].as_array().unwrap().iter().filter(|one| one["kind"] == "analysis").count();
    assert_eq!(notes, 2, "{step}");
    firstlook.finish().await;
    (talks.len(), open)
}

#[tokio::test]
async fn a_crash_resumes_and_pays_for_no_answer_twice() {
    // What was answered and not kept is lost: what was set aside for it stays used.
    let steps = [
        ("kept:1", (3, 0)),
        ("brought:1", (3, 0)),
        ("brought:3", (3, 0)),
        ("kept:3", (3, 0)),
        ("before-kept:2", (4, 1)),
    ];
    // Some at a time: most of it is waiting for leases to end.
    stream::iter(steps)
        .for_each_concurrent(3, |(step, expected)| async move {
            assert_eq!(rehearse(step).await, expected, "{step}")
        })
        .await;
}
