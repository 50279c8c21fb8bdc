//! Completions and manual pages, made from the command line's own definition.

use clap::Command;
use clap_mangen::Man;

use crate::cli::generate::{CompletionsArgs, ManArgs};
use crate::failure::Failure;
use crate::ui::Ui;

/// A manual page for a command that does not exist.
#[derive(Debug, thiserror::Error)]
#[error("there is no command {name:?}")]
struct NoSuchCommand {
    name: String,
}

/// Prints the completions of a shell.
pub fn completions(args: CompletionsArgs, ui: &mut Ui) {
    ui.result(&completions_text(args.shell));
}

/// The completions of a shell, as committed under `completions/`.
pub fn completions_text(shell: clap_complete::Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut crate::cli::command(), "otelctl", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// Prints a manual page.
pub fn man(args: &ManArgs, ui: &mut Ui) -> Result<(), Failure> {
    let wanted = args.command.as_deref();
    let page = pages().into_iter().find(|(name, _)| match wanted {
        Some(command) => *name == format!("otelctl-{command}"),
        None => name == "otelctl",
    });
    let Some((_, text)) = page else {
        let name = wanted.unwrap_or_default().to_owned();
        let hint = "see otelctl --help for the commands there are".to_owned();
        return Err(Failure::setup("usage", NoSuchCommand { name }, Some(hint)));
    };
    ui.result(&text);
    Ok(())
}

/// Every manual page with its name, as committed under `man/`.
pub fn pages() -> Vec<(String, String)> {
    let root = crate::cli::command();
    let mut found = vec![("otelctl".to_owned(), page(root.clone()))];
    for command in root
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
    {
        let name = format!("otelctl-{}", command.get_name());
        found.push((
            name.clone(),
            page(
                command
                    .clone()
                    .name(name.clone())
                    .bin_name(name.replace('-', " ")),
            ),
        ));
    }
    found
}

fn page(command: Command) -> String {
    let mut text = Vec::new();
    Man::new(command)
        .render(&mut text)
        .expect("writing to a Vec cannot fail");
    String::from_utf8_lossy(&text).into_owned()
}
