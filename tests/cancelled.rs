//! A request that is given up at any moment, as by a client that hangs up or a deadline, leaves no connection behind on
//! which later writes would be lost.

use std::task::{Context, Waker};

use firstlook::store::Store;
use sqlx::{Connection, PgConnection, Row};

use crate::support::postgres::fresh_database;

/// Polls `work` so often, gives the database a moment each time, and drops it.
async fn give_up<T>(work: impl Future<Output = T>, polls: usize) {
    let mut work = Box::pin(work);
    for _ in 0..polls {
        if work.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(3)).await;
    }
}

#[tokio::test]
async fn what_is_given_up_while_a_transaction_begins_costs_nobody_a_write() {
    let database = fresh_database().await;
    // One connection: whoever comes next gets the one that was left behind.
    let store = Store::new(&database, 1).unwrap();
    store.migrate().await.unwrap();
    let mut other = PgConnection::connect(&database).await.unwrap();
    for polls in 1..12 {
        give_up(store.acknowledge("1", "somebody", firstlook::clock::now()), polls).await;
        let key = format!("after {polls}");
        store.stand(std::slice::from_ref(&key)).await.unwrap();
        let seen: i64 = sqlx::query("SELECT count(*) FROM job WHERE key = $1")
            .bind(&key)
            .fetch_one(&mut other)
            .await
            .unwrap()
            .get(0);
        assert_eq!(seen, 1, "written after {polls} polls of what was given up, and not to be seen");
    }
}
