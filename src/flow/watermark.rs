//! Up to where a source is resolved: the end of its longest prefix of batches whose every record has left by an exit.
//!
//! Batches come in order and are resolved in any order. A batch that was not sent is never resolved, so the mark
//! stays before it.

use std::collections::VecDeque;

use crate::source::checkpoint::Mark;

/// Batches that are told apart while the first of them is unresolved; of what comes behind them the mark knows only the end.
const OPEN_MAX: usize = 16_384;

/// One source's mark.
#[derive(Debug, Clone, Default)]
pub(super) struct Watermark {
    open: VecDeque<Slot>,
    /// The number of the first open slot.
    first: u64,
    acknowledged: Mark,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    end: Mark,
    pending_batches: usize,
}

impl Watermark {
    /// Begins where reading began.
    pub(super) fn start_at(&mut self, mark: Mark) {
        self.acknowledged = mark;
    }

    /// Adds the next piece; returns its number for [`Watermark::resolve`].
    ///
    /// Limits: a batch that is tried for hours holds the mark, and must not make what follows it fill the memory. Pieces beyond a limit
    /// share a number.
    pub(super) fn add(&mut self, end: Mark, batches: usize) -> u64 {
        let is_full = self.open.len() >= OPEN_MAX;
        match self.open.back_mut().filter(|_| is_full) {
            Some(last) => {
                last.end = end;
                last.pending_batches += batches;
            }
            None => self.open.push_back(Slot {
                end,
                pending_batches: batches,
            }),
        }
        let number = self.first + self.open.len() as u64 - 1;
        self.advance();
        number
    }

    /// One batch of a piece was resolved.
    pub(super) fn resolve(&mut self, number: u64) {
        let place = usize::try_from(number - self.first).expect("an open slot");
        self.open[place].pending_batches -= 1;
        self.advance();
    }

    /// Everything before this is resolved.
    pub(super) fn acknowledged(&self) -> Mark {
        self.acknowledged
    }

    /// Whether nothing that was added is open.
    pub(super) fn is_settled(&self) -> bool {
        self.open.is_empty()
    }

    fn advance(&mut self) {
        while let Some(slot) = self.open.front()
            && slot.pending_batches == 0
        {
            self.acknowledged = slot.end;
            self.open.pop_front();
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(offset: u64) -> Mark {
        Mark {
            offset,
            ..Mark::default()
        }
    }

    proptest::proptest! {
        #[test]
        fn the_mark_is_the_end_of_the_longest_resolved_prefix(batches in proptest::collection::vec(0_usize..3, 1..12), order in proptest::collection::vec(0_usize..100, 40)) {
            let mut mark = Watermark::default();
            let mut pending: Vec<usize> = batches.clone();
            let numbers: Vec<u64> = batches.iter().enumerate().map(|(index, count)| mark.add(at(index as u64 * 10 + 10), *count)).collect();
            for pick in order {
                let open: Vec<usize> = (0..pending.len()).filter(|index| pending[*index] > 0).collect();
                let Some(index) = open.get(pick % open.len().max(1)) else { break };
                pending[*index] -= 1;
                mark.resolve(numbers[*index]);
                let resolved = pending.iter().take_while(|count| **count == 0).count() as u64;
                proptest::prop_assert_eq!(mark.acknowledged().offset, resolved * 10);
            }
        }
    }

    #[test]
    fn a_batch_that_is_stuck_does_not_make_the_mark_grow() {
        let mut mark = Watermark::default();
        let stuck = mark.add(at(1), 1);
        let numbers: Vec<u64> = (2..=40_000).map(|end| mark.add(at(end), 1)).collect();
        assert_eq!(mark.open.len(), OPEN_MAX);
        for number in numbers {
            mark.resolve(number);
        }
        let later = mark.add(at(40_001), 1);
        assert_eq!(mark.acknowledged().offset, 0);
        mark.resolve(stuck);
        assert_eq!((mark.open.len(), mark.acknowledged().offset), (1, 16_383));
        mark.resolve(later);
        assert_eq!(mark.acknowledged().offset, 40_001);
    }

    #[test]
    fn a_single_chunk_at_the_very_start_moves_the_mark() {
        let mut mark = Watermark::default();
        mark.start_at(at(3));
        let number = mark.add(at(4), 1);
        assert_eq!(mark.acknowledged().offset, 3);
        mark.resolve(number);
        assert_eq!(mark.acknowledged().offset, 4);
    }
}
