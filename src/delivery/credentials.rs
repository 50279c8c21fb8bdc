//! The headers that say who we are. When the server denies them, they are made anew once: the token may have been renewed where it is kept.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::base::secret::Secret;
use crate::delivery::http::BadHeader;

/// Names and values of headers.
pub type Headers = Vec<(String, Secret)>;

/// Makes the headers anew; `None` when that is not possible.
pub type Renew = Box<dyn Fn() -> Option<Headers> + Send + Sync>;

/// The headers of a run.
pub struct Credentials {
    held: Mutex<Held>,
    renew: Option<Renew>,
}

struct Held {
    headers: HeaderMap,
    /// Those before them too: a server may repeat what it was sent earlier.
    secrets: Vec<Secret>,
    generation: u32,
    /// Whether they were made anew since the server took any.
    is_retaken: bool,
}

impl fmt::Debug for Credentials {
    /// Shows nothing of the headers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

impl Credentials {
    /// Prepares headers. Their values are marked as sensitive, so that no client shows them.
    pub fn new(headers: Headers, renew: Option<Renew>) -> Result<Credentials, BadHeader> {
        let held = Held {
            headers: header_map(&headers)?,
            secrets: headers.into_iter().map(|(_, secret)| secret).collect(),
            generation: 0,
            is_retaken: false,
        };
        Ok(Credentials {
            held: Mutex::new(held),
            renew,
        })
    }

    /// The headers as they are now, and which they are.
    pub fn current(&self) -> (HeaderMap, u32) {
        let held = self.held();
        (held.headers.clone(), held.generation)
    }

    /// The server took some.
    pub fn accepted(&self) {
        self.held().is_retaken = false;
    }

    /// Whether there are others than those that were denied; makes them anew if that was not done yet.
    pub fn renewed_since(&self, denied: u32) -> bool {
        let mut held = self.held();
        if held.generation != denied {
            return true;
        }
        let Some(renew) = self.renew.as_ref().filter(|_| !held.is_retaken) else {
            return false;
        };
        held.is_retaken = true;
        let Some(headers) = renew() else { return false };
        let Ok(new) = header_map(&headers) else {
            return false;
        };
        if new == held.headers {
            return false;
        }
        let secrets = headers.into_iter().map(|(_, secret)| secret);
        held.secrets.extend(secrets);
        held.headers = new;
        held.generation += 1;
        true
    }

    /// A text without any of them.
    pub fn scrub(&self, text: String) -> String {
        let held = self.held();
        let secrets = held.secrets.iter();
        secrets.fold(text, |text, secret| secret.scrub(&text))
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn header_map(headers: &Headers) -> Result<HeaderMap, BadHeader> {
    let mut map = HeaderMap::new();
    for (name, secret) in headers {
        let bad = || BadHeader { name: name.clone() };
        let value = HeaderValue::from_bytes(secret.expose().as_bytes());
        let mut value = value.map_err(|_| bad())?;
        value.set_sensitive(true);
        map.insert(HeaderName::try_from(name).map_err(|_| bad())?, value);
    }
    Ok(map)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn headers(token: &str) -> Headers {
        vec![("authorization".to_owned(), Secret::new(token))]
    }

    #[test]
    fn denied_headers_are_made_anew_once_until_some_are_accepted() {
        let made = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&made);
        let renew: Renew = Box::new(move || {
            let number = count.fetch_add(1, Ordering::SeqCst);
            Some(headers(&format!("token-{number}")))
        });
        let held = Credentials::new(headers("token"), Some(renew)).unwrap();
        assert!(held.renewed_since(0) && held.renewed_since(0));
        assert_eq!(made.load(Ordering::SeqCst), 1);
        assert!(!held.renewed_since(1), "once, as long as none is accepted");
        held.accepted();
        assert!(held.renewed_since(1));
        let (sent, generation) = held.current();
        assert_eq!(
            (&sent["authorization"], generation),
            (&HeaderValue::from_static("token-1"), 2)
        );
        let scrubbed = held.scrub("a token-0 b token-1 c token".to_owned());
        assert_eq!(scrubbed, "a [hidden]-0 b [hidden]-1 c [hidden]");
    }

    #[test]
    fn headers_that_stay_the_same_or_cannot_be_made_are_not_renewed() {
        let same: Renew = Box::new(|| Some(headers("token")));
        let none: Renew = Box::new(|| None);
        for renew in [Some(same), Some(none), None] {
            let held = Credentials::new(headers("token"), renew).unwrap();
            assert!(!held.renewed_since(0));
        }
    }

    #[test]
    fn no_value_shows_in_debug() {
        let held = Credentials::new(headers("hunter2"), None).unwrap();
        let shown = format!("{held:?} {:?}", held.current());
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
