//! Request bodies whose memory is used again.
//!
//! A body of a megabyte that is allocated anew comes as unmapped pages, and touching them for the first time costs as much as
//! encoding the records. So a body gives its memory back when its last copy is dropped, on whichever thread that is.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

/// Buffers kept for use: as many as batches are on their way at a time, or a few more.
const KEPT_MAX: usize = 16;

/// A buffer that grew larger than this for an unusual record is given back to the system.
const KEPT_BYTES_MAX: usize = 2 << 20;

/// Buffers to be used again, shared by those who fill them and those who drop them.
#[derive(Debug, Clone, Default)]
pub struct Buffers(Arc<Mutex<Vec<Vec<u8>>>>);

impl Buffers {
    /// An empty buffer with room for `capacity` bytes.
    pub fn take(&self, capacity: usize) -> Vec<u8> {
        let kept = self.lock().pop();
        let mut buffer = kept.unwrap_or_default();
        buffer.reserve(capacity);
        buffer
    }

    /// The bytes to send; their memory returns here.
    pub fn share(&self, filled: Vec<u8>) -> Bytes {
        Bytes::from_owner(Body {
            bytes: filled,
            home: self.clone(),
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A filled buffer that knows where it came from.
struct Body {
    bytes: Vec<u8>,
    home: Buffers,
}

impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.bytes);
        let mut kept = self.home.lock();
        if bytes.capacity() <= KEPT_BYTES_MAX && kept.len() < KEPT_MAX {
            bytes.clear();
            kept.push(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_returns_with_the_last_copy_and_only_in_bounds() {
        let buffers = Buffers::default();
        let mut buffer = buffers.take(100);
        buffer.extend_from_slice(b"body");
        let place = buffer.as_ptr();
        let body = buffers.share(buffer);
        let copy = body.clone();
        drop(body);
        assert_eq!(buffers.lock().len(), 0);
        assert_eq!(&*copy, b"body");
        drop(copy);
        let again = buffers.take(50);
        assert!(again.is_empty() && again.as_ptr() == place);
        drop(buffers.share(Vec::with_capacity(KEPT_BYTES_MAX + 1)));
        assert_eq!(buffers.lock().len(), 0);
    }
}
