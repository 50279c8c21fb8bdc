//! Pattern → pieces, each of which knows how much it reads.

use crate::format::timestamp::form::{Field, Piece, TimeFormError, Width};

/// Compiles a pattern; see [`super::TimeForm`] for its directives.
pub(super) fn compile(pattern: &str) -> Result<Vec<Piece>, TimeFormError> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some(byte) = rest.as_bytes().first() {
        if *byte == b'%' {
            rest = directive(rest, &mut pieces)?;
            continue;
        }
        let mut characters = rest.chars();
        let character = characters.next().unwrap_or_default();
        rest = characters.as_str();
        literal(character, &mut pieces);
    }
    widen(&mut pieces);
    if is_complete(&pieces) {
        Ok(with_shortcuts(pieces))
    } else {
        Err(TimeFormError::Incomplete)
    }
}

fn literal(character: char, pieces: &mut Vec<Piece>) {
    if !matches!(character, ' ' | '\t') {
        let mut room = [0; 4];
        let bytes = character.encode_utf8(&mut room).bytes();
        pieces.extend(bytes.map(Piece::Literal));
    } else if pieces.last() != Some(&Piece::Blanks) {
        pieces.push(Piece::Blanks);
    }
}

/// Compiles the directive at the start of `text`; returns what follows it.
fn directive<'a>(text: &'a str, pieces: &mut Vec<Piece>) -> Result<&'a str, TimeFormError> {
    let mut characters = text.chars();
    characters.next();
    let (mut flags, mut digits) = (String::new(), None);
    loop {
        let letter = characters.next().ok_or(TimeFormError::Unfinished)?;
        match (letter, letter.to_digit(10)) {
            // Padding is read as it comes, with these and without.
            ('-' | '_' | '.' | ',' | ':', _) if flags.is_empty() && digits.is_none() => {
                flags.push(letter);
            }
            (_, Some(count @ 1..=9)) if digits.is_none() => digits = usize::try_from(count).ok(),
            _ => {
                if one(&flags, digits, letter, pieces) {
                    return Ok(characters.as_str());
                }
                let length = text.len() - characters.as_str().len();
                let directive = text.get(..length).unwrap_or(text).to_owned();
                return Err(TimeFormError::UnknownDirective { directive });
            }
        }
    }
}

/// Adds the pieces of one directive; `false` when it is not known.
fn one(flags: &str, digits: Option<usize>, letter: char, pieces: &mut Vec<Piece>) -> bool {
    match (flags, digits, letter) {
        ("", _, 'f' | 'N') => pieces.push(Piece::Fraction(digits)),
        (".", _, 'f') => pieces.push(Piece::OptionalFraction(b'.', digits)),
        (",", _, 'f') => pieces.push(Piece::OptionalFraction(b',', digits)),
        ("" | ":", None, 'z') => pieces.push(Piece::Offset),
        ("" | "-" | "_", None, _) => return plain(letter, pieces),
        _ => return false,
    }
    true
}

fn plain(letter: char, pieces: &mut Vec<Piece>) -> bool {
    let number = |field, width| Piece::Number { field, width };
    let two = Width::Exactly(2);
    let piece = match letter {
        'Y' => number(Field::Year, Width::Exactly(4)),
        'y' => number(Field::ShortYear, two),
        'm' => number(Field::Month, two),
        'd' => number(Field::Day, two),
        'e' => number(Field::Day, Width::UpTo(2)),
        'j' => number(Field::DayOfYear, Width::Exactly(3)),
        'H' | 'I' => number(Field::Hour, two),
        'k' | 'l' => number(Field::Hour, Width::UpTo(2)),
        'M' => number(Field::Minute, two),
        'S' => number(Field::Second, two),
        's' => number(Field::EpochSeconds, Width::UpTo(10)),
        'b' | 'B' | 'h' => Piece::Month,
        'a' | 'A' => Piece::Weekday,
        'p' | 'P' => Piece::Half,
        'L' => Piece::Fraction(Some(3)),
        'Z' => Piece::ZoneName,
        'n' | 't' => Piece::Blanks,
        '%' => Piece::Literal(b'%'),
        _ => return several(letter, pieces),
    };
    pieces.push(piece);
    true
}

/// The directives that stand for others.
fn several(letter: char, pieces: &mut Vec<Piece>) -> bool {
    let (letters, separator) = match letter {
        'F' => ("Ymd", b'-'),
        'T' => ("HMS", b':'),
        'D' => ("mdy", b'/'),
        'R' => ("HM", b':'),
        _ => return false,
    };
    for (index, letter) in letters.chars().enumerate() {
        if index > 0 {
            pieces.push(Piece::Literal(separator));
        }
        plain(letter, pieces);
    }
    true
}

/// Lets a number have fewer digits where what stands around it tells where it begins and ends.
fn widen(pieces: &mut [Piece]) {
    let is_digits = |piece: &Piece| matches!(piece, Piece::Number { .. } | Piece::Fraction(_));
    let mut glued = false;
    for index in 0..pieces.len() {
        let ends = match pieces.get(index + 1) {
            Some(Piece::Literal(byte)) => !byte.is_ascii_digit(),
            Some(piece) => !is_digits(piece),
            None => true,
        };
        let begins = !std::mem::replace(&mut glued, pieces.get(index).is_some_and(is_digits));
        if let Some(Piece::Number { field, width }) = pieces.get_mut(index)
            && let Width::Exactly(digits) = *width
            && begins
            && ends
            && *field != Field::Year
        {
            *width = Width::UpTo(digits);
        }
    }
}

/// Puts [`Piece::Clock`] and [`Piece::Date`] before the pieces that they may stand for.
fn with_shortcuts(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut found = Vec::with_capacity(pieces.len() + 2);
    for (index, piece) in pieces.iter().enumerate() {
        found.extend(shortcut(pieces.get(index..).unwrap_or_default()));
        found.push(*piece);
    }
    found
}

fn shortcut(pieces: &[Piece]) -> Option<Piece> {
    let [
        first,
        Piece::Literal(one),
        second,
        Piece::Literal(two),
        third,
        ..,
    ] = pieces
    else {
        return None;
    };
    let fields = [first, second, third].map(|piece| match piece {
        Piece::Number { field, .. } => Some(*field),
        _ => None,
    });
    match fields {
        [Some(Field::Hour), Some(Field::Minute), Some(Field::Second)] => {
            (*one == b':' && one == two).then_some(Piece::Clock)
        }
        [Some(Field::Year), Some(Field::Month), Some(Field::Day)] => {
            (one == two).then_some(Piece::Date(*one))
        }
        _ => None,
    }
}

/// Whether a time can be told from what is read: a whole date, a time of day, or both.
fn is_complete(pieces: &[Piece]) -> bool {
    let has = |wanted: Field| {
        pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Number { field, .. } if *field == wanted))
    };
    let month = has(Field::Month) || pieces.contains(&Piece::Month);
    let year = has(Field::Year) || has(Field::ShortYear);
    let date = (month && has(Field::Day)) || (year && has(Field::DayOfYear));
    let part_of_date = month || year || has(Field::Day) || has(Field::DayOfYear);
    let clock = has(Field::Hour) && (has(Field::Minute) || !has(Field::Second));
    let part_of_clock = has(Field::Minute) || has(Field::Second);
    has(Field::EpochSeconds)
        || ((date || !part_of_date) && (clock || !part_of_clock) && (date || clock))
}

#[cfg(test)]
mod tests {
    use crate::format::timestamp::{TimeForm, TimeFormError};

    #[track_caller]
    fn check(pattern: &str, expected: Result<(), &str>) {
        let found = TimeForm::compile(pattern).map(drop);
        assert_eq!(
            found.map_err(|error| error.to_string()),
            expected.map_err(str::to_owned),
            "{pattern:?}"
        );
    }

    #[test]
    fn patterns_of_known_directives_compile() {
        check("%Y-%m-%d %H:%M:%S.%f%z", Ok(()));
        check("%a %b %e %T %Y", Ok(()));
        check("%A, %d %B %y %I:%M:%S %p %Z", Ok(()));
        check("%s.%L", Ok(()));
        check("%-d.%-m.%Y um %_H:%M Uhr", Ok(()));
        check("%Y%j", Ok(()));
        check("%F %T%.3f %:z", Ok(()));
        check("100%% %H:%M", Ok(()));
    }

    #[test]
    fn an_unknown_directive_is_named() {
        check("%Y-%m-%d %Q", Err("unknown directive %Q in time pattern"));
        check("%H:%M %.3z", Err("unknown directive %.3z in time pattern"));
        check("%--d", Err("unknown directive %-- in time pattern"));
        check("%H %é", Err("unknown directive %é in time pattern"));
        check("%3H", Err("unknown directive %3H in time pattern"));
    }

    #[test]
    fn a_pattern_that_tells_no_time_is_refused() {
        let incomplete = Err("time pattern names neither a whole date nor a time of day");
        check("", incomplete);
        check("time", incomplete);
        check("%Y", incomplete);
        check("%Y-%m", incomplete);
        check("%j", incomplete);
        check("%m %H:%M", incomplete);
        check("%M:%S", incomplete);
        check("%Y-%m-%d %M", incomplete);
        check("%H:%", Err("time pattern ends within a directive"));
        check("%H:%-", Err("time pattern ends within a directive"));
    }

    proptest::proptest! {
        #[test]
        fn no_pattern_makes_it_panic(pattern in "\\PC{0,20}", directives in "(%[-_.,:]?[0-9]?[a-zA-Z]| ){0,8}") {
            for text in [pattern, directives] {
                let _form: Result<TimeForm, TimeFormError> = TimeForm::compile(&text);
            }
        }
    }
}
