//! Terminal escape sequences taken out of text: colours, cursor movements, titles.
//!
//! What programs print for a terminal says nothing in a log. Only whole sequences are taken; a lone escape byte is one of them.
//!
//! Spec: ECMA-48, "Control sequences" and "Control strings".

/// The byte that begins a sequence.
pub const ESCAPE: u8 = 0x1b;

/// Longest control string, like a title or a link, looked for; what has no end within it is no string.
const STRING_BYTES_MAX: usize = 4_096;

/// Appends `text` to `clean` without its escape sequences.
pub fn strip_into(text: &[u8], clean: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(at) = memchr::memchr(ESCAPE, rest) {
        let (before, sequence) = rest.split_at(at);
        clean.extend_from_slice(before);
        rest = sequence
            .get(sequence_length(sequence)..)
            .unwrap_or_default();
    }
    clean.extend_from_slice(rest);
}

/// The length of the sequence at the start, its escape byte included.
fn sequence_length(sequence: &[u8]) -> usize {
    match sequence.get(1) {
        Some(b'[') => {
            let parameters = sequence
                .iter()
                .skip(2)
                .take_while(|byte| matches!(byte, 0x20..=0x3f))
                .count();
            let ends = matches!(sequence.get(2 + parameters), Some(0x40..=0x7e));
            2 + parameters + usize::from(ends)
        }
        // Titles and links: up to BEL, or to ESC \.
        Some(b']' | b'P' | b'_' | b'^') => {
            let head = sequence
                .get(2..sequence.len().min(STRING_BYTES_MAX))
                .unwrap_or_default();
            match memchr::memchr3(0x07, ESCAPE, b'\n', head) {
                Some(at) if head[at] == 0x07 => 2 + at + 1,
                Some(at) if head[at] == ESCAPE && head.get(at + 1) == Some(&b'\\') => 2 + at + 2,
                _ => 2,
            }
        }
        Some(b'(' | b')') => 2 + usize::from(matches!(sequence.get(2), Some(0x30..=0x7e))),
        Some(0x30..=0x7e) => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut clean = Vec::new();
        strip_into(text.as_bytes(), &mut clean);
        assert_eq!(String::from_utf8(clean).unwrap(), expected, "{text:?}");
    }

    #[test]
    fn colours_titles_and_links_are_taken_out() {
        check("\x1b[2m2026\x1b[0m \x1b[1;32m INFO\x1b[m x", "2026  INFO x");
        check("\x1b[38;2;1;2;3mred\x1b[K", "red");
        check("\x1b]0;title\x07text", "text");
        check("\x1b]8;;https://x.example\x1b\\link\x1b]8;;\x1b\\", "link");
        check("\x1b(Bplain\x1b7", "plain");
        check("nothing", "nothing");
    }

    #[test]
    fn what_is_cut_off_takes_no_text_with_it() {
        check("a\x1b", "a");
        check("a\x1b[", "a");
        check("a\x1b[3", "a");
        check("\x1b]0;no end\nnext", "0;no end\nnext");
        check("\x1b\nnext", "\nnext");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_lose_their_escapes_and_nothing_panics(bytes in proptest::collection::vec(proptest::sample::select(b"\x1b[]m;0\x07\\\na(".to_vec()), 0..60)) {
            let mut clean = Vec::new();
            strip_into(&bytes, &mut clean);
            proptest::prop_assert!(!clean.contains(&ESCAPE));
            let breaks = |bytes: &[u8]| memchr::memchr_iter(b'\n', bytes).count();
            proptest::prop_assert_eq!(breaks(&clean), breaks(&bytes));
        }
    }
}
