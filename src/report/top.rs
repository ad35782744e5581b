//! `top`: one line a node.

use std::io::Write;

use super::aggregate::Report;
use super::cells::TableContext;
use super::columns::COLUMNS;
use super::header;
use super::table::{Align, Column, rows, text_columns};
use crate::error::Result;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> Result<()> {
    write_columns(report, COLUMNS, out)
}

fn write_columns(report: &Report, columns: &[Column], out: &mut dyn Write) -> Result<()> {
    header::write(report, out)?;
    let columns = text_columns(columns);
    let numbers = columns.iter().filter(|(column, _)| column.align == Align::Right);
    let heads: Vec<String> = numbers
        .map(|(column, width)| format!("{:>width$}", column.head))
        .collect();
    super::line(out, format_args!("{}", heads.join(" ")))?;
    let context = TableContext::from(report);
    for row in rows(report) {
        let mut text = String::with_capacity(64 + row.name.len());
        for (column, width) in &columns {
            let cell = column.shown(context, &row);
            match column.align {
                Align::Right => text.push_str(&format!("{cell:>width$} ")),
                Align::Left => text.push_str(&format!(" {cell}")),
            }
        }
        super::line(out, format_args!("{text}"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::cells::Value;
    use super::super::table::{ColumnId, Key, Order, ScreenPlace, When, row_fields, screen_columns};
    use super::super::{Environment, Options, TOP};
    use super::*;
    use crate::model::{Function, LabelSetId, Line, Profile, ValueType};

    /// Two functions, one of which calls the other.
    fn profile() -> Arc<Profile> {
        let mut profile = Profile::default();
        let [kind, unit] = [&b"inuse_space"[..], b"bytes"].map(|text| profile.strings.intern(text));
        profile.sample_types.push(ValueType { kind, unit });
        let mut stack = Vec::new();
        for (name, value) in [("main.main", 1000), ("main.work", 2000)] {
            let function = Function {
                name: profile.strings.intern(name.as_bytes()),
                ..Function::default()
            };
            let line = Line {
                function: profile.add_function(function),
                line: 1,
                column: 0,
            };
            stack.insert(0, profile.add_location(None, 0, &[line]));
            profile.add_sample(&stack, LabelSetId(0), &[value]);
        }
        Arc::new(profile)
    }

    fn top(report: &Report, columns: &[Column]) -> String {
        let mut text = Vec::new();
        write_columns(report, columns, &mut text).expect("a report");
        String::from_utf8(text).expect("text")
    }

    #[test]
    fn a_column_of_the_screen_alone_changes_no_report() {
        let options = Options::default();
        let report = Report::new(&profile(), &TOP, None, &options, &Environment::default()).expect("a report");
        let twice = Column {
            id: ColumnId::Sum,
            head: "twice",
            help: "planted",
            align: Align::Right,
            value: |_, row| Value::Amount(row.cum * 2),
            order: Order::By(|_, _| Key::Name),
            shown: When::Always,
            text: None,
            data: &[],
            screen: Some(ScreenPlace { width: 6, spare: 5 }),
        };
        let fields = |columns: &[Column]| -> Vec<_> {
            row_fields(columns)
                .iter()
                .map(|field| (field.name, field.form))
                .collect()
        };
        assert!(top(&report, COLUMNS).contains("main.work"));
        for at in 0..=COLUMNS.len() {
            let mut planted = COLUMNS.to_vec();
            planted.insert(at, twice);
            assert_eq!(top(&report, &planted), top(&report, COLUMNS));
            assert_eq!(fields(&planted), fields(COLUMNS));
            let on_screen = screen_columns(&planted);
            assert!(on_screen.iter().any(|(column, _)| column.head == "twice"));
            assert_eq!(on_screen.last().map(|(column, _)| column.id), Some(ColumnId::Name));
        }
        // One that is in text reports does change them.
        let printed = Column { text: Some(8), ..twice };
        let planted = [COLUMNS, &[printed]].concat();
        assert_ne!(top(&report, &planted), top(&report, COLUMNS));
    }
}
