//! The name of an exception's type at the start of a line, told from prose with a colon behind it.
//!
//! A name is a run of letters, digits and the separators of the languages: `.`, `$`, `_`, `::`, `\`, `+`. It counts when it ends
//! as exceptions do, or when it is qualified and its last part begins with a capital letter. Linear in the name, not the line.

/// Endings of the names of things that are thrown.
const THROWN: [&[u8]; 4] = [b"Error", b"Exception", b"Throwable", b"Fault"];

/// Endings of what is thrown too, but also begins sentences and log lines.
const THROWN_SELDOM: [&[u8]; 5] = [b"Warning", b"Interrupt", b"Exit", b"Iteration", b"Group"];

/// How surely a name is that of an exception, the surest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    /// It may be one, like `KeyboardInterrupt`, and may be prose, like `Warning`.
    Perhaps,
    /// It is qualified, like `Net.ReadTimeout`; loggers are too.
    Qualified,
    /// It ends as exceptions do, like `TypeError`.
    Thrown,
    /// Both, like `java.io.IOException`.
    QualifiedThrown,
}

/// The length of the name at the start of `line`, whatever it names; 0 when there is none.
pub(super) fn name_len(line: &[u8]) -> usize {
    if !line.first().is_some_and(|first| is_letter(*first)) {
        return 0;
    }
    let mut at = 1;
    while let Some(byte) = line.get(at) {
        let next_is_letter = || line.get(at + 1).is_some_and(|next| is_letter(*next));
        let belongs = match byte {
            b'.' | b'\\' | b'+' => next_is_letter(),
            b':' => {
                line.get(at + 1) == Some(&b':')
                    && line.get(at + 2).is_some_and(|next| is_letter(*next))
            }
            byte => is_letter(*byte) || byte.is_ascii_digit() || matches!(byte, b'$' | b'`'),
        };
        if !belongs {
            break;
        }
        at += if *byte == b':' { 2 } else { 1 };
    }
    at
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

/// What the name of a type says, by itself.
pub(super) fn rate(name: &[u8]) -> Option<Name> {
    let ends_with = |endings: &[&[u8]]| endings.iter().any(|end| name.ends_with(end));
    let is_separator = |byte: &u8| matches!(byte, b'.' | b':' | b'\\' | b'+');
    let last = name.rsplit(is_separator).next()?;
    let is_qualified = last.len() < name.len();
    if ends_with(&THROWN) {
        return Some(if is_qualified {
            Name::QualifiedThrown
        } else {
            Name::Thrown
        });
    }
    if is_qualified {
        let capital = last.first().is_some_and(u8::is_ascii_uppercase);
        return capital.then_some(Name::Qualified);
    }
    ends_with(&THROWN_SELDOM).then_some(Name::Perhaps)
}

/// How far the end of a bracket behind a name is looked for.
const BRACKET_BYTES_MAX: usize = 1_024;

/// Where the message begins behind a name of this length, if the name is followed as the type of an exception is: by its message,
/// by nothing, or by a code in brackets and its message.
pub(super) fn message_at(line: &[u8], len: usize) -> Option<usize> {
    let rest = line.get(len..)?;
    match rest {
        [] => Some(len),
        [b':'] => Some(len + 1),
        // `TypeError: …`, `ActionController::RoutingError (No route matches):`
        [b':', b' ' | b'\t', ..] | [b' ', b'(', .., b')', b':'] => Some(len + 2),
        // `RangeError (index): …`, `TypeError [ERR_INVALID_ARG_TYPE]: …`
        [b' ', open @ (b'(' | b'['), ..] => {
            let end: &[u8] = if *open == b'(' { b"): " } else { b"]: " };
            let head = rest.get(..BRACKET_BYTES_MAX).unwrap_or(rest);
            memchr::memmem::find(head, end).map(|at| len + at + 3)
        }
        _ => None,
    }
}

/// The name that a line begins with, when it stands there as the type of an exception does.
pub(super) fn of_header(line: &[u8]) -> Option<(usize, Name)> {
    let len = name_len(line);
    // Most lines begin with a word and a blank.
    if len == 0 || !matches!(line.get(len), None | Some(b':' | b' ')) {
        return None;
    }
    let name = rate(line.get(..len)?)?;
    message_at(line, len).map(|_| (len, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<(&str, Name)>) {
        let found = of_header(line.as_bytes());
        let found = found.map(|(len, name)| (line.get(..len).unwrap(), name));
        assert_eq!(found, expected, "{line:?}");
    }

    #[test]
    fn names_of_exceptions_are_told_from_prose() {
        check(
            "java.io.IOException: gone",
            Some(("java.io.IOException", Name::QualifiedThrown)),
        );
        check(
            "App\\Billing\\NoFunds: 3",
            Some(("App\\Billing\\NoFunds", Name::Qualified)),
        );
        check(
            "Net::ReadTimeout",
            Some(("Net::ReadTimeout", Name::Qualified)),
        );
        check(
            "TypeError: x is not a function",
            Some(("TypeError", Name::Thrown)),
        );
        check("TypeError [ERR_X]: no", Some(("TypeError", Name::Thrown)));
        check("RangeError (length): 5", Some(("RangeError", Name::Thrown)));
        check(
            "Outer$InnerException",
            Some(("Outer$InnerException", Name::Thrown)),
        );
        check(
            "KeyboardInterrupt",
            Some(("KeyboardInterrupt", Name::Perhaps)),
        );
        check("Error opening file", None);
        check("note: this", None);
        check("see example.com: yes", None);
        check("Causes", None);
        check(": x", None);
        check("", None);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_have_a_name_or_none(line in proptest::collection::vec(proptest::num::u8::ANY, 0..60)) {
            proptest::prop_assert!(name_len(&line) <= line.len());
            let _found = of_header(&line);
        }
    }
}
