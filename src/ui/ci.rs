//! Texts inside of the forms that continuous integration reads: XML, and the workflow commands of GitHub Actions.
//!
//! Controls have no place in either: they become visible escapes first, as everywhere. Line ends of a text of several lines stay.
//!
//! Spec: XML 1.0, "Characters"; <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>.

use crate::base::escape::{printable, printable_lines};

/// A text inside of an attribute, on one line.
pub(super) fn xml_attribute(text: &str) -> String {
    xml(&printable(text))
}

/// A text between two tags; its lines stay lines.
pub(super) fn xml_text(text: &str) -> String {
    xml(&printable_lines(text))
}

fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // The two that are no characters there, not even escaped.
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
    out
}

/// `::error title=…::message`, and the end of its line.
pub(super) fn workflow_command(
    level: &str,
    properties: &[(&str, String)],
    message: &str,
) -> String {
    let properties: Vec<String> = properties
        .iter()
        .map(|(name, value)| format!("{name}={}", property(value)))
        .collect();
    let message = printable_lines(message)
        .replace('%', "%25")
        .replace('\n', "%0A");
    format!("::{level} {}::{message}\n", properties.join(","))
}

/// Lines that GitHub Actions prints and does not obey: a command begins a line, or stands anywhere in it behind `##[`.
pub(super) fn without_commands(text: &str) -> String {
    let text = text.replace("##[", "##\u{200b}[");
    let lines = text.split_inclusive('\n').map(|line| {
        let bare = line.trim_start();
        if bare.starts_with("::") {
            let (blanks, rest) = line.split_at(line.len() - bare.len());
            format!("{blanks}\u{200b}{rest}")
        } else {
            line.to_owned()
        }
    });
    lines.collect()
}

fn property(text: &str) -> String {
    printable(text)
        .replace('%', "%25")
        .replace(':', "%3A")
        .replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_holds_any_text() {
        assert_eq!(
            xml_attribute("<a b=\"c\">\u{1b}&\n\u{ffff}"),
            "&lt;a b=&quot;c&quot;&gt;\\u{1b}&amp;\\n\u{fffd}"
        );
        assert_eq!(xml_text("a\nb\r"), "a\nb\\r");
    }

    #[test]
    fn a_text_of_others_is_no_workflow_command() {
        let text = "one ::error::a\n   ::stop-commands::x\n::add-mask::y and ##[error]z\n";
        let harmless = without_commands(text);
        assert!(!harmless.contains("##["));
        let mut lines = harmless.lines().map(str::trim_start);
        assert!(lines.all(|line| !line.starts_with("::")), "{harmless}");
        assert_eq!(harmless.replace('\u{200b}', ""), text);
    }

    #[test]
    fn a_workflow_command_stays_on_its_line() {
        let properties = [("file", "a,b".to_owned()), ("title", "a: b".to_owned())];
        assert_eq!(
            workflow_command("error", &properties, "50 %\nmore\r"),
            "::error file=a%2Cb,title=a%3A b::50 %25%0Amore\\r\n"
        );
    }
}
