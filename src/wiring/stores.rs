//! Profiles from stores: which part of time is meant, and a mean of snapshots and processes where a store adds them up.

use jiff::{Timestamp, Zoned};

use super::recall::Recall;
use super::steps::{ratio_of, say_processes};
use super::{Inputs, source, when};
use crate::decode;
use crate::encode;
use crate::error::{Error, Result};
use crate::model::Profile;
use crate::progress::Observer;
use crate::secret::SourceName;
use crate::source::{ProfileStore, Source};
use crate::zone;

/// How far back a store is asked unless the user says otherwise, in milliseconds.
const USUAL_PAST: i64 = 15 * 60 * 1000;

/// What may be read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// A profile.
    Profile,
    /// A profile, or what Go serves at `/debug/vars`.
    ProfileOrStats,
}

impl Inputs {
    /// The source that a name means, a store's with its query and time.
    ///
    /// # Errors
    /// [`Error::Usage`] for times that cannot be.
    pub fn source(&self, name: &SourceName) -> Result<Source> {
        let Source::Store(_) = source(name) else {
            return Ok(source(name));
        };
        let Some((store, asked)) = ProfileStore::parse(name.as_typed()) else {
            return Ok(source(name));
        };
        let given = &self.remembered;
        let now = Timestamp::now().to_zoned(zone::local());
        let end = millis(asked.until.as_ref().or(given.until.as_ref()), "until", &now)?;
        let end = end.unwrap_or(now.timestamp().as_millisecond());
        let start = millis(asked.from.as_ref().or(given.from.as_ref()), "from", &now)?.unwrap_or(end - USUAL_PAST);
        if start >= end {
            return Err(Error::Usage(format!("{name}: --from is not before --until")));
        }
        let query = asked.selector.as_ref().or(given.selector.as_ref());
        Ok(Source::Store(store.within(
            query.map_or("", String::as_str),
            start,
            end,
        )))
    }

    /// Whether a watch of the store that is named goes on: it does unless the time it is asked for has an end.
    pub(super) fn goes_on(&self) -> Recall {
        let asked = self
            .sources
            .first()
            .and_then(|name| ProfileStore::parse(name.as_typed()));
        let until = asked.and_then(|(_, asked)| asked.until);
        match until.as_ref().or(self.remembered.until.as_ref()) {
            Some(_) => Recall::Range,
            None => Recall::GoOn,
        }
    }

    /// What a name is called where it is shown.
    pub(super) fn shown(&self, name: &SourceName) -> String {
        self.source(name).unwrap_or_else(|_| source(name)).name()
    }

    /// Reads the profile of a name.
    ///
    /// # Errors
    /// Those of the source and the decoder.
    pub(super) fn profile(&self, name: &SourceName, wanted: Kept, observer: &dyn Observer) -> Result<Profile> {
        match (self.source(name)?, wanted) {
            (Source::Store(store), _) => self.stored(&store, observer),
            (source, Kept::Profile) => decode::profile(source.open(&self.http, observer)?, self.budget, &()),
            (source, Kept::ProfileOrStats) => {
                decode::profile_or_stats(source.open(&self.http, observer)?, self.budget, &())
            }
        }
    }

    /// The bytes of a name's profile, as they are; what a store has, in protobuf.
    ///
    /// # Errors
    /// Those of the source, and of the decoder for a store's.
    pub fn read(&self, name: &SourceName, observer: &dyn Observer) -> Result<Vec<u8>> {
        let Source::Store(store) = self.source(name)? else {
            return source(name).read(&self.http, observer);
        };
        let mut bytes = Vec::new();
        encode::profile(&self.stored(&store, observer)?, &mut bytes)?;
        Ok(bytes)
    }

    /// What a store has, of one process on average.
    ///
    /// # Errors
    /// Those of the store and the decoder.
    pub fn stored(&self, store: &ProfileStore, observer: &dyn Observer) -> Result<Profile> {
        let merged = store.fetch(&self.http, observer)?;
        let mut profile = decode::profile(&merged.bytes[..], self.budget, &())?;
        let ratio = ratio_of(merged.snapshots, merged.processes, &profile);
        say_processes(&mut profile, merged.processes);
        profile.scale(&vec![ratio; profile.sample_types.len()]);
        let (start, end) = store.time();
        profile.time_nanos = end.saturating_mul(1_000_000);
        if merged.snapshots.is_none() {
            profile.duration_nanos = (end - start).saturating_mul(1_000_000);
        }
        Ok(profile)
    }
}

fn millis(text: Option<&String>, option: &str, now: &Zoned) -> Result<Option<i64>> {
    let seconds = text.map(|text| when::seconds(text, now, option)).transpose()?;
    Ok(seconds.map(|seconds| (seconds * 1e3).round() as i64))
}
