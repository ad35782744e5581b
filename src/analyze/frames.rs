//! Maps frames to nodes, the entries of a report.

use rustc_hash::FxHashMap;

use super::filepath;
use super::filter::Scope;
use super::origin::package;
use crate::model::{LocationId, Profile, Stack, StringId, Strings};

/// A row of [`Frames`]: a node, one entry of a report.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub u32);

impl NodeId {
    /// The row as an index.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What frames of the same node have in common.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Granularity {
    /// The function's name.
    #[default]
    Functions,
    /// The function's name and file.
    FileFunctions,
    /// The file.
    Files,
    /// The function's package; pprof has no such granularity.
    Packages,
    /// The source line.
    Lines,
    /// The address.
    Addresses,
}

/// How frames are mapped to nodes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NodeIdentity {
    /// What frames of the same node have in common.
    pub granularity: Granularity,
    /// Attribute inlined calls to the function they were inlined into.
    pub no_inlines: bool,
    /// Distinguish columns of lines.
    pub columns: bool,
    /// Distinguish binaries even if names are known.
    pub binaries: bool,
    /// Do not trim file names, only clean them.
    pub whole_paths: bool,
    /// Prefixes to trim from file names, separated by colons.
    pub trim_path: String,
    /// Where source code is looked for; guides the trimming if `trim_path` is empty.
    pub source_path: String,
}

/// What identifies a node; what the granularity ignores is empty or 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct NodeInfo {
    /// Function name, in the profile's strings.
    pub name: StringId,
    /// File name, in [`Frames::file`]'s strings.
    pub file: StringId,
    /// Package, in [`Frames::package`]'s strings.
    pub package: StringId,
    /// Address.
    pub address: u64,
    /// Line number.
    pub line: i64,
    /// Column.
    pub column: i64,
    /// Line of the definition; only if the name is missing.
    pub start_line: i64,
    /// Binary, in the profile's strings; only if the name is missing (or with [`NodeIdentity::binaries`]).
    pub binary: StringId,
}

/// The nodes of a profile's frames.
#[derive(Clone, Debug)]
pub struct Frames {
    infos: Vec<NodeInfo>,
    /// The strings of files and packages.
    texts: Strings,
    /// The nodes of all locations, innermost first, and each location's range.
    nodes: Vec<NodeId>,
    ranges: Vec<(u32, u32)>,
}

/// Names of nodes; see [`Frames::names`].
pub struct Names(Vec<String>);

impl Names {
    /// The name of a node; empty if it was not requested.
    pub fn get(&self, node: NodeId) -> &str {
        &self.0[node.index()]
    }
}

impl Frames {
    /// Maps the visible frames of every location to nodes.
    pub fn new(profile: &Profile, scope: &Scope, identity: &NodeIdentity) -> Self {
        let mut frames = Self {
            infos: Vec::new(),
            texts: Strings::default(),
            nodes: Vec::with_capacity(profile.lines.len()),
            ranges: Vec::with_capacity(profile.locations.len()),
        };
        let mut index: FxHashMap<NodeInfo, NodeId> = FxHashMap::default();
        let mut files: FxHashMap<StringId, StringId> = FxHashMap::default();
        for row in 0..profile.locations.len() {
            let location = LocationId::from_index(row);
            let start = frames.nodes.len() as u32;
            let lines = scope.lines(location);
            let lines = if identity.no_inlines && lines.len() > 1 {
                &lines[lines.len() - 1..]
            } else {
                lines
            };
            if !scope.hidden()[row] {
                let rows = lines
                    .iter()
                    .map(|&line| Some(line))
                    .chain(lines.is_empty().then_some(None));
                for line in rows {
                    let info = frames.describe(profile, location, line, identity, &mut files);
                    let next = NodeId(frames.infos.len() as u32);
                    let node = *index.entry(info).or_insert(next);
                    if node == next {
                        frames.infos.push(info);
                    }
                    frames.nodes.push(node);
                }
            }
            frames.ranges.push((start, frames.nodes.len() as u32));
        }
        frames
    }

    fn describe(
        &mut self,
        profile: &Profile,
        location: LocationId,
        line: Option<u32>,
        identity: &NodeIdentity,
        files: &mut FxHashMap<StringId, StringId>,
    ) -> NodeInfo {
        let row = &profile.locations[location.index()];
        let binary = row
            .mapping
            .map_or(StringId(0), |mapping| profile.mappings[mapping.index()].file);
        let address = if identity.granularity == Granularity::Addresses {
            row.address
        } else {
            0
        };
        let Some(line) = line.map(|line| profile.lines[line as usize]) else {
            return NodeInfo {
                address,
                binary,
                ..NodeInfo::default()
            };
        };
        let function = &profile.functions[line.function.index()];
        let (with_name, with_file, with_line) = match identity.granularity {
            Granularity::Functions => (true, false, false),
            Granularity::FileFunctions => (true, true, false),
            Granularity::Files => (false, true, false),
            Granularity::Packages => (false, false, false),
            Granularity::Lines | Granularity::Addresses => (true, true, true),
        };
        // Only addresses with inlined calls leave locations as they are, columns included.
        let with_column =
            with_line && (identity.columns || (identity.granularity == Granularity::Addresses && !identity.no_inlines));
        let name = if with_name { function.name } else { StringId(0) };
        let file = if with_file {
            self.file_id(profile, function.filename, identity, files)
        } else {
            StringId(0)
        };
        let package = match identity.granularity {
            Granularity::Packages => self.package_id(profile.text(function.name)),
            _ => StringId(0),
        };
        let keeps_binary = identity.binaries || name == StringId(0) && package == StringId(0);
        NodeInfo {
            name,
            file,
            package,
            address,
            line: if with_line { line.line } else { 0 },
            column: if with_column { line.column } else { 0 },
            start_line: if keeps_binary { function.start_line } else { 0 },
            binary: if keeps_binary { binary } else { StringId(0) },
        }
    }

    fn package_id(&mut self, function: &str) -> StringId {
        match package(function) {
            "" => StringId(0),
            package => self.texts.intern(package.as_bytes()),
        }
    }

    fn file_id(
        &mut self,
        profile: &Profile,
        file: StringId,
        identity: &NodeIdentity,
        known: &mut FxHashMap<StringId, StringId>,
    ) -> StringId {
        *known.entry(file).or_insert_with(|| {
            let file = profile.text(file);
            let trimmed = if identity.whole_paths {
                file
            } else {
                filepath::trim(file, &identity.trim_path, &identity.source_path)
            };
            if trimmed.is_empty() {
                StringId(0)
            } else {
                self.texts.intern(filepath::clean(trimmed).as_bytes())
            }
        })
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.infos.len()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.infos.is_empty()
    }

    /// All locations.
    pub fn locations(&self) -> impl Iterator<Item = LocationId> + Clone + use<> {
        (0..self.ranges.len()).map(LocationId::from_index)
    }

    /// What identifies a node.
    pub fn info(&self, node: NodeId) -> &NodeInfo {
        &self.infos[node.index()]
    }

    /// The cleaned file name of a node, or the empty string.
    pub fn file(&self, node: NodeId) -> &str {
        self.texts.get(self.infos[node.index()].file)
    }

    /// The package of a node, or the empty string.
    pub fn package(&self, node: NodeId) -> &str {
        self.texts.get(self.infos[node.index()].package)
    }

    /// The nodes of a location, innermost first; empty if it is hidden.
    #[inline]
    pub fn of(&self, location: LocationId) -> &[NodeId] {
        let (from, to) = self.ranges[location.index()];
        &self.nodes[from as usize..to as usize]
    }

    /// The nodes of a stack (which is innermost first) from the outermost inwards, each with whether its call was inlined.
    pub fn walk(&self, stack: Stack<'_>) -> impl Iterator<Item = (NodeId, bool)> {
        stack.iter().rev().flat_map(|location| {
            let nodes = self.of(location);
            let outwards = nodes.iter().enumerate().rev();
            outwards.map(move |(at, &node)| (node, at + 1 != nodes.len()))
        })
    }

    /// The names of some nodes, each formatted once.
    pub fn names(&self, profile: &Profile, nodes: impl Iterator<Item = NodeId>) -> Names {
        let mut names = vec![String::new(); self.len()];
        for node in nodes {
            if names[node.index()].is_empty() {
                names[node.index()] = self.name(profile, node);
            }
        }
        Names(names)
    }

    /// A node's name as reports print it: address, function or package, `file:line:column`, each if known;
    /// without any of them `[binary]` or `<unknown>`.
    pub fn name(&self, profile: &Profile, node: NodeId) -> String {
        let info = self.info(node);
        let mut name = String::new();
        let mut part = |text: std::fmt::Arguments<'_>| {
            let gap = if name.is_empty() { "" } else { " " };
            name.push_str(&format!("{gap}{text}"));
        };
        if info.address != 0 {
            part(format_args!("{:016x}", info.address));
        }
        let (function, file, binary) = (profile.text(info.name), self.file(node), profile.text(info.binary));
        if !function.is_empty() {
            part(format_args!("{function}"));
        }
        let package = self.package(node);
        if !package.is_empty() {
            part(format_args!("{package}"));
            return name;
        }
        match () {
            () if info.line != 0 && info.column != 0 => part(format_args!("{file}:{}:{}", info.line, info.column)),
            () if info.line != 0 => part(format_args!("{file}:{}", info.line)),
            () if !file.is_empty() => part(format_args!("{file}")),
            () if !function.is_empty() => {}
            () if !binary.is_empty() => part(format_args!("[{}]", filepath::base(binary))),
            () => part(format_args!("<unknown>")),
        }
        name
    }
}
