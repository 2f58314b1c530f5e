//! The real server, in a process of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

const MISSING: &str = "the model's server is installed by `make model-conformance`: run that";

/// What opens it.
pub(crate) const KEY: &str = "sk-conformance-0123456789";

/// It ends when it is dropped.
pub(crate) struct Server {
    pub(crate) url: String,
    child: Mutex<Child>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let python = std::env::var("MODEL_SERVER_PYTHON").expect(MISSING);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/model_conformance/serve.py");
        let mut child = Command::new(python)
            .arg(script)
            .arg(KEY)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect(MISSING);
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        let url = url.trim().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "the model's server does not start: {url:?}");
        Self { url, child: Mutex::new(child) }
    }

    /// Without a word, as a machine dies.
    pub(crate) fn kill(&self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
