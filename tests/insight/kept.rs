//! The process dies while a question is answered: what was read and computed is neither asked nor paid again.

use super::*;

#[tokio::test]
async fn a_crash_resumes_with_the_same_days_and_figures() {
    for step in ["brought:2", "kept:2"] {
        let (folder, now) = (tempfile::tempdir().unwrap(), firstlook::clock::now());
        let prometheus = prometheus(now).await;
        let model = Model::start(unasked);
        model.talk(investigates);
        let source = format!("    - {{ name: prom, type: prometheus, url: \"{}\" }}", prometheus.url());
        let mut setup = setup(&source, folder.path(), &model);
        setup.environment.push((firstlook::fail::VARIABLE.to_owned(), step.to_owned()));
        let mut firstlook = Firstlook::start(setup).await;
        firstlook.fail_at(None);
        asks(&firstlook, &json!({"question": "Is the mail queue longer?", "days": 7})).await;
        firstlook.dead().await;
        firstlook.launch().await;
        let incident = firstlook.until("it is answered", over).await;
        assert_eq!(incident["analysis"]["state"], "ready", "{step}: {:#}", incident["analysis"]);
        let asked = incident["analysis"]["asked"].as_array().unwrap();
        assert_eq!(asked.len(), 2, "{step}: no tool is run twice: {asked:?}");
        assert_eq!(model.prompts().len(), 3, "{step}: each answer is paid once");
        let open = "SELECT count(*) FROM spending WHERE NOT settled";
        assert_eq!(firstlook.sql(open).await, 0, "{step}");
        firstlook.finish().await;
    }
}
