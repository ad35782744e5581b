//! What the program writes about itself from its tables: completions for shells, a page of manual.

use std::io;

use clap::{Arg, ArgMatches, Command};
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::error::{Error, Result};

/// The command that prints completions.
pub(super) const COMPLETIONS: &str = "completions";
/// The command that prints the page of manual.
pub(super) const MAN: &str = "man";

/// What the parser is told of both.
pub(super) fn commands() -> [Command; 2] {
    let shell = Arg::new("shell")
        .value_name("SHELL")
        .required(true)
        .help(format!("One of {}", names()));
    [
        Command::new(COMPLETIONS)
            .about("Print completions for a shell: heaptui completions bash > FILE")
            .arg(shell),
        Command::new(MAN).about("Print the page of manual: heaptui man | man -l -"),
    ]
}

const SHELLS: [Shell; 5] = [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish];

fn names() -> String {
    SHELLS.map(|shell| shell.to_string()).join(", ")
}

/// The completions of all that `command` takes.
///
/// # Errors
/// [`Error::Usage`] for a shell that is none of ours.
pub(super) fn completions(matches: &ArgMatches, mut command: Command) -> Result<String> {
    let wanted = matches.get_one::<String>("shell").map_or("", String::as_str);
    let shell = SHELLS.into_iter().find(|shell| shell.to_string() == wanted);
    let shell = shell.ok_or_else(|| {
        let names = names();
        Error::Usage(format!("completions are for {names}, not for {wanted:?}"))
    })?;
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command, "heaptui", &mut text);
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The page of manual.
///
/// # Errors
/// [`Error::Io`] never, as it goes into memory.
pub(super) fn manual(command: Command, statuses: &[(&str, &str)]) -> Result<String> {
    let mut text = Vec::new();
    write(command, statuses, &mut text).map_err(|reason| Error::Io {
        name: MAN.into(),
        reason,
    })?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn write(command: Command, statuses: &[(&str, &str)], out: &mut Vec<u8>) -> io::Result<()> {
    let about = |command: &Command| command.get_about().map(ToString::to_string).unwrap_or_default();
    let commands = command
        .get_subcommands()
        .map(|own| (own.get_name().to_string(), about(own)));
    let commands: Vec<(String, String)> = commands.collect();
    let man = Man::new(command);
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    let mut roff = Roff::new();
    roff.control("SH", ["COMMANDS"]);
    for (name, about) in commands {
        roff.control("TP", []);
        roff.text([bold(name)]);
        roff.text([roman(about)]);
    }
    roff.to_writer(out)?;
    man.render_options_section(out)?;
    let mut roff = Roff::new();
    roff.control("SH", ["FILES"]);
    roff.control("TP", []);
    roff.text([bold("$XDG_CONFIG_HOME/heaptui/config.toml")]);
    roff.text([roman(
        "Theme, keys, columns, options, hosts by name. \"heaptui config\" prints what is in force and what there is.",
    )]);
    roff.control("SH", ["EXIT STATUS"]);
    for (status, meaning) in statuses {
        roff.control("TP", []);
        roff.text([bold(*status)]);
        roff.text([roman(*meaning)]);
    }
    roff.to_writer(out)
}
