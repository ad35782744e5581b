//! Bad inputs whose harm is in their texts: names, labels, units, files, and the expressions a profile brings along.

use super::good::{TEXTS, body, with_texts};
use super::inputs::{
    Fate::{Any, Read},
    Input, input,
};

/// Texts that want to be more than shown.
const EVIL: [&[u8]; 22] = [
    b"\x1b[2J\x1b[Hcleared",
    b"\x1b]52;c;cHduZWQ=\x07clipboard",
    b"\x1b]8;;http://evil.example/\x1b\\link",
    b"\x1bP+q544e\x1b\\\x1bc\x1b[?1049h",
    b"\xc2\x9b31m8-bit",
    b"bell\x07\x08\x7f\0nul",
    b"new\nline\r\treturn\x0b\x0c",
    "\u{2028}line\u{2029}paragraph\u{85}next".as_bytes(),
    "\u{202e}gnp.exe\u{202c}\u{2066}isolate\u{2069}".as_bytes(),
    "\u{200b}zero\u{200d}width\u{feff}\u{200e}\u{200f}\u{61c}".as_bytes(),
    "Z\u{335}\u{321}\u{34f}\u{301}\u{e9}combining 函数 👩\u{200d}👧 🇫🇷".as_bytes(),
    b"\x80\x80\xc0\xaf\xed\xa0\x80\xe2\x82\xff\xfe",
    b"<script>alert(1)</script>\"><svg onload=alert(1)>",
    b"a\"]; N2 [label=\"evil\"\\",
    b"%s%n%d$(touch /tmp/x)`id`{{.}}",
    b"main.(*T[go.shape.struct { x int }]).M.func1.2",
    b"(((((((((((((((",
    b"../../../../etc/passwd",
    b"file:///etc/passwd",
    b"/dev/zero",
    b"javascript:alert(document.domain)",
    b" ",
];

pub(super) fn names() -> Vec<Input> {
    let good = TEXTS.map(str::as_bytes);
    let mut inputs = Vec::new();
    for text in EVIL {
        let everywhere: Vec<&[u8]> = (0..good.len())
            .map(|row| if row == 0 { good[0] } else { text })
            .collect();
        let what = format!("{} everywhere", text.escape_ascii());
        inputs.push(input(Any, what, with_texts(&body(), &everywhere)));
        // Texts that are distinct, as types must be.
        let behind: Vec<Vec<u8>> = good
            .iter()
            .map(|good| [*good, if good.is_empty() { b"" } else { text }].concat())
            .collect();
        let behind: Vec<&[u8]> = behind.iter().map(Vec::as_slice).collect();
        let what = format!("{} behind every text", text.escape_ascii());
        inputs.push(input(Read, what, with_texts(&body(), &behind)));
    }
    let all = EVIL.concat();
    let long = "wide 函数 and long ".repeat(4_000);
    for row in 1..good.len() {
        for (what, text) in [
            ("all evil texts", &all[..]),
            ("a long text", long.as_bytes()),
            ("no text", b""),
        ] {
            let mut texts = good;
            texts[row] = text;
            inputs.push(input(Any, format!("{what} as text {row}"), with_texts(&body(), &texts)));
        }
    }
    inputs
}

pub(super) fn expressions() -> Vec<Input> {
    let expressions = [
        "(unclosed",
        ".*",
        "",
        "[",
        "(((a{1,30}){1,30}){1,30}){1,30}",
        "(.*a){25}x(m|ma|mai)*\\.",
        "(?i)(main|work|leaf)+$",
        "\\pN+\\x{110000}",
        "\\Q",
        "(?P<n>main)(?P<n>x)",
        &"(".repeat(500),
        &"main|".repeat(500),
    ];
    let input_of = |expression: &&str| {
        let mut texts = TEXTS.map(str::as_bytes);
        (texts[16], texts[17]) = (expression.as_bytes(), expression.as_bytes());
        let shown: String = expression.chars().take(40).collect();
        [
            input(Read, format!("drop and keep {shown}"), with_texts(&body(), &texts)),
            input(Read, format!("drop {shown}"), {
                texts[17] = b"";
                with_texts(&body(), &texts)
            }),
        ]
    };
    expressions.iter().flat_map(input_of).collect()
}
