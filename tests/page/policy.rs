//! A page asks for nothing and does nothing but what its own style and script do, and its policy says so.

use ring::digest;

use super::elements::Element;

/// What a drawing consists of.
const DRAWN: [&str; 6] = ["svg", "g", "title", "rect", "path", "text"];

/// Nothing in a page asks for anything or does anything, but for its own style and script, which the policy names.
pub(super) fn check_harmless(elements: &[Element], what: &str) {
    let policy = elements
        .iter()
        .find(|element| element.attribute("http-equiv") == "Content-Security-Policy");
    let policy = policy.expect("a policy").attribute("content");
    assert!(
        policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"),
        "{policy}"
    );
    let mut named = 0;
    for element in elements {
        if element.is_drawn() {
            assert!(
                DRAWN.contains(&&*element.name),
                "{what}: a <{}> in a graph",
                element.name
            );
        }
        for (name, value) in &element.attributes {
            assert!(!name.starts_with("on"), "{what}: {name} of a <{}>", element.name);
            let is_reference = ["href", "src", "srcset", "action", "style", "data", "xlink:href"].contains(&&**name);
            assert!(
                !is_reference || (element.name == "link" && value == "data:,"),
                "{what}: <{} {name}={value:?}>",
                element.name
            );
        }
        let is_code = element.name == "style" || (element.name == "script" && element.attributes.is_empty());
        if is_code {
            let source = format!("{}-src '{}'", element.name, hash(&element.text));
            assert!(
                policy.contains(&source),
                "{what}: the policy should say {source}: {policy}"
            );
            named += 1;
        }
    }
    assert_eq!(
        policy.matches("'sha256-").count(),
        named,
        "{what}: the policy allows nothing else"
    );
}

fn hash(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    let digits = digest.as_ref().chunks(3).map(|bytes| {
        let number = bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)) << (8 * (3 - bytes.len()));
        let digit = |at: usize| match at > bytes.len() {
            true => '=',
            false => char::from(DIGITS[(number >> (18 - 6 * at) & 63) as usize]),
        };
        (0..4).map(digit).collect::<String>()
    });
    format!("sha256-{}", digits.collect::<String>())
}

#[test]
fn a_hash_is_what_everybody_says_it_is() {
    assert_eq!(hash(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}
