//! [`Profile`] to bytes: the protobuf format, gzipped.
//!
//! Knows the format of `proto/profile.proto`, as `decode` does. Texts are written with the bytes that the profile had, not as
//! they are shown. Knows no file: bytes go to any writer. Samples are written one at a time, so that memory stays small.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use prost::Message;
use prost::encoding::{self, WireType};

use crate::decode::wire;
use crate::error::{Error, Result};
use crate::model::{Label, LabelSetId, LabelValue, Profile, StringId, ValueType};

/// Writes a profile, gzipped.
///
/// # Errors
/// [`Error::Io`] from the writer.
pub fn profile(profile: &Profile, out: &mut dyn Write) -> Result<()> {
    let mut encoder = Encoder {
        profile,
        out: GzEncoder::new(out, Compression::default()),
        bytes: Vec::new(),
        texts: Texts::new(profile),
    };
    let written = encoder.all().and_then(|()| encoder.out.finish().map(|_| ()));
    written.map_err(|reason| Error::Io {
        name: "writing the profile".into(),
        reason,
    })
}

/// The file's string table: texts in the order in which they are first named.
struct Texts {
    rows: Vec<Option<u32>>,
    named: Vec<StringId>,
}

impl Texts {
    fn new(profile: &Profile) -> Self {
        let mut texts = Self {
            rows: vec![None; profile.strings.len()],
            named: Vec::new(),
        };
        // The first is always the empty one.
        texts.row(StringId(0));
        texts
    }

    fn row(&mut self, id: StringId) -> i64 {
        let next = self.named.len() as u32;
        let row = *self.rows[id.index()].get_or_insert(next);
        if row == next {
            self.named.push(id);
        }
        i64::from(row)
    }
}

/// Bytes, gzipped.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    packed(bytes, Compression::default())
}

/// Bytes, gzipped in the least time.
pub fn gzip_fast(bytes: &[u8]) -> Vec<u8> {
    packed(bytes, Compression::fast())
}

fn packed(bytes: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    // Memory is always written to.
    written.unwrap_or_default()
}

struct Encoder<'p, W: Write> {
    profile: &'p Profile,
    out: GzEncoder<W>,
    /// What has been encoded and not yet written.
    bytes: Vec<u8>,
    texts: Texts,
}

/// So many bytes are collected before they are compressed.
const CHUNK: usize = 1 << 16;

impl<W: Write> Encoder<'_, W> {
    fn all(&mut self) -> std::io::Result<()> {
        let profile = self.profile;
        for &value_type in &profile.sample_types {
            let value_type = self.value_type(value_type);
            self.message(1, &value_type)?;
        }
        self.samples()?;
        self.tables()?;
        self.headers()?;
        for &text in &self.texts.named {
            bytes_field(6, profile.strings.raw(text), &mut self.bytes);
        }
        self.out.write_all(&self.bytes)
    }

    fn samples(&mut self) -> std::io::Result<()> {
        let profile = self.profile;
        let sets = (0..profile.labels.len()).map(LabelSetId::from_index);
        let labels: Vec<Vec<u8>> = sets.map(|set| self.labels(set)).collect();
        let samples = &profile.samples;
        let (mut frames, mut values, mut sample) = (Vec::new(), Vec::new(), Vec::new());
        for row in 0..samples.len() {
            frames.clear();
            values.clear();
            sample.clear();
            let stack = profile.stacks.get(samples.stack[row]);
            frames.extend(stack.iter().map(|frame| profile.locations[frame.index()].id));
            values.extend(samples.values.iter().map(|column| column[row]));
            encoding::uint64::encode_packed(1, &frames, &mut sample);
            encoding::int64::encode_packed(2, &values, &mut sample);
            sample.extend_from_slice(&labels[samples.labels[row].index()]);
            bytes_field(2, &sample, &mut self.bytes);
            self.flush(CHUNK)?;
        }
        Ok(())
    }

    /// The fields of a label set: texts before numbers, each by key, as pprof writes them.
    fn labels(&mut self, set: LabelSetId) -> Vec<u8> {
        let strings = &self.profile.strings;
        let mut labels: Vec<&Label> = self.profile.labels.get(set).iter().collect();
        let is_number = |label: &Label| matches!(label.value, LabelValue::Number { .. });
        labels.sort_by_key(|label| (is_number(label), strings.raw(label.key)));
        let mut bytes = Vec::new();
        for label in labels {
            let key = self.texts.row(label.key);
            let label = match label.value {
                LabelValue::Text(text) => wire::Label {
                    key,
                    str: self.texts.row(text),
                    ..wire::Label::default()
                },
                LabelValue::Number { value, unit } => wire::Label {
                    key,
                    num: value,
                    num_unit: self.texts.row(unit),
                    ..wire::Label::default()
                },
            };
            encoding::message::encode(3, &label, &mut bytes);
        }
        bytes
    }

    fn tables(&mut self) -> std::io::Result<()> {
        let profile = self.profile;
        for mapping in &profile.mappings {
            let mapping = wire::Mapping {
                id: mapping.id,
                memory_start: mapping.start,
                memory_limit: mapping.limit,
                file_offset: mapping.offset,
                filename: self.texts.row(mapping.file),
                build_id: self.texts.row(mapping.build_id),
                has_functions: mapping.has.functions,
                has_filenames: mapping.has.filenames,
                has_line_numbers: mapping.has.line_numbers,
                has_inline_frames: mapping.has.inline_frames,
            };
            self.message(3, &mapping)?;
        }
        for location in &profile.locations {
            let lines = profile.lines[location.line_range()].iter().map(|line| wire::Line {
                function_id: profile.functions[line.function.index()].id,
                line: line.line,
                column: line.column,
            });
            let location = wire::Location {
                id: location.id,
                mapping_id: location
                    .mapping
                    .map_or(0, |mapping| profile.mappings[mapping.index()].id),
                address: location.address,
                line: lines.collect(),
                is_folded: location.folded,
            };
            self.message(4, &location)?;
        }
        for function in &profile.functions {
            let function = wire::Function {
                id: function.id,
                name: self.texts.row(function.name),
                system_name: self.texts.row(function.system_name),
                filename: self.texts.row(function.filename),
                start_line: function.start_line,
            };
            self.message(5, &function)?;
        }
        Ok(())
    }

    fn headers(&mut self) -> std::io::Result<()> {
        let profile = self.profile;
        let comments = profile.comments.iter();
        let headers = wire::Profile {
            drop_frames: self.texts.row(profile.drop_frames),
            keep_frames: self.texts.row(profile.keep_frames),
            time_nanos: profile.time_nanos,
            duration_nanos: profile.duration_nanos,
            period_type: (profile.period_type != ValueType::default()).then(|| self.value_type(profile.period_type)),
            period: profile.period,
            comment: comments.map(|&comment| self.texts.row(comment)).collect(),
            default_sample_type: self.texts.row(profile.default_sample_type),
            doc_url: self.texts.row(profile.doc_url),
            ..wire::Profile::default()
        };
        self.bytes.extend_from_slice(&headers.encode_to_vec());
        Ok(())
    }

    fn value_type(&mut self, value_type: ValueType) -> wire::ValueType {
        wire::ValueType {
            r#type: self.texts.row(value_type.kind),
            unit: self.texts.row(value_type.unit),
        }
    }

    fn message(&mut self, number: u32, message: &impl Message) -> std::io::Result<()> {
        encoding::message::encode(number, message, &mut self.bytes);
        self.flush(CHUNK)
    }

    fn flush(&mut self, above: usize) -> std::io::Result<()> {
        if self.bytes.len() > above {
            self.out.write_all(&self.bytes)?;
            self.bytes.clear();
        }
        Ok(())
    }
}

fn bytes_field(number: u32, bytes: &[u8], out: &mut Vec<u8>) {
    encoding::encode_key(number, WireType::LengthDelimited, out);
    encoding::encode_varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}
