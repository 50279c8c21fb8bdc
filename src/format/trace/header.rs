//! One line → the exception that it names: type and message, behind the words that runtimes put before them.

use crate::format::trace::name::{self, Name};

/// What a header says.
pub(super) struct Header<'a> {
    /// The type; empty when only the message is named.
    pub(super) kind: &'a str,
    /// How surely it is one.
    pub(super) name: Name,
    /// Where the message begins in the line.
    pub(super) message_at: usize,
    /// The message, when the line holds all of it.
    pub(super) message: Option<&'a str>,
}

/// `Type: message` or `Type`, behind the words that runtimes put before it.
pub(super) fn header(line: &str) -> Option<Header<'_>> {
    let rest = without_words(line);
    let behind_words = rest.len() < line.trim_end().len();
    if let Some((kind, message)) = ruby_header(rest).or_else(|| php_header(rest)) {
        return Some(Header {
            kind,
            name: Name::QualifiedThrown,
            message_at: 0,
            message: Some(message),
        });
    }
    let bytes = rest.as_bytes();
    let len = name::name_len(bytes);
    let message_at = name::message_at(bytes, len)?;
    // Behind such words, any name is a type.
    let name = if behind_words && len > 0 {
        Name::QualifiedThrown
    } else {
        name::of_header(bytes)?.1
    };
    Some(Header {
        kind: rest.get(..len)?,
        name,
        message_at: line.trim_end().len() - rest.len() + message_at,
        message: None,
    })
}

/// What stands behind the words that runtimes put before a type.
fn without_words(line: &str) -> &str {
    const WORDS: [&str; 10] = [
        "PHP Fatal error:  ",
        "PHP Fatal error: ",
        "Fatal error: ",
        "Caused by: ",
        "Unhandled exception. ",
        "Unhandled Exception: ",
        "Unhandled exception: ",
        "Uncaught (in promise) ",
        "Uncaught ",
        "[cause]: ",
    ];
    let mut rest = line.trim_end();
    for word in WORDS {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    if let Some(thread) = rest.strip_prefix("Exception in thread \"") {
        return thread.split_once("\" ").map_or(rest, |(_, after)| after);
    }
    match rest.split_once("Warning: ") {
        Some((process, after)) if process.starts_with("(node:") => after,
        _ => rest,
    }
}

/// `app.rb:3:in 'run': message (Type)`
pub(super) fn ruby_header(line: &str) -> Option<(&str, &str)> {
    let (place, said) = line.split_once("': ")?;
    let (_, method) = place.split_once(":in ")?;
    if !method.starts_with(['`', '\'']) {
        return None;
    }
    let said = said.trim_end();
    let typed = said
        .strip_suffix(')')
        .and_then(|said| said.rsplit_once(" ("));
    match typed {
        Some((message, kind)) if name::name_len(kind.as_bytes()) == kind.len() => {
            Some((kind, message))
        }
        _ => Some(("", said)),
    }
}

/// `exception 'Type' with message 'message' in /x.php:3`
fn php_header(line: &str) -> Option<(&str, &str)> {
    let (kind, rest) = line.strip_prefix("exception '")?.split_once('\'')?;
    let message = rest.strip_prefix(" with message '").unwrap_or_default();
    let end = message.rfind("' in ").unwrap_or(message.len());
    Some((kind, message.get(..end)?))
}

/// `Type: message` or `Type`: below frames, whatever stands there is the type.
pub(super) fn python_name(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_end();
    let len = name::name_len(line.as_bytes());
    let (kind, after) = line.split_at_checked(len)?;
    match after.strip_prefix(':') {
        Some(message) => Some((kind, message.trim_start())),
        None if after.is_empty() => Some((kind, "")),
        None => None,
    }
}

/// PHP writes the place behind the message, .NET the inner exception, Rails a bracket.
pub(super) fn cleaned(message: &str) -> &str {
    let message = message.split(" ---> ").next().unwrap_or(message);
    match message.rsplit_once(" in ") {
        Some((message, place)) if place.starts_with('/') && place.contains(".php:") => message,
        _ => message.strip_suffix("):").unwrap_or(message),
    }
}
