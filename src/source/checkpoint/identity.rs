//! Whether a file is the one that a checkpoint speaks of: what was found out about it → a verdict, by one table.

/// Whether device and inode are those of the checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Node {
    /// They are.
    Same,
    /// They are not.
    Other,
}

/// What was found out about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// Its inode.
    pub inode: Node,
    /// Whether it reaches to the mark.
    pub reaches: bool,
    /// Whether it begins as it did.
    pub head: bool,
    /// Whether what stands before the mark stood there.
    pub tail: bool,
}

/// What a file is to a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The same file: go on at the mark.
    Continue,
    /// The same bytes elsewhere, by renaming over devices, copying, restoring, compressing: go on at the mark.
    Moved,
    /// The same file with the same beginning, written anew: from its start.
    Rewritten,
    /// The same file, cut off before the mark: what is left of it may be in a copy; from its start.
    Truncated,
    /// Another file that got the same inode: from its start.
    Reused,
    /// Another file: from its start.
    New,
}

/// Judges a file.
pub fn judge(evidence: Evidence) -> Verdict {
    let Evidence {
        inode,
        reaches,
        head,
        tail,
    } = evidence;
    match (inode, reaches, head, tail) {
        (Node::Same, true, true, true) => Verdict::Continue,
        (Node::Same, true, true, false) => Verdict::Rewritten,
        (Node::Same, true, false, _) => Verdict::Reused,
        (Node::Same, false, _, _) => Verdict::Truncated,
        (Node::Other, true, true, true) => Verdict::Moved,
        (Node::Other, _, _, _) => Verdict::New,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(inode: Node, [reaches, head, tail]: [bool; 3], verdict: Verdict) {
        let evidence = Evidence {
            inode,
            reaches,
            head,
            tail,
        };
        assert_eq!(judge(evidence), verdict);
    }

    #[test]
    fn a_file_with_the_same_inode_continues_only_when_everything_fits() {
        check(Node::Same, [true, true, true], Verdict::Continue);
        check(Node::Same, [true, true, false], Verdict::Rewritten);
        check(Node::Same, [true, false, true], Verdict::Reused);
        check(Node::Same, [true, false, false], Verdict::Reused);
        check(Node::Same, [false, true, false], Verdict::Truncated);
        check(Node::Same, [false, false, false], Verdict::Truncated);
    }

    #[test]
    fn a_file_with_another_inode_is_the_same_only_by_its_bytes() {
        check(Node::Other, [true, true, true], Verdict::Moved);
        check(Node::Other, [true, true, false], Verdict::New);
        check(Node::Other, [true, false, true], Verdict::New);
        check(Node::Other, [false, true, true], Verdict::New);
        check(Node::Other, [false, false, false], Verdict::New);
    }
}
