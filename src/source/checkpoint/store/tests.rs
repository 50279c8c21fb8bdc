//! A disk that fails at the n-th operation and then loses what was not synced: whatever moment it is, a whole state is read.

use super::*;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What a file holds, and what of it survives.
#[derive(Debug, Clone, Default)]
struct Content {
    written: Vec<u8>,
    synced: usize,
}

/// A change of names that may still be lost.
#[derive(Debug, Clone)]
enum Change {
    Create(PathBuf, usize),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
}

#[derive(Debug, Clone, Default)]
struct Model {
    files: Vec<Content>,
    names: BTreeMap<PathBuf, usize>,
    durable: BTreeMap<PathBuf, usize>,
    pending: Vec<Change>,
    /// Operations until everything fails; `None` is never.
    left: Option<usize>,
    done: usize,
}

#[derive(Debug, Clone, Default)]
struct FailingDisk(Rc<RefCell<Model>>);

fn apply(names: &mut BTreeMap<PathBuf, usize>, change: &Change) {
    match change {
        Change::Create(path, file) => {
            names.insert(path.clone(), *file);
        }
        Change::Rename(from, to) => {
            if let Some(file) = names.remove(from) {
                names.insert(to.clone(), file);
            }
        }
        Change::Remove(path) => {
            names.remove(path);
        }
    }
}

impl FailingDisk {
    /// Counts an operation; an error from the chosen one on.
    fn step(&self) -> io::Result<()> {
        let mut model = self.0.borrow_mut();
        if model.left == Some(0) {
            return Err(io::Error::other("no more"));
        }
        model.left = model.left.map(|left| left - 1);
        model.done += 1;
        Ok(())
    }

    fn change(&self, change: Change) {
        let mut model = self.0.borrow_mut();
        apply(&mut model.names, &change);
        model.pending.push(change);
    }

    fn file_at(&self, path: &Path) -> io::Result<usize> {
        let found = self.0.borrow().names.get(path).copied();
        found.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// The disk after a loss of power: so many of the pending changes of names arrived, and so much of what was not synced.
    fn after_power_loss(&self, changes: usize, share: usize) -> FailingDisk {
        let mut model = self.0.borrow().clone();
        let pending = std::mem::take(&mut model.pending);
        for change in pending.iter().take(changes) {
            apply(&mut model.durable, change);
        }
        for file in &mut model.files {
            let lost = file.written.len() - file.synced;
            file.written.truncate(file.synced + lost * share / 2);
        }
        model.names = model.durable.clone();
        model.left = None;
        FailingDisk(Rc::new(RefCell::new(model)))
    }
}

impl Disk for FailingDisk {
    type File = usize;

    fn create(&self, path: &Path) -> io::Result<usize> {
        self.step()?;
        if self.file_at(path).is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let file = self.0.borrow().files.len();
        self.0.borrow_mut().files.push(Content::default());
        self.change(Change::Create(path.to_owned(), file));
        Ok(file)
    }

    fn write(&self, file: &mut usize, bytes: &[u8]) -> io::Result<()> {
        // A full disk takes a part.
        let (half, _) = bytes.split_at(bytes.len() / 2);
        let done = self.step();
        let taken = if done.is_ok() { bytes } else { half };
        self.0.borrow_mut().files[*file]
            .written
            .extend_from_slice(taken);
        done
    }

    fn sync(&self, file: &mut usize) -> io::Result<()> {
        self.step()?;
        let content = &mut self.0.borrow_mut().files[*file];
        content.synced = content.written.len();
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step()?;
        self.file_at(from)?;
        self.change(Change::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn sync_dir(&self, _: &Path) -> io::Result<()> {
        self.step()?;
        let mut model = self.0.borrow_mut();
        model.pending.clear();
        model.durable = model.names.clone();
        Ok(())
    }

    fn read(&self, path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
        let file = self.file_at(path)?;
        let mut bytes = self.0.borrow().files[file].written.clone();
        bytes.truncate(usize::try_from(bytes_max).unwrap());
        Ok(bytes)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        self.file_at(path)?;
        self.change(Change::Remove(path.to_owned()));
        Ok(())
    }
}

fn numbered(generation: u64) -> State {
    State {
        generation,
        ..State::default()
    }
}

fn store(disk: &FailingDisk) -> Store<FailingDisk> {
    Store::new(disk.clone(), Path::new("/state"))
}

/// What is read, which must be whole.
#[track_caller]
fn generation(disk: &FailingDisk) -> u64 {
    let loaded = store(disk).load(0).unwrap();
    assert_eq!(loaded.warning, None);
    loaded.state.generation
}

#[test]
fn a_crash_at_any_operation_leaves_the_old_or_the_new_state() {
    let disk = FailingDisk::default();
    store(&disk).save(&numbered(1)).unwrap();
    store(&disk).save(&numbered(2)).unwrap();
    let before = disk.0.borrow().clone();
    let mut seen = [0, 0];
    for crash_at in 0.. {
        let disk = FailingDisk(Rc::new(RefCell::new(Model {
            left: Some(crash_at),
            ..before.clone()
        })));
        let saved = store(&disk).save(&numbered(3)).is_ok();
        let pending = disk.0.borrow().pending.len();
        for changes in 0..=pending {
            for share in 0..=2 {
                let rest = disk.after_power_loss(changes, share);
                let found = generation(&rest);
                assert!(found == 3 || (found == 2 && !saved), "{crash_at}: {found}");
                seen[usize::from(found == 3)] += 1;
                // Whatever the crash left behind, the next run can write.
                store(&rest).save(&numbered(4)).unwrap();
                assert_eq!(generation(&rest), 4);
            }
        }
        // A process that is killed loses nothing that it wrote.
        disk.0.borrow_mut().left = None;
        assert!([2, 3].contains(&generation(&disk)));
        if saved {
            break;
        }
        assert!(crash_at < 20, "saving never succeeds");
    }
    assert!(seen[0] > 10 && seen[1] > 3, "{seen:?}");
}

#[test]
fn damage_leads_to_the_state_before_and_then_to_none() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let store = Store::new(SystemDisk, folder.path());
    store.save(&numbered(1)).unwrap();
    store.save(&numbered(2)).unwrap();
    fs::write(at(STATE_FILE), b"{\"version\":1,").unwrap();
    let loaded = store.load(77).unwrap();
    assert_eq!(loaded.state, numbered(1));
    let warning = loaded.warning.unwrap();
    assert!(
        warning.starts_with("state reset: ") && warning.contains("state.json.corrupt-77"),
        "{warning}"
    );
    assert!(at("state.json.corrupt-77").exists());
    assert_eq!(
        store.load(78).unwrap().warning,
        None,
        "it is told only once"
    );
    fs::write(at(PREVIOUS_FILE), b"\0\0\0").unwrap();
    let loaded = store.load(79).unwrap();
    assert_eq!(loaded.state, State::default());
    assert!(loaded.warning.unwrap().contains("from their beginning"));
    assert!(!is_kept(folder.path()));
    let too_long = File::create(at(STATE_FILE)).unwrap();
    too_long.set_len(STATE_BYTES_MAX + 1).unwrap();
    assert!(store.load(80).unwrap().warning.is_some());
}

#[cfg(unix)]
#[test]
fn the_file_is_its_owners_alone_and_a_link_is_not_written_through() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let victim = folder.path().join("victim");
    fs::write(&victim, "kept").unwrap();
    std::os::unix::fs::symlink(&victim, folder.path().join(NEW_FILE)).unwrap();
    let store = Store::new(SystemDisk, folder.path());
    store.save(&numbered(1)).unwrap();
    assert_eq!(fs::read(&victim).unwrap(), b"kept");
    let state = fs::symlink_metadata(folder.path().join(STATE_FILE)).unwrap();
    assert!(state.is_file());
    assert_eq!(state.permissions().mode() & 0o777, 0o600);
}
