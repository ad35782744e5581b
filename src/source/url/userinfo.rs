//! The user and password in an address: how they are sent, and the forms of them that must not be shown.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::Url;
use crate::secret::Secret;

impl Url {
    /// The `Authorization` value for the user and password, if there are any: `Basic …`, after percent-decoding.
    pub(in crate::source) fn authorization(&self) -> Option<Secret> {
        let userinfo = self.userinfo.reveal();
        let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
        let pair = [decoded(user), b":".to_vec(), decoded(password)].concat();
        let basic = || Secret::new(format!("Basic {}", BASE64_STANDARD.encode(&pair)));
        (!userinfo.is_empty()).then(basic)
    }

    /// The secrets of the address, in each form that a server could repeat.
    pub(in crate::source) fn secrets(&self) -> Vec<Secret> {
        let userinfo = self.userinfo.reveal();
        let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
        let both = [user, password]
            .into_iter()
            .flat_map(|part| [part.to_string(), String::from_utf8_lossy(&decoded(part)).into_owned()]);
        let sent = self.authorization();
        let sent = sent.iter().filter_map(|sent| sent.reveal().split(' ').nth(1));
        let all = sent.map(str::to_owned).chain([userinfo.to_string()]).chain(both);
        all.map(Secret::new).collect()
    }
}

/// Percent-decodes; a percent sign that begins no escape stays.
pub(super) fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let code = text.get(text.len() - behind.len()..text.len() - behind.len() + 2);
        let code = code.filter(|code| *first == b'%' && code.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_and_password_are_decoded_and_encoded() {
        for (text, pair) in [
            ("http://me:p%40s%73@h", Some("me:p@ss")),
            ("http://me:a:b@h", Some("me:a:b")),
            ("http://%6de@h", Some("me:")),
            ("http://me:%zz%@h", Some("me:%zz%")),
            ("http://h", None),
            ("http://@h", None),
        ] {
            let url = Url::parse(text).unwrap();
            let expected = pair.map(|pair| Secret::new(format!("Basic {}", BASE64_STANDARD.encode(pair))));
            assert!(url.authorization() == expected, "{text}");
            let secrets = url.secrets();
            let parts = pair.and_then(|pair| pair.split_once(':'));
            assert!(parts.is_none_or(|(user, password)| {
                [user, password]
                    .iter()
                    .all(|part| secrets.contains(&Secret::new(*part)))
            }));
        }
    }
}
