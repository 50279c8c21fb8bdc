//! Pydantic Logfire as a backend: what it makes of OTLP, how it is asked for it, and a stand-in of its two endpoints.
//!
//! Pure: bytes and plain structs in, the same out. `flow::spike` sends the requests, and serves the stand-in.
//!
//! Spec: <https://logfire.pydantic.dev/docs/how-to-guides/query-api/>, <https://logfire.pydantic.dev/docs/reference/sql/>.

pub mod project;
pub mod query;
pub mod row;
pub mod rows;
pub mod standin;

/// Where a write token is asked about.
pub const INFO_PATH: &str = "/v1/info";

/// Where a read token is asked about.
pub const READ_TOKEN_PATH: &str = "/v1/read-token-info";

/// The query endpoint.
pub const QUERY_PATH: &str = "/v2/query";

/// The query endpoint of servers that have no other.
pub const QUERY_PATH_OLD: &str = "/v1/query";

/// The header with what the server wants the user to know.
pub const WARNING_HEADER: &str = "x-logfire-warning";

/// The attribute that all of one run carries.
pub const RUN_ID: &str = "otelctl.run_id";

/// Most bytes of a message that are kept; the whole of a body is in `log_body`.
pub const MESSAGE_BYTES_MAX: usize = 512;

/// Most bytes of an exception's message and stack trace that are kept.
pub const EXCEPTION_BYTES_MAX: usize = 32_000;

/// The start of a text, at most so many bytes, and never half a character.
pub(crate) fn cut(text: &str, bytes_max: usize) -> &str {
    let end = (0..=bytes_max.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}
