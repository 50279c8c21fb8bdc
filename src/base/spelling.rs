//! A name that was misspelt → the one that was probably meant.

/// Names written with at most this many wrong letters are suggested.
const TYPOS_MAX: usize = 2;

/// Longer texts are no names.
const NAME_BYTES_MAX: usize = 64;

/// The known name nearest to `name`, if few letters are wrong; of equals the first in the alphabet.
pub fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    if name.len() > NAME_BYTES_MAX {
        return None;
    }
    known
        .into_iter()
        .map(|known| (edit_distance(name, known), known))
        .filter(|(typos, known)| *typos <= TYPOS_MAX && *typos < known.len())
        .min()
        .map(|(_, known)| known)
}

/// The least number of letters to insert, drop or replace that makes one text the other (Levenshtein).
fn edit_distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, other_letter) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other_letter);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_wrong_letters_are_forgiven() {
        let known = ["nginx-error", "logfmt", "csv"];
        assert_eq!(nearest("nginx-eror", known), Some("nginx-error"));
        assert_eq!(nearest("logfnt", known), Some("logfmt"));
        assert_eq!(nearest("honeycomb", known), None);
        assert_eq!(nearest("x", known), None);
    }

    #[test]
    fn the_distance_counts_single_letters() {
        for (one, other, expected) in [
            ("", "", 0),
            ("abc", "abc", 0),
            ("abc", "abd", 1),
            ("abc", "ab", 1),
            ("abc", "xabc", 1),
            ("", "abc", 3),
            ("logfrie", "logfire", 2),
        ] {
            assert_eq!(edit_distance(one, other), expected, "{one} {other}");
        }
    }
}
