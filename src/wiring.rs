//! Connects the modules for the program: sources are loaded, source code is found, files are saved and programs started. Each
//! is a trait declared by the module that needs it, implemented here with the code of others.

mod colours;
mod completion;
mod console;
mod demo;
pub mod hosts;
mod log;
mod metrics;
mod offers;
mod recall;
pub mod series;
mod session;
mod steps;
mod stores;
pub mod table;
pub mod watch;
mod when;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

pub use self::colours::{Viewer, colours};
pub use self::console::{check_words, command_line, save_picture, stop_on_signals};
pub use self::log::Seen;
pub use self::session::environment_of;
use self::stores::Kept;
use crate::cli::{ConfigChoice, Input, Remembered};
use crate::config::Config;
use crate::decode;
use crate::error::{Error, Result};
use crate::host::{self, Caller, Editor, Seat, Shown};
use crate::load::session::{session, session_of};
use crate::load::{self, Combine, Keep, Opener};
use crate::model::{Collection, Comparison, Loaded, visible};
use crate::progress::Observer;
use crate::report::{Environment, Evidence, Found, Missing, Sources, WantedFile};
use crate::secret::SourceName;
use crate::source::{
    Certificates, Code, CodeFinder, Header, HttpOptions, NotFound, ProcessMemory, Proxies, Source, Url,
};
use crate::ui::{Existing, Host, Opened, Saved};
use crate::zone;

/// What `--demo` opens; no file or URL is called so, as there is a NUL in it.
const DEMO_NAME: &str = "\0demo";

/// A real heap profile, so that the first command needs nothing else.
const DEMO: Source = Source::Bytes {
    name: "demo",
    bytes: include_bytes!("../assets/demo.pb.gz"),
};

/// The source that an argument means.
pub fn source(name: &SourceName) -> Source {
    match name.as_typed() {
        DEMO_NAME => DEMO,
        _ => Source::parse(name),
    }
}

/// The configuration that holds. One that was not named need not be there.
///
/// # Errors
/// [`Error::Io`] for a file that was named and cannot be read.
pub fn configuration(choice: &ConfigChoice) -> Result<Config> {
    let file = match choice {
        ConfigChoice::Nothing => None,
        ConfigChoice::File(file) => Some(file.clone()),
        ConfigChoice::Usual => usual_config().filter(|file| file.exists()),
    };
    let Some(file) = file else { return Ok(Config::default()) };
    let name = visible(&file.to_string_lossy()).into_owned();
    let text = fs::read_to_string(&file).map_err(|reason| Error::Io {
        name: name.clone(),
        reason,
    })?;
    let home = env::var("HOME").unwrap_or_default();
    Ok(Config::parse(&text, &name, &home))
}

/// Where configurations are on this machine. Source: the XDG Base Directory Specification, which has relative paths
/// ignored; on Windows, its folder of that kind.
fn usual_config() -> Option<PathBuf> {
    let folder = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let of_home = || folder("HOME").map(|home| home.join(".config"));
    let of_windows = || cfg!(windows).then(|| folder("APPDATA")).flatten();
    let folder = folder("XDG_CONFIG_HOME").or_else(of_windows).or_else(of_home)?;
    Some(folder.join("heaptui").join("config.toml"))
}

/// The machine as reports see it, with source code that can be read. Where that may be is asked of the file system, which
/// takes longer than most reports.
pub fn environment() -> Environment {
    Environment {
        zone: zone::local(),
        sources: Arc::new(LocalCode(CodeFinder::local())),
        ..Environment::default()
    }
}

/// Source code on this machine.
#[derive(Debug)]
struct LocalCode(CodeFinder);

impl Sources for LocalCode {
    fn folders(&self) -> String {
        self.0.folder.to_string_lossy().into_owned()
    }

    fn find(&self, wanted: &WantedFile<'_>) -> Result<Found, Missing> {
        match self.0.find(wanted.name, wanted.path, wanted.folders) {
            Ok(Code {
                text,
                path,
                rule,
                written_nanos,
            }) => Ok(Found {
                text,
                path,
                beyond_pprof: rule.beyond_pprof(),
                written_nanos,
            }),
            Err(NotFound { reason, tried }) => Err(Missing { reason, tried }),
        }
    }
}

/// The sources that the user named, with how to read them.
pub struct Inputs {
    /// As they were typed.
    pub sources: Vec<SourceName>,
    /// How servers are asked.
    pub http: HttpOptions,
    /// How much a profile may hold.
    pub budget: decode::Budget,
    /// Where resident memory is told, if the user says where.
    metrics: Option<Url>,
    combine: Combine,
    /// What is wanted of a server that remembers.
    remembered: Remembered,
}

impl Inputs {
    /// What the command line asks for.
    ///
    /// # Errors
    /// [`Error::Usage`] when it names nothing to read.
    pub fn new(input: &Input) -> Result<Self> {
        let sources = match (&input.sources[..], input.demo) {
            ([], true) => vec![DEMO_NAME.into()],
            ([], false) => {
                let usage = "which profile? Name a file or URL, e.g. heaptui localhost:6060, or look around with heaptui --demo";
                return Err(Error::Usage(usage.into()));
            }
            (_, true) => return Err(Error::Usage("either --demo or a profile of yours".into())),
            (sources, false) => sources.to_vec(),
        };
        let mut budget = decode::Budget::default();
        let home = env::var_os("HOME").filter(|home| !home.is_empty());
        let mut http = HttpOptions {
            seconds: input.seconds,
            timeout: input.timeout.map(|seconds| Duration::from_secs(seconds.into())),
            tls_ca: input.tls.ca.clone(),
            tls_cert: input.tls.cert.clone(),
            tls_key: input.tls.key.clone(),
            certificates: match input.insecure {
                true => Certificates::Unchecked,
                false => Certificates::Checked,
            },
            proxies: Proxies::new(|name| env::var(name).ok()),
            headers: input.headers.iter().map(Header::parse).collect::<Result<_>>()?,
            bearer_file: input.bearer_file.clone(),
            netrc: home.map(|home| Path::new(&home).join(".netrc")),
            ..HttpOptions::default()
        };
        if let Some(max_bytes) = input.max_bytes {
            budget = decode::Budget::of(max_bytes);
            http.max_bytes = max_bytes;
        }
        let metrics = input.metrics.as_ref().map(|name| {
            let url = Url::parse_metrics(name.as_typed());
            let wrong = || {
                Error::Usage(format!(
                    "--metrics takes the URL of a page, e.g. host:9100/metrics, not {name}"
                ))
            };
            url.ok_or_else(wrong)
        });
        Ok(Self {
            sources,
            metrics: metrics.transpose()?,
            combine: input.combine.clone(),
            remembered: input.remembered.clone(),
            http,
            budget,
        })
    }

    /// Reads all of them.
    ///
    /// # Errors
    /// As [`load::load`].
    pub fn load(&self, keep: Keep, observer: &dyn Observer) -> Result<Loaded> {
        let open = |name: &SourceName| self.profile(name, Kept::Profile, observer);
        let opener = Opener {
            open: &open,
            show: &|name| self.shown(name),
        };
        load::load(&self.sources, &self.combine, keep, &opener)
    }
}

impl Inputs {
    /// What a session, its files or several profiles tell of a process, and what should be warned of. The resident memory
    /// of the local process `pid` goes before a recorded one.
    ///
    /// # Errors
    /// As [`session()`] and [`ProcessMemory::of`].
    pub fn evidence(&self, pid: Option<u32>, observer: &dyn Observer) -> Result<(Evidence, Vec<String>)> {
        self.check_metrics(observer)?;
        let session = if self.is_demo() {
            let demo = demo::Demo::open()?;
            session_of(demo.rows(), &|name| demo.profile(name.as_typed()))?
        } else {
            let open = |name: &SourceName| self.profile(name, Kept::ProfileOrStats, observer);
            session(&self.sources, &open)?
        };
        let last = session.last;
        let of_process = pid.map(ProcessMemory::of).transpose()?;
        let evidence = Evidence {
            history: session.history,
            heap: last.heap,
            goroutines: last.goroutines,
            mem_stats: last.stats.and_then(|stats| stats.mem_stats),
            resident: of_process.map(watch::resident).or(last.resident),
            is_collected: last.collection == Collection::Forced,
        };
        Ok((evidence, session.warnings))
    }
}

/// What a watch knows, as evidence of what there is to answer.
pub fn evidence_of(seen: Seen) -> Evidence {
    Evidence {
        history: seen.history,
        heap: seen.heap,
        goroutines: seen.goroutines,
        mem_stats: None,
        resident: seen.resident,
        is_collected: seen.collection == Collection::Forced,
    }
}

impl Inputs {
    /// Whether what is built in is opened.
    fn is_demo(&self) -> bool {
        matches!(&self.sources[..], [only] if only.as_typed() == DEMO_NAME)
    }

    /// What to call all of them.
    pub fn name(&self) -> String {
        let own = self.named();
        let name = match (called(&self.combine.base), self.combine.comparison) {
            (base, _) if base.is_empty() => own,
            (base, Comparison::Subtract) => format!("{own} − {base}"),
            (base, Comparison::Diff) => format!("{own} against {base}"),
        };
        visible(&name).into_owned()
    }

    /// What to call them without what they are compared with.
    fn named(&self) -> String {
        visible(&called(&self.sources)).into_owned()
    }

    /// What is compared with what, in words; empty if nothing is.
    fn compares(&self) -> String {
        match &self.combine.base[..] {
            [] => String::new(),
            _ => self.name(),
        }
    }

    /// Whether one of them comes from a server.
    pub fn is_remote(&self) -> bool {
        let is_served = |name| matches!(source(name), Source::Url(_) | Source::Store(_));
        self.sources.iter().any(is_served)
    }
}

/// A name for sources, a file by its own; empty for none.
fn called(names: &[SourceName]) -> String {
    let short = |name: &SourceName| match source(name) {
        Source::File(path) => path
            .file_name()
            .map_or(name.to_string(), |file| file.to_string_lossy().into_owned()),
        other => other.name(),
    };
    match names {
        [] => String::new(),
        [only] => short(only),
        [first, rest @ ..] => format!("{} and {} more", short(first), rest.len()),
    }
}

/// The machine that the program runs on.
#[derive(Clone, Copy, Debug)]
pub struct Machine;

impl Host for Machine {
    fn save(&self, file: &str, bytes: &[u8], existing: Existing) -> Result<Saved> {
        let path = Path::new(file);
        let is_written = match existing {
            Existing::Replace => host::save(bytes, path, Caller::Dashboard).map(|()| true)?,
            Existing::Keep => host::save_new(bytes, path, Caller::Dashboard)?,
        };
        Ok(if is_written { Saved::Written } else { Saved::Kept })
    }

    fn open_page(&self, page: &[u8]) -> Result<Opened> {
        let path = host::save_page(page, "html")?;
        Ok(match Seat::local().show(&path) {
            Shown::InBrowser(told) => Opened::Shown(told),
            Shown::Instructions(told) => Opened::Instructions(told),
        })
    }

    fn editor(&self, file: &Path, line: i64) -> Option<Command> {
        Editor::local().map(|editor| editor.command(file, line))
    }
}
