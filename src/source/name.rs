//! A service's name from a file's name: without compression, rotation, date and extension.

use std::path::Path;

/// `access.log.2026-11-19.gz` → `access`, `app-2026-11-19.log.3` → `app`; `None` when nothing is left.
pub fn service_of(path: &Path) -> Option<String> {
    let mut name = path.file_name()?.to_str()?;
    loop {
        let shorter = without_suffix(name);
        if shorter == name {
            break;
        }
        name = shorter;
    }
    let name = name.trim_matches(['.', '-', '_', ' ']);
    let names_nothing = name
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'_'));
    (!names_nothing).then(|| name.to_owned())
}

fn without_suffix(name: &str) -> &str {
    const EXTENSIONS: [&str; 15] = [
        ".gz", ".zst", ".bz2", ".xz", ".log", ".txt", ".json", ".jsonl", ".ndjson", ".logfmt",
        ".out", ".err", ".old", ".bak", ".stdout",
    ];
    for extension in EXTENSIONS {
        let at = name.len().saturating_sub(extension.len());
        if name
            .get(at..)
            .is_some_and(|end| end.eq_ignore_ascii_case(extension))
        {
            return name.get(..at).unwrap_or(name);
        }
    }
    let digits_from = name
        .trim_end_matches(|character: char| {
            character.is_ascii_digit() || matches!(character, '-' | '_' | 'T')
        })
        .len();
    let (stem, tail) = name.split_at_checked(digits_from).unwrap_or((name, ""));
    let digits = tail.bytes().filter(u8::is_ascii_digit).count();
    // A rotation number stands behind a dot; a date has at least six digits.
    let is_rotation = digits > 0 && stem.ends_with('.');
    let is_date = digits >= 6 && tail.starts_with(['-', '_']);
    if is_rotation || is_date {
        stem.trim_end_matches(['.', '-', '_'])
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Option<&str>) {
        assert_eq!(service_of(Path::new(path)).as_deref(), expected, "{path}");
    }

    #[test]
    fn a_service_is_named_as_its_file() {
        check("/var/log/app.log", Some("app"));
        check("access.log.2026-11-19.gz", Some("access"));
        check("app-2026-11-19.log.3", Some("app"));
        check("app.2026-11-19T10.log", Some("app"));
        check("api-v2.jsonl", Some("api-v2"));
        check("worker7.log", Some("worker7"));
        check("web-1.log", Some("web-1"));
        check("log", Some("log"));
        check("logs/.gz", None);
        check("syslog.1", Some("syslog"));
        check("2026-11-19.log", None);
        check(".log", None);
    }
}
