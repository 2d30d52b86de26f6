//! Door: files. Which account Postgres runs under, and whether it can reach its folder.

use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::Path;

use super::Error;

/// An account that is not root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its number.
    pub uid: u32,
    /// Its first group.
    pub gid: u32,
}

/// The account to change to: none unless this process is root, whom Postgres refuses.
pub fn needed() -> Result<Option<Account>, Error> {
    let root = std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0);
    if !root {
        return Ok(None);
    }
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    ["postgres", "nobody"].iter().find_map(|name| in_passwd(&passwd, name)).map(Some).ok_or(Error::NoAccount)
}

fn in_passwd(passwd: &str, name: &str) -> Option<Account> {
    let mut fields = passwd.lines().find(|line| line.split(':').next() == Some(name))?.split(':');
    let uid = fields.nth(2)?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(Account { name: name.to_owned(), uid, gid })
}

/// Makes `folder`, open to `account` (or to the caller) alone, below `data_dir`.
pub fn own_folder(data_dir: &Path, folder: &Path, account: Option<&Account>) -> Result<(), Error> {
    let files = |doing: &'static str, cause| Error::Files { doing, path: folder.to_owned(), cause };
    if !data_dir.exists() {
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o755).create(data_dir);
        made.map_err(|cause| files("creating", cause))?;
    }
    if let Some(account) = account {
        reachable(data_dir, account)?;
    }
    if !folder.exists() {
        std::fs::DirBuilder::new().mode(0o700).create(folder).map_err(|cause| files("creating", cause))?;
    }
    let mode = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(folder, mode).map_err(|cause| files("protecting", cause))?;
    if let Some(account) = account {
        chown(folder, Some(account.uid), Some(account.gid)).map_err(|cause| files("handing over", cause))?;
    }
    Ok(())
}

/// Whether `account` may pass through each folder on the way to `data_dir`; `/root` is the usual one that it may not.
fn reachable(data_dir: &Path, account: &Account) -> Result<(), Error> {
    for folder in data_dir.ancestors() {
        let Ok(meta) = std::fs::metadata(folder) else { continue };
        let bit = match (meta.uid() == account.uid, meta.gid() == account.gid) {
            (true, _) => 0o100,
            (_, true) => 0o010,
            _ => 0o001,
        };
        if meta.mode() & bit == 0 {
            return Err(Error::Unreachable { folder: folder.to_owned(), account: account.name.clone() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_read() {
        let passwd = "root:x:0:0:root:/root:/bin/bash\npostgres2:x:1:1::/:\npostgres:x:101:104:x,,,:/var:/bin/sh\nbad:x:y\n";
        let found = in_passwd(passwd, "postgres").unwrap();
        assert_eq!((found.uid, found.gid), (101, 104));
        assert_eq!(in_passwd(passwd, "nobody"), None);
        assert_eq!(in_passwd(passwd, "bad"), None);
    }

    #[test]
    fn a_closed_folder_on_the_way_is_named() {
        let outer = tempfile::tempdir().unwrap();
        std::fs::set_permissions(outer.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        let inner = outer.path().join("data");
        std::fs::create_dir(&inner).unwrap();
        let stranger = Account { name: "stranger".to_owned(), uid: 4_000_000, gid: 4_000_000 };
        let error = reachable(&inner, &stranger).unwrap_err().to_string();
        assert!(
            error.contains(&outer.path().display().to_string()) && error.contains("`data_dir`"),
            "{error}"
        );
        std::fs::set_permissions(outer.path(), std::fs::Permissions::from_mode(0o701)).unwrap();
        assert!(reachable(&inner, &stranger).is_ok());
    }
}
