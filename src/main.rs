//! Parses the command line, calls the library, maps an error to an exit code. The only file that prints.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what this file is for"
)]

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use heaptui::cli::{
    self, ConfigChoice, Dashboard, Diagnosis, DiffRequest, HostsRequest, Input, Request, Theme, Watched,
};
use heaptui::config::{self, Config};
use heaptui::decode;
use heaptui::error::{Error, Result};
use heaptui::host::{self, Caller, Described, WaitLine};
use heaptui::load::Keep;
use heaptui::model::strings::visible_lines;
use heaptui::model::{Profile, Side, visible};
use heaptui::progress::Observer;
use heaptui::report::{self, Content, Diff, Environment, Live, Options, Outcome, Output, ReportRow, ReportStep, Step};
use heaptui::secret::without_passwords;
use heaptui::ui::{self, Host, HostsSetup, HostsTable, Opened, Preferences, Setup, Wanted};
use heaptui::wiring::hosts::Target;
use heaptui::wiring::series::{BUDGET, Moments, TimedInputs};
use heaptui::wiring::table::{Surveyed, chosen};
use heaptui::wiring::{self, Inputs, Machine, Viewer};
use heaptui::zone;

fn main() -> ExitCode {
    match run() {
        Ok(outcome) => ExitCode::from(outcome.exit_code()),
        Err(Error::Io { reason, .. }) if reason.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            warn(&error.to_string());
            ExitCode::from(error.exit_code())
        }
    }
}

fn run() -> Result<Outcome> {
    let mut config = None;
    let mut request = cli::parse_over(std::env::args_os().skip(1), &mut |choice, audience| {
        let read = config.insert(wiring::configuration(choice)?);
        Ok(read.options(audience))
    })?;
    let config = config.unwrap_or_default();
    if let Some(input) = request.input_mut() {
        config.name_sources(&mut input.sources);
        config.name_sources(&mut input.combine.base);
    }
    if !matches!(&request, Request::Dashboard(dashboard) if dashboard.print.is_none()) {
        config.problems.iter().for_each(|problem| warn(problem));
    }
    match request {
        Request::Print(text) => print(text.as_bytes()),
        Request::Config(choice) => print_config(&choice),
        Request::Report {
            report,
            argument,
            input,
            options,
            output,
            page,
        } => {
            let inputs = Inputs::new(&input)?;
            let (loaded, extras) = told(|observer| inputs.subject(report, page, &options, observer))?;
            loaded.warnings.iter().for_each(|warning| warn(warning));
            let (environment, output) = (wiring::environment_of(report, extras), output.as_deref());
            let argument = argument.as_deref();
            write_report(&loaded.profile, report, argument, &options, &environment, output)
        }
        Request::Dashboard(dashboard) => open(dashboard, &config, None),
        #[cfg(unix)]
        Request::Guard(modes) => ui::guard(&modes),
        #[cfg(not(unix))]
        Request::Guard(_) => Ok(()),
        Request::Fetch { input, output } => fetch(&input, output.as_deref()),
        Request::Diff(asked) => return diff(&asked),
        Request::Watch(dashboard, watched) if dashboard.print.is_some() || io::stdout().is_terminal() => {
            open(dashboard, &config, Some(watched))
        }
        Request::Watch(Dashboard { input, .. }, watched) | Request::WatchHeadless { input, watched } => {
            let stop = wiring::stop_on_signals()?;
            let mut failed = Ok(());
            let mut tell = |line: &str| {
                let printed = print(format!("{}\n", visible(line)).as_bytes());
                if printed.is_err() {
                    // Nobody reads any more.
                    stop.store(true, Ordering::Relaxed);
                    failed = printed;
                }
            };
            Inputs::new(&input)?.watch(&watched, &stop, &mut tell)?;
            failed
        }
        Request::Hosts(asked) => hosts(asked, &config),
        Request::Diagnosis(diagnosis) => return diagnose(&diagnosis),
    }?;
    Ok(Outcome::Answered)
}

/// Answers a question about a process; the status says it too.
fn diagnose(asked: &Diagnosis) -> Result<Outcome> {
    let inputs = Inputs::new(&asked.input)?;
    if asked.row.live == Live::Watch && inputs.names_hosts() {
        return judge_hosts(&inputs, asked);
    }
    let (evidence, warnings) = match (inputs.process(), asked.row.live) {
        (process, Live::Watch) if process.is_some() || inputs.store()?.is_some() => {
            let stop = wiring::stop_on_signals()?;
            let seen = inputs.see_leaks(&asked.watched, &stop, &mut tell_terminal)?;
            (wiring::evidence_of(seen), Vec::new())
        }
        (Some(url), live) => (inputs.evidence_now(&url, live, asked.pid, &())?, Vec::new()),
        (None, _) => told(|observer| inputs.evidence(asked.pid, observer))?,
    };
    warnings.iter().for_each(|warning| warn(warning));
    let mut text = Vec::new();
    let written = asked.row.write(&evidence, &asked.asked, &mut text);
    let outcome = written.map_err(|error| match error {
        Error::NoMatch(why) => Error::NoMatch(format!("{}: {why}", inputs.name())),
        other => other,
    })?;
    deliver(&text, asked.output.as_deref())?;
    Ok(outcome)
}

/// Watches several hosts and judges each.
fn judge_hosts(inputs: &Inputs, asked: &Diagnosis) -> Result<Outcome> {
    let stop = wiring::stop_on_signals()?;
    let targets = told(|observer| inputs.targets(&asked.survey, observer))?;
    let hosts = inputs.watch_hosts_for_leaks(&targets, &asked.watched, &stop, &mut tell_terminal)?;
    let mut text = Vec::new();
    let outcome = report::write_leaks(&hosts, asked.asked.form, &mut text)?;
    deliver(&text, asked.output.as_deref())?;
    match hosts.iter().all(|(_, evidence)| evidence.is_err()) {
        true => Err(Error::NoMatch("no host answered".into())),
        false => Ok(outcome),
    }
}

/// A line of what goes on, where somebody may look.
fn tell_terminal(line: &str) {
    if io::stderr().is_terminal() {
        let _ = writeln!(io::stderr(), "{}", visible(line));
    }
}

/// Writes a text to a file or to standard output.
fn deliver(text: &[u8], output: Option<&Path>) -> Result<()> {
    match output {
        Some(path) => host::save(text, path, Caller::Command),
        None => print(text),
    }
}

/// Shows many processes side by side.
fn hosts(asked: HostsRequest, config: &Config) -> Result<()> {
    let inputs = Inputs::new(&asked.input)?;
    let targets: Arc<[Target]> = told(|observer| inputs.targets(&asked.asked, observer))?.into();
    let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    let is_seen = io::stdin().is_terminal() && io::stdout().is_terminal() && !is_dumb && asked.output.is_none();
    if asked.form.is_none() && (is_seen || asked.print.is_some()) {
        return show_hosts(inputs, &targets, asked, config);
    }
    let fleet = inputs.fleet(&targets, &asked.asked, &*wiring::stop_on_signals()?);
    let mut text = Vec::new();
    report::write_hosts(&fleet, asked.form.unwrap_or_default(), &mut text)?;
    deliver(&text, asked.output.as_deref())?;
    match fleet.count().answered {
        0 => Err(Error::NoMatch("no host answered".into())),
        _ => Ok(()),
    }
}

/// Shows them in a table, and what is chosen from it in a dashboard.
fn show_hosts(inputs: Inputs, targets: &Arc<[Target]>, asked: HostsRequest, config: &Config) -> Result<()> {
    let viewer = if asked.print.is_some() {
        Viewer::File
    } else {
        Viewer::Terminal
    };
    let mut table = HostsTable::new(HostsSetup {
        surveyor: Arc::new(Surveyed::new(inputs, Arc::clone(targets), asked.asked)),
        colours: wiring::colours(asked.theme.or(config.theme).unwrap_or(Theme::Auto), viewer),
        palette: config.palette,
        bindings: config.bindings.clone(),
    });
    let dashboard = |input| Dashboard {
        input,
        options: Box::default(),
        theme: asked.theme,
        keys: None,
        print: asked.print,
        picture: None,
        is_series: false,
        memory: None,
    };
    loop {
        let (frame, choice) = match asked.print {
            Some(size) => table.print(size, &asked.keys)?,
            None => (String::new(), Some(table.run()?)),
        };
        let Some(input) = choice.and_then(|choice| chosen(&asked.input, targets, &choice)) else {
            return print(frame.as_bytes());
        };
        open(dashboard(input), config, None)?;
        if asked.print.is_some() {
            return Ok(());
        }
    }
}

/// Compares two profiles; growth beyond the limit is said, and in the status.
fn diff(asked: &DiffRequest) -> Result<Outcome> {
    let inputs = Inputs::new(&asked.input)?;
    let loaded = told(|observer| inputs.load(Keep::Snapshots, observer))?;
    loaded.warnings.iter().for_each(|warning| warn(warning));
    let sides = loaded.sides.as_ref().ok_or(Error::Empty)?;
    let environment = Environment {
        zone: zone::local(),
        ..Environment::default()
    };
    let diff = Diff::new(sides, &asked.options, &environment)?;
    let name = |side| {
        loaded
            .side(side)
            .map(|snapshot| snapshot.name.as_str())
            .next()
            .unwrap_or_default()
    };
    let mut text = Vec::new();
    diff.write(asked.form, [name(Side::Before), name(Side::After)], &mut text)?;
    deliver(&text, asked.output.as_deref())?;
    match asked.limit {
        Some(limit) if limit.is_exceeded(&diff.total) => {
            let [before, after] = [diff.total.before, diff.total.after].map(|value| diff.label(value));
            warn(&format!(
                "grew from {before} to {after}: more than --fail-growth allows"
            ));
            Ok(Outcome::Leaks)
        }
        _ => Ok(Outcome::Answered),
    }
}

/// Prints the configuration, and what is wrong with it.
fn print_config(choice: &ConfigChoice) -> Result<()> {
    let config = wiring::configuration(choice)?;
    config.problems.iter().for_each(|problem| warn(problem));
    print(config::print(&config).as_bytes())
}

fn open(mut dashboard: Dashboard, config: &Config, watched: Option<Watched>) -> Result<()> {
    wiring::check_words(&dashboard.input.sources, &report_names())?;
    // As in pprof's interactive mode: the header of the screen says what profile it is.
    dashboard.options.compact_labels = true;
    let colours = wiring::colours(
        dashboard.theme.or(config.theme).unwrap_or(Theme::Auto),
        if dashboard.print.is_some() {
            Viewer::File
        } else {
            Viewer::Terminal
        },
    );
    let inputs = Inputs::new(&dashboard.input)?;
    let budget = dashboard.memory.unwrap_or(BUDGET);
    let moments = if dashboard.is_series { Moments::Yes } else { Moments::No };
    let loader = TimedInputs::new(inputs, moments, watched, budget)?;
    let setup = Setup {
        environment: loader.environment(),
        loader: Arc::new(loader),
        host: Arc::new(Machine),
        options: *dashboard.options,
        colours,
        bindings: config.bindings.clone(),
        preferences: Preferences {
            palette: config.palette,
            columns: config.columns.clone(),
            problems: config.problems.clone(),
        },
        keys: dashboard.keys.unwrap_or_default(),
    };
    if let Some(size) = dashboard.print {
        return match dashboard.picture {
            Some(path) => wiring::save_picture(&setup, size, &path),
            None => print(ui::print(&setup, size)?.as_bytes()),
        };
    }
    if !io::stdin().is_terminal() && !dashboard.input.sources.iter().any(|name| name.as_typed() == "-") {
        let mut lines = io::stdin().lock();
        // Nothing to read is no command, and without a terminal on the other side either there is nothing to do.
        let is_empty = lines.fill_buf().is_ok_and(|bytes| bytes.is_empty());
        if !is_empty || !io::stdout().is_terminal() {
            return commands(&dashboard.input, setup.options, &setup.environment, lines);
        }
    }
    if !io::stdout().is_terminal() {
        // A profile that cannot be read is worth more words than where it would be shown.
        setup.loader.load(&Wanted::default(), &())?;
        return Err(Error::Usage(format!(
            "standard output is not a terminal: name a report ({}), e.g. heaptui top FILE",
            report_names()
        )));
    }
    if std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
        return Err(Error::Usage(format!(
            "this terminal (TERM=dumb) cannot show a dashboard: name a report ({}), e.g. heaptui top FILE",
            report_names()
        )));
    }
    ui::run(&setup)
}

fn report_names() -> String {
    let names: Vec<&str> = report::REPORTS.iter().map(|row| row.name).collect();
    names.join(", ")
}

/// Reads pprof's commands from standard input and does them, as `go tool pprof FILE` does without a terminal.
fn commands(input: &Input, mut options: Options, environment: &Environment, mut lines: impl BufRead) -> Result<()> {
    let profile = load_told(input)?;
    while let Some(line) = wiring::command_line(&mut lines)? {
        for step in report::interpret(&line, &profile, &mut options) {
            match step {
                Step::Quit => return Ok(()),
                Step::Changed => {}
                Step::Say(text) => {
                    let _ = writeln!(io::stderr(), "{}", visible_lines(&text));
                }
                Step::Problem(problem) => warn(&problem),
                Step::Report(step) => match command(&profile, &step, environment) {
                    Err(Error::Io { reason, name }) if reason.kind() == io::ErrorKind::BrokenPipe => {
                        return Err(Error::Io { reason, name });
                    }
                    Err(error) => warn(&error.to_string()),
                    Ok(()) => {}
                },
            }
        }
    }
    Ok(())
}

/// Reads what a report is about, and warns of what is to be warned of.
fn load_told(input: &Input) -> Result<Arc<Profile>> {
    let inputs = Inputs::new(input)?;
    let loaded = told(|observer| inputs.load(Keep::Result, observer))?;
    loaded.warnings.iter().for_each(|warning| warn(warning));
    Ok(loaded.profile)
}

/// Does work that may take long; a terminal is told what is waited for.
fn told<T>(work: impl FnOnce(&dyn Observer) -> T) -> T {
    let is_dumb = std::env::var_os("TERM").is_none_or(|name| name == "dumb");
    if is_dumb || !io::stderr().is_terminal() {
        return work(&());
    }
    work(&WaitLine::new(&|text| {
        let _ = write!(io::stderr(), "{text}");
    }))
}

fn command(profile: &Arc<Profile>, step: &ReportStep, environment: &Environment) -> Result<()> {
    let (report, argument, options) = (step.report, step.argument.as_deref(), &step.options);
    let file = match &step.output {
        Output::Numbered(ending) => {
            let mut bytes = Vec::new();
            let warnings = report::write(profile, report, argument, options, environment, &mut bytes)?;
            let file = report::numbered(ending, |file| host::save_new(&bytes, Path::new(file), Caller::Command))?;
            warn(&format!("Generating report in {file}"));
            warnings.iter().for_each(|warning| warn(warning));
            return Ok(());
        }
        Output::File(file) => Some(Path::new(file)),
        Output::Screen => None,
    };
    write_report(profile, report, argument, options, environment, file)
}

/// Writes a report to a file or to standard output.
fn write_report(
    profile: &Arc<Profile>,
    report: &ReportRow,
    argument: Option<&str>,
    options: &Options,
    environment: &Environment,
    output: Option<&Path>,
) -> Result<()> {
    if report.content == Content::Binary && output.is_none() && io::stdout().is_terminal() {
        let (name, ending) = (report.name, report.ending.unwrap_or("out"));
        let usage = format!("{name} is not text: write it to a file, e.g. heaptui {name} -o FILE.{ending} SOURCE");
        return Err(Error::Usage(usage));
    }
    let write = |out: &mut dyn Write| report::write(profile, report, argument, options, environment, out);
    let warnings = match output {
        Some(path) => {
            let mut text = Vec::new();
            let warnings = write(&mut text)?;
            warn(&format!("Generating report in {}", path.display()));
            host::save(&text, path, Caller::Command)?;
            warnings
        }
        None if report.content == Content::Page => {
            let mut page = Vec::new();
            let warnings = write(&mut page)?;
            let (Opened::Shown(told) | Opened::Instructions(told)) = Machine.open_page(&page)?;
            print(format!("{}\n", visible_lines(&told)).as_bytes())?;
            warnings
        }
        // As it comes: a listing of a million stacks need not fit into memory.
        None => write(&mut io::stdout().lock())?,
    };
    warnings.iter().for_each(|warning| warn(warning));
    Ok(())
}

fn fetch(input: &Input, output: Option<&Path>) -> Result<()> {
    let inputs = Inputs::new(input)?;
    let budget = inputs.budget;
    let [name] = &inputs.sources[..] else {
        return Err(Error::Usage("one profile at a time".into()));
    };
    let check = |bytes: &[u8]| {
        let profile = decode::profile(bytes, budget, &())?;
        let binary = profile.mappings.first().map_or("", |main| profile.text(main.file));
        let kind = profile.sample_type("").map_or("", |id| profile.type_name(id));
        let process = binary.rsplit('/').next().unwrap_or_default().to_string();
        Ok(Described {
            process,
            kind: kind.to_string(),
            time_nanos: profile.time_nanos,
            ending: decode::ending(bytes),
        })
    };
    let read = || told(|observer| inputs.read(name, observer));
    if output == Some(Path::new("-")) {
        let bytes = read()?;
        check(&bytes)?;
        if io::stdout().is_terminal() && !host::is_plain(&bytes) {
            let usage = "standard output is a terminal, and this is not plain text: name a file, e.g. -o FILE.pb.gz";
            return Err(Error::Usage(usage.into()));
        }
        return print(&bytes);
    }
    let saved = host::keep(&read, output, &check)?;
    // Behind the profile the name would be a part of it.
    if host::is_stream(&saved.path) {
        return Ok(());
    }
    print(format!("{}\n", visible(&saved.path.display().to_string())).as_bytes())
}

fn print(bytes: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(stdout_failed)
}

fn stdout_failed(reason: io::Error) -> Error {
    Error::Io {
        name: "standard output".into(),
        reason,
    }
}

fn warn(text: &str) {
    // What is said of arguments repeats some, and an address in a wrong place may hold a password.
    let arguments = std::env::args_os()
        .skip(1)
        .filter_map(|argument| argument.into_string().ok());
    let text = without_passwords(text, arguments);
    let _ = writeln!(io::stderr(), "heaptui: {}", visible_lines(&text));
}
