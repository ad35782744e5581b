//! `html`: one file with everything about a profile, for a browser that needs nothing else.
//!
//! Knows how a page is put together, so that nothing of a profile can be more than text in it: data is JSON without a
//! character that means something to HTML, its script writes texts as texts, and the policy in its head runs no script
//! but that one and asks nobody for anything. What the page does is in `assets/page`.

mod code;
mod data;
mod extras;
mod forest;
mod stacks;
mod timeline;

use std::io::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::aggregate::{Report, TableUnit};
use super::{proto, writing};
use crate::error::Result;

pub(super) use code::write as write_code;
pub use extras::{Embedding, PageExtras, PageMoment};
pub use forest::StackSums;

const PAGE: &str = include_str!("../../../assets/page/page.html");
const STYLE: &str = include_str!("../../../assets/page/page.css");
const SCRIPT: &str = concat!(
    include_str!("../../../assets/page/script/words.js"),
    include_str!("../../../assets/page/script/trees.js"),
    include_str!("../../../assets/page/script/peek.js"),
    include_str!("../../../assets/page/script/graph.js"),
    include_str!("../../../assets/page/script/sifted.js"),
    include_str!("../../../assets/page/script/flame.js"),
    include_str!("../../../assets/page/script/timeline.js"),
    include_str!("../../../assets/page/script/top.js"),
    include_str!("../../../assets/page/script/search.js"),
    include_str!("../../../assets/page/script/state.js"),
    include_str!("../../../assets/page/script/keys.js"),
);
/// SHA-256 of the two in base 64, for the policy in the page's head; `tests/page.rs` says what they must be.
const STYLE_HASH: &str = "JyQ9xw6EMQEt50KxJ7xvAFRb/nHQkS0BRssbyVTTIHg=";
const SCRIPT_HASH: &str = "SxKP3Hq56zSWaA4JKfeuF4UJTLDGe8xldFQcN513eXA=";

pub(super) fn write(report: &mut Report, out: &mut dyn Write) -> Result<()> {
    // The dashboard's: a page is for the eye, and often made from there.
    report.set_unit(TableUnit::OfScreens);
    let data = data::Data::new(report);
    let json = embedded(&data.json());
    let title = escaped(&data.title);
    let mut graphs = Vec::new();
    for graph in &data.graphs {
        graph.write_element(&mut graphs).map_err(writing)?;
    }
    let graphs = String::from_utf8_lossy(&graphs);
    let mut profile = Vec::new();
    if report.environment.extras.embedding == Embedding::Profile {
        proto::write(report, &mut profile)?;
    }
    let profile = BASE64_STANDARD.encode(profile);
    let parts = [
        ("title", &*title),
        ("style", STYLE),
        ("style hash", STYLE_HASH),
        ("script", SCRIPT),
        ("script hash", SCRIPT_HASH),
        ("graphs", &graphs),
        ("data", &json),
        ("profile", &profile),
    ];
    fill(PAGE, &parts, out)
}

/// Writes a template with a text in place of each `{{name}}`. The texts themselves are not looked at.
fn fill(template: &str, parts: &[(&str, &str)], out: &mut dyn Write) -> Result<()> {
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once("{{") {
        let (name, after) = behind.split_once("}}").unwrap_or((behind, ""));
        let text = parts
            .iter()
            .find(|(part, _)| *part == name)
            .map_or("", |(_, text)| text);
        out.write_all(before.as_bytes()).map_err(writing)?;
        out.write_all(text.as_bytes()).map_err(writing)?;
        rest = after;
    }
    out.write_all(rest.as_bytes()).map_err(writing)
}

/// Data as JSON in which no character means anything to HTML, nor ends a line of a script. Such characters are in
/// strings alone, where JSON has another way to write them.
fn embedded(data: &Value) -> String {
    let json = data.to_string();
    let mut safe = String::with_capacity(json.len() + json.len() / 16);
    for char in json.chars() {
        match char {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => safe.push_str(&format!("\\u{:04x}", u32::from(char))),
            char => safe.push(char),
        }
    }
    safe
}

/// Text between tags or in a quoted attribute.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        match char {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Which HTML does not allow.
            '\0' => safe.push(char::REPLACEMENT_CHARACTER),
            char => safe.push(char),
        }
    }
    safe
}
