//! Where the repaired input goes: standard output, or a file that is whole or is not there.
//!
//! A file is written beside its place under another name, synced, and renamed at the end. So the input itself may be the place,
//! through whatever link, and a run that is interrupted leaves it as it was. A place that is no regular file is written to as it is.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::source::packing::{Packer, Packing};
use crate::ui::Ui;

/// Names that are tried for the file beside the place.
const NAMES_MAX: u32 = 100;

/// Why the repaired input is not there.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the repaired input to {path}")]
pub(super) struct OutputError {
    path: String,
    source: io::Error,
}

impl OutputError {
    /// One thing the user can do.
    fn hint(&self) -> &'static str {
        match self.source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "make room, or name a place on another disk with -o"
            }
            io::ErrorKind::NotFound => "make the folder first",
            io::ErrorKind::IsADirectory => "name a file with -o",
            _ => "check the folder and its permissions, or name another place with -o",
        }
    }
}

impl From<OutputError> for Failure {
    fn from(error: OutputError) -> Failure {
        let hint = error.hint().to_owned();
        Failure::setup("output", error, Some(hint))
    }
}

/// Where repaired bytes go.
pub(super) enum Output {
    /// Nowhere: nothing is repaired.
    None,
    /// Standard output.
    Screen(Screen),
    /// A file.
    File(Draft),
}

impl Output {
    /// Takes the bytes of one input from now on, compressed like it.
    pub(super) fn begin(&mut self, packing: Packing) -> Result<(), OutputError> {
        match self {
            Output::None => Ok(()),
            Output::Screen(screen) => screen.begin(packing).map_err(screen_error),
            Output::File(draft) => {
                draft.packer = Packer::new(packing).map_err(|error| draft.error(error))?;
                Ok(())
            }
        }
    }

    /// Takes a piece of it.
    pub(super) fn write(&mut self, ui: &mut Ui, bytes: &[u8]) -> Result<(), OutputError> {
        match self {
            Output::Screen(screen) => screen.write(ui, bytes).map_err(screen_error),
            Output::File(draft) => draft.write(bytes),
            Output::None => Ok(()),
        }
    }

    /// Ends one input, in JSON or not.
    pub(super) fn end(&mut self, ui: &mut Ui, in_json: bool) -> Result<(), OutputError> {
        match self {
            Output::Screen(screen) => screen.end(ui, in_json).map_err(screen_error),
            Output::None | Output::File(_) => Ok(()),
        }
    }
}

/// Standard output. One JSON text behind another begins on a line of its own.
#[derive(Default)]
pub(super) struct Screen {
    packer: Option<Packer>,
    is_plain: bool,
    /// The first byte of this input that is not blank, and its last byte.
    ends: (Option<u8>, Option<u8>),
    /// Whether the input before was JSON without a line end behind it.
    is_open: bool,
}

impl Screen {
    fn begin(&mut self, packing: Packing) -> io::Result<()> {
        self.packer = Some(Packer::new(packing)?);
        self.is_plain = matches!(packing, Packing::Plain | Packing::Xz);
        self.ends = (None, None);
        Ok(())
    }

    fn write(&mut self, ui: &mut Ui, bytes: &[u8]) -> io::Result<()> {
        let Some(packer) = &mut self.packer else {
            return Ok(());
        };
        if !bytes.is_empty() && std::mem::take(&mut self.is_open) {
            ui.raw_result(b"\n");
        }
        let (first, last) = &mut self.ends;
        *first = first.or_else(|| bytes.trim_ascii_start().first().copied());
        *last = bytes.last().copied().or(*last);
        ui.raw_result(&packer.pack(bytes)?);
        Ok(())
    }

    fn end(&mut self, ui: &mut Ui, in_json: bool) -> io::Result<()> {
        if let Some(packer) = self.packer.take() {
            ui.raw_result(&packer.finish()?);
        }
        if let (Some(first), Some(last)) = self.ends {
            // A request with its head, and a body that is compressed, end where they end.
            let is_text = in_json && self.is_plain && matches!(first, b'{' | b'[');
            self.is_open = is_text && last != b'\n';
        }
        Ok(())
    }
}

fn screen_error(source: io::Error) -> OutputError {
    OutputError {
        path: "standard output".to_owned(),
        source,
    }
}

/// A file on its way to its place.
pub(super) struct Draft {
    /// As it was typed.
    name: String,
    file: Option<BufWriter<File>>,
    packer: Packer,
    /// Where it is written, and where it belongs; `None` for a place that is written to as it is.
    way: Option<(PathBuf, PathBuf)>,
}

impl Draft {
    /// Opens the file beside its place, with the permissions of what is there.
    pub(super) fn open(path: &Path) -> Result<Draft, OutputError> {
        let name = path.to_string_lossy().into_owned();
        Draft::opened(path, &name).map_err(|source| OutputError { path: name, source })
    }

    fn opened(path: &Path, name: &str) -> io::Result<Draft> {
        let packer = Packer::new(Packing::Plain)?;
        let draft = |file, way| Draft {
            name: name.to_owned(),
            file: Some(BufWriter::new(file)),
            packer,
            way,
        };
        // A link leads to the file that is replaced, and stays.
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let there = fs::metadata(&place).ok();
        if let Some(there) = &there
            && !there.is_file()
        {
            let file = OpenOptions::new().write(true).open(&place)?;
            return Ok(draft(file, None));
        }
        let (file, beside) = beside(&place)?;
        let draft = draft(file, Some((beside.clone(), place)));
        if let Some(there) = there {
            fs::set_permissions(&beside, there.permissions())?;
        }
        Ok(draft)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), OutputError> {
        let packed = self.packer.pack(bytes);
        let written = packed.and_then(|packed| match &mut self.file {
            Some(file) => file.write_all(&packed),
            None => Ok(()),
        });
        written.map_err(|error| self.error(error))
    }

    /// Puts the file into its place.
    pub(super) fn finish(mut self) -> Result<(), OutputError> {
        let nothing = Packer::new(Packing::Plain).map_err(|error| self.error(error))?;
        let packer = std::mem::replace(&mut self.packer, nothing);
        let done = packer.finish().and_then(|last| self.close(&last));
        done.map_err(|error| self.error(error))
    }

    fn close(&mut self, last: &[u8]) -> io::Result<()> {
        let Some(mut file) = self.file.take() else {
            return Ok(());
        };
        file.write_all(last)?;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        if let Some((beside, place)) = &self.way {
            file.sync_all()?;
            drop(file);
            fs::rename(beside, place)?;
            self.way = None;
        }
        Ok(())
    }

    fn error(&self, source: io::Error) -> OutputError {
        OutputError {
            path: self.name.clone(),
            source,
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some((beside, _)) = &self.way {
            // What is not finished is worth nothing; that it cannot be removed helps nobody.
            let _gone = fs::remove_file(beside);
        }
    }
}

/// A new file in the same folder, which nothing else writes to.
fn beside(place: &Path) -> io::Result<(File, PathBuf)> {
    let name = place.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
    for number in 0..NAMES_MAX {
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".otelctl-{}-{number}", std::process::id()));
        let path = place.with_file_name(hidden);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.json");
        fs::write(&place, "old").unwrap();
        let names = || fs::read_dir(folder.path()).unwrap().count();
        let mut broken_off = Draft::open(&place).unwrap();
        broken_off.write(b"half").unwrap();
        assert_eq!(
            (fs::read_to_string(&place).unwrap().as_str(), names()),
            ("old", 2)
        );
        drop(broken_off);
        assert_eq!(
            (fs::read_to_string(&place).unwrap().as_str(), names()),
            ("old", 1)
        );
        let mut whole = Draft::open(&place).unwrap();
        whole.write(b"new").unwrap();
        whole.finish().unwrap();
        assert_eq!(
            (fs::read_to_string(&place).unwrap().as_str(), names()),
            ("new", 1)
        );
    }

    #[test]
    fn an_error_names_the_file_and_what_to_do() {
        let error = Draft::open(Path::new("/nowhere/at/all.json"))
            .err()
            .unwrap();
        assert_eq!(
            error.to_string(),
            "cannot write the repaired input to /nowhere/at/all.json"
        );
        assert_eq!(error.hint(), "make the folder first");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_told_and_not_hidden_in_a_buffer() {
        let mut draft = Draft::open(Path::new("/dev/full")).unwrap();
        draft.write(b"small").unwrap();
        let error = draft.finish().unwrap_err();
        assert!(error.hint().starts_with("make room"), "{error:?}");
    }
}
