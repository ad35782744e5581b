//! What a report takes from around it besides the profile and the options.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::page::PageExtras;
use super::sources::{NoSources, Sources};

/// The machine as reports see it. `Default` sees nothing of it: UTC, and no source text.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The zone that times are printed in; the program's is the local one.
    pub zone: TimeZone,
    /// Who finds source text; the program looks for files.
    pub sources: Arc<dyn Sources>,
    /// What a page shows besides the profile.
    pub extras: Arc<PageExtras>,
}

/// From so many nanoseconds on a time of day may be that of two moments of a series.
const DAY: i128 = 86_400_000_000_000;

impl Environment {
    /// When a moment of a series was, in the zone: the time of day, with month and day where the series is a day long or
    /// longer. `nanos` since 1970 UTC, `span` nanoseconds from the first moment to the last; `None` for a time that no
    /// calendar has.
    pub fn clock(&self, nanos: i128, span: i128) -> Option<String> {
        let time = Timestamp::from_nanosecond(nanos).ok()?.to_zoned(self.zone.clone());
        let form = if span < DAY { "%H:%M:%S" } else { "%m-%d %H:%M" };
        Some(time.strftime(form).to_string())
    }
}

impl Default for Environment {
    fn default() -> Self {
        Self {
            zone: TimeZone::UTC,
            sources: Arc::new(NoSources),
            extras: Arc::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DAY, Environment};

    #[test]
    fn a_time_has_its_date_where_the_series_is_long() {
        let nanos = 1_790_000_000_000_000_000;
        for (nanos, span, said) in [
            (nanos, 0, Some("14:13:20")),
            (nanos, DAY - 1, Some("14:13:20")),
            (nanos, DAY, Some("09-21 14:13")),
            (nanos + DAY, 2 * DAY, Some("09-22 14:13")),
            (i128::MAX, DAY, None),
        ] {
            let clock = Environment::default().clock(nanos, span);
            assert_eq!(clock.as_deref(), said, "{nanos} of {span}");
        }
    }
}
