//! Takes the model into the program, if it is there: `cargo xtask model` fetches it. Without it all is built the same, and
//! knowledge is searched by words alone.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Another place for the file that `cargo xtask model` writes, for those who build without a network.
const FILE: &str = "TIDINGS_MODEL";

fn main() -> io::Result<()> {
    let code = match model()? {
        Some(file) => format!("const COMPILED_IN: Option<&[u8]> = Some(include_bytes!({file:?}));\n"),
        None => "const COMPILED_IN: Option<&[u8]> = None;\n".to_owned(),
    };
    fs::write(Path::new(&variable("OUT_DIR")?).join("builtin.rs"), code)
}

fn model() -> io::Result<Option<PathBuf>> {
    println!("cargo::rerun-if-env-changed={FILE}");
    if env::var_os("CARGO_FEATURE_BUILTIN").is_none() {
        return Ok(None);
    }
    if let Some(file) = env::var_os(FILE).map(PathBuf::from) {
        println!("cargo::rerun-if-changed={}", file.display());
        return fs::canonicalize(&file)
            .map(Some)
            .map_err(|error| io::Error::new(error.kind(), format!("{FILE}={}: {error}", file.display())));
    }
    // The folder is watched, and there is one: of a file that is missing Cargo thinks that it always changes.
    let folder = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("../../target/model");
    fs::create_dir_all(&folder)?;
    let folder = fs::canonicalize(folder)?;
    println!("cargo::rerun-if-changed={}", folder.display());
    let file = folder.join("customer-texts-2.int8");
    if file.is_file() {
        return Ok(Some(file));
    }
    println!(
        "cargo::warning=built without the embedding model: knowledge will be searched by words alone (cargo xtask model \
         fetches it)"
    );
    Ok(None)
}

fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(|error| io::Error::other(format!("{name}: {error}")))
}
