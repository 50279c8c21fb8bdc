//! Lines that fit no built-in layout → a layout of their own, read off their beginnings.
//!
//! Loggers put the same columns before every message: a time, a level, names and numbers in brackets or with marks between them. The
//! beginning of each line is read as such columns ([`prefix`]); the longest beginning that nearly all lines share becomes a pattern,
//! and what its columns hold tells what they are ([`columns`]). Whether a line fits is then decided as for every other layout.
//!
//! Messages share no long beginnings, so little is taken for a column that is none; where lines disagree, the shorter pattern wins.

mod columns;
mod prefix;

use std::collections::HashMap;

use crate::format::detect::infer::prefix::{Mark, Prefix};
use crate::format::layout::{Captures, Layout};
use crate::format::timestamp::Zone;

/// Fewest lines that a layout is read off.
const LINES_MIN: usize = 3;

/// Most lines that are looked at.
const LINES_MAX: usize = 120;

/// The share of lines, in percent, that must fit.
const FITS_PERCENT_MIN: usize = 75;

/// The share of lines, in percent, of which a beginning must be read to be tried at all.
const TRIED_PERCENT_MIN: usize = 25;

/// Beginnings tried, the longest first.
const TRIES_MAX: usize = 24;

/// The name people see of such a layout.
pub(super) const NAME: &str = "text";

/// The most telling layout that nearly all these lines fit; those that begin with a time are asked alone when they are many.
pub(super) fn infer(lines: &[&str], zone: &mut Zone) -> Option<Layout> {
    let lines = lines.get(..LINES_MAX.min(lines.len())).unwrap_or_default();
    if lines.len() < LINES_MIN {
        return None;
    }
    let prefixes: Vec<Prefix<'_>> = lines.iter().map(|line| Prefix::read(line, zone)).collect();
    let mut candidates = counted(&prefixes);
    candidates.retain(|(_, count)| count * 100 >= lines.len() * TRIED_PERCENT_MIN);
    candidates.sort_by_key(|(marks, count)| std::cmp::Reverse((weight(marks), *count)));
    candidates.truncate(TRIES_MAX);
    candidates.into_iter().find_map(|(marks, _)| {
        let pattern = columns::pattern(marks, &prefixes)?;
        let layout = Layout::compile(NAME, pattern).ok()?;
        fits_enough(&layout, lines, zone).then_some(layout)
    })
}

/// Every beginning of which something can be made, and how many lines share it.
fn counted<'p>(prefixes: &'p [Prefix<'_>]) -> Vec<(&'p [Mark], usize)> {
    let mut counts: HashMap<&[Mark], usize> = HashMap::new();
    for prefix in prefixes {
        for end in &prefix.ends {
            let marks = prefix.marks.get(..*end).unwrap_or_default();
            if is_telling(marks) {
                *counts.entry(marks).or_default() += 1;
            }
        }
    }
    let mut counted: Vec<_> = counts.into_iter().collect();
    // What a map yields has no order of its own.
    counted.sort_unstable();
    counted
}

/// A level, or a time with something besides.
fn is_telling(marks: &[Mark]) -> bool {
    let has = |wanted: Mark| marks.contains(&wanted);
    has(Mark::Level) || has(Mark::Letter) || (has(Mark::Time) && weight(marks) > 1)
}

/// How many things a beginning says.
fn weight(marks: &[Mark]) -> usize {
    marks
        .iter()
        .filter(|mark| !matches!(mark, Mark::Byte(_)))
        .count()
}

fn fits_enough(layout: &Layout, lines: &[&str], zone: &mut Zone) -> bool {
    let mut captures = Captures::EMPTY;
    let fits = lines
        .iter()
        .filter(|line| layout.matches(line.as_bytes(), zone, &mut captures))
        .count();
    fits >= LINES_MIN && fits * 100 >= lines.len() * FITS_PERCENT_MIN
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::units::UnixNanos;
    use jiff::tz::TimeZone;

    fn zone() -> Zone {
        Zone::new(TimeZone::UTC).with_anchor(UnixNanos(1_795_170_000_000_000_000))
    }

    #[track_caller]
    fn check(lines: [&str; 4], pattern: &str) {
        let found = infer(&lines, &mut zone());
        let found = found.map(|layout| layout.pattern.into_owned());
        assert_eq!(found.as_deref().unwrap_or(""), pattern, "{lines:#?}");
    }

    #[test]
    fn columns_are_told_by_what_they_hold() {
        check(
            [
                "2026-11-20 09:00:00,123 shop.cart    INFO     saved",
                "2026-11-20 09:00:01,123 root         WARNING  slow",
                "2026-11-20 09:00:02,123 shop.db.pool DEBUG    taken",
                "2026-11-20 09:00:03,123 werkzeug     INFO     served it",
            ],
            "{time} {scope:name} {level:upper} {body}",
        );
        check(
            [
                "[2026-11-20 09:00:00] [main] [INFO] org.shop.Cart - saved",
                "[2026-11-20 09:00:01] [pool-1] [WARN] org.shop.Db - slow",
                "[2026-11-20 09:00:02] [pool-2] [INFO] Main - taken",
                "[2026-11-20 09:00:03] [main] [ERROR] org.shop.Db - gone",
            ],
            "[{time}] [{thread:text}] [{level:upper}] {scope:name} - {body}",
        );
        check(
            [
                "WARNING: 2026-11-20 09:00:00 [812] cart.py:42 saved",
                "INFO: 2026-11-20 09:00:01 [812] cart.py:7 slow",
                "INFO: 2026-11-20 09:00:02 [812] db.py:42 taken",
                "ERROR: 2026-11-20 09:00:03 [812] db.py:11 gone",
            ],
            "{level:upper}{? }: {time} [{pid}] {file:source}:{line} {body}",
        );
    }

    #[test]
    fn messages_that_begin_alike_by_chance_stay_whole() {
        check(
            [
                "2026-11-20 09:00:00 INFO saved",
                "2026-11-20 09:00:01 INFO cart: slow",
                "2026-11-20 09:00:02 INFO 12 taken",
                "2026-11-20 09:00:03 WARN [x] gone",
            ],
            "{time} {level:upper} {body}",
        );
        check(["a", "b c", "d: e", "[f] g"], "");
    }

    proptest::proptest! {
        #[test]
        fn any_lines_are_read_without_panic(
            lines in proptest::collection::vec("[a-c0-2 :.|\\[\\]()<>{}\\\\é-]{0,30}(INFO|W|\\[E\\])?.{0,8}", 3..6),
        ) {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let _inferred = infer(&lines, &mut zone());
        }
    }
}
