//! The rules as a page, docs/rules.md, made from the table.

use std::fmt::Write as _;

use super::example::{place, shown};
use super::rules::{self, Fixes, Rule};

/// What stands above the rules.
const TOP: &str = "\
# The rules of `otelctl validate`

Made from the table in the program; `otelctl validate --explain CODE` prints one of them, and `--list` all of them in a line each.

An *error* is refused by receivers, or loses what it carries. A *warning* decodes, and is almost surely a mistake. A *note* is worth knowing.
`--fail-on` says which of them end with exit code 1.
";

/// The whole page.
pub fn rules_page() -> String {
    let mut page = TOP.to_owned();
    page.push_str("\n| code | level | what | `--fix` |\n|---|---|---|---|\n");
    for rule in rules::all() {
        let (name, level, says) = (rule.name, rule.level.name(), rule.says);
        let fix = fix_word(rule.fixes);
        writeln!(page, "| [`{name}`](#{name}) | {level} | {says} | {fix} |")
            .expect("writing to a String cannot fail");
    }
    for rule in rules::all() {
        page.push_str(&section(rule));
    }
    page
}

/// Whether a rule's fault can be repaired, in words.
pub fn fix_word(fixes: Fixes) -> &'static str {
    match fixes {
        Fixes::Never => "",
        Fixes::Sometimes => "where it is unambiguous",
        Fixes::Always => "yes",
        Fixes::WhenAsked => "`--fix=semconv`",
    }
}

fn section(rule: &Rule) -> String {
    let mut text = format!(
        "\n## {}\n\n{}: {}.\n\n{} Repair: {}.\n\nSpec: {}.\n",
        rule.name,
        rule.level.name(),
        rule.says,
        rule.why,
        rule.help,
        rule.spec
    );
    for (word, sample) in [("Wrong", rule.bad), ("Right", rule.good)] {
        if let Some(fragment) = shown(sample) {
            let fragment = cut(fragment);
            write!(
                text,
                "\n{word}, {}:\n\n```\n{fragment}\n```\n",
                place(sample)
            )
            .expect("writing to a String cannot fail");
        }
    }
    text
}

/// Some examples must be long; a page need not show all of them.
fn cut(fragment: &str) -> String {
    let fragment = fragment.replace('\r', "");
    if fragment.chars().count() <= 400 {
        return fragment;
    }
    let start: String = fragment.chars().take(200).collect();
    format!("{start}…")
}
