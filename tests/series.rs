//! What a series keeps of a moment is what the table shows of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use heaptui::decode::{self, Budget};
use heaptui::report::{self, Environment, Options, Report, RowSums, TOP};

#[test]
fn sums_of_rows_are_the_flat_values_of_the_table() {
    for name in ["orders.heap", "edges.heap", "deltas.heap", "orders.cpu"] {
        let file = format!("{}/tests/fixtures/{name}.pb.gz", env!("CARGO_MANIFEST_DIR"));
        let bytes = std::fs::read(file).expect("a fixture");
        let profile = Arc::new(decode::profile(&bytes[..], Budget::default(), &()).expect("a profile"));
        for focus in ["", "main|json"] {
            for mean in [false, true] {
                let options = Options {
                    focus: focus.into(),
                    mean,
                    trim: false,
                    ..Options::default()
                };
                let sums = RowSums::new(&profile, &options).expect("sums");
                for (at, kind) in sums.types.iter().enumerate() {
                    let options = Options {
                        sample_index: kind.clone(),
                        ..options.clone()
                    };
                    let report =
                        Report::new(&profile, &TOP, None, &options, &Environment::default()).expect("a report");
                    let mut wanted: BTreeMap<String, i64> = BTreeMap::new();
                    for row in report::rows(&report).into_iter().filter(|row| row.flat != 0) {
                        *wanted.entry(row.name).or_default() += row.flat;
                    }
                    let held = sums.rows.iter().map(|(name, values)| (name.clone(), values[at]));
                    let held: BTreeMap<String, i64> = held.filter(|(_, value)| *value != 0).collect();
                    assert_eq!(held, wanted, "{name} {kind} focus={focus} mean={mean}");
                }
            }
        }
    }
}
