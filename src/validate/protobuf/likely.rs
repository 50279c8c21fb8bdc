//! The signals that a protobuf body can carry, by a look at its first record.
//!
//! Shape: the first bytes of a request → the signals whose records have fields of these numbers and wire types. Resources and
//! scopes look the same in all of them. Only the way to the first record and its own tags are read, not what is in them.

use super::wire::Wire;
use crate::otlp::Signal;
use crate::validate::schema::{Field, Kind, Shape};
use crate::validate::tree::Span;

/// The field that holds the next layer: resources of a request, scopes of a resource, records of a scope.
const LAYERS: [u32; 3] = [1, 2, 2];

/// The signals that the first record fits; all of them when there is none.
pub(in crate::validate) fn likely_signals(bytes: &[u8]) -> Vec<Signal> {
    let record = first_record(bytes);
    let fits = |signal: &Signal| record.is_none_or(|record| is_record(bytes, record, *signal));
    Signal::ALL.into_iter().filter(fits).collect()
}

/// Where the first record stands that is not empty.
fn first_record(bytes: &[u8]) -> Option<Span> {
    let mut open = vec![Wire::new(bytes, Span::new(0, bytes.len()))];
    loop {
        let layer = *LAYERS.get(open.len().checked_sub(1)?)?;
        let wire = open.last_mut()?;
        if wire.is_done() {
            open.pop();
            continue;
        }
        let (number, wire_type) = wire.tag()?;
        if (number, wire_type) != (layer, 2) {
            wire.skip(wire_type)?;
            continue;
        }
        let inside = wire.block()?;
        if open.len() < LAYERS.len() {
            open.push(Wire::new(bytes, inside));
        } else if inside.start < inside.end {
            return Some(inside);
        }
    }
}

/// Whether all fields of a record are those of this signal.
fn is_record(bytes: &[u8], record: Span, signal: Signal) -> bool {
    let shape = match signal {
        Signal::Logs => Shape::LogRecord,
        Signal::Traces => Shape::Span,
        Signal::Metrics => Shape::Metric,
    };
    let mut wire = Wire::new(bytes, record);
    while !wire.is_done() {
        let known = wire.tag().and_then(|(number, wire_type)| {
            let (_, field) = shape.message().by_number(number)?;
            let right = u64::from(field.wire_type) == wire_type;
            let length = value_length(&mut wire, wire_type)?;
            (right && has_length(field, length)).then_some(())
        });
        if known.is_none() {
            return false;
        }
    }
    true
}

/// Passes a value; how many bytes it has.
fn value_length(wire: &mut Wire<'_>, wire_type: u64) -> Option<u32> {
    if wire_type == 2 {
        return wire.block().map(|span| span.end - span.start);
    }
    wire.skip(wire_type).map(|()| 0)
}

/// Ids tell spans from metrics, which have a name where those have a trace.
fn has_length(field: &Field, length: u32) -> bool {
    match field.kind {
        Kind::Id(bytes) => length == 0 || length == u32::from(bytes),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::protobuf::put_bytes;

    /// A request with one resource, one scope and these records.
    fn request(records: &[&[u8]]) -> Vec<u8> {
        let mut scope = Vec::new();
        for record in records {
            put_bytes(&mut scope, 0x12, record);
        }
        let (mut resource, mut request) = (Vec::new(), Vec::new());
        put_bytes(&mut resource, 0x12, &scope);
        put_bytes(&mut request, 0x0a, &resource);
        request
    }

    #[track_caller]
    fn check(records: &[&[u8]], expected: &[Signal]) {
        assert_eq!(likely_signals(&request(records)), expected);
    }

    #[test]
    fn records_are_told_by_the_types_of_their_first_fields() {
        check(&[&[0x09, 1, 2, 3, 4, 5, 6, 7, 8]], &[Signal::Logs]);
        let span = [&[0x0a, 16][..], &[7; 16], &[0x12, 8], &[7; 8]].concat();
        check(&[&span], &[Signal::Metrics, Signal::Traces]);
        let whole_span = [&span[..], &[0x39, 1, 2, 3, 4, 5, 6, 7, 8]].concat();
        check(&[&whole_span], &[Signal::Traces]);
        check(&[b"\x0a\x04load\x2a\x00"], &[Signal::Metrics]);
    }

    #[test]
    fn a_request_without_records_may_be_any() {
        check(&[], &Signal::ALL);
        check(&[b""], &Signal::ALL);
        assert_eq!(likely_signals(b""), Signal::ALL);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_never_panic(bytes in proptest::collection::vec(proptest::sample::select(vec![0_u8, 1, 2, 3, 9, 10, 16, 18, 26, 127, 128, 255]), 0..60)) {
            assert!(likely_signals(&bytes).len() <= 3);
        }
    }
}
