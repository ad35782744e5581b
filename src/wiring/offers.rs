//! What a Go server offers, as the rows of a menu.

use crate::ui::{Offer, OfferKind};

/// A profile of `net/http/pprof` as it can be asked for: its name in the index, what it is called here, the query, what
/// it is.
const KNOWN: &[(&str, &str, &str, &str)] = &[
    ("heap", "heap", "", "what is held, as of the last collection"),
    (
        "heap",
        "heap after GC",
        "gc=1",
        "what is held now: the server collects first",
    ),
    ("allocs", "allocs", "", "what was allocated since the start"),
    ("goroutine", "goroutine", "", "goroutines, those alike added up"),
    (
        "goroutine",
        "stack dump",
        "debug=2",
        "each goroutine's state and wait; the process stops for it",
    ),
    (
        "goroutineleak",
        "goroutineleak",
        "",
        "goroutines that can never go on; a collection proves it",
    ),
    ("block", "block", "", "waits for channels and locks"),
    ("mutex", "mutex", "", "locks that others waited for"),
    (
        "threadcreate",
        "threadcreate",
        "",
        "what made new threads of the system",
    ),
    (
        "profile",
        "cpu",
        "seconds=30",
        "where processor time goes, over 30 seconds",
    ),
    (
        "trace",
        "trace",
        "seconds=5",
        "an execution trace over 5 seconds, saved to a file",
    ),
];

/// Names that are listed and are neither profiles nor traces.
const OTHERS: [&str; 2] = ["cmdline", "symbol"];

/// The rows for what an index lists: known ones first, then those of the program's own.
pub(super) fn offers(listed: &[(String, u64)]) -> Vec<Offer> {
    let count = |name: &str| listed.iter().find(|(own, _)| own == name).map(|(_, count)| *count);
    // Go lists a trace, but an index that is read for profiles leaves it out.
    let is_offered = |name: &str| name == "trace" || count(name).is_some();
    let known = KNOWN.iter().filter(|(name, ..)| is_offered(name));
    let known = known.map(|&(name, called, query, help)| {
        // Of those that make something else of their records, how many there are says nothing.
        let is_counted = query != "debug=2" && !["goroutineleak", "profile", "trace"].contains(&name);
        let records = count(name).filter(|_| is_counted);
        let records = match (name, records) {
            ("block" | "mutex", Some(0)) => ", none: is its rate set?".into(),
            (_, Some(records)) => format!(", {records} records"),
            (_, None) => String::new(),
        };
        let mark = if query.is_empty() { "" } else { "?" };
        Offer {
            name: called.into(),
            path: format!("{name}{mark}{query}"),
            help: format!("{help}{records}"),
            kind: match name {
                "trace" => OfferKind::File,
                _ => OfferKind::Profile,
            },
        }
    });
    let is_own = |name: &str| KNOWN.iter().all(|(known, ..)| *known != name) && !OTHERS.contains(&name);
    let own = listed.iter().filter(|(name, _)| is_own(name));
    let own = own.map(|(name, records)| Offer {
        name: name.clone(),
        path: name.clone(),
        help: format!("a profile of the program's own, {records} records"),
        kind: OfferKind::Profile,
    });
    known.chain(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_offered_fits_a_line() {
        for (_, name, _, help) in KNOWN {
            assert!(name.len() <= 13 && help.len() <= 57, "{name}: {help}");
        }
    }

    #[test]
    fn what_is_listed_is_offered() {
        let listed = [
            ("heap", 3),
            ("mutex", 0),
            ("cmdline", 0),
            ("sessions", 7),
            ("profile", 0),
        ];
        let listed = listed.map(|(name, count)| (name.to_string(), count));
        let offers = offers(&listed);
        let names: Vec<&str> = offers.iter().map(|offer| &*offer.name).collect();
        assert_eq!(names, ["heap", "heap after GC", "mutex", "cpu", "trace", "sessions"]);
        let paths: Vec<&str> = offers.iter().map(|offer| &*offer.path).collect();
        assert_eq!(
            paths,
            [
                "heap",
                "heap?gc=1",
                "mutex",
                "profile?seconds=30",
                "trace?seconds=5",
                "sessions"
            ]
        );
        assert!(offers[0].help.ends_with("3 records"), "{:?}", offers[0]);
        assert!(offers[2].help.contains("rate"), "{:?}", offers[2]);
    }
}
