//! Any text as a syslog message.

#![no_main]

use libfuzzer_sys::fuzz_target;
use otelctl::format::syslog;
use otelctl::format::syslog::frames::{self, Piece, Tail};
use otelctl::record::Record;
use otelctl_fuzz::{look_at, text, zone};

fuzz_target!(|data: &[u8]| {
    let line = text(data);
    let mut record = Record::default();
    syslog::looks_like(&line);
    syslog::looks_like_stored(&line, &mut zone());
    if syslog::parse(&line, &mut zone(), &mut record) {
        look_at(&record);
    }
    cut(data);
});

/// A stream of counted messages is cut without a gap that is not a count or a blank, and to its end.
fn cut(data: &[u8]) {
    let mut at = frames::blanks(data);
    while at < data.len() {
        let (Piece::Counted(piece) | Piece::Line(piece)) = frames::piece(data, at, Tail::Ends)
        else {
            panic!("nothing more comes, so each piece is told");
        };
        assert!(piece.start >= at && piece.end <= data.len());
        let next = piece.end + frames::blanks(&data[piece.end..]);
        assert!(next > at, "it goes on");
        at = next;
    }
}
