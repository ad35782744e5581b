//! A drawing of a profile whose every text tries to end the string that it stands in.

use std::sync::Arc;

use heaptui::model::{Function, Label, LabelValue, Line, Mapping, Profile, ValueType};
use heaptui::report::{self, Environment, Options};

const TEXTS: [&str; 5] = [
    r#""]; N9 [label="evil"#,
    r"ends\",
    r#"\"; evil"#,
    r#"\\"; evil"#,
    r"\\\",
];

fn hostile(text: &str) -> Profile {
    let mut profile = Profile::default();
    let id = profile.strings.intern(text.as_bytes());
    let bytes = profile.strings.intern(b"bytes");
    profile.sample_types.push(ValueType { kind: id, unit: id });
    profile.doc_url = id;
    profile.comments.push(id);
    profile.mappings.push(Mapping {
        id: 1,
        file: id,
        build_id: id,
        ..Mapping::default()
    });
    let function = Function {
        name: id,
        filename: id,
        ..Function::default()
    };
    let function = profile.add_function(function);
    let line = Line {
        function,
        line: 1,
        column: 0,
    };
    let mapping = Some(heaptui::model::MappingId(0));
    let symbolized = profile.add_location(mapping, 1, &[line]);
    let unsymbolized = profile.add_location(mapping, 2, &[]);
    let labels = [
        Label {
            key: id,
            value: LabelValue::Text(id),
        },
        Label {
            key: bytes,
            value: LabelValue::Number { value: 4, unit: id },
        },
    ];
    let labels = profile.labels.intern(&labels);
    profile.add_sample(&[symbolized, unsymbolized], labels, &[7]);
    profile
}

/// What of a drawing stands outside of strings.
fn outside(dot: &str) -> String {
    let (mut out, mut in_string) = (String::new(), false);
    let mut chars = dot.chars();
    while let Some(char) = chars.next() {
        match char {
            // The language knows two escapes, of the quote and of the backslash.
            '\\' if in_string => drop(chars.next()),
            '"' => in_string = !in_string,
            _ if !in_string => out.push(char),
            _ => {}
        }
    }
    assert!(!in_string, "a string is open at the end");
    out
}

#[test]
fn no_text_leaves_its_string() {
    let row = report::report("dot").expect("there is a report dot");
    let drawing = |text: &str, lines: &str| {
        let mut options = Options::default();
        report::option(lines)
            .expect("an option")
            .set(&mut options, "true")
            .expect("a flag");
        let mut dot = Vec::new();
        let profile = Arc::new(hostile(text));
        report::write(&profile, row, None, &options, &Environment::default(), &mut dot).expect("a drawing");
        outside(&String::from_utf8(dot).expect("text"))
    };
    for granularity in ["functions", "lines", "files", "call_tree"] {
        let honest = drawing("honest", granularity);
        for text in TEXTS {
            assert_eq!(drawing(text, granularity), honest, "{text} by {granularity}");
        }
    }
}
