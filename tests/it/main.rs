//! The program as its users meet it: whole commands in this process or as a process of their own, against servers on loopback.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod binary;
mod cli;
mod delivery;
mod destinations;
mod detect;
mod errors;
mod fake;
mod follow;
mod follow_resume;
mod given;
mod harness;
mod input;
#[cfg(all(target_os = "linux", feature = "keychain"))]
mod keychain;
mod leaks;
mod letters;
mod live;
mod oracle;
mod resource;
mod resume;
mod send;
mod settings;
mod spike;
mod times;
mod token;
mod validate;
mod validate_fix;
mod validate_forms;
mod validate_secrets;
mod wire;
