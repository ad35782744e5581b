//! A store's history: the time steps that have data, and the types, labels and values it knows.

use serde_json::Value;

use super::{HttpOptions, Kind, ProfileStore, Snapshots, parca, pyroscope};
use crate::error::Result;
use crate::progress::Observer;

/// How long the steps of a history are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StepLength {
    /// The whole time range is a single step.
    Whole,
    /// This many milliseconds, more than 0; steps end at multiples of it since 1970 UTC.
    Millis(i64),
}

/// A time step with data.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct StoreStep {
    /// The end of the step, milliseconds since 1970 UTC.
    pub end: i64,
    /// How many snapshots its sum is made of; `None` if the type is additive anyway.
    pub snapshots: Option<Snapshots>,
    /// How many processes have data in it, at least 1, as their labels tell them apart.
    pub processes: usize,
}

/// Labels that tell services and their processes apart: those of Kubernetes, Prometheus, OpenTelemetry and the stores' agents.
/// Others, such as a version or what a program labels its samples with, may change within a process.
pub(super) const PROCESS_LABELS: [&str; 10] = [
    "container",
    "host",
    "hostname",
    "instance",
    "job",
    "namespace",
    "node",
    "pod",
    "service_instance_id",
    "service_name",
];

/// Which process a series is of: the values of its [`PROCESS_LABELS`]. `labels` is a list of `name` and `value`, as both
/// stores write it.
pub(super) fn process_of(labels: &Value) -> Vec<String> {
    let value = |name: &&str| {
        let labels = labels.as_array().into_iter().flatten();
        let own = labels.into_iter().find(|label| label["name"] == *name)?;
        own["value"].as_str().map(String::from)
    };
    PROCESS_LABELS
        .iter()
        .map(|name| value(name).unwrap_or_default())
        .collect()
}

impl ProfileStore {
    /// A store query for the processes of this one, with another profile type and time range, in milliseconds since 1970 UTC.
    pub fn asking(&self, profile_type: &str, start: i64, end: i64) -> Self {
        Self {
            profile_type: profile_type.into(),
            start,
            end,
            ..self.clone()
        }
    }

    /// The merged profile of the whole time range, as bytes; `None` if there is no data.
    ///
    /// # Errors
    /// Those of the connection and of the store.
    pub fn merge(&self, options: &HttpOptions, observer: &dyn Observer) -> Result<Option<Vec<u8>>> {
        match self.kind {
            Kind::Pyroscope => pyroscope::merge(self, options, observer),
            Kind::Parca => parca::merge(self, options, observer),
        }
    }

    /// The steps that have data, the earliest first.
    ///
    /// # Errors
    /// Those of the connection and of the store.
    pub fn steps(&self, length: StepLength, options: &HttpOptions, observer: &dyn Observer) -> Result<Vec<StoreStep>> {
        let mut steps = match self.kind {
            Kind::Pyroscope => pyroscope::steps(self, length, options, observer)?,
            Kind::Parca => parca::steps(self, length, options, observer)?,
        };
        if !self.is_held() {
            steps.iter_mut().for_each(|step| step.snapshots = None);
        }
        Ok(steps)
    }

    /// The profile types with data in the time range.
    ///
    /// # Errors
    /// Those of the connection and of the store.
    pub fn types(&self, options: &HttpOptions, observer: &dyn Observer) -> Result<Vec<String>> {
        match self.kind {
            Kind::Pyroscope => pyroscope::types(self, options, observer),
            Kind::Parca => parca::types(self, options, observer),
        }
    }

    /// The labels of processes in the time range.
    ///
    /// # Errors
    /// Those of the connection and of the store.
    pub fn labels(&self, options: &HttpOptions, observer: &dyn Observer) -> Result<Vec<String>> {
        match self.kind {
            Kind::Pyroscope => pyroscope::names(self, "LabelNames", None, options, observer),
            Kind::Parca => parca::names(self, "labels", "labelNames", options, observer),
        }
    }

    /// The values of a label in the time range.
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

    /// A store to ask for one step: the query limited to the `length` milliseconds that end at `end`. A merge includes both ends of its range.
    pub fn within_step(&self, end: i64, length: i64) -> Self {
        let (first, last) = match self.kind {
            Kind::Pyroscope => (end.saturating_sub(length).saturating_add(1), end),
            Kind::Parca => (end.saturating_sub(length), end - 1),
        };
        self.asking(&self.profile_type, first.max(self.start), last.min(self.end))
    }

    /// A store to ask for what came since: the query limited to the time after `before`, the end of a step or of an earlier range, up
    /// to `end`; both in milliseconds since 1970 UTC.
    pub fn behind(&self, before: i64, end: i64) -> Self {
        let first = match self.kind {
            Kind::Pyroscope => before.saturating_add(1),
            Kind::Parca => before,
        };
        self.asking(&self.profile_type, first, end)
    }

    /// The end of the step that contains this time.
    pub(super) fn step_end(&self, millis: i64, length: StepLength) -> i64 {
        match length {
            StepLength::Whole => self.end,
            StepLength::Millis(length) => (millis.div_euclid(length) + 1) * length,
        }
    }

    /// Milliseconds of a step.
    pub(super) fn millis_of(&self, length: StepLength) -> i64 {
        match length {
            StepLength::Whole => self.end - self.start,
            StepLength::Millis(length) => length,
        }
    }
}

/// This count of snapshots, unless it is 0.
pub(super) fn counted(count: f64) -> Option<Snapshots> {
    (count > 0.0).then_some(Snapshots::Count(count))
}
