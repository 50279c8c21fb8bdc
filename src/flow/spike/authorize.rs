//! The legs of the tokens and of the clocks: what the server says of who we are, and how late it thinks it is.
//!
//! Logfire is asked about each token by itself, so that swapped ones are told from unknown ones. Any other server is sent a request without
//! records: only a denial of it says something about the token.

use std::sync::Arc;

use bytes::Bytes;

use crate::delivery::credentials::Credentials;
use crate::delivery::http::{NoAnswer, Received};
use crate::flow::spike::leg::{Course, Ending, Fault, FaultKind, LegName};
use crate::flow::spike::send::unanswered;
use crate::flow::spike::skew::{self, Stamps};
use crate::flow::spike::{Backend, Trip, shown};
use crate::logfire::project::Project;
use crate::logfire::{INFO_PATH, READ_TOKEN_PATH};
use crate::otlp::Encoding;
use crate::otlp::answer::{error_message, status_text};
use crate::pipeline::classify::{Disposition, RetryCodes, classify};

const READ_TOKEN_HINT: &str =
    "make a read token in the project's settings and run: otelctl token set --kind read";

/// An answer, what it says as it may be shown, and when it came.
struct Heard {
    received: Received,
    said: String,
    stamps: Stamps,
}

impl Heard {
    fn is_success(&self) -> bool {
        (200..300).contains(&self.received.status)
    }

    fn is_denial(&self) -> bool {
        (401..=403).contains(&self.received.status)
    }
}

/// What the leg of the tokens gave: how it ended, and the answer that has the server's time.
struct Authorized {
    ending: Ending,
    heard: Option<Heard>,
}

impl Trip<'_> {
    /// The tokens' leg and the clocks'; tells whether to go on.
    pub(super) async fn authorize(&mut self, course: &mut Course<'_>) -> bool {
        course.begin(LegName::Authorization);
        let Authorized { ending, heard } = match self.plan.backend {
            Backend::Logfire => self.ask_logfire().await,
            Backend::Other => self.ask_other().await,
        };
        let goes_on = !matches!(ending, Ending::Fail(_));
        course.end(LegName::Authorization, ending);
        if let Some(heard) = heard.filter(|_| goes_on) {
            course.begin(LegName::Clock);
            let date = heard.received.header("date");
            let ending = skew::judged(date, heard.stamps, self.plan.backend);
            course.end(LegName::Clock, ending);
        }
        goes_on
    }

    async fn ask_logfire(&mut self) -> Authorized {
        let write = Arc::clone(&self.write);
        let heard = match self.get(INFO_PATH, &write).await {
            Ok(heard) => heard,
            Err(no_answer) => return self.nobody(&no_answer),
        };
        let ending = match heard.received.status {
            200..=299 => {
                let whose = self.learn_project(&heard);
                match self.check_read().await {
                    Ok(read) => Ending::Pass(whose + &read),
                    Err(fault) => Ending::Fail(fault),
                }
            }
            401..=403 => Ending::Fail(self.denied_write(&heard).await),
            404 => Ending::Skip(format!(
                "the server does not tell about tokens: {}",
                heard.said
            )),
            _ => Ending::Fail(unexpected(&heard)),
        };
        Authorized {
            ending,
            heard: Some(heard),
        }
    }

    /// Any other server is sent nothing, in the form of a request.
    async fn ask_other(&mut self) -> Authorized {
        let write = Arc::clone(&self.write);
        let url = self.plan.client.url.clone();
        // A message without fields has no bytes, and so nothing that is compressed.
        let route = self.plain_route(url, &write, Encoding::Protobuf);
        let insisted = self.insist(&route, &Bytes::new()).await;
        let (received, stamps) = match insisted {
            Ok(insisted) => (insisted.received, insisted.stamps),
            Err(fault) => {
                let ending = Ending::Fail(fault);
                return Authorized {
                    ending,
                    heard: None,
                };
            }
        };
        let status = received.status;
        let said = |message: &str| status_text(status, &shown(&route, message));
        let told = |message: &str| {
            Ending::Skip(format!("an empty request tells nothing: {}", said(message)))
        };
        let ending = match classify(Encoding::Protobuf, RetryCodes::Broad, received.answer()) {
            Disposition::Delivered { .. } | Disposition::PartlyRejected { .. } => {
                Ending::Pass("an empty request is taken".to_owned())
            }
            Disposition::Denied { message } => {
                let hint =
                    "check OTEL_EXPORTER_OTLP_HEADERS, or the token: otelctl token status --to URL";
                Ending::Fail(Fault::new(FaultKind::Refused, said(&message), Some(hint)))
            }
            Disposition::Misdirected { message }
            | Disposition::Refused { message }
            | Disposition::Retry { message, .. } => told(&message),
            Disposition::Split => told(""),
        };
        Authorized {
            ending,
            heard: Some(Heard {
                said: String::new(),
                received,
                stamps,
            }),
        }
    }

    fn nobody(&self, no_answer: &NoAnswer) -> Authorized {
        Authorized {
            ending: Ending::Fail(unanswered(no_answer, &self.plan.client.url)),
            heard: None,
        }
    }

    /// What is known of the read token, to stand behind what is known of the other.
    async fn check_read(&mut self) -> Result<String, Fault> {
        let Some(read) = self.read.clone() else {
            return Ok(String::new());
        };
        let heard = match self.get(READ_TOKEN_PATH, &read).await {
            Ok(heard) if heard.is_denial() => heard,
            Ok(heard) if heard.is_success() => return Ok(" · read token accepted".to_owned()),
            // An older server has no such endpoint; the query will tell.
            _ => return Ok(String::new()),
        };
        let said = heard.said;
        let is_write = self.is_good_for(INFO_PATH, &read).await;
        let (detail, hint) = if is_write {
            let detail = format!("the read token is denied ({said}): it is a write token");
            (detail, READ_TOKEN_HINT)
        } else {
            let hint = denied_hint(&said, READ_TOKEN_HINT);
            (format!("the read token is denied: {said}"), hint)
        };
        Err(Fault::new(FaultKind::Refused, detail, Some(hint)))
    }

    /// Why the write token was denied: it may be the other one.
    async fn denied_write(&mut self, heard: &Heard) -> Fault {
        let said = &heard.said;
        let write = Arc::clone(&self.write);
        if !self.is_good_for(READ_TOKEN_PATH, &write).await {
            let hint = "check that it is whole, not revoked, and of this region: each region knows its own tokens only";
            let detail = format!("the write token is denied: {said}");
            return Fault::new(FaultKind::Refused, detail, Some(denied_hint(said, hint)));
        }
        let is_swapped = match self.read.clone() {
            Some(read) => self.is_good_for(INFO_PATH, &read).await,
            None => false,
        };
        let (detail, hint) = if is_swapped {
            (
                "the two tokens are swapped: the one that should send can only read",
                "exchange them: LOGFIRE_TOKEN takes the write token, LOGFIRE_READ_TOKEN the read token",
            )
        } else {
            (
                "the token that should send is a read token",
                "make a write token in the project's settings and run: otelctl token set",
            )
        };
        Fault::new(FaultKind::Refused, format!("{detail} ({said})"), Some(hint))
    }

    async fn is_good_for(&mut self, path: &str, credentials: &Arc<Credentials>) -> bool {
        let heard = self.get(path, credentials).await;
        heard.is_ok_and(|heard| heard.is_success())
    }

    async fn get(&mut self, path: &str, credentials: &Arc<Credentials>) -> Result<Heard, NoAnswer> {
        let url = self.beside(path);
        let url = url.unwrap_or_else(|| self.plan.client.url.clone());
        let route = self.plain_route(url, credentials, Encoding::Json);
        let clock = Arc::clone(&self.plan.clock);
        let asked = clock.now();
        let mut received = route.ask(&*clock).await?;
        let answered = clock.now();
        self.note_warning(&received, &route);
        let message = error_message(&received.content_type, &received.body);
        let said = status_text(received.status, &shown(&route, &message));
        // Nothing after this shows a token that the server repeats.
        let text = String::from_utf8_lossy(&received.body).into_owned();
        received.body = route.credentials().scrub(text).into_bytes();
        Ok(Heard {
            received,
            said,
            stamps: Stamps { asked, answered },
        })
    }

    /// Keeps where the project is seen; whose token it is, in words.
    fn learn_project(&mut self, heard: &Heard) -> String {
        let project = Project::read(&heard.received.body);
        self.project_url = project.url;
        let name = project.name.map(|name| scrubbed_name(&name));
        name.map_or("write token accepted".to_owned(), |name| {
            format!("write token of {name}")
        })
    }
}

/// A project's name, not longer than a name is.
fn scrubbed_name(name: &str) -> String {
    const NAME_CHARACTERS_MAX: usize = 80;
    let clean = crate::base::secret::scrub_remembered(name);
    let mut cut: String = clean.chars().take(NAME_CHARACTERS_MAX).collect();
    if cut.len() < clean.len() {
        cut.push('…');
    }
    cut
}

fn denied_hint<'h>(said: &str, otherwise: &'h str) -> &'h str {
    if said.contains("expired") {
        "make a new token in the project's settings, and store it: otelctl token set --kind write|read"
    } else {
        otherwise
    }
}

fn unexpected(heard: &Heard) -> Fault {
    let kind = match heard.received.status {
        408 | 429 | 500..=599 => FaultKind::Undelivered,
        _ => FaultKind::Refused,
    };
    let hint = match kind {
        FaultKind::Undelivered => "the server is not well; run it again later",
        _ => "check the URL: this does not answer as Logfire does",
    };
    Fault::new(kind, heard.said.clone(), Some(hint))
}
