//! The rows themselves, in the order in which they are tried: by family, and within a family the more telling first.

mod head;
mod lower;
mod tail;
mod upper;

use crate::format::layout::table::{Evidence, Row};

/// Every built-in text format, in the order in which they are tried.
pub const ROWS: &[Row] = &ALL;

const PARTS: [&[Row]; 4] = [&head::ROWS, &upper::ROWS, &lower::ROWS, &tail::ROWS];

const COUNT: usize = PARTS[0].len() + PARTS[1].len() + PARTS[2].len() + PARTS[3].len();

#[expect(
    clippy::large_const_arrays,
    reason = "it is named once, where the table refers to it"
)]
const ALL: [Row; COUNT] = {
    let mut all = [PARTS[0][0]; COUNT];
    let (mut part, mut at) = (0, 0);
    while part < PARTS.len() {
        let mut index = 0;
        while index < PARTS[part].len() {
            all[at] = PARTS[part][index];
            index += 1;
            at += 1;
        }
        part += 1;
    }
    all
};

const fn row(
    name: &'static str,
    evidence: Evidence,
    pattern: &'static str,
    example: &'static str,
) -> Row {
    Row {
        name,
        evidence,
        pattern,
        example,
    }
}
