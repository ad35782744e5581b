//! What a store knows over time: in which steps it has something, and what there is to ask for.

use super::{HttpOptions, Kind, ProfileStore, Snapshots, parca, pyroscope};
use crate::error::Result;
use crate::progress::Observer;

/// A step of time in which a store has something.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct StoreStep {
    /// When it ends, milliseconds since 1970 UTC.
    pub end: i64,
    /// Of how many snapshots the sum over it is made; missing for what is a sum by nature.
    pub snapshots: Option<Snapshots>,
}

impl ProfileStore {
    /// The same processes asked for profiles of another type, in another part of time: milliseconds since 1970 UTC.
    pub fn asking(&self, profile_type: &str, start: i64, end: i64) -> Self {
        Self {
            profile_type: profile_type.into(),
            start,
            end,
            ..self.clone()
        }
    }

    /// The profile of all of the time; `None` where there is nothing.
    ///
    /// # Errors
    /// Those of the connection and of the store.
    pub fn merge(&self, options: &HttpOptions, observer: &dyn Observer) -> Result<Option<Vec<u8>>> {
        match self.kind {
            Kind::Pyroscope => pyroscope::merge(self, options, observer),
            Kind::Parca => parca::merge(self, options, observer),
        }
    }

    /// The steps that have something, the earliest first. `length` is that of a step in milliseconds; steps end at its
    /// multiples since 1970, or there is a single one for all of the time.
    ///
    /// # Errors
    /// Those of the connection and of the store.
    pub fn steps(&self, length: i64, options: &HttpOptions, observer: &dyn Observer) -> Result<Vec<StoreStep>> {
        let length = length.max(1);
        let mut steps = match self.kind {
            Kind::Pyroscope => pyroscope::steps(self, length, options, observer)?,
            Kind::Parca => parca::steps(self, length, options, observer)?,
        };
        if !self.is_held() {
            steps.iter_mut().for_each(|step| step.snapshots = None);
        }
        Ok(steps)
    }

    /// The types of profiles that there are in this time.
    ///
    /// # Errors
    /// Those of the connection and of the store.
    pub fn types(&self, options: &HttpOptions, observer: &dyn Observer) -> Result<Vec<String>> {
        match self.kind {
            Kind::Pyroscope => pyroscope::types(self, options, observer),
            Kind::Parca => parca::types(self, options, observer),
        }
    }

    /// The labels that processes have in this time.
    ///
    /// # Errors
    /// Those of the connection and of the store.
    pub fn labels(&self, options: &HttpOptions, observer: &dyn Observer) -> Result<Vec<String>> {
        match self.kind {
            Kind::Pyroscope => pyroscope::names(self, "LabelNames", None, options, observer),
            Kind::Parca => parca::names(self, "labels", "labelNames", options, observer),
        }
    }

    /// The values of a label in this time.
    ///
    /// # Errors
    /// Those of the connection and of the store.
    pub fn values(&self, label: &str, options: &HttpOptions, observer: &dyn Observer) -> Result<Vec<String>> {
        match self.kind {
            Kind::Pyroscope => pyroscope::names(self, "LabelValues", Some(label), options, observer),
            Kind::Parca => parca::names(
                self,
                &format!("labels/{label}/values"),
                "labelValues",
                options,
                observer,
            ),
        }
    }

    /// What is asked for, in the step that ends then; both ends count in a merge.
    pub fn within_step(&self, end: i64, length: i64) -> Self {
        let (first, last) = match self.kind {
            Kind::Pyroscope => (end.saturating_sub(length).saturating_add(1), end),
            Kind::Parca => (end.saturating_sub(length), end - 1),
        };
        self.asking(&self.profile_type, first.max(self.start), last.min(self.end))
    }

    /// Where the step of a length ends in which a moment lies.
    pub(super) fn step_end(&self, millis: i64, length: i64) -> i64 {
        match length >= self.end - self.start {
            true => self.end,
            false => (millis.div_euclid(length) + 1) * length,
        }
    }
}

/// How many snapshots were counted, if any.
pub(super) fn counted(count: f64) -> Option<Snapshots> {
    (count > 0.0).then_some(Snapshots::Count(count))
}
