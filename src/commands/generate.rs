//! Completions and manual pages, made from the command line's own definition.

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};

use crate::cli::generate::{CompletionsArgs, ManArgs};
use crate::failure::Failure;
use crate::format::detect::given::STRUCTURED;
use crate::format::layout::table::ROWS;
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
    let words = std::iter::once("otelctl").chain(args.command.iter().map(String::as_str));
    let wanted = words.collect::<Vec<_>>().join("-");
    let page = pages().into_iter().find(|(name, _)| *name == wanted);
    let Some((_, text)) = page else {
        let name = args.command.join(" ");
        let hint = "see otelctl --help for the commands there are".to_owned();
        return Err(Failure::setup("usage", NoSuchCommand { name }, Some(hint)));
    };
    ui.result(&text);
    Ok(())
}

/// Every manual page with its name, as committed under `man/`.
pub fn pages() -> Vec<(String, String)> {
    let mut root = crate::cli::command().disable_help_subcommand(true);
    // Before this, the commands do not know the flags that all of them take.
    root.build();
    let mut found = vec![("otelctl".to_owned(), page(root.clone()))];
    add_pages(&root, "otelctl", &mut found);
    found
}

/// The pages of the commands below one, and of those below them.
fn add_pages(above: &Command, name: &str, found: &mut Vec<(String, String)>) {
    let below = above.get_subcommands();
    for command in below.filter(|command| !command.is_hide_set() && command.get_name() != "help") {
        let own = format!("{name}-{}", command.get_name());
        let mut text = page(command.clone());
        if command.get_name() == "detect" {
            text.push_str(&formats());
        }
        text.push_str(&see_also(name));
        found.push((own.clone(), text));
        add_pages(command, &own, found);
    }
}

fn see_also(name: &str) -> String {
    format!(".SH \"SEE ALSO\"\n.BR {name} (1)\n")
}

/// Every format that is known, as a section of the page of `detect`.
fn formats() -> String {
    let mut roff = Roff::new();
    roff.control("SH", ["FORMATS"]);
    roff.text([roman(
        "Those of the configuration file come first, then these in this order:",
    )]);
    let structured = STRUCTURED
        .iter()
        .map(|known| (known.name, known.about, known.example));
    let rows = ROWS.iter().map(|row| (row.name, row.pattern, row.example));
    for (name, what, example) in structured.chain(rows) {
        roff.control("TP", []);
        roff.text([bold(name)]).text([roman(what)]);
        roff.control("br", []);
        roff.text([italic(example)]);
    }
    roff.to_roff()
}

/// One manual page. What the help says at its end becomes sections of their own; the version stands in the footer.
fn page(command: Command) -> String {
    let last_words = command
        .get_after_long_help()
        .or_else(|| command.get_after_help())
        .map(ToString::to_string)
        .unwrap_or_default();
    let command = command
        .after_help(None::<&str>)
        .after_long_help(None::<&str>)
        .version(None::<&str>);
    let mut text = Vec::new();
    let written = Man::new(command)
        .source(concat!("otelctl ", env!("CARGO_PKG_VERSION")))
        .render(&mut text)
        .and_then(|()| sections(&last_words).to_writer(&mut text));
    written.expect("writing to a Vec cannot fail");
    String::from_utf8_lossy(&text).into_owned()
}

/// The end of a help text: unindented lines are headings, and what stands below them is kept line by line.
fn sections(help: &str) -> Roff {
    let mut roff = Roff::new();
    let mut in_codes = false;
    for line in help.lines() {
        if line.is_empty() {
            continue;
        }
        if !line.starts_with(' ') {
            in_codes = line.starts_with("Exit codes");
            let heading = if in_codes {
                "EXIT STATUS".to_owned()
            } else {
                line.trim_end_matches(':').to_uppercase()
            };
            roff.control("SH", [heading.as_str()]);
        } else if let Some((code, meaning)) = line.trim().split_once("  ").filter(|_| in_codes) {
            roff.control("TP", []);
            roff.text([bold(code)]).text([roman(meaning)]);
        } else {
            // Blanks at the start of a line would be lost, and a line break between two of them with it.
            let depth = line.len() - line.trim_start().len();
            roff.control("RS", [depth.to_string().as_str()]);
            roff.control("nf", []);
            roff.text([roman(line.trim_start())]);
            roff.control("fi", []);
            roff.control("RE", []);
        }
    }
    roff
}
