//! Brings several profiles to the same sample types, so that they can be merged.

use rustc_hash::{FxHashMap, FxHashSet};

use super::profile::{Profile, ValueType};
use super::units;

/// Why profiles cannot be merged.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Incompatible {
    /// There are no profiles to merge.
    #[error("no profiles")]
    Nothing,
    /// Their sample types or period types differ.
    #[error("profiles of different kinds cannot be put together: one has {0}, another {1}")]
    Types(String, String),
    /// A single profile has no sample type with a unique name.
    #[error("a profile needs sample types with names of their own, but this one has {0:?}")]
    NoTypes(String),
    /// Together they have more frames than one profile may have.
    #[error("together the profiles are too large: take fewer at a time")]
    TooLarge,
}

impl Incompatible {
    /// The error for sample types that differ.
    pub(super) fn types(a: &Profile, b: &Profile) -> Self {
        Self::Types(describe(a, &a.sample_types), describe(b, &b.sample_types))
    }

    /// The error for period types that differ.
    pub(super) fn period(a: &Profile, b: &Profile) -> Self {
        let period = |profile: &Profile| format!("the period {}", describe(profile, &[profile.period_type]));
        Self::Types(period(a), period(b))
    }
}

fn describe(profile: &Profile, types: &[ValueType]) -> String {
    let name = |value: &ValueType| format!("{}/{}", profile.text(value.kind), profile.text(value.unit));
    types.iter().map(name).collect::<Vec<_>>().join(" ")
}

/// Keeps the sample types that all profiles have, in the order of the first, and converts values to the finest unit
/// among them. A single profile only loses types that share their name with another.
/// Source of the rules: pprof's `CompatibilizeSampleTypes` and `ScaleProfiles`.
///
/// # Errors
/// [`Incompatible`] if no type is left, or if units do not convert into each other.
pub fn align(profiles: &mut [Profile]) -> Result<(), Incompatible> {
    common_types(profiles)?;
    if profiles.len() > 1 {
        common_units(profiles)?;
    }
    Ok(())
}

fn common_types(profiles: &mut [Profile]) -> Result<(), Incompatible> {
    let Some(first) = profiles.first() else { return Ok(()) };
    // How often each name occurs among the sample types: in all profiles, then in each.
    let mut counts: FxHashMap<&[u8], usize> = FxHashMap::default();
    for profile in profiles.iter() {
        for value in &profile.sample_types {
            *counts.entry(profile.strings.raw(value.kind)).or_default() += 1;
        }
    }
    let names: Vec<Vec<u8>> = first
        .sample_types
        .iter()
        .map(|value| first.strings.raw(value.kind))
        .filter(|name| counts.get(name) == Some(&profiles.len()))
        .map(<[u8]>::to_vec)
        .collect();
    let other = profiles.iter().position(|profile| {
        let kinds = profile.sample_types.iter();
        let known: FxHashSet<&[u8]> = kinds.map(|value| profile.strings.raw(value.kind)).collect();
        !names.iter().all(|name| known.contains(&name[..]))
    });
    if names.is_empty() && profiles.len() == 1 {
        return Err(Incompatible::NoTypes(describe(first, &first.sample_types)));
    }
    if names.is_empty() || other.is_some() {
        return Err(Incompatible::types(
            first,
            &profiles[other.unwrap_or(profiles.len() - 1)],
        ));
    }
    profiles.iter_mut().for_each(|profile| keep_types(profile, &names));
    Ok(())
}

/// Keeps these columns, in this order. If any are dropped or moved, and the default is not among those kept, the first
/// kept column becomes the default.
fn keep_types(profile: &mut Profile, names: &[Vec<u8>]) {
    let Profile {
        strings,
        sample_types,
        samples,
        default_sample_type,
        ..
    } = profile;
    let mut columns: FxHashMap<&[u8], usize> = FxHashMap::default();
    for (at, value) in sample_types.iter().enumerate() {
        columns.entry(strings.raw(value.kind)).or_insert(at);
    }
    let kept: Vec<usize> = names
        .iter()
        .filter_map(|name| columns.get(&name[..]))
        .copied()
        .collect();
    if kept.iter().copied().eq(0..sample_types.len()) {
        return;
    }
    let types: Vec<ValueType> = kept.iter().map(|&at| sample_types[at]).collect();
    if !types.iter().any(|value| value.kind == *default_sample_type) {
        *default_sample_type = types.first().map(|value| value.kind).unwrap_or_default();
    }
    samples.values = kept.iter().map(|&at| std::mem::take(&mut samples.values[at])).collect();
    *sample_types = types;
}

fn common_units(profiles: &mut [Profile]) -> Result<(), Incompatible> {
    let period = finest(profiles, |profile| profile.period_type)?;
    let columns = profiles.first().map_or(0, |first| first.sample_types.len());
    let units: Vec<String> = (0..columns)
        .map(|column| finest(profiles, |profile| profile.sample_types[column]))
        .collect::<Result<_, _>>()?;
    for profile in profiles {
        let Profile {
            strings,
            sample_types,
            period_type,
            ..
        } = profile;
        profile.period = units::scale(profile.period, strings.get(period_type.unit), &period).0 as i64;
        period_type.unit = strings.intern(period.as_bytes());
        let mut ratios = Vec::with_capacity(columns);
        for (value, unit) in sample_types.iter_mut().zip(&units) {
            ratios.push(units::scale(1, strings.get(value.unit), unit).0);
            value.unit = strings.intern(unit.as_bytes());
        }
        profile.scale(&ratios);
    }
    Ok(())
}

/// The finest unit that any profile gives to a value type.
fn finest(profiles: &[Profile], of: impl Fn(&Profile) -> ValueType) -> Result<String, Incompatible> {
    let texts = |profile: &Profile| {
        let value = of(profile);
        let kind = profile.text(value.kind);
        let singular = kind.strip_suffix('s').unwrap_or(kind);
        (singular.to_string(), profile.text(value.unit).to_string())
    };
    let mut profiles = profiles.iter().map(|profile| (profile, texts(profile)));
    let Some((first, (first_kind, mut unit))) = profiles.next() else {
        return Err(Incompatible::Nothing);
    };
    for (other, (kind, other_unit)) in profiles {
        if kind != first_kind || !units::comparable(&unit, &other_unit) {
            return Err(Incompatible::Types(
                describe(first, &[of(first)]),
                describe(other, &[of(other)]),
            ));
        }
        if units::scale(1, &other_unit, &unit).0 < 1.0 {
            unit = other_unit;
        }
    }
    Ok(unit)
}
