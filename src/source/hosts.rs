//! Lists of hosts: from a file, or from the addresses of a name.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::path::Path;

use super::Url;
use super::file::small;
use crate::error::{Error, Result};
use crate::secret::{SourceName, shown};

/// The inputs that a file lists, one per line. A `#` at the beginning of a word starts a comment.
///
/// # Errors
/// [`Error::Io`], and [`Error::Usage`] if it lists none.
pub fn listed(path: &Path) -> Result<Vec<SourceName>> {
    let name = shown(&path.display().to_string());
    let text = small(path).map_err(|error| match error {
        // It may have been meant as an address.
        Error::Io { reason, .. } => Error::Io {
            name: name.clone(),
            reason,
        },
        other => other,
    })?;
    let text = String::from_utf8_lossy(&text);
    let names: Vec<SourceName> = text.lines().filter_map(line).map(SourceName::from).collect();
    match names.is_empty() {
        true => Err(Error::Usage(format!("{name}: no host here: one a line"))),
        false => Ok(names),
    }
}

fn line(line: &str) -> Option<&str> {
    let comment = line.match_indices('#').map(|(at, _)| at);
    let is_word = |at: &usize| line[..*at].chars().next_back().is_none_or(char::is_whitespace);
    let end = comment.into_iter().find(is_word).unwrap_or(line.len());
    Some(line[..end].trim()).filter(|text| !text.is_empty())
}

/// The heap profile at every address of a name: `NAME:PORT`, followed by a path if profiles are not in the usual
/// place. The name is resolved on each call.
///
/// # Errors
/// [`Error::Usage`] if it is not a name with a port, [`Error::Http`] if the name has no address.
pub fn addresses(name: &str) -> Result<Vec<Url>> {
    let wrong = || {
        Error::Usage(format!(
            "dns:{}: a name and a port are wanted, e.g. dns:api.default.svc:6060",
            shown(name)
        ))
    };
    let (place, path) = name.split_at(name.find('/').unwrap_or(name.len()));
    let (host, port) = place.rsplit_once(':').ok_or_else(wrong)?;
    let port: u16 = port.parse().map_err(|_| wrong())?;
    if host.is_empty() {
        return Err(wrong());
    }
    let mut found: Vec<IpAddr> = match (host, port).to_socket_addrs() {
        Ok(found) => found.map(|address| address.ip()).collect(),
        // For systems without a hosts file.
        Err(_) if host == "localhost" => vec![Ipv4Addr::LOCALHOST.into()],
        Err(reason) => {
            return Err(Error::Http {
                url: format!("dns:{}", shown(name)),
                what: format!("no addresses ({reason})"),
                advice: "check the name; services of a cluster have theirs only within it".into(),
            });
        }
    };
    found.sort();
    found.dedup();
    let url = |address| Url::parse(&format!("{}{path}", SocketAddr::new(address, port)));
    Ok(found.into_iter().filter_map(url).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_host() {
        for (text, host) in [
            ("10.0.0.1:6060", Some("10.0.0.1:6060")),
            ("  h:1 # the first", Some("h:1")),
            ("# none", None),
            ("", None),
            ("http://h/x#part", Some("http://h/x#part")),
        ] {
            assert_eq!(line(text), host, "{text}");
        }
    }

    #[test]
    fn every_address_of_a_name_is_a_host() {
        let found = addresses("127.0.0.1:6060/p/debug/pprof/").expect("an address");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].to_string(), "http://127.0.0.1:6060/p/debug/pprof/heap");
        for wrong in ["", "localhost", ":6060", "localhost:x"] {
            assert!(matches!(addresses(wrong), Err(Error::Usage(_))), "{wrong}");
        }
    }
}
