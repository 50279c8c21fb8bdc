//! One attempt to deliver a body over HTTP.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{
    ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER,
};
use reqwest::{Client, RequestBuilder, Response};

use crate::base::clock::Clock;
use crate::base::secret::Secret;
use crate::base::secret::shape::hidden;
use crate::delivery::credentials::Credentials;
use crate::delivery::retry_after;
use crate::net::address::secrets_of;
use crate::net::{Fault, fault};
use crate::otlp::{Compression, Encoding};
use crate::pipeline::classify::Answer;

/// Most bytes of an answer that are read. Spec: OTLP, "Response size limit".
const ANSWER_BYTES_MAX: usize = 4 << 20;

/// Longest server text that is shown.
const MESSAGE_CHARACTERS_MAX: usize = 300;

/// Where and how requests are made.
pub struct HttpRoute {
    client: Client,
    url: String,
    headers: HeaderMap,
    credentials: Arc<Credentials>,
    /// What the query of the URL holds.
    secrets: Vec<Secret>,
    encoding: Encoding,
}

/// An answer, as far as it matters.
#[derive(Debug)]
pub struct Received {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`, empty when there is none.
    pub content_type: String,
    /// `Retry-After`, counted from now.
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: Vec<u8>,
    /// Which credentials were sent.
    pub credentials: u32,
    headers: HeaderMap,
}

impl Received {
    /// What classification needs of it.
    pub fn answer(&self) -> Answer<'_> {
        Answer {
            status: self.status,
            content_type: &self.content_type,
            retry_after: self.retry_after,
            body: &self.body,
        }
    }

    /// A header of the answer that is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// No whole answer came.
#[derive(Debug)]
pub struct NoAnswer {
    /// Whether a new try can mend it.
    pub fault: Fault,
    /// Why, outermost cause first, without secrets.
    pub causes: Vec<String>,
}

/// A header that HTTP does not allow.
#[derive(Debug, thiserror::Error)]
#[error("the header {name} cannot be sent")]
pub struct BadHeader {
    /// Its name.
    pub name: String,
}

impl fmt::Debug for HttpRoute {
    /// Shows nothing: the URL and the headers may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpRoute(..)")
    }
}

impl HttpRoute {
    /// Prepares what all requests have in common.
    pub fn new(
        client: Client,
        url: String,
        encoding: Encoding,
        compression: Compression,
        credentials: Arc<Credentials>,
    ) -> HttpRoute {
        let mut headers = HeaderMap::new();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static(encoding.content_type()),
        );
        if let Some(name) = compression.content_encoding() {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        HttpRoute {
            client,
            secrets: secrets_of(&url),
            url,
            headers,
            credentials,
            encoding,
        }
    }

    /// The same, asking for an answer of these media types.
    #[must_use]
    pub fn accepting(mut self, types: &'static str) -> HttpRoute {
        self.headers.insert(ACCEPT, HeaderValue::from_static(types));
        self
    }

    /// The same with more words in the query of the URL. They are no secrets, unlike those that were there before.
    #[must_use]
    pub fn asking(mut self, words: &str) -> HttpRoute {
        let joint = if self.url.contains('?') { '&' } else { '?' };
        self.url.push(joint);
        self.url.push_str(words);
        self
    }

    /// Who we are to the server.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// How bodies are written.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Sends a body once and reads the whole answer.
    pub async fn attempt(&self, body: Bytes, clock: &dyn Clock) -> Result<Received, NoAnswer> {
        let request = self.client.post(&self.url).headers(self.headers.clone());
        self.answer(request.body(body), clock).await
    }

    /// Asks for what is at the URL once and reads the whole answer.
    pub async fn ask(&self, clock: &dyn Clock) -> Result<Received, NoAnswer> {
        let request = self.client.get(&self.url);
        // What describes a body has no place beside none.
        let request = match self.headers.get(ACCEPT) {
            Some(types) => request.header(ACCEPT, types),
            None => request,
        };
        self.answer(request, clock).await
    }

    async fn answer(
        &self,
        request: RequestBuilder,
        clock: &dyn Clock,
    ) -> Result<Received, NoAnswer> {
        let (headers, generation) = self.credentials.current();
        let response = request.headers(headers).send().await;
        let response = response.map_err(|error| self.no_answer(error))?;
        let mut received = self
            .read(response, clock)
            .await
            .map_err(|error| self.no_answer(error))?;
        received.credentials = generation;
        Ok(received)
    }

    async fn read(
        &self,
        mut response: Response,
        clock: &dyn Clock,
    ) -> Result<Received, reqwest::Error> {
        let text = |name| {
            let value = response.headers().get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let content_type = text(CONTENT_TYPE).unwrap_or_default();
        let retry_after =
            text(RETRY_AFTER).and_then(|wish| retry_after::retry_after(&wish, clock.now()));
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let mut body = Vec::new();
        while body.len() < ANSWER_BYTES_MAX
            && let Some(part) = response.chunk().await?
        {
            body.extend_from_slice(&part);
        }
        Ok(Received {
            status,
            content_type,
            retry_after,
            body,
            credentials: 0,
            headers,
        })
    }

    /// A server's text as it may be shown: without our secrets, and not longer than a person reads.
    pub fn presentable(&self, message: &str) -> String {
        let clean = self.credentials.scrub(hidden(message));
        let clean = self
            .secrets
            .iter()
            .fold(clean, |text, secret| secret.scrub(&text));
        if clean.chars().count() <= MESSAGE_CHARACTERS_MAX {
            return clean;
        }
        let mut cut: String = clean.chars().take(MESSAGE_CHARACTERS_MAX).collect();
        cut.push('…');
        cut
    }

    fn no_answer(&self, error: reqwest::Error) -> NoAnswer {
        let fault = fault(&error);
        // The URL may carry a secret in its query, and the caller names it anyway.
        let error = error.without_url();
        let mut causes = Vec::new();
        let mut next: Option<&(dyn Error + 'static)> = if error.is_timeout() {
            causes.push("no answer within the time limit".to_owned());
            None
        } else {
            error.source()
        };
        while let Some(cause) = next {
            let text = self.presentable(&cause.to_string());
            // The client's own layers say nothing that the innermost cause does not.
            let says_nothing = text.starts_with("client error");
            if !says_nothing && causes.last() != Some(&text) {
                causes.push(text);
            }
            next = cause.source();
        }
        if causes.is_empty() {
            causes.push(self.presentable(&error.to_string()));
        }
        NoAnswer { fault, causes }
    }
}
