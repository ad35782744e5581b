//! `hosts`: many processes side by side, a row each, and what makes one stand out.
//!
//! As an object for programs:
//!
//! | key | what it is |
//! |---|---|
//! | `hosts` | a row each, in the order in which they were named: `host`, `rss`, `peak_rss`, `heap` (bytes), `heap_is` (`collected`: exact behind a forced collection; `in_use`: as of the last one, sampled), `goroutines`, `uptime` (seconds), `gc_share`, `top` (`function`, `share`), `history` (`rss`, `heap`, `goroutines`: pairs of seconds since 1970 UTC and value), `error` where it did not answer; null for what is not known |
//! | `outliers` | `host`, `column`, `value`, `median`, `factor`, `function`, `share` (of the difference from the median), `sentence` |

mod table;
mod words;

use std::io::Write;

use serde_json::{Value, json};

pub use self::table::{HostOrder, HostRow, SORTED, host_table};
pub use self::words::sentence;
use self::words::{name, number};
use super::{csv, line, writing};
use crate::analyze::hosts::{Fleet, Host, MEASURES, Outlier, State};
use crate::error::Result;

/// How a table of hosts is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum HostsForm {
    /// For the eye.
    #[default]
    Text,
    /// An object for programs.
    Json,
    /// A table for programs and spreadsheets.
    Csv,
}

/// Writes a table of hosts.
///
/// # Errors
/// [`crate::error::Error::Io`] from the writer.
pub fn write_hosts(fleet: &Fleet, form: HostsForm, out: &mut dyn Write) -> Result<()> {
    match form {
        HostsForm::Text => table::write(fleet, out),
        HostsForm::Json => {
            serde_json::to_writer_pretty(&mut *out, &object(fleet)).map_err(|error| writing(error.into()))?;
            line(out, format_args!(""))
        }
        HostsForm::Csv => write_csv(fleet, out),
    }
}

fn object(fleet: &Fleet) -> Value {
    let outliers = fleet.outliers();
    json!({
        "hosts": fleet.hosts().iter().map(|host| row(fleet, host)).collect::<Vec<_>>(),
        "outliers": outliers.iter().map(|outlier| found(fleet, outlier)).collect::<Vec<_>>(),
    })
}

fn row(fleet: &Fleet, host: &Host) -> Value {
    let figures = host.figures();
    let of = |value: Option<f64>| value.map(number);
    let error = match &host.state {
        State::Failed(reason) => Some(reason.as_str()),
        State::Waiting => Some("not asked"),
        State::Answered(_) => None,
    };
    let top = figures.and_then(|_| fleet.top(host));
    json!({
        "host": host.name,
        "rss": figures.and_then(|figures| of(figures.rss)),
        "peak_rss": figures.and_then(|figures| of(figures.peak_rss)),
        "heap": figures.and_then(|figures| of(figures.heap.map(|heap| heap.bytes))),
        "heap_is": figures.and_then(|figures| figures.heap).map(|heap| if heap.is_collected { "collected" } else { "in_use" }),
        "goroutines": figures.and_then(|figures| of(figures.goroutines)),
        "uptime": figures.and_then(|figures| of(figures.uptime)),
        "gc_share": figures.and_then(|figures| figures.gc_share),
        "top": top.map(|top| json!({ "function": top.name, "share": thousandths(top.share) })),
        "history": {
            "rss": points(&host.history.rss),
            "heap": points(&host.history.heap),
            "goroutines": points(&host.history.goroutines),
        },
        "error": error,
    })
}

fn found(fleet: &Fleet, outlier: &Outlier) -> Value {
    let measure = MEASURES.iter().find(|row| row.measure == outlier.measure);
    json!({
        "host": name(fleet, outlier),
        "column": measure.map(|row| row.name),
        "value": outlier.value,
        "median": outlier.median,
        "factor": outlier.factor.map(thousandths),
        "function": outlier.function.as_ref().map(|part| part.name.as_str()),
        "share": outlier.function.as_ref().map(|part| thousandths(part.share)),
        "sentence": sentence(fleet, outlier),
    })
}

fn points(points: &[(f64, f64)]) -> Vec<Value> {
    points
        .iter()
        .map(|(seconds, value)| json!([seconds, number(*value)]))
        .collect()
}

fn thousandths(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

fn write_csv(fleet: &Fleet, out: &mut dyn Write) -> Result<()> {
    let heads = "host,rss,peak_rss,heap,heap_is,goroutines,uptime,gc_share,top_function,top_share,outlier,error";
    line(out, format_args!("{heads}"))?;
    let outliers = fleet.outliers();
    for (at, host) in fleet.hosts().iter().enumerate() {
        let row = row(fleet, host);
        let cell = |value: &Value| match value {
            Value::Null => String::new(),
            Value::String(text) => csv::text(text),
            other => other.to_string(),
        };
        let own = outliers.iter().filter(|outlier| outlier.host == at);
        let columns: Vec<&str> = own
            .filter_map(|outlier| MEASURES.iter().find(|row| row.measure == outlier.measure))
            .map(|row| row.name)
            .collect();
        let keys = [
            "host",
            "rss",
            "peak_rss",
            "heap",
            "heap_is",
            "goroutines",
            "uptime",
            "gc_share",
        ];
        let mut cells: Vec<String> = keys.iter().map(|key| cell(&row[key])).collect();
        cells.extend([cell(&row["top"]["function"]), cell(&row["top"]["share"])]);
        cells.extend([columns.join(" "), cell(&row["error"])]);
        line(out, format_args!("{}", cells.join(",")))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::words::{change, spark};
    use super::*;
    use crate::analyze::hosts::{Figures, Function, Held, History};

    fn fleet() -> Fleet {
        const MIB: f64 = 1_048_576.0;
        let history = History {
            rss: vec![(1.0, MIB), (2.0, 3.0 * MIB)],
            ..History::default()
        };
        let histories = [History::default(), history, History::default(), History::default()];
        let names = ["10.0.3.7:6060", "b", "c", "=d"].map(String::from);
        let mut fleet = Fleet::remembered(names.into_iter().zip(histories));
        for (at, heap) in [310.0, 100.0, 95.0].into_iter().enumerate() {
            let function = |name: &str, mib: f64| Function {
                name: name.into(),
                value: mib * MIB,
            };
            let figures = Figures {
                rss: (at > 0).then_some(2.0 * heap * MIB),
                peak_rss: Some(700.0 * MIB),
                heap: Some(Held {
                    bytes: heap * MIB,
                    is_collected: false,
                }),
                goroutines: Some(1234.0),
                uptime: Some(7200.0 * 40.0),
                gc_share: Some(0.021),
                functions: vec![
                    function("encoding/json.Marshal", heap * 0.9),
                    function("main.rest", heap * 0.1),
                ],
                ..Figures::default()
            };
            fleet.answered(at, 3.0, Ok(figures));
        }
        fleet.answered(3, 3.0, Err("connection refused; is it up?".into()));
        fleet
    }

    fn written(form: HostsForm) -> String {
        let mut text = Vec::new();
        write_hosts(&fleet(), form, &mut text).expect("memory");
        String::from_utf8(text).expect("text")
    }

    #[test]
    fn the_table_is_for_the_eye() {
        let expected = "\
4 hosts: 3 answered, 1 failed
host               rss     heap  goroutines  uptime    gc  share    Δ rss  Δ heap  rss over time  top function
10.0.3.7:6060  ≤700 MB  !310 MB       1,234     3 d  2.1%    90%                                  encoding/json.Marshal
b               200 MB   100 MB       1,234     3 d  2.1%    90%  +199 MB                    ▁▁█  encoding/json.Marshal
c               190 MB    95 MB       1,234     3 d  2.1%    90%                                  encoding/json.Marshal
=d             connection refused; is it up?
! 10.0.3.7:6060 holds 3.1x the median heap (310 MB, median 100 MB); encoding/json.Marshal accounts for 90% of the difference
";
        assert_eq!(written(HostsForm::Text), expected);
    }

    #[test]
    fn programs_get_an_object_or_a_table() {
        let object: Value = serde_json::from_str(&written(HostsForm::Json)).expect("an object");
        assert_eq!(object["hosts"][0]["heap"], 310 << 20);
        assert_eq!(object["hosts"][0]["rss"], Value::Null);
        assert_eq!(object["hosts"][1]["history"]["rss"][1], json!([2.0, 3 << 20]));
        assert_eq!(object["hosts"][3]["error"], "connection refused; is it up?");
        let outlier = &object["outliers"][0];
        assert_eq!(
            (&outlier["host"], &outlier["column"]),
            (&json!("10.0.3.7:6060"), &json!("heap"))
        );
        assert_eq!((&outlier["factor"], &outlier["share"]), (&json!(3.1), &json!(0.9)));
        let csv = written(HostsForm::Csv);
        let lines: Vec<&str> = csv.lines().collect();
        assert!(
            lines[1].starts_with("10.0.3.7:6060,,734003200,325058560,in_use,1234,288000,0.021,"),
            "{csv}"
        );
        assert!(lines[1].ends_with(",heap,") && lines[4].starts_with("'=d,,"), "{csv}");
        assert!(lines.iter().all(|line| line.split(',').count() == 12), "{csv}");
    }

    #[test]
    fn a_history_is_a_line() {
        let points = |values: &[f64]| values.iter().map(|value| (0.0, *value)).collect::<Vec<_>>();
        for (values, width, line) in [
            (&[][..], 5, ""),
            (&[1.0], 5, ""),
            (&[1.0, 1.0], 5, "▁▁"),
            (&[0.0, 3.5, 7.0], 5, "▁▅█"),
            (&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 4, "▁▃▆█"),
        ] {
            assert_eq!(spark(&points(values), width), line, "{values:?}");
        }
        assert_eq!(change(&points(&[5e6, 1e6])), "-3.81 MB");
    }
}
