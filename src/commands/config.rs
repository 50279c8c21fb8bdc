//! `otelctl config`: the effective settings with their origins, where their files are, and a file to begin with.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::base::private;
use crate::cli::config::{ConfigArgs, ConfigCommand, PathArgs, ShowArgs};
use crate::commands::layers;
use crate::failure::Failure;
use crate::host::Host;
use crate::settings::env::known::{Known, OBEYED, WITHOUT_MEANING};
use crate::settings::env::{EnvVars, OTELCTL_STATE_DIR};
use crate::settings::file::project_path;
use crate::settings::file::template::TEMPLATE;
use crate::settings::layers::config_path;
use crate::settings::show::Effective;
use crate::settings::{input, lint, resolve};
use crate::ui::{ConfigFiles, SettingsReport, Ui, Variable};

/// A file that is not written over.
#[derive(Debug, thiserror::Error)]
#[error("{path} is there already")]
struct FileExists {
    path: String,
}

/// A file that cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {path}")]
struct CannotWrite {
    path: String,
    source: io::Error,
}

/// A system without a folder for configuration.
#[derive(Debug, thiserror::Error)]
#[error("there is no folder for the configuration file: the system names none")]
struct NoFolder;

/// Runs the command; returns the exit code.
pub fn run(args: ConfigArgs, host: &Host, ui: &mut Ui) -> Result<u8, Failure> {
    match args.command {
        ConfigCommand::Show(args) => show(*args, host, ui),
        ConfigCommand::Path(args) => {
            paths(&args, host, ui);
            Ok(0)
        }
        ConfigCommand::Init(args) => init(&args, host, ui),
    }
}

fn show(args: ShowArgs, host: &Host, ui: &mut Ui) -> Result<u8, Failure> {
    let (env, shown) = (&host.env, args.shown);
    let layers = layers(&args.send.input, &args.send.profile, host)?;
    let (args, overlay) = layers.send(args.send, env)?;
    let send = match resolve::send(&args, &overlay, env, &host.stores()) {
        Ok(settings) => settings,
        Err(error) => {
            // What is wrong may be among these.
            ui.mistakes(&lint::findings(&args, env, None));
            return Err(error.into());
        }
    };
    let input = input::input(&args.input, layers.formats(), &overlay)?;
    let findings = lint::findings(&args, env, Some(&send));
    let effective = Effective {
        args: &args,
        overlay: &overlay,
        layers: &layers,
        env,
        send: &send,
        input: &input,
    };
    let variables = if shown.all {
        variables(env)
    } else {
        Vec::new()
    };
    ui.settings(&SettingsReport {
        rows: &effective.rows(),
        variables: &variables,
        findings: &findings,
        warnings: &send.warnings,
    });
    Ok(u8::from(shown.strict && !findings.is_empty()))
}

/// Every variable that is known, first those that are obeyed.
fn variables(env: &EnvVars) -> Vec<Variable> {
    let variable = |name: &str, known| Variable {
        name: name.to_owned(),
        is_set: env.get(name).is_some(),
        known,
    };
    let obeyed = OBEYED.iter().flat_map(|(names, sets)| {
        let names = names.iter();
        names.map(|name| variable(name, Known::Obeyed(sets)))
    });
    let others = WITHOUT_MEANING.iter();
    let others = others.map(|(name, why)| variable(name, Known::WithoutMeaning(why)));
    obeyed.chain(others).collect()
}

fn paths(args: &PathArgs, host: &Host, ui: &mut Ui) {
    let (config, _) = config_path(
        args.config.as_deref(),
        &host.env,
        host.config_dir.as_deref(),
    );
    let project = host.working_dir.as_deref().and_then(project_path);
    let state = host.env.get(OTELCTL_STATE_DIR).map(PathBuf::from);
    let files = [
        ("config", config),
        ("project", project),
        ("state", state.or_else(|| host.state_dir.clone())),
    ];
    let files: Vec<_> = files
        .into_iter()
        .filter_map(|(what, path)| Some((what, path?)))
        .map(|(what, path)| ConfigFiles {
            what,
            exists: path.exists(),
            path: path.to_string_lossy().into_owned(),
        })
        .collect();
    ui.config_files(&files);
}

fn init(args: &PathArgs, host: &Host, ui: &mut Ui) -> Result<u8, Failure> {
    let (path, _) = config_path(
        args.config.as_deref(),
        &host.env,
        host.config_dir.as_deref(),
    );
    let Some(path) = path else {
        let hint = "name the file with --config FILE".to_owned();
        return Err(Failure::setup("settings", NoFolder, Some(hint)));
    };
    write_new(&path)?;
    ui.config_written(&path.to_string_lossy());
    Ok(0)
}

fn write_new(path: &Path) -> Result<(), Failure> {
    let shown = || path.to_string_lossy().into_owned();
    let written = private::create_parent(path)
        .and_then(|()| private::create_new(path))
        .and_then(|mut file| file.write_all(TEMPLATE.as_bytes()));
    match written {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let hint =
                "otelctl config show tells what it says; --config FILE names another".to_owned();
            let error = FileExists { path: shown() };
            Err(Failure::setup("settings", error, Some(hint)))
        }
        Err(source) => {
            let hint = "choose a place that can be written to with --config FILE".to_owned();
            let error = CannotWrite {
                path: shown(),
                source,
            };
            Err(Failure::setup("settings", error, Some(hint)))
        }
    }
}
