//! What Logfire tells of the project that a write token belongs to: the answer of [`INFO_PATH`](crate::logfire::INFO_PATH).
//!
//! Its texts are a server's: a name is shown only after its secrets are out, and an address is kept only when a person can follow it safely.

use serde_json::Value;
use url::Url;

/// The longest address that is shown.
const URL_BYTES_MAX: usize = 300;

/// A project, as far as it is told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Project {
    /// Its name, as it came.
    pub name: Option<String>,
    /// Where a person sees it: `https`, without user and password.
    pub url: Option<Url>,
}

impl Project {
    /// Reads the answer. What is not there, or not what it should be, is left out.
    pub fn read(body: &[u8]) -> Project {
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |key: &str| answer.get(key)?.as_str();
        Project {
            name: text("project_name").map(str::to_owned),
            url: text("project_url").and_then(followed),
        }
    }
}

/// An address that may be shown as a link.
fn followed(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_plain = url.username().is_empty() && url.password().is_none();
    let is_short = url.as_str().len() <= URL_BYTES_MAX;
    (url.scheme() == "https" && is_plain && is_short).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: Option<&str>) {
        let body = serde_json::json!({"project_name": "o/p", "project_url": url}).to_string();
        let project = Project::read(body.as_bytes());
        assert_eq!(project.name.as_deref(), Some("o/p"));
        assert_eq!(project.url.as_ref().map(Url::as_str), expected);
    }

    #[test]
    fn only_an_address_that_can_be_followed_is_kept() {
        let url = "https://logfire-us.pydantic.dev/o/p";
        check(url, Some(url));
        check(
            "https://a.example/o p<x>",
            Some("https://a.example/o%20p%3Cx%3E"),
        );
        check("http://a.example/o/p", None);
        check("javascript:alert(1)", None);
        check("https://user:secret@a.example/", None);
        check(&format!("https://a.example/{}", "x".repeat(300)), None);
        check("o/p", None);
    }

    #[test]
    fn an_answer_of_another_shape_tells_nothing() {
        for body in ["", "<html>", "[]", r#"{"project_name":1}"#] {
            assert_eq!(Project::read(body.as_bytes()), Project::default(), "{body}");
        }
    }
}
