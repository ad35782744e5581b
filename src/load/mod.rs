//! Turns the names on the command line into what is reported on: a profile, merged or compared, with the snapshots that it was
//! made from; a session, a watch, a survey of hosts.
//!
//! Knows the order in which pprof reads, overrides, merges, compares and annotates (its `internal/driver/fetch.go`).
//! Knows nothing of where bytes come from: the caller passes in how to open a name. The only name that is looked at here is
//! the first: it may be a program.

pub mod series;
pub mod session;
pub mod steps;
pub mod survey;
mod symbolize;
pub mod watch;

use std::fs::File;
use std::io::Read;
use std::sync::Arc;

pub use crate::model::Comparison;

use self::symbolize::Naming;

use crate::analyze::{DIFF_BASE, spell_closures_as};
use crate::error::{Error, Result};
use crate::model::{Loaded, Mapping, MappingId, Profile, Side, Sides, Snapshot, StringId, align, merge};
use crate::secret::SourceName;

/// What to do with profiles besides adding them up. `Default` does nothing else.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Combine {
    /// The base: profiles to compare with.
    pub base: Vec<SourceName>,
    /// How to compare with the base.
    pub comparison: Comparison,
    /// Whether to scale the profile to the sums of the base first.
    pub scaling: Scaling,
    /// The main binary's build id, for a profile without one; empty to set none.
    pub build_id: String,
    /// A comment to add; empty to add none.
    pub comment: String,
    /// How to name functions, in the syntax of `-symbolize`; empty for pprof's default.
    pub symbolize: String,
}

/// Whether a profile is scaled before it is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Scaling {
    /// It stays as it is.
    #[default]
    AsIs,
    /// Its columns are scaled to the sums of the base (pprof's `-normalize`).
    Normalized,
}

/// What to keep of several profiles.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keep {
    /// The result only: a report needs no more, and it saves memory.
    Result,
    /// Also each snapshot, and both sides of a comparison.
    Snapshots,
}

/// How inputs are opened and named.
pub struct Opener<'o> {
    /// Reads the profile of a name.
    pub open: &'o dyn Fn(&SourceName) -> Result<Profile>,
    /// The name as it may be shown: without secrets.
    pub show: &'o dyn Fn(&SourceName) -> String,
}

/// Reads the inputs and merges or compares them. The first of several may be a program: it then names the main binary.
/// An input that cannot be read is a warning as long as another one can.
///
/// # Errors
/// Those of `open`, [`Error::Usage`] for inputs or options that do not fit together, [`Error::Incompatible`].
pub fn load(sources: &[SourceName], combine: &Combine, keep: Keep, opener: &Opener<'_>) -> Result<Loaded> {
    let (program, sources) = match sources {
        [first, rest @ ..] if !rest.is_empty() && is_program(first.as_typed()) => (first.as_typed(), rest),
        _ => ("", sources),
    };
    let base = combine.base.iter().filter(|name| !name.as_typed().is_empty());
    let base: Vec<SourceName> = base.cloned().collect();
    if combine.scaling == Scaling::Normalized && base.is_empty() {
        return Err(Error::Usage(
            "-normalize needs a profile to scale to: name one with -base or -diff_base".into(),
        ));
    }
    let mut reading = Reading {
        opener,
        keep,
        snapshots: Vec::new(),
        program,
        build_id: &combine.build_id,
        count: sources.len() + base.len(),
        warnings: Vec::new(),
    };
    let mut profile = reading.sum(sources, Side::After)?;
    let mut sides = None;
    if !base.is_empty() {
        let mut base = reading.sum(&base, Side::Before)?;
        if keep == Keep::Snapshots {
            // Reports are pprof's, which knows functions by name alone.
            spell_closures_as(&mut base, &profile);
        }
        sides = (keep == Keep::Snapshots).then(|| Sides {
            before: Arc::clone(&base),
            after: Arc::clone(&profile),
        });
        profile = Arc::new(compare(
            Arc::unwrap_or_clone(profile),
            Arc::unwrap_or_clone(base),
            combine,
        )?);
    }
    let naming = Naming::parse(&combine.symbolize, &mut reading.warnings);
    // A profile that is its own only snapshot is renamed in place: sharing it would cost a copy.
    let is_alone = |snapshot: &Snapshot| Arc::ptr_eq(&snapshot.profile, &profile);
    let alone = reading.snapshots.pop_if(|snapshot| is_alone(snapshot));
    let alone = alone.map(|Snapshot { name, side, .. }| (name, side));
    naming.apply(Arc::make_mut(&mut profile), &mut reading.warnings);
    let sums = sides.iter_mut().flat_map(|sides| [&mut sides.before, &mut sides.after]);
    for part in reading
        .snapshots
        .iter_mut()
        .map(|snapshot| &mut snapshot.profile)
        .chain(sums)
    {
        naming.apply(Arc::make_mut(part), &mut Vec::new());
    }
    forget_sources(&mut profile);
    if !combine.comment.is_empty() {
        let commented = Arc::make_mut(&mut profile);
        let comment = commented.strings.intern(combine.comment.as_bytes());
        commented.comments.push(comment);
    }
    reading
        .snapshots
        .extend(alone.map(|(name, side)| Snapshot::new(name, side, Arc::clone(&profile))));
    Ok(Loaded {
        profile,
        sides,
        snapshots: reading.snapshots,
        warnings: reading.warnings,
    })
}

fn compare(mut profile: Profile, mut base: Profile, combine: &Combine) -> Result<Profile> {
    if combine.comparison == Comparison::Diff {
        base.label_samples(DIFF_BASE.0, DIFF_BASE.1);
    }
    if combine.scaling == Scaling::Normalized {
        profile.comparable(&base)?;
        profile.normalize(&base);
    }
    base.scale(&vec![-1.0; base.sample_types.len()]);
    put_together(vec![profile, base]).map(|(sum, _)| sum)
}

/// The sum of some profiles, and the profiles themselves if there are several.
fn put_together(mut profiles: Vec<Profile>) -> Result<(Profile, Vec<Profile>)> {
    align(&mut profiles)?;
    match profiles.pop() {
        Some(only) if profiles.is_empty() => Ok((only, Vec::new())),
        last => {
            profiles.extend(last);
            Ok((merge(&profiles)?, profiles))
        }
    }
}

struct Reading<'l> {
    opener: &'l Opener<'l>,
    keep: Keep,
    snapshots: Vec<Snapshot>,
    program: &'l str,
    build_id: &'l str,
    /// How many profiles there are in all; if there are several, an error says which it is about.
    count: usize,
    warnings: Vec<String>,
}

/// How many profiles are in memory at once: they are merged before more are read.
const AT_ONCE: usize = 128;

impl Reading<'_> {
    fn sum(&mut self, names: &[SourceName], side: Side) -> Result<Arc<Profile>> {
        let mut sum: Option<Arc<Profile>> = None;
        let mut failures = Vec::new();
        for names in names.chunks(AT_ONCE) {
            let mut profiles = Vec::with_capacity(names.len());
            let mut read = Vec::with_capacity(names.len());
            let mut dumps = Vec::new();
            for name in names {
                match self.one(name) {
                    Ok(profile) if is_stack_dump(&profile) => dumps.push((name, profile)),
                    Ok(profile) => {
                        profiles.push(profile);
                        read.push(name);
                    }
                    Err(error @ (Error::Cancelled | Error::Usage(_))) => return Err(error),
                    Err(error) => failures.push(self.named(name, error)),
                }
            }
            if profiles.is_empty() {
                (read, profiles) = dumps.into_iter().unzip();
            } else {
                let stays_out = |(name, _): (&SourceName, _)| self.named(name, Error::Usage(DUMP.into()));
                failures.extend(dumps.into_iter().map(stays_out));
            }
            if !profiles.is_empty() {
                let (part, profiles) = put_together(profiles)?;
                let part = Arc::new(part);
                if self.keep == Keep::Snapshots {
                    let alone = profiles.is_empty().then(|| Arc::clone(&part));
                    let profiles = profiles.into_iter().map(Arc::new).chain(alone);
                    self.snapshots.extend(
                        read.into_iter()
                            .zip(profiles)
                            .map(|(name, profile)| Snapshot::new((self.opener.show)(name), side, profile)),
                    );
                }
                sum = Some(match sum {
                    Some(sum) => {
                        let both = [sum, part].map(Arc::unwrap_or_clone);
                        Arc::new(put_together(both.into())?.0)
                    }
                    None => part,
                });
            }
        }
        let Some(sum) = sum else {
            let error = failures.into_iter().next();
            return Err(error.unwrap_or_else(|| Error::Usage("which profile? heaptui --help shows how".into())));
        };
        if !failures.is_empty() {
            let (read, all) = (names.len() - failures.len(), names.len());
            self.warnings.extend(failures.iter().map(Error::to_string));
            self.warnings
                .push(format!("only {read} of {all} profiles could be read"));
        }
        Ok(sum)
    }

    fn named(&self, name: &SourceName, error: Error) -> Error {
        let name = name.to_string();
        if error.to_string().starts_with(&name)
            || matches!(error, Error::Cancelled | Error::Http { .. } | Error::Io { .. }) && self.count == 1
        {
            return error;
        }
        Error::Source {
            name,
            error: Box::new(error),
        }
    }

    fn one(&self, name: &SourceName) -> Result<Profile> {
        let mut profile = (self.opener.open)(name)?;
        if profile.mappings.is_empty() {
            // All code is then assumed to be in one unknown binary.
            profile.mappings.push(Mapping {
                id: 1,
                ..Mapping::default()
            });
            for location in &mut profile.locations {
                location.mapping = Some(MappingId(0));
            }
        }
        if let Some(main) = profile.mappings.first_mut() {
            if !self.program.is_empty() {
                main.file = profile.strings.intern(self.program.as_bytes());
            }
            if main.build_id == StringId(0) {
                main.build_id = profile.strings.intern(self.build_id.as_bytes());
            }
        }
        Ok(profile)
    }
}

/// Why a stack dump is not merged: pprof could not even read it.
const DUMP: &str = "a stack dump is not added to profiles: open it by itself";

/// Whether a profile was a stack dump of Go: each goroutine is labelled with its number and state.
fn is_stack_dump(profile: &Profile) -> bool {
    let Some(&labels) = profile.samples.labels.first() else {
        return false;
    };
    let has = |key: &str| {
        profile
            .labels
            .get(labels)
            .iter()
            .any(|label| profile.text(label.key) == key)
    };
    let kind = profile.sample_types.first().map(|kind| profile.text(kind.kind));
    kind == Some("goroutine") && has("goroutine") && has("state")
}

/// The first bytes of programs: ELF, Mach-O in either byte order and width or for several architectures, PE.
const PROGRAMS: &[&[u8]] = &[
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"\xbe\xba\xfe\xca",
    b"MZ",
];

/// Whether this is a program file. Pipes are not peeked into: bytes read from them are lost.
fn is_program(path: &str) -> bool {
    if !std::fs::metadata(path).is_ok_and(|about| about.is_file()) {
        return false;
    }
    let mut head = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && PROGRAMS.iter().any(|magic| head.starts_with(magic))
}

/// Clears mappings without build id whose file is a URL: that is where the profile came from, not a binary.
fn forget_sources(profile: &mut Arc<Profile>) {
    for at in 0..profile.mappings.len() {
        let mapping = &profile.mappings[at];
        if mapping.build_id == StringId(0) && is_url(profile.strings.get(mapping.file)) {
            Arc::make_mut(profile).mappings[at].file = StringId(0);
        }
    }
}

/// Whether a string begins with a URL's scheme and has no character that a URL may not have.
fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let fits = |char: char| char.is_ascii_alphanumeric() || "+-.".contains(char);
    let escapes = |rest: &str| {
        let hex = |code: &str| code.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
        rest.split('%').skip(1).all(hex)
    };
    scheme.starts_with(|char: char| char.is_ascii_alphabetic())
        && scheme.chars().all(fits)
        && !text.contains(|char: char| char.is_ascii_control())
        && (!rest.starts_with('/') || escapes(rest))
}

#[cfg(test)]
mod tests {
    use super::is_url;

    #[test]
    fn a_file_that_is_a_url_is_no_binary() {
        for url in ["http://host:6060/debug/pprof/heap", "memfd:doublemapper", "a+b.c-d:x"] {
            assert!(is_url(url), "{url}");
        }
        for file in [
            "",
            "/usr/bin/app",
            "[vdso]",
            "anon_inode:[x]",
            ":x",
            "1:x",
            "C:/%zz",
            "//x",
        ] {
            assert!(!is_url(file), "{file}");
        }
    }
}
