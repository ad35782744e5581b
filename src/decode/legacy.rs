//! pprof's legacy formats.

use crate::error::Result;
use crate::model::Profile;

/// Reads one of the legacy formats; `None` if it is none of them.
pub(super) fn parse(_bytes: &[u8]) -> Result<Option<Profile>> {
    Ok(None)
}
