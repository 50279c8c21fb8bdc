//! What stands between the captures of a pattern, and where a capture ends because of it.

/// Blanks may stand here. No log line means anything by this byte.
pub(super) const PADDING: u8 = 0;

/// Bytes of a pattern; a blank among them stands for one or more, [`PADDING`] for any number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fixed {
    bytes: Box<[u8]>,
    shape: Shape,
}

/// How the bytes are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// One that is no blank.
    One(u8),
    /// A blank: the most frequent of all.
    Blank,
    /// Some, no blank among them.
    Exact,
    /// One after the other.
    Spaced,
}

impl Fixed {
    pub(super) fn new(bytes: &[u8]) -> Fixed {
        let is_exact = |byte: &u8| !matches!(*byte, b' ' | PADDING);
        let shape = match bytes {
            [byte] if is_exact(byte) => Shape::One(*byte),
            [b' '] => Shape::Blank,
            _ if bytes.iter().all(is_exact) => Shape::Exact,
            _ => Shape::Spaced,
        };
        Fixed {
            bytes: bytes.into(),
            shape,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether they may begin with this byte.
    pub(super) fn may_begin_with(&self, byte: u8) -> bool {
        match self.bytes.first() {
            None | Some(&PADDING) => true,
            Some(b' ') => is_blank(byte),
            Some(first) => *first == byte,
        }
    }

    /// Where they end if they stand at `at`.
    #[inline]
    pub(super) fn end(&self, line: &[u8], at: usize) -> Option<usize> {
        match self.shape {
            Shape::One(byte) => (*line.get(at)? == byte).then_some(at + 1),
            Shape::Blank => match line.get(at) {
                Some(byte) if is_blank(*byte) => Some(blanks(line, at + 1)),
                Some(_) => None,
                // Blanks at the end of a line are often trimmed.
                None => Some(at),
            },
            Shape::Exact => line
                .get(at..)?
                .starts_with(&self.bytes)
                .then_some(at + self.bytes.len()),
            Shape::Spaced => self.spaced_end(line, at),
        }
    }

    fn spaced_end(&self, line: &[u8], mut at: usize) -> Option<usize> {
        for (index, byte) in self.bytes.iter().enumerate() {
            if *byte == PADDING {
                at = blanks(line, at);
                continue;
            }
            let Some(found) = line.get(at).copied() else {
                // Blanks at the end of a line are often trimmed.
                return (index + 1 == self.bytes.len() && *byte == b' ').then_some(at);
            };
            if *byte == b' ' {
                if !is_blank(found) {
                    return None;
                }
                at = blanks(line, at + 1);
            } else if found == *byte {
                at += 1;
            } else {
                return None;
            }
        }
        Some(at)
    }
}

/// What ends a capture.
#[derive(Debug, Clone)]
pub(super) struct Until {
    /// Any of these.
    alternatives: Box<[Fixed]>,
    steps: Box<[Step; 256]>,
    /// Whether the end of the line does, too.
    line_end: LineEnd,
}

/// What a byte says of the capture that it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// It belongs to the capture.
    GoesOn,
    /// It may begin what ends the capture, or belong to it.
    MayEnd,
    /// It begins what ends the capture, or there is none.
    MustEnd,
    /// The capture cannot hold it.
    Fails,
}

/// Whether a capture may go to the end of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineEnd {
    Ends,
    Fails,
}

impl Until {
    /// For a capture whose bytes `allows` tells.
    pub(super) fn new(
        alternatives: &[Fixed],
        line_end: LineEnd,
        allows: impl Fn(u8) -> bool,
    ) -> Until {
        let mut steps = Box::new([Step::Fails; 256]);
        for byte in 0..=u8::MAX {
            let first = |fixed: &Fixed| {
                let first = fixed.bytes.iter().find(|byte| **byte != PADDING);
                first.copied().unwrap_or(b' ') == byte
            };
            let is_stop = is_blank(byte) || alternatives.iter().any(first);
            steps[usize::from(byte)] = match (is_stop, allows(byte)) {
                (true, true) => Step::MayEnd,
                (true, false) => Step::MustEnd,
                (false, true) => Step::GoesOn,
                (false, false) => Step::Fails,
            };
        }
        Until {
            alternatives: alternatives.into(),
            steps,
            line_end,
        }
    }

    /// Where a capture ends that begins at `at`; `None` when it cannot, or a byte forbids it.
    #[inline]
    pub(super) fn end(&self, line: &[u8], mut at: usize) -> Option<usize> {
        loop {
            let Some(stop) = self.next_stop(line, at) else {
                return self.ends(line, line.len()).then_some(line.len());
            };
            match self.steps[usize::from(line[stop])] {
                Step::MayEnd | Step::MustEnd if self.ends(line, stop) => return Some(stop),
                Step::MustEnd | Step::Fails => return None,
                Step::MayEnd | Step::GoesOn => at = stop + 1,
            }
        }
    }

    /// The next place at which a capture may end or fails, if it is not the end of the line.
    #[inline]
    pub(super) fn next_stop(&self, line: &[u8], from: usize) -> Option<usize> {
        let found = line
            .get(from..)?
            .iter()
            .position(|byte| self.steps[usize::from(*byte)] != Step::GoesOn)?;
        Some(from + found)
    }

    /// Whether a capture cannot have this byte, and does not end with it either.
    #[inline]
    pub(super) fn forbids(&self, byte: u8) -> bool {
        self.steps[usize::from(byte)] == Step::Fails
    }

    /// Whether the capture may end at `at`.
    #[inline]
    pub(super) fn ends(&self, line: &[u8], at: usize) -> bool {
        if at >= line.len() {
            return self.line_end == LineEnd::Ends;
        }
        self.alternatives
            .iter()
            .any(|fixed| fixed.end(line, at).is_some())
    }
}

#[inline]
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Where the blanks end that stand at `at`.
#[inline]
pub(super) fn blanks(line: &[u8], mut at: usize) -> usize {
    while line.get(at).is_some_and(|byte| is_blank(*byte)) {
        at += 1;
    }
    at
}
