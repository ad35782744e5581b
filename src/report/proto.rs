//! `proto` and `topproto`: a report that is a profile again, gzipped.

use std::io::Write;

use super::aggregate::Report;
use super::raw::seen;
use crate::encode;
use crate::error::Result;
use crate::model::{Function, FunctionId, LabelSetId, Line, Profile, StringId, ValueType, units};
use rustc_hash::FxHashMap;

/// The profile as the filters leave it.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> Result<()> {
    let mut profile = seen(report);
    if report.format.ratio != 1.0 {
        let values = profile.to_mut().samples.values.iter_mut().flatten();
        values.for_each(|value| *value = report.format.scaled(*value));
    }
    encode::profile(&profile, out)
}

/// The rows of `top`, each as a sample of its own, in the report's unit.
pub(super) fn write_top(report: &Report, out: &mut dyn Write) -> Result<()> {
    let from = &report.profile;
    let mut top = Profile {
        time_nanos: from.time_nanos,
        duration_nanos: from.duration_nanos,
        period: from.period,
        ..Profile::default()
    };
    let mut text = |id: StringId| top.strings.intern(from.strings.raw(id));
    top.period_type = ValueType {
        kind: text(from.period_type.kind),
        unit: text(from.period_type.unit),
    };
    for kind in ["cum", "flat"] {
        top.sample_types.push(ValueType {
            kind: top.strings.intern(kind.as_bytes()),
            unit: top.strings.intern(report.format.to.as_bytes()),
        });
    }
    let mut functions: FxHashMap<(StringId, StringId, i64), FunctionId> = FxHashMap::default();
    let graph = &report.trimmed.graph;
    for &node in &graph.listed {
        let info = report.frames.info(node);
        let name = top.strings.intern(from.strings.raw(info.name));
        let filename = top.strings.intern(report.frames.file(node).as_bytes());
        let function = *functions.entry((name, filename, info.start_line)).or_insert_with(|| {
            top.add_function(Function {
                name,
                filename,
                start_line: info.start_line,
                ..Function::default()
            })
        });
        let line = Line {
            function,
            line: info.line,
            column: info.column,
        };
        let location = top.add_location(None, info.address, &[line]);
        let value = |value: i64| units::scale(value, &report.format.from, &report.format.to).0 as i64;
        let sums = graph.node(node);
        let values = [value(sums.cum_value()), value(sums.flat_value())];
        top.add_sample(&[location], LabelSetId(0), &values);
    }
    encode::profile(&top, out)
}
