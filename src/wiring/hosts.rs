//! Many hosts: which they are, and what each says of itself now.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::Seen;
use super::{Inputs, evidence_of, source, when};
use crate::analyze::hosts::{Figures, Fleet, History};
use crate::cli::{Survey, Watched};
use crate::decode;
use crate::error::{Error, Result};
use crate::load::survey::{Metrics, survey};
use crate::model::{Collection, Profile, visible};
use crate::progress::Observer;
use crate::report::Witness;
use crate::secret::SourceName;
use crate::source::{self, HttpOptions, Labels, ProcessMemory, Prometheus, Range, Source, Url};
use crate::zone;

/// How long a host may take in all unless the user says otherwise.
const USUAL_LIMIT: Duration = Duration::from_secs(10);
/// How long one of several may send nothing: it is then left, so that the table is done. A collection that is forced, and
/// whoever says how long with `--timeout`, has all of the time.
const SILENCE: Duration = Duration::from_secs(2);
/// How much of a host's answer is read, as it comes, unless the user says otherwise: sixteen are read at once.
const MOST_BYTES: u64 = 16 << 20;
/// What metrics are read of: a page of more is no process's.
const MOST_METRICS: u64 = 4 << 20;
/// How far back a server is asked unless the user says otherwise.
const USUAL_PAST: f64 = 86_400.0;
/// Into so many values its memory is divided.
const STEPS: f64 = 60.0;
/// Prometheus scrapes no more often, as a rule.
const SHORTEST_STEP: f64 = 15.0;

/// A process to ask.
#[derive(Clone, Debug)]
pub struct Target {
    /// What it is called. Safe to print.
    pub name: String,
    /// The source that its heap profile is, for a dashboard.
    pub source: SourceName,
    /// Its heap profile.
    pub url: Url,
    /// What was measured of it before.
    pub history: History,
}

impl Inputs {
    /// The hosts that are named, each once, with the history that a server has of them.
    ///
    /// # Errors
    /// Those of the server, of a file or a name; [`Error::Usage`] for what is no host.
    pub fn targets(&self, asked: &Survey, observer: &dyn Observer) -> Result<Vec<Target>> {
        let mut targets: Vec<Target> = Vec::new();
        for name in &self.sources {
            self.expand(name, asked, observer, &mut targets)?;
        }
        let mut known: Vec<Url> = Vec::new();
        targets.retain(|target| {
            let is_new = !known.contains(&target.url);
            known.extend(is_new.then(|| target.url.clone()));
            is_new
        });
        match targets.is_empty() {
            true => Err(Error::Usage(
                "no host is named: nothing is scraped, or --match selects nothing".into(),
            )),
            false => Ok(targets),
        }
    }

    fn expand(
        &self,
        name: &SourceName,
        asked: &Survey,
        observer: &dyn Observer,
        targets: &mut Vec<Target>,
    ) -> Result<()> {
        let typed = name.as_typed();
        let plain = |url: Url| Target {
            name: visible(&url.server()).into_owned(),
            // An address that was found has no password in it.
            source: url.to_string().into(),
            url,
            history: History::default(),
        };
        if let Some(file) = typed.strip_prefix('@') {
            for line in source::listed(file.as_ref())? {
                match line.as_typed().starts_with('@') {
                    true => return Err(Error::Usage(format!("{name}: a list names hosts, not lists"))),
                    false => self.expand(&line, asked, observer, targets)?,
                }
            }
        } else if let Some(name) = typed.strip_prefix("dns:") {
            targets.extend(source::addresses(name)?.into_iter().map(plain));
        } else if let Some(address) = typed.strip_prefix("prometheus:") {
            let server = Prometheus::parse(address).ok_or_else(|| {
                let usage = "e.g. prometheus:http://localhost:9090";
                Error::Usage(format!("{name}: no address of a server, {usage}"))
            })?;
            targets.extend(self.scraped(&server, asked, observer)?);
        } else if let Source::Url(url) = source(name) {
            targets.push(Target {
                source: name.clone(),
                ..plain(url)
            });
        } else {
            let usage = "name some as host:port or URLs, or by @FILE, dns:NAME:PORT or prometheus:URL";
            return Err(Error::Usage(format!("{name} is no host: {usage}")));
        }
        Ok(())
    }

    /// What a Prometheus server scrapes, and what it remembers of that.
    fn scraped(&self, server: &Prometheus, asked: &Survey, observer: &dyn Observer) -> Result<Vec<Target>> {
        let remembered = &self.remembered;
        let selector = remembered.selector.as_deref().unwrap_or_default();
        let range = self.range()?;
        let scraped = server.targets(selector, &self.http, observer)?;
        let step = range.step.round();
        let expressions = [
            "process_resident_memory_bytes{}".to_string(),
            // The least within a step is close to what a collection left.
            format!("min_over_time(go_memstats_heap_alloc_bytes{{}}[{step}s])"),
            "go_goroutines{}".to_string(),
        ];
        let ask = |expression: &String| server.history(expression, selector, range, &self.http, observer);
        let [rss, heap, goroutines] = expressions.each_ref().map(ask);
        let (rss, heap, goroutines) = (rss?, heap?, goroutines?);
        let of = |all: &[source::Measured], labels: &Labels| {
            let own = all.iter().find(|measured| measured.labels == *labels);
            own.map_or(Vec::new(), |measured| measured.points.clone())
        };
        let target = |target: source::Target| {
            let url = match asked.port {
                Some(port) => target.url.at_port(port),
                None => target.url,
            };
            Target {
                history: History {
                    rss: of(&rss, &target.labels),
                    heap: of(&heap, &target.labels),
                    goroutines: of(&goroutines, &target.labels),
                },
                name: visible(&target.instance).into_owned(),
                source: url.to_string().into(),
                url,
            }
        };
        Ok(scraped.into_iter().map(target).collect())
    }

    /// What of a server's memory is wanted.
    fn range(&self) -> Result<Range> {
        let now = Timestamp::now().to_zoned(zone::local());
        let time = |text: &Option<String>, option| {
            let text = text.as_deref();
            text.map(|text| when::seconds(text, &now, option)).transpose()
        };
        let end = time(&self.remembered.until, "until")?.unwrap_or(now.timestamp().as_millisecond() as f64 / 1e3);
        let start = time(&self.remembered.from, "from")?.unwrap_or(end - USUAL_PAST);
        if start >= end {
            return Err(Error::Usage("--from is not before --until".into()));
        }
        let step = ((end - start) / STEPS).max(SHORTEST_STEP);
        Ok(Range { start, end, step })
    }

    /// Asks hosts, so many at a time, and tells of each as it answers.
    pub fn survey(
        &self,
        targets: &[Target],
        asked: &Survey,
        stop: &AtomicBool,
        tell: &mut dyn FnMut(usize, Result<Figures>),
    ) {
        let is_patient = targets.len() == 1 || asked.is_collected || self.http.timeout.is_some();
        let silence = if is_patient { Duration::MAX } else { SILENCE };
        survey(
            targets,
            asked.parallel,
            stop,
            &|target| self.ask(&target.url, silence, asked, stop),
            tell,
        );
    }

    /// Asks all hosts once; one that does not answer says why in its row.
    pub fn fleet(&self, targets: &[Target], asked: &Survey, stop: &AtomicBool) -> Fleet {
        let remembered = targets
            .iter()
            .map(|target| (target.name.clone(), target.history.clone()));
        let mut fleet = Fleet::remembered(remembered);
        self.survey(targets, asked, stop, &mut |at, answer| {
            fleet.answered(at, now(), answer.map_err(|error| reason(&error)));
        });
        fleet
    }

    /// Whether several processes are named, and not several profiles of one.
    pub fn names_hosts(&self) -> bool {
        let servers: Vec<Option<String>> = self.sources.iter().map(server).collect();
        let is_list = |name: &SourceName| source::LISTS.iter().any(|prefix| name.as_typed().starts_with(prefix));
        let are_processes = servers.iter().all(Option::is_some) && servers.iter().any(|server| *server != servers[0]);
        self.sources.iter().any(is_list) || are_processes
    }

    /// Watches hosts side by side until the verdict of each is known.
    ///
    /// # Errors
    /// [`Error::Usage`] where they are too many.
    pub fn watch_hosts_for_leaks(
        &self,
        targets: &[Target],
        watched: &Watched,
        stop: &Arc<AtomicBool>,
        tell: &mut dyn FnMut(&str),
    ) -> Result<Vec<Witness>> {
        if targets.len() > MOST_WATCHED {
            let count = targets.len();
            return Err(Error::Usage(format!(
                "{count} hosts: at most {MOST_WATCHED} are watched at once; choose some, with --match or by name"
            )));
        }
        enum Said {
            Line(usize, String),
            Verdict(usize, Box<Result<Seen>>),
        }
        let (says, hears) = channel();
        let mut witnesses: Vec<Witness> = targets
            .iter()
            .map(|target| (target.name.clone(), Err("stopped".into())))
            .collect();
        thread::scope(|scope| {
            for (at, target) in targets.iter().enumerate() {
                let says = says.clone();
                let watched = Watched {
                    record: watched
                        .record
                        .as_ref()
                        .map(|folder| folder.join(file_name(&target.name))),
                    ..watched.clone()
                };
                scope.spawn(move || {
                    // Nobody may be left to hear it.
                    let mut line = |text: &str| says.send(Said::Line(at, text.into())).unwrap_or_default();
                    let seen = self.watch_for_leaks(target.url.clone(), &watched, stop, &mut line);
                    says.send(Said::Verdict(at, Box::new(seen))).unwrap_or_default();
                });
            }
            drop(says);
            for said in hears {
                match said {
                    Said::Line(at, text) => tell(&format!("{}  {text}", targets[at].name)),
                    Said::Verdict(at, seen) => {
                        witnesses[at].1 = seen.map(evidence_of).map_err(|error| reason(&error));
                    }
                }
            }
        });
        Ok(witnesses)
    }

    /// What a host says of itself. All but its heap may be missing.
    fn ask(&self, url: &Url, silence: Duration, asked: &Survey, stop: &AtomicBool) -> Result<Figures> {
        let limit = self.http.timeout.unwrap_or(USUAL_LIMIT);
        let end = Instant::now() + limit;
        // Each question may be met with silence.
        let deadline = || Deadline {
            url,
            limit,
            end,
            silence,
            heard: Cell::new((Instant::now(), 0)),
            stop,
        };
        let http = HttpOptions {
            timeout: Some(limit),
            grace: Duration::ZERO,
            max_bytes: match self.http.max_bytes {
                usual if usual == HttpOptions::default().max_bytes => MOST_BYTES,
                given => given,
            },
            ..self.http.clone()
        };
        let read = |url: Url| -> Result<Profile> {
            let deadline = deadline();
            let bytes = Source::Url(url).open(&http, &deadline)?;
            decode::profile(bytes, self.budget, &deadline)
        };
        let mut figures = Figures::default();
        let heap = match (url.is_among_profiles(), asked.is_collected) {
            (true, true) => url.beside("heap", "gc=1&debug=1"),
            (true, false) => url.beside("heap", "debug=1"),
            (false, _) => url.clone(),
        };
        let profile = match read(heap) {
            // As text, which alone has numbers of the runtime, a large profile is much larger.
            Err(Error::TooLarge { .. }) if url.is_among_profiles() => read(url.beside("heap", "")),
            answer => answer,
        };
        let collection = match asked.is_collected {
            true => Collection::Forced,
            false => Collection::AsItCame,
        };
        figures.heap(&profile?, collection, now());
        if !url.is_among_profiles() {
            return Ok(figures);
        }
        if let Ok(profile) = read(url.beside("goroutine", "")) {
            figures.goroutines(&profile);
        }
        let http = HttpOptions {
            max_bytes: MOST_METRICS,
            ..http
        };
        let text = source::data(&url.metrics(), &http, &deadline()).unwrap_or_default();
        let metrics = Metrics::parse(&text);
        figures.goroutines = figures.goroutines.or(metrics.goroutines);
        figures.uptime = metrics.start.map(|start| (now() - start).max(0.0)).or(figures.uptime);
        figures.rss = metrics.rss.or_else(|| {
            let memory = ProcessMemory::of(self.local_process(url, &deadline()).ok()?);
            memory.ok().map(|memory| memory.resident as f64)
        });
        Ok(figures)
    }
}

/// So many hosts are watched at once.
const MOST_WATCHED: usize = 64;

/// The server of a name, if it is a live process's.
fn server(name: &SourceName) -> Option<String> {
    match source(name) {
        Source::Url(url) if url.is_among_profiles() => Some(url.server()),
        _ => None,
    }
}

/// A host's name as a folder's.
fn file_name(host: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "-_.".contains(char);
    let name: String = host
        .chars()
        .map(|char| if is_plain(char) { char } else { '_' })
        .collect();
    name.trim_start_matches('.').to_string()
}

/// Seconds since 1970 UTC.
pub(super) fn now() -> f64 {
    Timestamp::now().as_millisecond() as f64 / 1e3
}

/// Why a host has no figures, in a row that has its name already.
pub(super) fn reason(error: &Error) -> String {
    let text = match error {
        Error::Http { what, advice, .. } => format!("{what}; {advice}"),
        other => other.to_string(),
    };
    visible(&text).into_owned()
}

/// Gives up on a host that takes too long in all, or sends next to nothing.
struct Deadline<'h> {
    url: &'h Url,
    limit: Duration,
    end: Instant,
    /// How long less than [`DRIP`] may come.
    silence: Duration,
    /// When that much had come last, and how many bytes had by then.
    heard: Cell<(Instant, u64)>,
    stop: &'h AtomicBool,
}

/// Bytes that a host sends in [`SILENCE`] at least: a slow modem sends ten times as much.
const DRIP: u64 = 1024;

impl Observer for Deadline<'_> {
    fn progress(&self, done: u64, _total: Option<u64>) -> Result<()> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(Error::Cancelled);
        }
        let (since, before) = self.heard.get();
        let lately = done.saturating_sub(before);
        // What is read is decoded: that counts anew.
        if lately >= DRIP || done < before {
            self.heard.set((Instant::now(), done));
        }
        let is_silent = lately < DRIP && since.elapsed() > self.silence;
        if Instant::now() < self.end && !is_silent {
            return Ok(());
        }
        let what = match done {
            0 => format!("no answer within {:?}", self.limit.min(self.silence)),
            _ if is_silent => format!("the server stopped sending: {lately} bytes in {:?}", self.silence),
            done => format!("the answer does not end: {done} bytes in {:?}", self.limit),
        };
        Err(Error::Http {
            url: self.url.to_string(),
            what,
            advice: "is the process stuck? else allow more with --timeout".into(),
        })
    }
}
