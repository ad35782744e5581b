//! The configuration in force as a file that says what can be in it: what is only a default is commented out.

use super::{Config, SETTINGS};

/// The text of a configuration that gives this one.
pub fn print(config: &Config) -> String {
    let mut text = match &config.file {
        Some(file) => format!("# heaptui as {file} has it.\n"),
        None => "# heaptui without a configuration.\n".into(),
    };
    text.push_str("# Lines that begin with # are defaults: take the # away to change one.\n");
    for setting in SETTINGS {
        text.push('\n');
        for line in setting.help {
            text.push_str(&format!("# {line}\n"));
        }
        for line in (setting.print)(config) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}
