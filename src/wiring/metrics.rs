//! The resident memory of a process elsewhere, as a page of metrics tells it: beside its profiles, or where the user says.

use std::time::Duration;

use super::Inputs;
use crate::error::{Error, Result};
use crate::load::survey::Metrics;
use crate::model::{Resident, ResidentMoment};
use crate::progress::Observer;
use crate::source::{HttpOptions, ProcessMemory, Url, data};

/// A page of metrics that is longer, or takes longer, is not waited for.
const MOST: u64 = 4 << 20;
const LONGEST: Duration = Duration::from_secs(2);

impl Inputs {
    /// Whether the page that the user named, if one is, tells what it is asked for.
    ///
    /// # Errors
    /// Those of its server, [`Error::Http`] where it does not tell, and [`Error::Usage`] where there is no one process
    /// that it could be about.
    pub fn check_metrics(&self, observer: &dyn Observer) -> Result<()> {
        match (&self.metrics, self.process()) {
            (None, _) => Ok(()),
            (Some(_), Some(url)) => self.told_resident(&url, observer).map(|_| ()),
            (Some(_), None) => Err(Error::Usage(
                "--metrics is about one live process: name its host:port or URL".into(),
            )),
        }
    }

    /// The resident memory of the process with these profiles, as Prometheus's client writes it; mapped files are not
    /// told apart there.
    ///
    /// # Errors
    /// As [`Inputs::check_metrics`].
    pub(super) fn told_resident(&self, url: &Url, observer: &dyn Observer) -> Result<Resident> {
        let beside = url.metrics();
        let page = self.metrics.as_ref().unwrap_or(&beside);
        let http = HttpOptions {
            max_bytes: MOST,
            timeout: Some(LONGEST),
            ..self.http.for_another(url, page)
        };
        let text = data(page, &http, observer)?;
        let bytes = Metrics::parse(&text).rss.ok_or_else(|| Error::Http {
            url: page.to_string(),
            what: "there is no process_resident_memory_bytes in it".into(),
            advice: "name the page of metrics of the process itself".into(),
        })?;
        Ok(Resident {
            bytes: bytes as u64,
            files: None,
            moment: ResidentMoment::Now,
        })
    }
}

/// Why a process is not on this machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Absent {
    /// Nothing that listens there can be seen.
    Nothing,
    /// What listens there passes on what another one says: `kubectl port-forward`, `ssh -L`, a published port.
    Forwarder,
}

impl Inputs {
    /// The process of this machine that serves a URL. Go's servers tell the arguments that they were called with; one that
    /// does not is taken by where it listens.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn local_process(&self, url: &Url, observer: &dyn Observer) -> Result<u32, Absent> {
        let pid = url
            .listener()
            .and_then(|listener| ProcessMemory::listening(&listener))
            .ok_or(Absent::Nothing)?;
        let http = HttpOptions {
            max_bytes: MOST,
            timeout: Some(LONGEST),
            ..self.http.clone()
        };
        match data(&url.beside("cmdline", ""), &http, observer) {
            Ok(told) if !ProcessMemory::was_called(pid, &told) => Err(Absent::Forwarder),
            _ => Ok(pid),
        }
    }
}
