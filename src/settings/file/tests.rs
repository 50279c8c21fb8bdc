//! What a configuration file may say, and the place of what it may not.

use super::*;

/// The names of the formats, or the error with its hint.
#[track_caller]
fn check(text: &str, expected: &str) {
    let found = match parsed(text, "c.toml".to_owned(), FileKind::User) {
        Ok(file) => file
            .formats
            .iter()
            .map(|layout| &*layout.name)
            .collect::<Vec<_>>()
            .join(" "),
        Err(error) => format!("{error}; {}", error.hint().unwrap_or_default()),
    };
    assert_eq!(found, expected);
}

#[test]
fn formats_keep_the_order_of_the_file() {
    check("", "");
    check("[formats]\n", "");
    check(
        "[formats.shop]\npattern = '{time} {body}'\n[formats.\"a b\"]\npattern = '[{level}] {body}'\nexample = '[info] x'\n",
        "shop a b",
    );
}

#[test]
fn what_is_not_known_is_named_with_its_line() {
    check(
        "[format.x]\n",
        "c.toml, line 1, column 2: there is no key \"format\"; did you mean formats?",
    );
    check(
        "[formats.x]\npattern = '{time} {body}'\ncolour = 1\n",
        "c.toml, line 3, column 1: there is no key \"colour\"; known here: pattern, example",
    );
    check(
        "[formats.x]\npattern = 1\n",
        "c.toml, line 2, column 1: pattern must be a text; ",
    );
    check(
        "\nformats.x = 1\n",
        "c.toml, line 2, column 9: x must be a table with a pattern; ",
    );
    check(
        "[formats.x]\n",
        "c.toml, line 1, column 10: x must be a table with a pattern; ",
    );
    check(
        "formats = 1\n",
        "c.toml, line 1, column 1: formats must be a table; ",
    );
}

#[test]
fn a_pattern_and_its_example_are_tried() {
    check(
        "[formats.x]\npattern = '{time} {nope:nope}'\n",
        "c.toml, line 2, column 11: the pattern of x cannot be used; {time} {nope:nope}\n       ^^^^^^^^^^^",
    );
    check(
        "[formats.x]\npattern = '[{level}] {body}'\nexample = 'info x'\n",
        "c.toml, line 3, column 11: the example of x does not fit its pattern; [{level}] {body}\ninfo x",
    );
}

#[test]
fn what_is_no_toml_is_told_with_its_line() {
    let Err(FileError::Toml { place, .. }) =
        parsed("a = 1\nb = = 2\n", "c.toml".to_owned(), FileKind::User)
    else {
        panic!("it is no TOML");
    };
    assert_eq!(place.line, 2);
}

/// The profiles, one line for each setting, or the error with its hint.
#[track_caller]
fn check_profiles(text: &str, expected: &[&str]) {
    let lines = match parsed(text, "c.toml".to_owned(), FileKind::User) {
        Ok(file) => file
            .profiles
            .iter()
            .flat_map(|profile| {
                let name = &profile.name;
                profile.entries.iter().map(move |entry| {
                    let words: Vec<_> = entry.words();
                    let words = words.join(" ".as_ref());
                    let place = (entry.place.line, entry.place.column);
                    format!("{name} {place:?} {}", words.to_string_lossy())
                })
            })
            .collect(),
        Err(error) => vec![error.to_string(), error.hint().unwrap_or_default()],
    };
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    assert_eq!(lines, expected);
}

#[test]
fn a_profile_becomes_the_words_that_would_be_typed() {
    check_profiles(
        "default-profile = 'b'\n[profiles.b]\nto = 'collector'\ntimeout = \"5s\"\nin-flight = 2\nguess-severity = true\nresume = false\n[profiles.a]\nto = 'local'\n",
        &[
            "b (3, 1) --to=collector",
            "b (4, 1) --timeout=5s",
            "b (5, 1) --in-flight=2",
            "b (6, 1) --guess-severity",
            "b (7, 1) ",
            "a (9, 1) --to=local",
        ],
    );
    check_profiles(
        "[profiles.p]\nresource = { service.version = '1', b = 2 }\nheaders = { x-org = 'a' }\nattributes = { c = true }\ntime-zone = 'UTC'\nlevel-fields = ['l', 'sev']\n",
        &[
            "p (2, 1) --resource=service.version=1 --resource=b=2",
            "p (3, 1) --header=x-org=a",
            "p (4, 1) --attr=c=true",
            "p (5, 1) --tz=UTC",
            "p (6, 1) --level-fields=l --level-fields=sev",
        ],
    );
    check_profiles(
        "[profiles.p]\nparams = { zone = 'prod-eu', q = 'a b&c' }\nto = 'grafana-cloud'\n",
        &["p (3, 1) --to=grafana-cloud?zone=prod-eu&q=a%20b%26c"],
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "it is a table")]
fn what_does_not_belong_into_a_profile_is_named_with_its_place() {
    let secret = "take it out, and keep it where it is safe: otelctl token set asks for it";
    let file = "c.toml, line 2, column";
    for (text, error, hint) in [
        (
            "timout = '5s'",
            "1: there is no key \"timout\"",
            "did you mean timeout?",
        ),
        ("follow = 'yes'", "1: follow must be true or false", ""),
        ("to = ['a']", "1: to must be a text or a number", ""),
        (
            "resource = 'a=b'",
            "1: resource must be a table of texts, like { key = \"value\" }",
            "",
        ),
        (
            "params = { a = 'b' }",
            "1: params must be beside the key to, whose parameters they are",
            "",
        ),
        (
            "dry-run = true",
            "1: there is no key \"dry-run\"",
            "known here: ",
        ),
        (
            "api-key = 'x'",
            "1: api-key looks like a secret, and this file is no place for one",
            secret,
        ),
        (
            "token = 'x'",
            "1: token looks like a secret, and this file is no place for one",
            secret,
        ),
        (
            "service = 'pylf_v1_us_abc'",
            "1: service looks like a secret, and this file is no place for one",
            secret,
        ),
        (
            "to = 'https://u:p@h'",
            "1: to looks like a secret, and this file is no place for one",
            secret,
        ),
        (
            "headers = { Authorization = 'x' }",
            "13: Authorization looks like a secret, and this file is no place for one",
            secret,
        ),
        (
            "headers = { x-a = 'Bearer abcdefg' }",
            "13: x-a looks like a secret, and this file is no place for one",
            secret,
        ),
    ] {
        let found = parsed(
            &format!("[profiles.p]\n{text}\n"),
            "c.toml".to_owned(),
            FileKind::User,
        );
        let found = found.unwrap_err();
        assert_eq!(found.to_string(), format!("{file} {error}"));
        let found = found.hint().unwrap_or_default();
        assert!(found.starts_with(hint), "{found}");
        assert!(!found.contains("pylf_v1"), "{found}");
    }
    check_profiles(
        "[profiles.p]\nresource = { 'llm.token.count' = 5 }\n",
        &["p (2, 1) --resource=llm.token.count=5"],
    );
}

#[test]
fn a_value_that_its_flag_does_not_take_is_named_with_what_to_write() {
    for (text, expected) in [
        (
            "timeout = '10'",
            "c.toml, line 2, column 1: timeout: \"10\" has no unit; write it like 10s",
        ),
        (
            "timeout = 10",
            "c.toml, line 2, column 1: timeout: \"10\" has no unit; write it like 10s",
        ),
        (
            "batch-bytes-max = '1'",
            "c.toml, line 2, column 1: batch-bytes-max: \"1\" has no unit; write it like 4MiB",
        ),
        (
            "on-full = 'wait'",
            "c.toml, line 2, column 1: on-full: \"wait\" is none of block, drop",
        ),
        (
            "headers = { 'a b' = '1' }",
            "c.toml, line 2, column 13: header: its name is empty or has characters that a header name cannot have",
        ),
        (
            "headers = { host = '1' }",
            "c.toml, line 2, column 13: header: host is set by otelctl itself",
        ),
    ] {
        let file = parsed(
            &format!("[profiles.p]\n{text}\n"),
            "c.toml".to_owned(),
            FileKind::User,
        );
        let file = file.unwrap();
        let error = file.profiles[0].check().unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn the_file_that_init_writes_says_nothing_and_is_right_without_its_marks() {
    let text = template::TEMPLATE;
    let said = parsed(text, String::new(), FileKind::User).unwrap();
    assert!(said.profiles.is_empty() && said.formats.is_empty() && said.trusted.is_empty());
    let told: String = text
        .lines()
        .filter_map(|line| line.strip_prefix("# "))
        .filter(|line| line.starts_with('[') || line.contains(" = "))
        .flat_map(|line| [line, "\n"])
        .collect();
    let said = parsed(&told, String::new(), FileKind::User).unwrap();
    assert_eq!((said.profiles.len(), said.formats.len()), (2, 1));
    for entry in said.profiles.iter().flat_map(|profile| &profile.entries) {
        entry.check_value().unwrap();
    }
}

#[test]
fn a_project_has_one_table_and_no_profiles() {
    let project = |text: &str| parsed(text, "p.toml".to_owned(), FileKind::Project);
    let found = project("[project]\nservice = 'shop'\n").unwrap();
    assert_eq!(found.profiles[0].entries[0].flag, "service");
    assert_eq!(
        project("[profiles.a]\n").unwrap_err().to_string(),
        "p.toml, line 1, column 2: there is no key \"profiles\""
    );
    assert!(project("trusted-projects = ['/']\n").is_err());
}

#[test]
fn folders_that_are_trusted_are_absolute() {
    check_profiles(
        "trusted-projects = ['shop']\n",
        &[
            "c.toml, line 1, column 1: trusted-projects must be a list of absolute paths",
            "",
        ],
    );
}
