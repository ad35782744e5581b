//! The web page, read with somebody else's parser of HTML: it holds what the other reports say, for every fixture and
//! for names made to break out of it, and nothing in it asks anybody for anything. What its script does is checked in
//! `tests/browser`.

mod elements;
mod policy;
mod subject;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use heaptui::decode;
use heaptui::model::{
    Function, Label, LabelSetId, LabelValue, Line, Mapping, MappingId, Profile, SampleTypeId, ValueType, units,
};
use heaptui::report::{self, Environment, Found, Missing, Options, Report, Sources, TableUnit, WantedFile};
use serde_json::Value;

use crate::support::fixtures;
use elements::{Element, by_id, elements};
use policy::check_harmless;

/// Names that end texts, attributes, elements, comments, scripts and styles, or that mean something to a template.
const NAMES: &[&[u8]] = &[
    b"<script>alert(1)</script>",
    b"</script><script>alert(1)</script>",
    b"</SCRIPT ><img src=x onerror=alert(1)>",
    b"<!--<script>",
    b"-->",
    b"</title></style></svg></section><h1>gone</h1>",
    b"<![CDATA[ ]]>",
    b"\" onload=\"alert(1)",
    b"' style='position:fixed",
    b"&lt;b&gt;&amp;&#0;&nosuch;",
    b"{{data}}{{script}}{{title}}",
    b"${alert(1)}`",
    b"\\u003cscript\\u003e\\\"",
    b"__proto__",
    b"\x1b[2J\0\x7f",
    b"\xff\xfe",
    "\u{2028}\u{2029}\u{202e}\u{feff}".as_bytes(),
    "函数👩\u{200d}👧e\u{301}".as_bytes(),
    b" two  blanks ",
    b"",
];

/// All names in one stack, and wherever else a profile has a text.
fn hostile() -> Profile {
    let mut profile = Profile::default();
    let texts: Vec<_> = NAMES.iter().map(|name| profile.strings.intern(name)).collect();
    for pair in [0, 2] {
        profile.sample_types.push(ValueType {
            kind: texts[pair],
            unit: texts[pair + 1],
        });
    }
    profile.comments.extend(&texts);
    profile.doc_url = texts[1];
    profile.mappings.push(Mapping {
        id: 1,
        file: texts[5],
        build_id: texts[1],
        ..Mapping::default()
    });
    let mut stack = Vec::new();
    for (number, &name) in (1..).zip(&texts) {
        let function = profile.add_function(Function {
            name,
            filename: name,
            ..Function::default()
        });
        let line = Line {
            function,
            line: number,
            column: 0,
        };
        stack.insert(0, profile.add_location(Some(MappingId(0)), number as u64, &[line]));
        let labels = profile.labels.intern(&[Label {
            key: name,
            value: LabelValue::Text(name),
        }]);
        profile.add_sample(&stack, labels, &[number * 10, -number]);
    }
    profile
}

/// Every profile under a name.
fn profiles() -> Vec<(String, Arc<Profile>)> {
    let hostile = ("hostile names".to_string(), Arc::new(hostile()));
    std::iter::once(hostile).chain(fixtures::all()).collect()
}

/// Options to try, each a list of settings.
const OPTIONS: &[&[(&str, &str)]] = &[
    &[],
    &[("cum", "true"), ("nodecount", "5"), ("focus", "main")],
    &[("lines", "true"), ("trim", "false")],
    &[("mean", "true"), ("call_tree", "true"), ("divide_by", "3")],
    &[("addresses", "true"), ("unit", "kb"), ("sample_index", "0")],
];

/// Every profile with some options, those with many texts with all.
fn cases() -> Vec<(String, Arc<Profile>, Options)> {
    let mut cases = Vec::new();
    for (at, (name, profile)) in profiles().into_iter().enumerate() {
        let has_all = at == 0 || name.contains("orders.heap");
        let chosen = OPTIONS
            .iter()
            .enumerate()
            .filter(|(number, _)| has_all || at % OPTIONS.len() == *number);
        cases.extend(
            chosen.map(|(_, settings)| (format!("{name} {settings:?}"), Arc::clone(&profile), options(settings))),
        );
    }
    cases
}

fn options(settings: &[(&str, &str)]) -> Options {
    let mut options = Options::default();
    for (name, value) in settings {
        let row = report::option(name).expect("an option");
        row.set(&mut options, value).expect("a value");
    }
    options
}

fn written(profile: &Arc<Profile>, name: &str, argument: Option<&str>, options: &Options) -> String {
    written_in(&Environment::default(), profile, name, argument, options)
}

fn written_in(
    environment: &Environment,
    profile: &Arc<Profile>,
    name: &str,
    argument: Option<&str>,
    options: &Options,
) -> String {
    let row = report::report(name).expect("a report");
    let mut text = Vec::new();
    report::write(profile, row, argument, options, environment, &mut text).expect("a report");
    String::from_utf8(text).expect("text")
}

/// The elements of a page but for its graphs and the rows that there are many of.
fn skeleton(elements: &[Element]) -> Vec<(String, Vec<(String, String)>)> {
    let plain = elements.iter().filter(|element| !element.is_drawn());
    plain
        .map(|element| (element.name.clone(), element.attributes.clone().into_iter().collect()))
        .collect()
}

#[test]
fn names_are_nothing_but_text_and_numbers_are_those_of_the_reports() {
    let empty = written(&Arc::new(honest()), "html", None, &Options::default());
    let template = skeleton(&elements(&empty));
    assert!(template.len() > 50, "the page has elements of its own");
    for (what, profile, options) in cases() {
        let page = elements(&written(&profile, "html", None, &options));
        assert_eq!(skeleton(&page), template, "{what}");
        check_harmless(&page, &what);
        check_data(&profile, &options, &page, &what);
    }
}

/// A profile of which nothing is remarkable.
fn honest() -> Profile {
    let mut profile = Profile::default();
    let [kind, unit] = [b"inuse_space", &b"bytes"[..]].map(|text| profile.strings.intern(text));
    profile.sample_types.push(ValueType { kind, unit });
    profile.add_sample(&[], LabelSetId(0), &[1]);
    profile
}

/// What a drawing in the language of Graphviz says of its nodes: `name (cum)`.
fn of_dot(dot: &str) -> Vec<String> {
    let nodes = dot
        .lines()
        .filter(|line| line.starts_with('N') && !line.contains(" -> ") && line.contains(" id=\"node"));
    let tooltip = |line: &str| {
        let (_, rest) = line.split_once(" tooltip=\"").expect("a tooltip");
        let mut out = String::new();
        let mut chars = rest.chars();
        while let Some(char) = chars.next().filter(|&char| char != '"') {
            out.push(if char == '\\' {
                chars.next().expect("a character")
            } else {
                char
            });
        }
        out
    };
    nodes.map(tooltip).collect()
}

/// What the page says is what the reports say.
fn check_data(profile: &Arc<Profile>, options: &Options, page: &[Element], what: &str) {
    let data: Value = serde_json::from_str(&by_id(page, "data").text).expect("the data reads back");
    let names: Vec<&str> = list(&data["names"]).iter().filter_map(Value::as_str).collect();
    let graphs: Vec<Vec<String>> = graphs(page);
    let types = list(&data["types"]);
    assert_eq!(types.len(), profile.sample_types.len(), "{what}");
    assert_eq!(graphs.len(), types.len(), "{what}");
    for (at, (kind, graph)) in types.iter().zip(&graphs).enumerate() {
        let of_type = Options {
            sample_index: at.to_string(),
            ..options.clone()
        };
        check_graph(
            graph,
            &of_dot(&written(profile, "dot", None, &of_type)),
            &format!("{what}: graph {at}"),
        );
        let boxes = list(&kind["graph"]).iter().map(|name| names[index(name)]);
        for (name, title) in boxes.zip(graph) {
            assert!(
                title.starts_with(&format!("{name} (")),
                "{what}: {name:?} is the box {title:?}"
            );
        }
        check_rows(profile, &of_type, kind, &names, what);
        check_tree(kind, &data["tree"], what);
    }
}

/// The tooltips of the boxes in each graph, without what stands in the box itself.
fn graphs(page: &[Element]) -> Vec<Vec<String>> {
    let mut graphs: Vec<Vec<String>> = Vec::new();
    let mut is_box = false;
    for element in page.iter().filter(|element| element.is_drawn()) {
        match &*element.name {
            "svg" => {
                is_box = false;
                graphs.push(Vec::new());
            }
            "g" => is_box = element.attribute("class") == "node",
            "title" if is_box => {
                let title = element
                    .text
                    .rsplit_once('\n')
                    .map_or(&*element.text, |(title, _)| title);
                graphs.last_mut().expect("a graph").push(title.to_string());
            }
            _ => {}
        }
    }
    graphs
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn index(value: &Value) -> usize {
    usize::try_from(value.as_u64().expect("an index")).expect("an index")
}

fn integer(value: &Value) -> i64 {
    value.as_i64().expect("a whole number")
}

/// The boxes of a page's graph are those of `dot`, with the same values: in the unit of the dashboard, and so rounded otherwise.
fn check_graph(drawn: &[String], dot: &[String], what: &str) {
    let names = |tooltips: &[String]| -> Vec<String> {
        let name = |tooltip: &String| {
            tooltip
                .rsplit_once(" (")
                .map_or(tooltip.clone(), |(name, _)| name.into())
        };
        tooltips.iter().map(name).collect()
    };
    assert_eq!(names(drawn), names(dot), "{what}");
    for (drawn, dot) in drawn.iter().zip(dot) {
        match (amount(drawn), amount(dot)) {
            (Some([drawn_value, drawn_step]), Some([value, step])) => {
                assert!(
                    (drawn_value - value).abs() <= drawn_step + step,
                    "{what}: {drawn}, {dot}"
                );
            }
            _ => assert_eq!(drawn, dot, "{what}"),
        }
    }
}

/// The value at the end of a tooltip, `name (1.50MB)`, and what a hundredth of its unit is, in the smallest unit; nothing
/// where it has no unit that is known.
fn amount(tooltip: &str) -> Option<[f64; 2]> {
    let (_, value) = tooltip.rsplit_once(" (")?;
    let value = value.trim_end_matches(')');
    let digits = value.trim_end_matches(|char: char| !char.is_ascii_digit());
    let factor = units::factor(&value[digits.len()..])?;
    Some([digits.parse::<f64>().ok()? * factor, 0.01 * factor])
}

/// The table has the rows of `top` and more, in its order, with its numbers.
fn check_rows(profile: &Arc<Profile>, options: &Options, kind: &Value, names: &[&str], what: &str) {
    let top = report::report("top").expect("a report");
    let trimmed = Report::new(profile, top, None, options, &Environment::default()).expect("a report");
    let trimmed = trimmed.in_unit(TableUnit::OfScreens);
    let everything = Options {
        trim: false,
        ..options.clone()
    };
    let whole = Report::new(profile, top, None, &everything, &Environment::default()).expect("a report");
    let scaled = |value: i64| trimmed.format.scaled(value);
    let wanted = report::rows(&whole);
    let wanted: Vec<_> = wanted.iter().filter(|row| (row.flat, row.cum) != (0, 0)).collect();
    let wanted: Vec<_> = wanted
        .iter()
        .map(|row| (&*row.name, scaled(row.flat), scaled(row.cum)))
        .collect();
    let rows = list(&kind["rows"]).iter().map(list);
    let rows: Vec<_> = rows
        .map(|row| (names[index(&row[0])], integer(&row[1]), integer(&row[2])))
        .collect();
    assert_eq!(rows, wanted, "{what}");
    assert_eq!(integer(&kind["left_out"]), 0, "{what}");
    assert_eq!(integer(&kind["total"]), scaled(trimmed.total), "{what}");
    let units: BTreeSet<&str> = list(&kind["units"])
        .iter()
        .filter_map(|unit| unit[0].as_str())
        .collect();
    for row in report::rows(&trimmed) {
        let text = trimmed.format.value(row.cum);
        let digits = text.trim_end_matches(|char: char| !char.is_ascii_digit());
        let unit = &text[digits.len()..];
        let is_known = units.contains(unit) || text == "0";
        // Units may end in digits.
        assert!(
            is_known || units.iter().any(|unit| text.ends_with(unit)),
            "{what}: {text} in {units:?}"
        );
    }
}

/// What passes the root is what ends anywhere, as far as sums are sums.
fn check_tree(kind: &Value, tree: &Value, what: &str) {
    let depths: Vec<i64> = list(&tree["depth"]).iter().map(integer).collect();
    let places = list(&tree["name"]).len();
    let (cum, own) = (list(&kind["cum"]), list(&kind["own"]));
    assert_eq!((depths.len(), cum.len()), (places, places), "{what}");
    assert_eq!(depths.first(), Some(&0), "{what}");
    let is_walk = depths.windows(2).all(|pair| pair[1] >= 1 && pair[1] <= pair[0] + 1);
    assert!(is_walk, "{what}: each context is below one that came before");
    assert!(own.chunks(2).all(|pair| index(&pair[0]) < places), "{what}");
}

/// Source code that wants something of a browser.
#[derive(Debug)]
struct Hostile;

impl Sources for Hostile {
    fn folders(&self) -> String {
        String::new()
    }

    fn find(&self, wanted: &WantedFile<'_>) -> Result<Found, Missing> {
        if wanted.name.contains("gone") {
            let reason = "<b>missing</b>".to_string();
            return Err(Missing {
                reason,
                ..Missing::default()
            });
        }
        let lines = NAMES
            .iter()
            .cycle()
            .take(400)
            .map(|name| String::from_utf8_lossy(name).replace('\n', " "));
        Ok(Found {
            text: lines.collect::<Vec<_>>().join("\n"),
            path: "/x.go".into(),
            beyond_pprof: None,
            written_nanos: None,
        })
    }
}

/// Rows of an annotated source: flat, cum, line, text.
type Lines = BTreeMap<(String, String), Vec<[String; 4]>>;

#[test]
fn weblist_says_what_list_says() {
    let fixture = std::fs::File::open("tests/fixtures/orders.heap.pb.gz").expect("a fixture");
    let orders = decode::profile(fixture, decode::Budget::default(), &()).expect("a profile");
    for profile in [Arc::new(hostile()), Arc::new(orders)] {
        let options = Options::default();
        let environment = Environment {
            sources: Arc::new(Hostile),
            ..Environment::default()
        };
        let page = elements(&written_in(&environment, &profile, "weblist", Some("."), &options));
        check_harmless(&page, "weblist");
        assert!(page.iter().all(|element| element.name != "script"));
        let of_page = lines_of_page(&page);
        let of_list = lines_of_list(&written_in(&environment, &profile, "list", Some("."), &options));
        assert_eq!(of_page, of_list);
        assert!(of_page.len() > 10 && of_page.values().any(|rows| rows.len() > 5));
    }
}

fn lines_of_page(page: &[Element]) -> Lines {
    let mut found = Lines::new();
    let (mut key, mut paragraphs): (_, Vec<String>) = ((String::new(), String::new()), Vec::new());
    let mut cells: Vec<String> = Vec::new();
    for element in page {
        match &*element.name {
            "h2" => (key.0, paragraphs) = (element.text.clone(), Vec::new()),
            "p" => {
                paragraphs.push(element.text.clone());
                key.1.clone_from(&paragraphs[0]);
            }
            "td" => cells.push(element.text.trim_end_matches('\n').to_string()),
            _ => {}
        }
        if let Ok(row) = <[String; 4]>::try_from(cells.clone()) {
            found.entry(key.clone()).or_default().push(row);
            cells.clear();
        }
    }
    // What has no source has rows of its own here.
    found.retain(|_, rows| rows.iter().any(|row| !row[3].is_empty()));
    found
}

fn lines_of_list(list: &str) -> Lines {
    let mut found = Lines::new();
    let mut key = (String::new(), String::new());
    for line in list.lines() {
        if let Some(routine) = line.strip_prefix("ROUTINE ======================== ") {
            let (name, file) = routine.rsplit_once(" in ").expect("a file");
            key = (name.to_string(), file.to_string());
        } else if let Some((numbers, text)) = line.split_once(':')
            && let [flat, cum, number] = numbers.split_whitespace().collect::<Vec<_>>()[..]
            && number.bytes().all(|byte| byte.is_ascii_digit())
        {
            let row = [flat, cum, number, text].map(String::from);
            found.entry(key.clone()).or_default().push(row);
        }
    }
    found
}

/// The page of a large profile says how many small frames were left out, and their widths add up.
#[test]
fn what_is_too_small_is_counted() {
    let mut profile = honest();
    for number in 0..3000_u64 {
        let name = profile.strings.intern(format!("main.f{number}").as_bytes());
        let function = profile.add_function(Function {
            name,
            ..Function::default()
        });
        let line = Line {
            function,
            line: 1,
            column: 0,
        };
        let location = profile.add_location(None, number, &[line]);
        let value = if number < 2 { 1 << 40 } else { 3 };
        profile.add_sample(&[location], LabelSetId(0), &[value]);
    }
    let page = elements(&written(&Arc::new(profile), "html", None, &Options::default()));
    let data: Value = serde_json::from_str(&by_id(&page, "data").text).expect("the data reads back");
    let kind = &data["types"][SampleTypeId(0).index()];
    assert_eq!(
        list(&kind["rows"]).len(),
        3000,
        "the table has all that it has room for"
    );
    let names: Vec<i64> = list(&data["tree"]["name"]).iter().map(integer).collect();
    assert_eq!(names.len(), 4, "the root, two that are large, and the rest: {names:?}");
    assert_eq!(names[3], -2998);
    let sums: Vec<i64> = list(&kind["own"]).chunks(2).map(|pair| integer(&pair[1])).collect();
    assert_eq!(sums.iter().sum::<i64>(), integer(&kind["total"]));
    assert_eq!(sums.last(), Some(&(2998 * 3)));
}
