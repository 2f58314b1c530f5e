//! Builds `dashboard/` with Vite and writes a table of its files, compressed beforehand, into `OUT_DIR`; a running
//! `npm run dev` is never disturbed.
//!
//! - `WEB_SKIP=1`: a placeholder page, for quick checks.
//! - `WEB_DIST=<dir>`: that directory as it is, for packagers who build the dashboard themselves.
//! - No Node: the placeholder and a warning in a debug build, an error in a release build.

use std::{
    env,
    error::Error,
    ffi::OsStr,
    fmt::Write as _,
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use sha2::{Digest, Sha256};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What the built files depend on, seen from `dashboard/`. The guides are shown beside the pages.
const INPUTS: [&str; 9] = [
    "src",
    "public",
    "plugins",
    "../docs",
    "index.html",
    "package-lock.json",
    "vite.config.ts",
    "svelte.config.js",
    "tsconfig.json",
];

const PLACEHOLDER: &str = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Tidings</title>\n\
    <h1>No dashboard</h1><p>This binary was built without it: WEB_SKIP was set, or Node was missing. The API works.</p></html>\n";

fn main() -> Result<()> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let web = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../dashboard").canonicalize()?;
    for name in ["WEB_DIST", "WEB_SKIP"] {
        println!("cargo::rerun-if-env-changed={name}");
    }
    println!("cargo::rerun-if-changed=build.rs");
    for input in INPUTS {
        println!("cargo::rerun-if-changed={}", web.join(input).display());
    }
    match source(&web)? {
        Source::Placeholder => {
            let dist = out.join("placeholder");
            fs::create_dir_all(&dist)?;
            fs::write(dist.join("index.html"), PLACEHOLDER)?;
            embed_if_new(&out, &dist, "placeholder")
        }
        Source::Ready(dist) => {
            println!("cargo::rerun-if-changed={}", dist.display());
            let state = digest(&dist, &files(&dist)?)?;
            embed_if_new(&out, &dist, &state)
        }
        Source::Build => {
            let dist = out.join("dist");
            let mut inputs = Vec::new();
            for input in INPUTS {
                inputs.extend(files(&web.join(input))?);
            }
            let state = digest(&web, &inputs)?;
            if is_stamped(&out, &state) {
                return Ok(());
            }
            install(&web)?;
            vite(&web, &dist)?;
            embed_if_new(&out, &dist, &state)
        }
    }
}

/// Where the dashboard comes from this time.
enum Source {
    Build,
    Ready(PathBuf),
    Placeholder,
}

fn source(web: &Path) -> Result<Source> {
    if let Some(dist) = env::var_os("WEB_DIST").filter(|value| !value.is_empty()) {
        return Ok(Source::Ready(PathBuf::from(dist).canonicalize().map_err(|e| format!("WEB_DIST: {e}"))?));
    }
    if env::var_os("WEB_SKIP").is_some_and(|value| !value.is_empty() && value != "0") {
        return Ok(Source::Placeholder);
    }
    if Command::new("node").arg("--version").current_dir(web).output().is_ok_and(|answer| answer.status.success()) {
        return Ok(Source::Build);
    }
    if env::var("PROFILE")? == "release" {
        return Err("the dashboard needs Node 20.19 or newer to be built; or set WEB_DIST=<dir> or WEB_SKIP=1".into());
    }
    println!("cargo::warning=Node was not found: this build carries no dashboard. Install Node 20.19 or newer.");
    Ok(Source::Placeholder)
}

/// Installs the packages if the lock file is not the one that was installed last.
fn install(web: &Path) -> Result<()> {
    let lock = digest(web, &[web.join("package-lock.json")])?;
    let mark = web.join("node_modules/.lock-digest");
    if fs::read_to_string(&mark).ok().as_deref() == Some(&lock) {
        return Ok(());
    }
    run(web, "npm", &["ci", "--no-audit", "--no-fund"])?;
    Ok(fs::write(&mark, &lock)?)
}

fn vite(web: &Path, dist: &Path) -> Result<()> {
    let dist = dist.to_str().ok_or("OUT_DIR is not UTF-8")?;
    run(
        web,
        "node",
        &["node_modules/vite/bin/vite.js", "build", "--outDir", dist, "--emptyOutDir", "--logLevel", "warn"],
    )
}

fn run(dir: &Path, program: &str, args: &[&str]) -> Result<()> {
    // On Windows npm is a script, which only the shell finds by its bare name.
    let program = if cfg!(windows) && program == "npm" { "npm.cmd" } else { program };
    let answer = Command::new(program)
        .args(args)
        .current_dir(dir)
        .output()
        .map_err(|e| format!("cannot start `{program}`: {e}; set WEB_SKIP=1 to build without the dashboard"))?;
    if answer.status.success() {
        return Ok(());
    }
    let (said, complained) = (String::from_utf8_lossy(&answer.stdout), String::from_utf8_lossy(&answer.stderr));
    Err(format!("`{program} {}` failed\n{said}\n{complained}", args.join(" ")).into())
}

fn is_stamped(out: &Path, state: &str) -> bool {
    fs::read_to_string(out.join("stamp")).is_ok_and(|stamp| stamp == state) && out.join("assets.rs").exists()
}

/// Compresses and lists the files of `dist`, unless that was done for the same `state`.
fn embed_if_new(out: &Path, dist: &Path, state: &str) -> Result<()> {
    if is_stamped(out, state) {
        return Ok(());
    }
    let packed = out.join("packed");
    if packed.exists() {
        fs::remove_dir_all(&packed)?;
    }
    fs::create_dir_all(&packed)?;
    let mut assets = Vec::new();
    for file in files(dist)? {
        let path = name(dist, &file)?;
        // Vite's manifest is for tools, not for browsers.
        if !path.starts_with(".vite/") {
            assets.push((path, fs::read(&file)?));
        }
    }
    assets.sort();
    let index = assets
        .iter()
        .position(|(path, _)| path == "index.html")
        .ok_or_else(|| format!("{} has no index.html", dist.display()))?;
    let mut table = format!(
        "const INDEX: usize = {index};\n\n/// All files, in the order of their paths.\npub static ASSETS: &[Asset] = &[\n"
    );
    for (n, (path, raw)) in assets.iter().enumerate() {
        fs::write(packed.join(format!("{n}.raw")), raw)?;
        fs::write(packed.join(format!("{n}.br")), brotli(raw)?)?;
        fs::write(packed.join(format!("{n}.gz")), gzip(raw)?)?;
        let bytes = |kind: &str| format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/packed/{n}.{kind}\"))");
        writeln!(
            table,
            "    Asset {{ path: {path:?}, mime: {:?}, etag: {:?}, immutable: {}, raw: {}, br: {}, gz: {} }},",
            mime(path),
            hex(&Sha256::digest(raw)[..12]),
            path.starts_with("assets/"),
            bytes("raw"),
            bytes("br"),
            bytes("gz"),
        )?;
    }
    table.push_str("];\n");
    fs::write(out.join("assets.rs"), table)?;
    Ok(fs::write(out.join("stamp"), state)?)
}

fn brotli(raw: &[u8]) -> io::Result<Vec<u8>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 64 * 1024, 11, 22);
    writer.write_all(raw)?;
    Ok(writer.into_inner())
}

fn gzip(raw: &[u8]) -> io::Result<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(raw)?;
    writer.finish()
}

fn mime(path: &str) -> &'static str {
    match Path::new(path).extension().and_then(OsStr::to_str).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The files under `path`, or `path` itself, in order; none when it does not exist.
fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let mut entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    let mut found = Vec::new();
    for entry in entries {
        found.extend(files(&entry)?);
    }
    Ok(found)
}

/// A digest over names and contents, so that a renamed file counts too.
fn digest(root: &Path, list: &[PathBuf]) -> Result<String> {
    let mut hash = Sha256::new();
    for file in list {
        let content = fs::read(file)?;
        hash.update(name(root, file)?);
        hash.update([0]);
        hash.update(content.len().to_le_bytes());
        hash.update(content);
    }
    Ok(hex(&hash.finalize()[..12]))
}

fn name(root: &Path, file: &Path) -> Result<String> {
    let name = file.strip_prefix(root)?.to_str().ok_or_else(|| format!("{} is not UTF-8", file.display()))?;
    Ok(name.replace('\\', "/"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
