//! The protobuf format, straight into the model's columns.
//!
//! Fields may come in any order, and real writers put samples before the tables that they refer to. So ids
//! and string indexes are kept as written until the end, then checked and renumbered in place.
//! Samples have a file of their own: `samples`.

use prost::Message;
use prost::encoding::{WireType, decode_key, decode_varint, skip_field};
use rustc_hash::FxHashMap;

use super::budget::Account;
use super::foreign;
use super::samples::Samples;
use super::stream::{Field, Input, MAX_HEADER, Value, broken};
use super::varint::{delimited, each_varint, key, varint};
use super::wire;
use crate::error::{Error, Result};
use crate::model::{
    Function, FunctionId, Known, Label, LabelValue, Line, Location, Mapping, MappingId, Profile, StringId, ValueType,
};

/// Longer fields are checked before they are read: see [`GROWTH`].
const LONG: usize = 1 << 16;
/// Fields that may be long, and how many bytes of memory each of their bytes may take at most. A value of the first
/// sample takes one byte, and makes a column; an empty line takes two.
const GROWTH: [(u32, &str, usize); 4] = [
    (2, "samples", 96),
    (4, "lines", 16),
    (6, "names", 4),
    (13, "comments", 8),
];

/// Whether bytes that begin like this may be this format: their first fields have numbers and wire types of the format,
/// and they are not known to be something else.
pub(super) fn sniff(head: &[u8]) -> bool {
    let mut rest = head;
    !head.is_empty() && foreign::named(head).is_none() && (0..SNIFFED).all(|_| rest.is_empty() || skip(&mut rest))
}

/// How many fields are looked at when sniffing.
const SNIFFED: usize = 3;

/// Skips a field that the format may have, or as much of it as is there.
fn skip(rest: &mut &[u8]) -> bool {
    // The head may end inside a number.
    let is_cut = |rest: &[u8]| rest.len() < MAX_HEADER && rest.iter().all(|&byte| byte >= 0x80);
    if is_cut(rest) {
        *rest = &[];
        return true;
    }
    let Ok((number, wire_type)) = decode_key(rest) else {
        return false;
    };
    let is_cut = is_cut(rest);
    let fits = match number {
        1..=6 | 11 => wire_type == WireType::LengthDelimited,
        13 => matches!(wire_type, WireType::LengthDelimited | WireType::Varint),
        7..=15 => wire_type == WireType::Varint,
        _ => !matches!(wire_type, WireType::StartGroup | WireType::EndGroup),
    };
    let value = match wire_type {
        WireType::SixtyFourBit => Ok(8),
        WireType::ThirtyTwoBit => Ok(4),
        WireType::LengthDelimited => decode_varint(rest),
        _ => decode_varint(rest).map(|_| 0),
    };
    let Ok(length) = value else {
        *rest = &[];
        return fits && is_cut;
    };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    *rest = rest.get(length..).unwrap_or_default();
    fits
}

/// Reads a whole profile.
pub(super) fn decode(mut input: Input<'_>, account: &Account) -> Result<Profile> {
    let mut decoder = Decoder {
        account: account.clone(),
        profile: Profile::default(),
        strings: Vec::new(),
        mapping_refs: Vec::new(),
        function_refs: Vec::new(),
        samples: Samples::default(),
        begins_again: false,
    };
    loop {
        // Once per chunk: a chunk cannot grow much.
        if decoder.account.receive(input.received()) {
            decoder.weigh()?;
        }
        let Some(field) = input.field()? else { break };
        decoder.field(field)?;
    }
    decoder.account.receive(input.received());
    decoder.weigh()?;
    decoder.finish()
}

struct Decoder {
    account: Account,
    /// The profile being filled. Until `finish`, each [`StringId`] is an index of the file's string table, and each
    /// [`LocationId`] in a stack is an id of the file.
    profile: Profile,
    /// Row of the file's string table → interned text.
    strings: Vec<StringId>,
    /// For each location the id of its mapping, for each line the id of its function.
    mapping_refs: Vec<u64>,
    function_refs: Vec<u64>,
    samples: Samples,
    /// Whether there is a second empty string, which suggests a second string table, as every table begins with one.
    begins_again: bool,
}

impl Decoder {
    fn weigh(&mut self) -> Result<()> {
        let aside = 8 * self.strings.len() + self.samples.held();
        self.account.hold("texts", aside)?;
        self.account.weigh(&self.profile)
    }

    fn field(&mut self, field: Field<'_>) -> Result<()> {
        if let Value::Bytes(bytes) = field.value
            && bytes.len() > LONG
        {
            let known = GROWTH.iter().find(|(number, ..)| *number == field.number);
            let &(_, name, growth) = known.unwrap_or(&(0, "parts", 1));
            self.account.part(name, bytes.len(), growth)?;
        }
        match (field.number, field.value) {
            (2, Value::Bytes(bytes)) => self.samples.read(bytes, &mut self.profile),
            (6, Value::Bytes(bytes)) => {
                self.begins_again |= bytes.is_empty() && !self.strings.is_empty();
                if self.strings.is_empty() && !bytes.is_empty() {
                    return Err(Error::malformed("the first entry of the string table is not empty"));
                }
                self.strings.push(self.profile.strings.intern(bytes));
                Ok(())
            }
            (4, Value::Bytes(bytes)) => self.location(bytes),
            (5, Value::Bytes(bytes)) => self.function(bytes),
            (3, Value::Bytes(bytes)) => self.mapping(bytes),
            (1, Value::Bytes(bytes)) => {
                self.profile.sample_types.push(value_type(bytes)?);
                Ok(())
            }
            (11, Value::Bytes(bytes)) => {
                self.profile.period_type = value_type(bytes)?;
                Ok(())
            }
            (13, Value::Bytes(bytes)) => each_varint(bytes, |index| {
                self.profile.comments.push(text_ref(index as i64)?);
                Ok(())
            }),
            (number, Value::Varint(value)) => self.scalar(number, value as i64),
            (1..=15, _) => Err(Error::malformed("a field has another type than the format gives it")),
            _ => Ok(()),
        }
    }

    fn scalar(&mut self, number: u32, value: i64) -> Result<()> {
        let profile = &mut self.profile;
        match number {
            1..=6 | 11 => return Err(Error::malformed("a field has another type than the format gives it")),
            7 => profile.drop_frames = text_ref(value)?,
            8 => profile.keep_frames = text_ref(value)?,
            9 if profile.time_nanos != 0 => {
                return Err(Error::two_profiles());
            }
            9 => profile.time_nanos = value,
            10 => profile.duration_nanos = value,
            12 => profile.period = value,
            13 => {
                profile.comments.push(text_ref(value)?);
            }
            14 => profile.default_sample_type = text_ref(value)?,
            15 => profile.doc_url = text_ref(value)?,
            _ => {}
        }
        Ok(())
    }

    fn mapping(&mut self, bytes: &[u8]) -> Result<()> {
        let mapping = wire::Mapping::decode(bytes).map_err(broken)?;
        let id = nonzero(mapping.id, "mapping")?;
        self.profile.mappings.push(Mapping {
            id,
            start: mapping.memory_start,
            limit: mapping.memory_limit,
            offset: mapping.file_offset,
            file: text_ref(mapping.filename)?,
            build_id: text_ref(mapping.build_id)?,
            has: Known {
                functions: mapping.has_functions,
                filenames: mapping.has_filenames,
                line_numbers: mapping.has_line_numbers,
                inline_frames: mapping.has_inline_frames,
            },
        });
        Ok(())
    }

    fn function(&mut self, bytes: &[u8]) -> Result<()> {
        let function = wire::Function::decode(bytes).map_err(broken)?;
        let id = nonzero(function.id, "function")?;
        self.profile.functions.push(Function {
            id,
            name: text_ref(function.name)?,
            system_name: text_ref(function.system_name)?,
            filename: text_ref(function.filename)?,
            start_line: function.start_line,
        });
        Ok(())
    }

    /// Decoded without the generated type, whose list of lines would be an allocation for each location.
    fn location(&mut self, mut bytes: &[u8]) -> Result<()> {
        let profile = &mut self.profile;
        let start = profile.lines.len() as u32;
        let mut location = Location::default();
        let mut mapping = 0;
        while !bytes.is_empty() {
            let (number, wire_type) = key(&mut bytes)?;
            match (number, wire_type) {
                (1, WireType::Varint) => location.id = varint(&mut bytes)?,
                (2, WireType::Varint) => mapping = varint(&mut bytes)?,
                (3, WireType::Varint) => location.address = varint(&mut bytes)?,
                (4, WireType::LengthDelimited) => {
                    let line = wire::Line::decode(delimited(&mut bytes)?).map_err(broken)?;
                    self.function_refs.push(line.function_id);
                    let (function, column) = (FunctionId(0), line.column);
                    profile.lines.push(Line {
                        function,
                        line: line.line,
                        column,
                    });
                }
                (5, WireType::Varint) => location.folded = varint(&mut bytes)? != 0,
                (1..=5, _) => {
                    return Err(Error::malformed(
                        "a field of a location has another type than the format gives it",
                    ));
                }
                _ => skip_field(wire_type, number, &mut bytes, Default::default()).map_err(broken)?,
            }
        }
        location.id = nonzero(location.id, "location")?;
        location.lines = (start, profile.lines.len() as u32);
        profile.locations.push(location);
        self.mapping_refs.push(mapping);
        Ok(())
    }

    /// The finished profile, if the input is one profile and no more.
    fn finish(mut self) -> Result<Profile> {
        self.link().map_err(|error| match error {
            // Duplicate ids or too many sample types then mean two profiles.
            Error::Malformed(_) if self.begins_again => Error::two_profiles(),
            error => error,
        })?;
        Ok(self.profile)
    }

    /// Checks the format's promises and renumbers everything to rows of the model.
    fn link(&mut self) -> Result<()> {
        let types = self.profile.sample_types.len();
        let columns = &mut self.profile.samples.values;
        if self.samples.any() && (types == 0 || columns.len() != types) {
            let message = format!(
                "samples have {} values, but there are {types} sample types",
                columns.len()
            );
            return Err(Error::malformed(message));
        }
        columns.resize_with(types, Vec::new);
        self.link_locations()?;
        self.link_texts()
    }

    fn link_locations(&mut self) -> Result<()> {
        let profile = &mut self.profile;
        let mappings = Rows::new(profile.mappings.iter().map(|mapping| mapping.id), "mapping")?;
        let functions = Rows::new(profile.functions.iter().map(|function| function.id), "function")?;
        let locations = Rows::new(profile.locations.iter().map(|location| location.id), "location")?;
        for (location, &id) in profile.locations.iter_mut().zip(&self.mapping_refs) {
            location.mapping = mappings.get(id).map(MappingId);
        }
        for (line, &id) in profile.lines.iter_mut().zip(&self.function_refs) {
            let row = functions.get(id);
            line.function = FunctionId(
                row.ok_or_else(|| Error::malformed(format!("a line names function {id}, which is missing")))?,
            );
        }
        self.samples.link(&mut profile.stacks, &locations)
    }

    fn link_texts(&mut self) -> Result<()> {
        let Self { profile, strings, .. } = self;
        let link = |index: &mut StringId| match strings.get(index.index()) {
            Some(&id) => {
                *index = id;
                Ok(())
            }
            None => Err(Error::malformed(format!(
                "text {} is missing from the string table",
                index.0
            ))),
        };
        for value_type in profile.sample_types.iter_mut().chain([&mut profile.period_type]) {
            link(&mut value_type.kind)?;
            link(&mut value_type.unit)?;
        }
        for mapping in &mut profile.mappings {
            link(&mut mapping.file)?;
            link(&mut mapping.build_id)?;
        }
        for function in &mut profile.functions {
            link(&mut function.name)?;
            link(&mut function.system_name)?;
            link(&mut function.filename)?;
        }
        profile.comments.iter_mut().try_for_each(link)?;
        link(&mut profile.drop_frames)?;
        link(&mut profile.keep_frames)?;
        link(&mut profile.default_sample_type)?;
        link(&mut profile.doc_url)?;
        profile.labels.try_update(|label| {
            link(&mut label.key)?;
            match &mut label.value {
                LabelValue::Text(text) => link(text),
                LabelValue::Number { unit, .. } => link(unit),
            }
        })
    }
}

/// Id in the file → row, for ids that usually count from 1.
pub(super) struct Rows {
    /// Whether row `i` has id `i + 1`, as from nearly every writer.
    counted: bool,
    len: u64,
    rows: FxHashMap<u64, u32>,
}

impl Rows {
    fn new(ids: impl ExactSizeIterator<Item = u64> + Clone, what: &str) -> Result<Self> {
        let len = ids.len() as u64;
        let mut rows = FxHashMap::default();
        let counted = ids.clone().zip(1..).all(|(id, row)| id == row);
        if !counted {
            for (row, id) in ids.enumerate() {
                if rows.insert(id, row as u32).is_some() {
                    return Err(Error::malformed(format!("two {what}s with id {id}")));
                }
            }
        }
        Ok(Self { counted, len, rows })
    }

    /// Whether row `i` has id `i + 1`.
    pub(super) fn are_counted(&self) -> bool {
        self.counted
    }

    pub(super) fn len(&self) -> usize {
        self.len as usize
    }

    #[inline]
    pub(super) fn get(&self, id: u64) -> Option<u32> {
        if self.counted {
            return (id >= 1 && id <= self.len).then(|| (id - 1) as u32);
        }
        self.rows.get(&id).copied()
    }
}

fn value_type(bytes: &[u8]) -> Result<ValueType> {
    let value_type = wire::ValueType::decode(bytes).map_err(broken)?;
    Ok(ValueType {
        kind: text_ref(value_type.r#type)?,
        unit: text_ref(value_type.unit)?,
    })
}

/// Decodes a label; `None` if it says nothing. A string wins over a number, and a 0 without unit is no label.
pub(super) fn label_of(bytes: &[u8]) -> Result<Option<Label>> {
    let label = wire::Label::decode(bytes).map_err(broken)?;
    let value = if label.str != 0 {
        LabelValue::Text(text_ref(label.str)?)
    } else if label.num != 0 || label.num_unit != 0 {
        LabelValue::Number {
            value: label.num,
            unit: text_ref(label.num_unit)?,
        }
    } else {
        return Ok(None);
    };
    Ok(Some(Label {
        key: text_ref(label.key)?,
        value,
    }))
}

/// An index of the string table, to be resolved at the end.
fn text_ref(index: i64) -> Result<StringId> {
    let index =
        u32::try_from(index).map_err(|_| Error::malformed(format!("text {index} is missing from the string table")))?;
    Ok(StringId(index))
}

fn nonzero(id: u64, what: &str) -> Result<u64> {
    if id == 0 {
        Err(Error::malformed(format!("a {what} with the reserved id 0")))
    } else {
        Ok(id)
    }
}
