//! A Chromium without a window, told what to do by its DevTools protocol over a pair of pipes.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

/// How long an answer may take before the test fails. Nothing is measured by it.
const PATIENCE: Duration = Duration::from_secs(60);

const PROGRAMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// What keeps it from asking anybody for anything by itself, and lets it run as root in a container.
const FLAGS: &str = "--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync --disable-extensions \
    --window-size=1280,800 --remote-debugging-pipe";

/// Where a Chromium is, if anywhere.
pub(crate) fn program() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let places = PROGRAMS
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.into_iter().find(|place| place.is_file())
}

/// A browser with one page.
pub(crate) struct Browser {
    child: Child,
    commands: ChildStdin,
    answers: Receiver<Value>,
    session: Option<String>,
    last: u64,
    events: Vec<Value>,
    /// Its profile, which goes with it.
    _folder: TempDir,
}

impl Browser {
    pub(crate) fn start(program: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        // It reads commands from its third file and answers to its fourth.
        let script = format!(
            "exec \"$0\" {FLAGS} --user-data-dir=\"$1\" about:blank 3<&0 4>&1 0</dev/null 1>/dev/null 2>/dev/null"
        );
        let mut child = Command::new("sh")
            .args(["-c", &script])
            .args([program, folder.path()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let commands = child.stdin.take().expect("a pipe");
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let (send, answers) = channel();
        thread::spawn(move || {
            let mut bytes = Vec::new();
            while let Ok(1..) = output.read_until(0, &mut bytes) {
                let message = serde_json::from_slice(bytes.strip_suffix(b"\0").unwrap_or(&bytes));
                if send.send(message.expect("JSON")).is_err() {
                    return;
                }
                bytes.clear();
            }
        });
        let mut browser = Self {
            child,
            commands,
            answers,
            session: None,
            last: 0,
            events: Vec::new(),
            _folder: folder,
        };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let attached = browser.call(
            "Target.attachToTarget",
            json!({"targetId": target["targetId"], "flatten": true}),
        );
        browser.session = attached["sessionId"].as_str().map(String::from);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        let watch = "window.violations = []; addEventListener('securitypolicyviolation', \
                     (event) => violations.push(event.violatedDirective + ' ' + event.blockedURI))";
        browser.call("Page.addScriptToEvaluateOnNewDocument", json!({"source": watch}));
        browser
    }

    /// Gives a command and returns its result; what happens meanwhile is kept.
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let mut command = json!({"id": self.last, "method": method, "params": params});
        if let Some(session) = &self.session {
            command["sessionId"] = json!(session);
        }
        self.commands
            .write_all(format!("{command}\0").as_bytes())
            .expect("the browser listens");
        loop {
            let message = self.message();
            if message["id"] == self.last {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    fn message(&self) -> Value {
        self.answers.recv_timeout(PATIENCE).expect("the browser answers")
    }

    /// Loads a page from a file, and forgets what was before.
    pub(crate) fn open(&mut self, page: &Path) {
        self.open_at(page, "");
    }

    /// Loads a page from a file, with what stands behind its name in the address: a query, a fragment.
    pub(crate) fn open_at(&mut self, page: &Path, behind: &str) {
        let url = format!("file://{}{behind}", page.display());
        self.events.clear();
        self.call("Page.navigate", json!({"url": url}));
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let event = self.message();
            self.events.push(event);
        }
    }

    /// What an expression of JavaScript is in the page.
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let result = self.call(
            "Runtime.evaluate",
            json!({"expression": expression, "returnByValue": true, "awaitPromise": true}),
        );
        assert!(result["exceptionDetails"].is_null(), "{expression}: {result}");
        result["result"]["value"].clone()
    }

    /// Presses keys one after the other, each given by what it types or by its name.
    pub(crate) fn keys(&mut self, keys: &[&str]) {
        for key in keys {
            let text = match *key {
                "Enter" => "\r",
                "Tab" => "\t",
                key if key.chars().count() == 1 => key,
                _ => "",
            };
            self.call(
                "Input.dispatchKeyEvent",
                json!({"type": "keyDown", "key": key, "text": text}),
            );
            self.call("Input.dispatchKeyEvent", json!({"type": "keyUp", "key": key}));
        }
    }

    /// The middle of the first element that a selector finds.
    fn middle(&mut self, selector: &str) -> (f64, f64) {
        let expression = format!(
            "(() => {{ const box = document.querySelector({}).getBoundingClientRect(); \
             return [box.x + box.width / 2, box.y + box.height / 2]; }})()",
            json!(selector)
        );
        let middle = self.value(&expression);
        let side = |at: usize| middle[at].as_f64().expect("a place");
        (side(0), side(1))
    }

    fn mouse(&mut self, kind: &str, (x, y): (f64, f64), more: Value) {
        let mut params = json!({"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1});
        for (name, value) in more.as_object().into_iter().flatten() {
            params[name] = value.clone();
        }
        self.call("Input.dispatchMouseEvent", params);
    }

    /// Clicks into the middle of an element.
    pub(crate) fn click(&mut self, selector: &str) {
        let at = self.middle(selector);
        self.mouse("mousePressed", at, json!({}));
        self.mouse("mouseReleased", at, json!({}));
    }

    /// Drags from the middle of an element.
    pub(crate) fn drag(&mut self, selector: &str, (dx, dy): (f64, f64)) {
        let (x, y) = self.middle(selector);
        self.mouse("mousePressed", (x, y), json!({"buttons": 1}));
        for part in [0.5, 1.0] {
            self.mouse("mouseMoved", (x + dx * part, y + dy * part), json!({"buttons": 1}));
        }
        self.mouse("mouseReleased", (x + dx, y + dy), json!({}));
    }

    /// Puts two fingers on an element and moves them apart or together: how far each is from the middle, before and after.
    pub(crate) fn pinch(&mut self, selector: &str, (before, after): (f64, f64)) {
        let (x, y) = self.middle(selector);
        for (kind, apart) in [
            ("touchStart", before),
            ("touchMove", (before + after) / 2.0),
            ("touchMove", after),
        ] {
            let points = json!([{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}]);
            self.call("Input.dispatchTouchEvent", json!({"type": kind, "touchPoints": points}));
        }
        self.call(
            "Input.dispatchTouchEvent",
            json!({"type": "touchEnd", "touchPoints": []}),
        );
    }

    /// Turns the wheel over the middle of an element.
    pub(crate) fn wheel(&mut self, selector: &str, by: f64) {
        let at = self.middle(selector);
        self.mouse("mouseWheel", at, json!({"button": "none", "deltaX": 0, "deltaY": by}));
    }

    /// What a page must not do: errors, words on the console, questions, requests, things that its policy forbids.
    pub(crate) fn problems(&mut self) -> Vec<String> {
        // What is about to happen has happened.
        self.value("new Promise((done) => setTimeout(done))");
        let violations = self.value("violations");
        let mut problems: Vec<String> = violations
            .as_array()
            .into_iter()
            .flatten()
            .map(|violation| format!("forbidden: {violation}"))
            .collect();
        for event in &self.events {
            let params = &event["params"];
            match event["method"].as_str().unwrap_or_default() {
                "Runtime.exceptionThrown" => problems.push(format!("exception: {}", params["exceptionDetails"])),
                "Runtime.consoleAPICalled" => problems.push(format!("console: {}", params["args"])),
                "Log.entryAdded" => problems.push(format!("log: {}", params["entry"]["text"])),
                "Page.javascriptDialogOpening" => problems.push(format!("question: {}", params["message"])),
                "Network.requestWillBeSent" if params["type"] != "Document" => {
                    problems.push(format!("request: {}", params["request"]["url"]));
                }
                _ => {}
            }
        }
        problems
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Best effort: it may be gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
