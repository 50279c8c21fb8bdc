//! The walk over an error and its causes.
//!
//! An error says what was tried on what, and leaves the cause to its source; whoever shows it walks the chain. The chain is finite: each error
//! owns its source.

use std::error::Error;
use std::iter::successors;

/// The error, and after it each cause down to the first.
pub fn chain<'e>(
    error: &'e (dyn Error + 'static),
) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    successors(Some(error), |error| (*error).source())
}

/// The whole chain in one text.
///
/// Shape: `cannot read ./a.pem: No such file or directory`
pub fn in_one_line(error: &(dyn Error + 'static)) -> String {
    let texts: Vec<String> = chain(error).map(ToString::to_string).collect();
    texts.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot open the door")]
    struct Outer {
        source: std::fmt::Error,
    }

    #[test]
    fn an_error_is_told_with_its_causes_behind_it() {
        let error = Outer {
            source: std::fmt::Error,
        };
        assert_eq!(chain(&error).count(), 2);
        assert_eq!(
            in_one_line(&error),
            format!("cannot open the door: {}", std::fmt::Error)
        );
    }
}
