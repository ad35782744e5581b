//! The elements of a page, read by a parser of HTML as browsers have it.

use std::collections::BTreeMap;

use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// An element of a page.
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: BTreeMap<String, String>,
    /// Its own text and that of all below it.
    pub(super) text: String,
    /// Where it is: the names of the elements around it.
    pub(super) around: Vec<String>,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    pub(super) fn is_drawn(&self) -> bool {
        self.name == "svg" || self.around.iter().any(|name| name == "svg")
    }
}

/// All elements of a page, in order, as a browser that runs scripts reads them.
pub(super) fn elements(page: &str) -> Vec<Element> {
    let dom = html5ever::parse_document(RcDom::default(), html5ever::ParseOpts::default()).one(page);
    let mut found = Vec::new();
    let mut todo: Vec<(Handle, Vec<String>)> = vec![(dom.document.clone(), Vec::new())];
    while let Some((node, around)) = todo.pop() {
        let mut inside = around.clone();
        match &node.data {
            NodeData::Element { name, attrs, .. } => {
                let attributes = attrs.borrow();
                let attributes = attributes.iter().map(|attribute| {
                    let name = attribute.name.local.to_string();
                    (name, attribute.value.to_string())
                });
                found.push(Element {
                    name: name.local.to_string(),
                    attributes: attributes.collect(),
                    text: text(&node),
                    around,
                });
                inside.push(name.local.to_string());
            }
            NodeData::Comment { contents } => panic!("a comment: {contents}"),
            _ => {}
        }
        todo.extend(
            node.children
                .borrow()
                .iter()
                .rev()
                .map(|child| (child.clone(), inside.clone())),
        );
    }
    found
}

fn text(node: &Handle) -> String {
    let own = match &node.data {
        NodeData::Text { contents } => contents.borrow().to_string(),
        _ => String::new(),
    };
    node.children.borrow().iter().fold(own, |all, child| all + &text(child))
}

/// The one element of an id.
pub(super) fn by_id<'e>(elements: &'e [Element], id: &str) -> &'e Element {
    let mut found = elements.iter().filter(|element| element.attribute("id") == id);
    let first = found.next().expect(id);
    assert!(found.next().is_none(), "one {id}");
    first
}
