//! The headers that say who we are. When the server denies them, they are made anew once: the token may have been renewed where it is kept.

use std::fmt;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::base::secret::Secret;
use crate::delivery::http::BadHeader;

/// Names and values of headers.
pub type Headers = Vec<(String, Secret)>;

/// Makes the headers anew; `None` when that is not possible. It may take seconds, so it must not hold up its thread.
pub type Renew = Box<dyn Fn() -> Renewing + Send + Sync>;

/// The headers that are being made.
pub type Renewing = Pin<Box<dyn Future<Output = Option<Headers>> + Send>>;

/// The headers of a run.
pub struct Credentials {
    held: Mutex<Held>,
    renew: Option<Renew>,
    /// Held while they are made anew: who is denied meanwhile waits for what comes of it.
    turn: tokio::sync::Mutex<()>,
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
            turn: tokio::sync::Mutex::default(),
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
    pub async fn renewed_since(&self, denied: u32) -> bool {
        let _turn = self.turn.lock().await;
        let Some(renew) = self.to_renew(denied) else {
            return self.held().generation != denied;
        };
        let Some(headers) = renew().await else {
            return false;
        };
        self.take(headers)
    }

    /// What makes them anew, unless that was done since they were denied, or in vain.
    fn to_renew(&self, denied: u32) -> Option<&Renew> {
        let mut held = self.held();
        let is_open = held.generation == denied && !held.is_retaken;
        let renew = self.renew.as_ref().filter(|_| is_open)?;
        held.is_retaken = true;
        Some(renew)
    }

    /// Takes headers over that were made anew; returns whether they are others.
    fn take(&self, headers: Headers) -> bool {
        let Ok(new) = header_map(&headers) else {
            return false;
        };
        let mut held = self.held();
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

    #[tokio::test]
    async fn denied_headers_are_made_anew_once_until_some_are_accepted() {
        let made = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&made);
        let renew: Renew = Box::new(move || {
            let number = count.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move { Some(headers(&format!("token-{number}"))) })
        });
        let held = Credentials::new(headers("token"), Some(renew)).unwrap();
        assert!(held.renewed_since(0).await && held.renewed_since(0).await);
        assert_eq!(made.load(Ordering::SeqCst), 1);
        let again = held.renewed_since(1).await;
        assert!(!again, "once, as long as none is accepted");
        held.accepted();
        assert!(held.renewed_since(1).await);
        let (sent, generation) = held.current();
        assert_eq!(
            (&sent["authorization"], generation),
            (&HeaderValue::from_static("token-1"), 2)
        );
        let scrubbed = held.scrub("a token-0 b token-1 c token".to_owned());
        assert_eq!(scrubbed, "a [hidden]-0 b [hidden]-1 c [hidden]");
    }

    #[tokio::test]
    async fn who_is_denied_while_headers_are_made_waits_for_them() {
        let (give, given) = tokio::sync::watch::channel(false);
        let renew: Renew = Box::new(move || {
            let mut given = given.clone();
            Box::pin(async move {
                given.wait_for(|is_given| *is_given).await.unwrap();
                Some(headers("other"))
            })
        });
        let held = Credentials::new(headers("token"), Some(renew)).unwrap();
        let give = async {
            assert_eq!(held.current().1, 0);
            give.send(true).unwrap();
        };
        let (first, second, ()) = tokio::join!(held.renewed_since(0), held.renewed_since(0), give);
        assert!(first && second);
        assert_eq!(held.current().1, 1);
    }

    #[tokio::test]
    async fn headers_that_stay_the_same_or_cannot_be_made_are_not_renewed() {
        let same: Renew = Box::new(|| Box::pin(async { Some(headers("token")) }));
        let none: Renew = Box::new(|| Box::pin(async { None }));
        for renew in [Some(same), Some(none), None] {
            let held = Credentials::new(headers("token"), renew).unwrap();
            assert!(!held.renewed_since(0).await);
        }
    }

    #[test]
    fn no_value_shows_in_debug() {
        let held = Credentials::new(headers("hunter2"), None).unwrap();
        let shown = format!("{held:?} {:?}", held.current());
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
