//! The settings, a row each: how it is read, how it is printed.

use toml::de::{DeTable, DeValue};

use super::{Config, in_order, is_setting};
use crate::cli::Theme;
use crate::error::closest;
use crate::report::{self, Align, COLUMNS, OPTIONS, Options, screen_columns};
use crate::secret::SourceName;
use crate::ui::{COLOURS, parse_colour};

/// What is wrong, each with where it stands if that is not where the value begins.
pub(super) type Problems = Vec<(Option<usize>, String)>;

/// A row of [`SETTINGS`].
pub struct Setting {
    /// What it is called in the file.
    pub name: &'static str,
    /// What it does, a line of the printed configuration each.
    pub help: &'static [&'static str],
    /// Takes it.
    pub(super) read: fn(&mut Config, &DeValue<'_>, &str) -> Result<(), Problems>,
    /// The lines that say what is in force; what begins with `# ` is only a default.
    pub(super) print: fn(&Config) -> Vec<String>,
}

/// Every setting, in the order of the printed configuration: tables last, as TOML wants it.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "theme",
        help: &["Colours: auto (asks the terminal), dark, light or mono"],
        read: |config, value, _| {
            let theme = Theme::parse(text(value)?).map_err(|error| whole(&error.to_string()))?;
            config.theme = Some(theme);
            Ok(())
        },
        print: |config| {
            let line = |theme: Theme| format!("theme = {}", quoted(theme.name()));
            vec![config.theme.map_or_else(|| format!("# {}", line(Theme::Auto)), line)]
        },
    },
    Setting {
        name: "columns",
        help: &[
            "Columns of Top, besides the name; where there is little room the last are left out first.",
            "[] for all",
        ],
        read: |config, value, _| {
            let known: Vec<_> = screen_columns(COLUMNS);
            let known: Vec<_> = known
                .iter()
                .filter(|(column, _)| column.align == Align::Right)
                .collect();
            let mut problems = Problems::new();
            for (at, name) in texts(value)? {
                match known.iter().find(|(column, _)| column.head == name) {
                    Some((column, _)) => config.columns.push(column.id),
                    None => {
                        let heads: Vec<&str> = known.iter().map(|(column, _)| column.head).collect();
                        problems.push((
                            at,
                            format!("no column is called {name:?}: there are {}", heads.join(", ")),
                        ));
                    }
                }
            }
            done(problems)
        },
        print: |config| {
            let chosen = config
                .columns
                .iter()
                .filter_map(|id| COLUMNS.iter().find(|column| column.id == *id));
            let heads: Vec<String> = chosen.map(|column| quoted(column.head)).collect();
            let sign = if heads.is_empty() { "# " } else { "" };
            vec![format!("{sign}columns = [{}]", heads.join(", "))]
        },
    },
    Setting {
        name: "source_path",
        help: &["Folders to look for sources in; ~ is your home. Reports look there too"],
        read: |config, value, home| {
            config.source_path = paths(value, home)?;
            Ok(())
        },
        print: |config| vec![path_line("source_path", &config.source_path)],
    },
    Setting {
        name: "trim_path",
        help: &["Beginnings of paths in profiles that are not on this machine"],
        read: |config, value, home| {
            config.trim_path = paths(value, home)?;
            Ok(())
        },
        print: |config| vec![path_line("trim_path", &config.trim_path)],
    },
    Setting {
        name: "colours",
        help: &[
            "Colours of your own, over those of the theme: \"#6cc7d6\", a number of the 256, or a name such as \"light-blue\"",
        ],
        read: |config, value, _| {
            let mut problems = Problems::new();
            for (key, value) in in_order(table(value)?) {
                let name = key.get_ref().as_ref();
                let set = text(value.get_ref()).and_then(|colour| {
                    let colour = parse_colour(colour).ok_or_else(|| whole(&format!("{colour:?} is no colour")))?;
                    let is_known = config.palette.set(name, colour);
                    is_known.then_some(()).ok_or_else(|| {
                        let names: Vec<&str> = COLOURS.iter().map(|(name, _)| *name).collect();
                        vec![(
                            Some(key.span().start),
                            format!("no colour is called {name:?}: there are {}", names.join(", ")),
                        )]
                    })
                });
                collect(&mut problems, value.span().start, set);
            }
            done(problems)
        },
        print: |config| {
            let rows = COLOURS.iter().map(|(name, help)| match config.palette.get(name) {
                Some(colour) => format!("{name} = {}  # {help}", quoted(&colour)),
                None => format!("# {name} = \"\"  # {help}"),
            });
            std::iter::once("[colours]".into()).chain(rows).collect()
        },
    },
    Setting {
        name: "options",
        help: &["How the dashboard begins: the options of the command line. Reports begin as pprof's do"],
        read: |config, value, _| {
            let mut problems = Problems::new();
            for (key, value) in in_order(table(value)?) {
                let name = key.get_ref().as_ref();
                let mut known = OPTIONS.iter().filter(|row| is_setting(row));
                let set = match known.find(|row| row.name == name) {
                    Some(row) => scalar(value.get_ref()).and_then(|value| {
                        let mut tried = Options::default();
                        let set = row.set(&mut tried, &value);
                        set.map_err(|reason| whole(&format!("{name}: {reason}")))?;
                        report::filters(&tried).map_err(|error| whole(&error.to_string()))?;
                        config.options.push((row, value));
                        Ok(())
                    }),
                    None => {
                        let names = OPTIONS.iter().filter(|row| is_setting(row)).map(|row| row.name);
                        let advice = closest(name, names).map(|meant| format!("; did you mean {meant}?"));
                        let text = format!("no option is called {name:?}{}", advice.unwrap_or_default());
                        Err(vec![(Some(key.span().start), text)])
                    }
                };
                collect(&mut problems, value.span().start, set);
            }
            done(problems)
        },
        print: |config| {
            let defaults = Options::default();
            let rows = OPTIONS.iter().filter(|row| is_setting(row)).map(|row| {
                let mut own = config.options.iter().rev();
                let own = own.find(|(other, _)| other.name == row.name);
                let sign = if own.is_some() { "" } else { "# " };
                let value = own.map_or_else(|| row.get(&defaults).into_owned(), |(_, value)| value.clone());
                let is_plain = ["true", "false"].contains(&&*value) || value.parse::<f64>().is_ok_and(f64::is_finite);
                let value = if is_plain { value } else { quoted(&value) };
                format!("{sign}{} = {value}  # {}", row.name, row.help)
            });
            std::iter::once("[options]".into()).chain(rows).collect()
        },
    },
    Setting {
        name: "hosts",
        help: &[
            "Names for what you look at often: heaptui NAME opens it, and so does every command.",
            "One source, or several, which are added up",
        ],
        read: |config, value, _| {
            let mut problems = Problems::new();
            for (key, value) in in_order(table(value)?) {
                match texts(value.get_ref()) {
                    Ok(sources) => {
                        let sources = sources.into_iter().map(|(_, source)| SourceName::from(source));
                        config.hosts.insert(key.get_ref().to_string(), sources.collect());
                    }
                    failed => collect(&mut problems, value.span().start, failed.map(drop)),
                }
            }
            done(problems)
        },
        print: |config| {
            let mut lines = vec!["[hosts]".to_string()];
            if config.hosts.is_empty() {
                lines.push("# orders = \"orders.example.com:6060\"".into());
            }
            lines.extend(config.hosts.iter().map(|(name, sources)| {
                // Without what may be a password.
                let sources: Vec<String> = sources.iter().map(|source| quoted(&source.to_string())).collect();
                match &sources[..] {
                    [only] => format!("{} = {only}", quoted(name)),
                    several => format!("{} = [{}]", quoted(name), several.join(", ")),
                }
            }));
            lines
        },
    },
    Setting {
        name: "keys",
        help: &[
            "Keys: for each place, what does what. Several keys stand side by side: \"<up>k\"; \"\" for none.",
            "Named keys: <enter> <tab> <s-tab> <esc> <bs> <del> <up> <down> <left> <right> <home> <end> <pgup> <pgdn>",
            "<space> <lt> <f5>, and <c-x> for Ctrl with x",
        ],
        read: |config, value, _| {
            let mut problems = Problems::new();
            for (context, actions) in in_order(table(value)?) {
                let context = context.get_ref().as_ref();
                let actions = match table(actions.get_ref()) {
                    Ok(actions) => actions,
                    Err(_) => {
                        problems.push((Some(actions.span().start), misplaced(config, context)));
                        continue;
                    }
                };
                for (action, keys) in in_order(actions) {
                    let set = text(keys.get_ref()).and_then(|keys| {
                        let rebound = config.bindings.rebind(context, action.get_ref(), keys);
                        rebound.map_err(|error| whole(&error.to_string()))
                    });
                    collect(&mut problems, action.span().start, set);
                }
            }
            done(problems)
        },
        print: |config| {
            let defaults = crate::ui::Bindings::default().written();
            let mut lines = Vec::new();
            let mut last = "";
            for row in config.bindings.written() {
                if row.context != last {
                    lines.extend([String::new(), format!("[keys.{}]", row.context)]);
                    last = row.context;
                }
                let is_default = |other: &&crate::ui::WrittenKeys| {
                    (other.context, &other.action, &other.keys) == (row.context, &row.action, &row.keys)
                };
                let sign = if defaults.iter().any(|other| is_default(&other)) {
                    "# "
                } else {
                    ""
                };
                lines.push(format!("{sign}{} = {}  # {}", row.action, quoted(&row.keys), row.help));
            }
            lines
        },
    },
];

/// What to say of keys that stand outside of their place.
fn misplaced(config: &Config, action: &str) -> String {
    let rows = config.bindings.written();
    let is_known = rows.iter().any(|row| row.action == action);
    let rows = rows.iter().filter(|row| !is_known || row.action == action);
    let mut places: Vec<String> = rows.map(|row| format!("[keys.{}]", row.context)).collect();
    places.dedup();
    format!("keys stand in a table of their place: {}", places.join(", "))
}

/// A problem with a value as a whole.
fn whole(what: &str) -> Problems {
    vec![(None, what.into())]
}

/// Takes what is wrong with one of several entries.
fn collect(problems: &mut Problems, at: usize, result: Result<(), Problems>) {
    let wrong = result.err().unwrap_or_default();
    problems.extend(wrong.into_iter().map(|(own, what)| (own.or(Some(at)), what)));
}

fn done(problems: Problems) -> Result<(), Problems> {
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn text<'v>(value: &'v DeValue<'_>) -> Result<&'v str, Problems> {
    value
        .as_str()
        .ok_or_else(|| whole(&format!("a text in quotes is wanted, not {}", kind(value))))
}

fn table<'v, 'i>(value: &'v DeValue<'i>) -> Result<&'v DeTable<'i>, Problems> {
    value
        .as_table()
        .ok_or_else(|| whole(&format!("a table is wanted, not {}", kind(value))))
}

/// A text, or several.
fn texts(value: &DeValue<'_>) -> Result<Vec<(Option<usize>, String)>, Problems> {
    let Some(array) = value.as_array() else {
        return Ok(vec![(None, text(value)?.to_string())]);
    };
    let each = array.iter().map(|value| {
        let at = value.span().start;
        match text(value.get_ref()) {
            Ok(text) => Ok((Some(at), text.to_string())),
            Err(_) => Err(vec![(
                Some(at),
                format!("a text in quotes is wanted, not {}", kind(value.get_ref())),
            )]),
        }
    });
    each.collect()
}

/// A text, a number or yes and no, as the command line takes it.
fn scalar(value: &DeValue<'_>) -> Result<String, Problems> {
    match value {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) => Ok(number.to_string()),
        DeValue::Float(number) => Ok(number.to_string()),
        DeValue::Boolean(flag) => Ok(flag.to_string()),
        other => Err(whole(&format!(
            "a text, a number, true or false is wanted, not {}",
            kind(other)
        ))),
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// Folders as options have them.
fn paths(value: &DeValue<'_>, home: &str) -> Result<String, Problems> {
    let paths = texts(value)?.into_iter().map(|(_, path)| match path.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{home}{rest}"),
        _ => path,
    });
    Ok(paths.collect::<Vec<_>>().join(":"))
}

fn path_line(name: &str, paths: &str) -> String {
    let folders = paths.split(':').filter(|path| !path.is_empty());
    let folders: Vec<String> = folders.map(quoted).collect();
    let sign = if folders.is_empty() { "# " } else { "" };
    format!("{sign}{name} = [{}]", folders.join(", "))
}

/// As TOML writes a text on one line.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for char in text.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            char if char.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(char))),
            char => out.push(char),
        }
    }
    out.push('"');
    out
}
