//! Asks a server whether it accepts a token: one request, no retry.

use std::sync::Arc;

use bytes::Bytes;

use crate::base::clock::Clock;
use crate::delivery::credentials::{Credentials, Headers};
use crate::delivery::http::{HttpRoute, Received};
use crate::flow::plan::FlowError;
use crate::logfire::project::Project;
use crate::net::{self, ClientPlan};
use crate::otlp::answer::{error_message, status_text};
use crate::otlp::{Compression, Encoding};

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// What the server knows of the token.
    About,
    /// To take a request without records.
    EmptyExport,
}

/// One question.
pub struct CheckPlan {
    /// How to reach the server, its URL included.
    pub client: ClientPlan,
    /// With the token.
    pub headers: Headers,
    /// What is asked.
    pub question: Question,
}

/// The answer. Its texts are the server's, without the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It takes the token.
    Accepted {
        /// Whose it is.
        project: Option<String>,
    },
    /// It does not.
    Denied {
        /// The status and what it says.
        said: String,
    },
    /// It is not the server that it was taken for, or not well.
    Unclear {
        /// The status and what it says.
        said: String,
    },
    /// There was none.
    NoAnswer {
        /// Why.
        why: String,
    },
}

/// Asks.
///
/// Errors: only what keeps the question from being asked.
pub fn check(plan: CheckPlan, clock: &dyn Clock) -> Result<Verdict, FlowError> {
    let runtime = super::send::runtime()?;
    let http = net::client(&plan.client)?;
    let credentials = Arc::new(Credentials::new(plan.headers, None)?);
    let (encoding, compression) = (Encoding::Protobuf, Compression::None);
    let route = HttpRoute::new(http, plan.client.url, encoding, compression, credentials);
    let answer = runtime.block_on(async {
        match plan.question {
            Question::About => route.ask(clock).await,
            // A message without fields has no bytes.
            Question::EmptyExport => route.attempt(Bytes::new(), clock).await,
        }
    });
    Ok(match answer {
        Ok(received) => verdict(&received, &route),
        Err(no_answer) => Verdict::NoAnswer {
            why: no_answer.causes.last().cloned().unwrap_or_default(),
        },
    })
}

fn verdict(received: &Received, route: &HttpRoute) -> Verdict {
    let message = error_message(&received.content_type, &received.body);
    let status = received.status;
    let said = status_text(status, &route.presentable(&message));
    match status {
        200..=299 => Verdict::Accepted {
            project: Project::read(&received.body)
                .name
                .map(|name| route.presentable(&name)),
        },
        401..=403 => Verdict::Denied { said },
        _ => Verdict::Unclear { said },
    }
}
