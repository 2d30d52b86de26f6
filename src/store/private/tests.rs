//! The private Postgres, for real. Where none is installed these tests fail: the test command installs it.

use std::os::unix::fs::PermissionsExt;

use sqlx::{Connection, PgConnection};

use super::*;

/// A folder that other accounts can pass through, as root's tests need.
fn data_dir() -> tempfile::TempDir {
    let folder = tempfile::Builder::new().prefix("fl pg,'").tempdir_in("/tmp").unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

async fn connect(postgres: &PrivatePostgres) -> PgConnection {
    PgConnection::connect(&postgres.url()).await.unwrap()
}

async fn pid(connection: &mut PgConnection) -> i32 {
    let sql = "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int";
    sqlx::query_scalar(sql).fetch_one(connection).await.unwrap()
}

/// Orphans `postgres` as a kill -9 would: nothing runs at its end.
fn orphan(mut postgres: PrivatePostgres) {
    drop(postgres.lock.take());
    drop(postgres);
}

#[tokio::test]
async fn starts_keeps_its_data_and_stops() {
    let folder = data_dir();
    let dir = folder.path().join("new/data");
    let postgres = PrivatePostgres::start(&dir).await.unwrap();
    let mut connection = connect(&postgres).await;
    sqlx::query("CREATE TABLE kept AS SELECT 1 AS n").execute(&mut connection).await.unwrap();
    let listen: String =
        sqlx::query_scalar("SHOW listen_addresses").fetch_one(&mut connection).await.unwrap();
    assert_eq!(listen, "");
    let mode = std::fs::metadata(dir.join("postgres")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    postgres.stop().await.unwrap();
    assert!(UnixStream::connect(socket(&dir.join("postgres"))).is_err());

    let postgres = PrivatePostgres::start(&dir).await.unwrap();
    let n: i32 =
        sqlx::query_scalar("SELECT n FROM kept").fetch_one(&mut connect(&postgres).await).await.unwrap();
    assert_eq!(n, 1);
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_guest_joins_and_leaves_and_the_drop_stops() {
    let folder = data_dir();
    let owner = PrivatePostgres::start(folder.path()).await.unwrap();
    let guest = PrivatePostgres::start(folder.path()).await.unwrap();
    assert_eq!(pid(&mut connect(&guest).await).await, pid(&mut connect(&owner).await).await);
    guest.stop().await.unwrap();
    connect(&owner).await;
    drop(owner);
    let deadline = Instant::now() + Duration::from_secs(20);
    while UnixStream::connect(socket(&folder.path().join("postgres"))).is_ok() {
        assert!(Instant::now() < deadline, "still answers");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn one_that_outlived_its_owner_is_adopted_and_stopped() {
    let folder = data_dir();
    let first = PrivatePostgres::start(folder.path()).await.unwrap();
    let before = pid(&mut connect(&first).await).await;
    orphan(first);
    let second = PrivatePostgres::start(folder.path()).await.unwrap();
    assert_eq!(pid(&mut connect(&second).await).await, before);
    second.stop().await.unwrap();
    assert!(UnixStream::connect(socket(&folder.path().join("postgres"))).is_err());
}

#[tokio::test]
async fn recovers_from_a_killed_postmaster_and_a_half_made_cluster() {
    let folder = data_dir();
    let half = folder.path().join("postgres/cluster.new/base");
    std::fs::create_dir_all(half).unwrap();
    let first = PrivatePostgres::start(folder.path()).await.unwrap();
    let killed = pid(&mut connect(&first).await).await.to_string();
    assert!(std::process::Command::new("kill").args(["-9", &killed]).status().unwrap().success());
    orphan(first);
    while Path::new(&format!("/proc/{killed}/fd/0")).exists() {
        sleep(Duration::from_millis(10)).await;
    }
    let second = PrivatePostgres::start(folder.path()).await.unwrap();
    assert_ne!(pid(&mut connect(&second).await).await.to_string(), killed);
    second.stop().await.unwrap();
}

#[tokio::test]
async fn one_that_is_just_stopping_is_waited_for_and_replaced() {
    let folder = data_dir();
    let first = PrivatePostgres::start(folder.path()).await.unwrap();
    let before = pid(&mut connect(&first).await).await;
    let file = folder.path().join("postgres/cluster/postmaster.pid");
    drop(first);
    while std::fs::read_to_string(&file).is_ok_and(|text| text.contains("ready")) {
        sleep(Duration::from_millis(1)).await;
    }
    let second = PrivatePostgres::start(folder.path()).await.unwrap();
    assert_ne!(pid(&mut connect(&second).await).await, before);
    second.stop().await.unwrap();
}

#[test]
fn errors_name_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let none = choose(folder.path(), Vec::new()).unwrap_err().to_string();
    assert!(
        none.contains("apt-get install --no-install-recommends postgresql`")
            && none.contains("`database.url`")
    );
    std::fs::write(folder.path().join("PG_VERSION"), "3\n").unwrap();
    let old = choose(folder.path(), binaries::installed()).unwrap_err().to_string();
    assert!(old.contains("postgresql-3") && old.contains("`data_dir`"), "{old}");
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_is_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let long = folder.path().join("x".repeat(100));
    let error = PrivatePostgres::start(&long).await.unwrap_err();
    assert!(matches!(error, Error::PathTooLong(_)), "{error}");
    assert!(!long.exists());
}
