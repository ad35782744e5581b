//! Heap profiles of any size in the style of Go's, without Go: for benches, for examples and for the curious.
//!
//! What is written is what `runtime/pprof` writes with `MemProfileRate = 1`, in its order: locations and functions
//! where a sample first needs them, between the samples; the string table last. The stacks are those of a service: a
//! server's loop, a walk through code that everything uses (encoding, templates, reflection), then a few calls of the
//! service's own, with a fifth of all frames inlined; or those of a program whose few functions call each other. The same
//! style and number of stacks always give the same bytes. One sample is held at a time.
//!
//! Source of the order and of the fields: Go's `runtime/pprof/proto.go` and `protomem.go`.

mod names;

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use prost::encoding::{self, WireType, encode_key, encode_varint};
use rustc_hash::FxHashMap;

use names::{HOT, ROOTS, file_of, name_of};

/// What stacks are like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// What it is called by.
    name: &'static str,
    /// Calls through code that everything uses: at least, and fewer than how many more.
    hot: (u64, u64),
    /// Functions of the program's own.
    own: u64,
    /// Calls in each of them: a power of two.
    own_calls: u64,
    /// At least so many of those end a stack, which make it a stack of its own; more where they are too few for that.
    own_depth: u32,
    /// Fewer than so many may follow.
    own_more: u64,
    inlines: bool,
}

const STYLES: [Style; 2] = [
    Style {
        name: "service",
        hot: (16, 8),
        own: 3000,
        own_calls: 16,
        own_depth: 6,
        own_more: 1,
        inlines: true,
    },
    Style {
        name: "walk",
        hot: (0, 1),
        own: 48,
        own_calls: 8,
        own_depth: 4,
        own_more: 38,
        inlines: false,
    },
];

/// The style of a name.
pub(crate) fn style(name: &str) -> Option<Style> {
    STYLES.into_iter().find(|style| style.name == name)
}

/// Writes a gzipped profile with so many distinct stacks.
///
/// # Errors
/// Those of the writer.
pub(crate) fn profile(style: Style, stacks: u64, out: impl Write) -> io::Result<()> {
    let writer = Writer {
        style,
        out: GzEncoder::new(out, Compression::fast()),
        bytes: Vec::new(),
        texts: Vec::new(),
        text_rows: FxHashMap::default(),
        locations: FxHashMap::default(),
        functions: FxHashMap::default(),
    };
    writer.all(stacks)
}

/// A well mixed number for each number (splitmix64). All chance here is made of it.
fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A place in the code from which something is called: a function, numbered through roots, hot and own ones, and the
/// number of the call in it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Call {
    function: u64,
    number: u64,
}

impl Call {
    fn chance(self) -> u64 {
        mix(self.function << 8 | self.number)
    }
}

const FIRST_HOT: u64 = ROOTS.len() as u64;
const FIRST_OWN: u64 = FIRST_HOT + HOT.len() as u64;

/// Puts the stack of a number into `stack`, outermost call first. No two numbers have the same one: the first calls of
/// its own part are its digits, mixed.
fn fill(style: Style, number: u64, own_depth: u32, stack: &mut Vec<Call>) {
    stack.clear();
    let mut chance = mix(number);
    let mut draw = |below: u64| {
        chance = mix(chance);
        chance % below
    };
    // Each loop of a server is a run of the roots that begins at its bottom.
    let bottoms = (0..ROOTS.len()).filter(|&root| ROOTS[root] == ROOTS[0]);
    let bottoms: Vec<usize> = bottoms.collect();
    let bottom = draw(bottoms.len() as u64).min(draw(bottoms.len() as u64)) as usize;
    let top = bottoms.get(bottom + 1).copied().unwrap_or(ROOTS.len());
    stack.extend((bottoms[bottom]..top).map(|root| Call {
        function: root as u64,
        number: 0,
    }));

    let mut function = FIRST_HOT + draw(4);
    for _ in 0..style.hot.0 + draw(style.hot.1) {
        let number = [0, 0, 0, 0, 0, 0, 1, 2][draw(8) as usize];
        let call = Call { function, number };
        stack.push(call);
        function = FIRST_HOT + call.chance() % HOT.len() as u64;
    }

    // Multiplying by an odd number permutes the numbers below a power of two.
    let digits = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) & style.own_calls.pow(own_depth).wrapping_sub(1);
    let more = draw(style.own_more);
    let mut function = FIRST_OWN + mix(function) % style.own;
    for place in 0..u64::from(own_depth) + more {
        let number = match digits.checked_div(style.own_calls.saturating_pow(place as u32)) {
            Some(digits) if place < u64::from(own_depth) => digits % style.own_calls,
            _ => draw(style.own_calls),
        };
        let call = Call { function, number };
        stack.push(call);
        // Of two the smaller: some functions are called from everywhere.
        let (one, other) = (call.chance() % style.own, mix(call.chance()) % style.own);
        function = FIRST_OWN + one.min(other);
    }
}

/// The functions at a call, innermost first: sometimes one or two were inlined there.
fn lines(style: Style, call: Call) -> impl Iterator<Item = (u64, i64)> {
    let chance = call.chance();
    let inlined = match chance % 32 {
        _ if !style.inlines => 0,
        0 => 2,
        1..=5 => 1,
        _ => 0,
    };
    let inlined = (0..inlined).map(move |at| {
        let chance = mix(chance + at);
        (FIRST_OWN + chance % style.own, 3 + (chance >> 32) as i64 % 30)
    });
    let line = start_line(call.function) + 1 + (chance >> 40) as i64 % 60;
    inlined.chain([(call.function, line)])
}

fn start_line(function: u64) -> i64 {
    10 + (mix(function) % 1200) as i64
}

/// What was allocated there: objects and bytes, in all and still in use, and the size of one.
fn values(number: u64) -> ([i64; 4], i64) {
    const SIZES: [i64; 16] = [
        8, 16, 24, 32, 48, 64, 80, 96, 128, 208, 512, 1024, 2048, 4096, 10240, 65536,
    ];
    let chance = mix(!number);
    let size = SIZES[(chance % 16).min(chance >> 8 & 15) as usize];
    let objects = 1 + match chance >> 16 & 7 {
        0 => (chance >> 24 & 0xffff) as i64 % 5000,
        1 | 2 => (chance >> 24 & 63) as i64,
        _ => 0,
    };
    let kept = if chance >> 56 & 3 == 0 {
        0
    } else {
        objects - objects / 3
    };
    ([objects, objects * size, kept, kept * size], size)
}

struct Writer<W: Write> {
    style: Style,
    out: GzEncoder<W>,
    /// Written, but not yet compressed.
    bytes: Vec<u8>,
    /// The string table, and where each text is in it.
    texts: Vec<String>,
    text_rows: FxHashMap<String, i64>,
    /// Ids of what has been written.
    locations: FxHashMap<Call, u64>,
    functions: FxHashMap<u64, u64>,
}

impl<W: Write> Writer<W> {
    fn all(mut self, stacks: u64) -> io::Result<()> {
        self.text("");
        self.value_type(11, "space", "bytes");
        encoding::int64::encode(12, &1, &mut self.bytes);
        for (kind, unit) in [
            ("alloc_objects", "count"),
            ("alloc_space", "bytes"),
            ("inuse_objects", "count"),
            ("inuse_space", "bytes"),
        ] {
            self.value_type(1, kind, unit);
        }
        let mut own_depth = self.style.own_depth;
        while own_depth < 15 && self.style.own_calls.pow(own_depth) < stacks {
            own_depth += 1;
        }
        let mut stack = Vec::new();
        for number in 0..stacks {
            fill(self.style, number, own_depth, &mut stack);
            self.sample(number, &stack);
            if self.bytes.len() > 1 << 16 {
                self.out.write_all(&self.bytes)?;
                self.bytes.clear();
            }
        }
        encoding::int64::encode(9, &1_767_225_600_000_000_000, &mut self.bytes);
        self.mapping();
        for text in std::mem::take(&mut self.texts) {
            encoding::string::encode(6, &text, &mut self.bytes);
        }
        self.out.write_all(&self.bytes)?;
        self.out.finish().map(|_| ())
    }

    fn sample(&mut self, number: u64, stack: &[Call]) {
        let ids: Vec<u64> = stack.iter().rev().map(|&call| self.location(call)).collect();
        let (values, size) = values(number);
        let mut sample = Vec::new();
        encoding::int64::encode_packed(2, &values, &mut sample);
        encoding::uint64::encode_packed(1, &ids, &mut sample);
        let mut label = Vec::new();
        encoding::int64::encode(1, &self.text("bytes"), &mut label);
        encoding::int64::encode(3, &size, &mut label);
        message(3, &label, &mut sample);
        message(2, &sample, &mut self.bytes);
    }

    fn location(&mut self, call: Call) -> u64 {
        if let Some(&id) = self.locations.get(&call) {
            return id;
        }
        let id = self.locations.len() as u64 + 1;
        self.locations.insert(call, id);
        let mut new_functions = Vec::new();
        let mut location = Vec::new();
        encoding::uint64::encode(1, &id, &mut location);
        let address = 0x0040_1000 + call.function * 0x600 + call.number * 0x40 + call.chance() % 0x40;
        encoding::uint64::encode(3, &address, &mut location);
        for (function, number) in lines(self.style, call) {
            let next = self.functions.len() as u64 + 1;
            let function_id = *self.functions.entry(function).or_insert(next);
            if function_id == next {
                new_functions.push((function, function_id));
            }
            let mut line = Vec::new();
            encoding::uint64::encode(1, &function_id, &mut line);
            encoding::int64::encode(2, &number, &mut line);
            message(4, &line, &mut location);
        }
        encoding::uint64::encode(2, &1, &mut location);
        message(4, &location, &mut self.bytes);
        for (function, function_id) in new_functions {
            let name = self.text(&name_of(function));
            let file = self.text(&file_of(function));
            let mut message_bytes = Vec::new();
            encoding::uint64::encode(1, &function_id, &mut message_bytes);
            for (field, value) in [(2, name), (3, name), (4, file), (5, start_line(function))] {
                encoding::int64::encode(field, &value, &mut message_bytes);
            }
            message(5, &message_bytes, &mut self.bytes);
        }
        id
    }

    fn mapping(&mut self) {
        let (file, build) = (self.text("/usr/local/bin/orders"), self.text("6f1c3a5b9d20e847"));
        let mut mapping = Vec::new();
        for (field, value) in [(1, 1), (2, 0x0040_0000), (3, 0x0140_0000)] {
            encoding::uint64::encode(field, &value, &mut mapping);
        }
        encoding::int64::encode(5, &file, &mut mapping);
        encoding::int64::encode(6, &build, &mut mapping);
        encoding::bool::encode(7, &true, &mut mapping);
        message(3, &mapping, &mut self.bytes);
    }

    fn value_type(&mut self, field: u32, kind: &str, unit: &str) {
        let mut value_type = Vec::new();
        encoding::int64::encode(1, &self.text(kind), &mut value_type);
        encoding::int64::encode(2, &self.text(unit), &mut value_type);
        message(field, &value_type, &mut self.bytes);
    }

    fn text(&mut self, text: &str) -> i64 {
        if let Some(&row) = self.text_rows.get(text) {
            return row;
        }
        let row = self.texts.len() as i64;
        self.texts.push(text.to_string());
        self.text_rows.insert(text.to_string(), row);
        row
    }
}

fn message(field: u32, bytes: &[u8], out: &mut Vec<u8>) {
    encode_key(field, WireType::LengthDelimited, out);
    encode_varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}
