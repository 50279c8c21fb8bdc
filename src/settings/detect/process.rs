//! This process itself. Its arguments are not told: they may hold secrets.
//!
//! Spec: semantic conventions, "Process".

use crate::settings::detect::{Found, Surroundings};

pub(super) fn detect(around: &Surroundings<'_>, found: &mut Found) {
    let process = around.process;
    found.number("process.pid", Some(i64::from(process.id)));
    let status = around.read("/proc/self/status").unwrap_or_default();
    found.number("process.parent_pid", field(&status, "PPid"));
    if let Some(path) = &process.executable {
        let name = path.file_name().map(|name| name.to_string_lossy());
        found.text("process.executable.name", name.as_deref());
        found.text("process.executable.path", Some(&path.to_string_lossy()));
    }
    let users = around.read("/etc/passwd").unwrap_or_default();
    let owner = field(&status, "Uid").and_then(|id| user_name(&users, id));
    let owner = owner.or_else(|| around.variable(&["USER", "LOGNAME", "USERNAME"]));
    found.text("process.owner", owner);
}

/// The number of a line like `PPid: 1`. Of the four user ids, the effective one stands second.
fn field(status: &str, name: &str) -> Option<i64> {
    let lines = status.lines().filter_map(|line| line.split_once(':'));
    let (_, values) = lines.into_iter().find(|(held, _)| *held == name)?;
    let mut values = values.split_ascii_whitespace();
    let first = values.next();
    values.next().or(first)?.parse().ok()
}

/// Who has this id in a `/etc/passwd`.
fn user_name(users: &str, id: i64) -> Option<&str> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, _, held) = (fields.next()?, fields.next()?, fields.next()?);
        (held.parse() == Ok(id)).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_is_who_the_process_acts_as() {
        let status = "Name:\totelctl\nPid:\t812\nPPid:\t1\nUid:\t0\t1000\t0\t0\n";
        assert_eq!(field(status, "PPid"), Some(1));
        assert_eq!(field(status, "Uid"), Some(1000));
        let users = "root:x:0:0:root:/root:/bin/sh\nbroken\nana:x:1000:1000::/home/ana:/bin/sh\n";
        assert_eq!(user_name(users, 1000), Some("ana"));
        assert_eq!(user_name(users, 7), None);
        assert_eq!(field("Uid:\nx", "Uid"), None);
    }
}
