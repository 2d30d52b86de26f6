//! The schema while versions change: an older binary serves over a newer schema, and nothing is taken before the schema is
//! there.

use sqlx::{Connection, PgConnection};

use crate::harness::{Firstlook, Setup, alert, body};
use crate::support::postgres::fresh_database;
use firstlook::store::Store;

#[tokio::test]
async fn the_version_before_serves_over_a_newer_schema() {
    let database = fresh_database().await;
    Store::new(&database, 1).unwrap().migrate().await.unwrap();
    let mut connection = PgConnection::connect(&database).await.unwrap();
    let later = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (9999, 'of a later version', true, '', 0)";
    sqlx::raw_sql(later).execute(&mut connection).await.unwrap();
    let firstlook = Firstlook::start(Setup { database: Some(database), ..Setup::default() }).await;
    let labels = [("alertname", "ApiDown"), ("service", "api"), ("severity", "critical")];
    assert_eq!(firstlook.post(body(&[alert(&labels, "api is down.")])).await.status, 200);
    firstlook.idle().await;
    assert_eq!(firstlook.pagerduty.incidents().len(), 1);
    firstlook.finish().await;
}

#[tokio::test]
async fn a_store_whose_schema_is_not_this_versions_is_not_ready() {
    let database = fresh_database().await;
    let store = Store::new(&database, 1).unwrap();
    assert!(store.ready().await.is_err(), "there is no schema");
    store.migrate().await.unwrap();
    store.ready().await.unwrap();
    let mut connection = PgConnection::connect(&database).await.unwrap();
    let older = "DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)";
    sqlx::raw_sql(older).execute(&mut connection).await.unwrap();
    assert!(store.ready().await.unwrap_err().to_string().contains("older version"));
}
