//! The keychain of the system: macOS Keychain, Windows Credential Manager, Secret Service elsewhere.
//!
//! A keychain may ask the user, and on a machine without a screen nobody answers. So each call has a thread of its own, which is waited
//! for [`ANSWER_WAIT_MAX`] and then left to itself; it ends with the process. Outside of the runtime, too: the D-Bus client brings its own.
//!
//! The errors of the client may carry the secret in their `Debug`, so only their kind and the text of their cause are taken.

use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use keyring::{Entry, Error};

use crate::base::secret::Secret;
use crate::token::{SERVICE, StoreError, TokenAccount, TokenStore};

/// Longest wait for an answer. An unlocked keychain takes some hundredths of a second.
pub const ANSWER_WAIT_MAX: Duration = Duration::from_secs(5);

/// The keychain; opened by the first call.
#[derive(Debug)]
pub struct Keychain;

impl TokenStore for Keychain {
    fn get(&self, accounts: &[TokenAccount]) -> Result<Vec<Option<Secret>>, StoreError> {
        let accounts = accounts.to_vec();
        in_time(ANSWER_WAIT_MAX, move || {
            let all = accounts.iter().map(|account| {
                let password = entry(account)?.get_password();
                some(password.map(Secret::new).map_err(|error| told(&error)))
            });
            all.collect()
        })
    }

    fn set(&self, account: &TokenAccount, token: &Secret) -> Result<(), StoreError> {
        let (account, token) = (account.clone(), token.clone());
        in_time(ANSWER_WAIT_MAX, move || {
            let kept = entry(&account)?.set_password(token.expose());
            kept.map_err(|error| told(&error).unwrap_or_else(refused))
        })
    }

    fn remove(&self, account: &TokenAccount) -> Result<bool, StoreError> {
        let account = account.clone();
        in_time(ANSWER_WAIT_MAX, move || {
            let removed = entry(&account)?.delete_credential();
            Ok(some(removed.map_err(|error| told(&error)))?.is_some())
        })
    }
}

/// Does the work on a thread of its own.
fn in_time<T: Send + 'static>(
    wait_max: Duration,
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let (sender, receiver) = sync_channel(1);
    let thread = thread::Builder::new().name("keychain".to_owned());
    let begun = thread.spawn(move || {
        // Nobody listens any more when it took too long.
        let _late = sender.send(work());
    });
    if let Err(error) = begun {
        let why = error.to_string();
        return Err(StoreError::Refused { why });
    }
    receiver.recv_timeout(wait_max).unwrap_or_else(|error| {
        Err(match error {
            RecvTimeoutError::Timeout => StoreError::Silent {
                seconds: wait_max.as_secs(),
            },
            RecvTimeoutError::Disconnected => refused(),
        })
    })
}

fn entry(account: &TokenAccount) -> Result<Entry, StoreError> {
    if let Err(error) = Entry::store_status() {
        let why = cause(error);
        return Err(StoreError::Missing { why });
    }
    let entry = Entry::new(SERVICE, &account.to_string());
    entry.map_err(|error| told(&error).unwrap_or_else(refused))
}

/// No entry is an answer, not an error.
fn some<T>(answer: Result<T, Option<StoreError>>) -> Result<Option<T>, StoreError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(None) => Ok(None),
        Err(Some(error)) => Err(error),
    }
}

/// The error in our words; `None` when there is no entry.
fn told(error: &Error) -> Option<StoreError> {
    let why = cause(error);
    Some(match error {
        Error::NoEntry => return None,
        Error::NoStorageAccess(_) => StoreError::Locked { why },
        Error::NoDefaultStore => StoreError::Missing { why },
        // What macOS says over ssh: no dialog can be shown there (errSecInteractionNotAllowed).
        Error::PlatformFailure(_) if why.contains("-25308") || why.contains("not allowed") => {
            StoreError::Locked { why }
        }
        // These carry what was stored.
        Error::BadEncoding(_) | Error::BadDataFormat(..) => StoreError::Refused {
            why: "what is stored is not a token".to_owned(),
        },
        Error::TooLong(_, most) => StoreError::Refused {
            why: format!("it takes no more than {most} characters"),
        },
        Error::Ambiguous(_) => StoreError::Refused {
            why: format!("it has several entries of {SERVICE} for this destination"),
        },
        _ => StoreError::Refused { why },
    })
}

fn refused() -> StoreError {
    StoreError::Refused { why: String::new() }
}

/// The innermost text of those errors that hold no secret.
fn cause(error: &Error) -> String {
    match error {
        Error::PlatformFailure(source) | Error::NoStorageAccess(source) => {
            let mut next: &dyn std::error::Error = source.as_ref();
            while let Some(deeper) = next.source() {
                next = deeper;
            }
            next.to_string()
        }
        Error::Invalid(_, why) | Error::NotSupportedByStore(why) | Error::BadStoreFormat(why) => {
            why.clone()
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn a_call_that_does_not_end_is_given_up() {
        let (held, never) = channel::<()>();
        let answer = in_time(Duration::from_millis(20), move || {
            never.recv().ok();
            Ok(())
        });
        assert!(matches!(answer, Err(StoreError::Silent { .. })));
        drop(held);
    }

    #[test]
    fn a_call_that_panics_is_an_error() {
        let answer: Result<(), _> = in_time(ANSWER_WAIT_MAX, || panic!("the test's own"));
        assert!(matches!(answer, Err(StoreError::Refused { .. })));
    }

    #[test]
    fn no_error_shows_what_was_stored() {
        let bytes = b"hunter2".to_vec();
        for error in [
            Error::BadEncoding(bytes.clone()),
            Error::BadDataFormat(bytes, "hunter2".into()),
        ] {
            let shown = format!("{:?}", told(&error).unwrap());
            assert!(
                !shown.contains("hunter2") && !shown.contains("104"),
                "{shown}"
            );
        }
        assert!(told(&Error::NoEntry).is_none());
        let locked = told(&Error::NoStorageAccess("the prompt was dismissed".into())).unwrap();
        let shown = locked.to_string();
        assert_eq!(shown, "the keychain is locked: the prompt was dismissed");
    }
}
