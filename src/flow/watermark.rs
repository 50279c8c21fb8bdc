//! Up to where a source is resolved: the end of its longest prefix of chunks whose every record has left by an exit.
//!
//! Chunks come in order, their batches are resolved in any order. A batch that was not sent is never resolved, so the mark
//! stays before it.

use std::collections::VecDeque;

/// One source's mark.
#[derive(Debug, Clone, Default)]
pub(super) struct Watermark {
    open: VecDeque<Slot>,
    /// The number of the first open slot.
    first: u64,
    acknowledged_offset: u64,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    end_offset: u64,
    pending_batches: usize,
}

impl Watermark {
    /// Begins where reading began.
    pub(super) fn start_at(&mut self, offset: u64) {
        self.acknowledged_offset = offset;
    }

    /// Adds the next chunk; returns its number for [`Watermark::resolve`].
    pub(super) fn add(&mut self, end_offset: u64, batches: usize) -> u64 {
        self.open.push_back(Slot {
            end_offset,
            pending_batches: batches,
        });
        let number = self.first + self.open.len() as u64 - 1;
        self.advance();
        number
    }

    /// One batch of a chunk was resolved.
    pub(super) fn resolve(&mut self, number: u64) {
        let place = usize::try_from(number - self.first).expect("an open slot");
        self.open[place].pending_batches -= 1;
        self.advance();
    }

    /// Everything before this is resolved.
    pub(super) fn acknowledged_offset(&self) -> u64 {
        self.acknowledged_offset
    }

    fn advance(&mut self) {
        while let Some(slot) = self.open.front()
            && slot.pending_batches == 0
        {
            self.acknowledged_offset = slot.end_offset;
            self.open.pop_front();
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn the_mark_is_the_end_of_the_longest_resolved_prefix(batches in proptest::collection::vec(0_usize..3, 1..12), order in proptest::collection::vec(0_usize..100, 40)) {
            let mut mark = Watermark::default();
            let mut pending: Vec<usize> = batches.clone();
            let numbers: Vec<u64> = batches.iter().enumerate().map(|(index, count)| mark.add(index as u64 * 10 + 10, *count)).collect();
            for pick in order {
                let open: Vec<usize> = (0..pending.len()).filter(|index| pending[*index] > 0).collect();
                let Some(index) = open.get(pick % open.len().max(1)) else { break };
                pending[*index] -= 1;
                mark.resolve(numbers[*index]);
                let resolved = pending.iter().take_while(|count| **count == 0).count() as u64;
                proptest::prop_assert_eq!(mark.acknowledged_offset(), resolved * 10);
            }
        }
    }

    #[test]
    fn a_single_chunk_at_the_very_start_moves_the_mark() {
        let mut mark = Watermark::default();
        mark.start_at(3);
        let number = mark.add(4, 1);
        assert_eq!(mark.acknowledged_offset(), 3);
        mark.resolve(number);
        assert_eq!(mark.acknowledged_offset(), 4);
    }
}
