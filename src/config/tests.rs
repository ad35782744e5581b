//! Configurations as users write them, right and wrong.

use super::*;

/// What a configuration is told to be wrong with.
const WRONG: &[(&str, &[&str])] = &[
    ("", &[]),
    ("theme = \"dark\"\n", &[]),
    (
        "theme = \"dusk\"\n",
        &["c:1: --theme takes one of auto, dark, light, mono, not \"dusk\""],
    ),
    ("\ntheme = 3\n", &["c:2: a text in quotes is wanted, not a number"]),
    ("thème = 3", &["c:1: "]),
    (
        "them = \"dark\"",
        &["c:1: no setting is called \"them\": there are theme, columns"],
    ),
    (
        "columns = [\"flat\", \"flut\"]",
        &["c:1: no column is called \"flut\": there are before, after, flat"],
    ),
    (
        "[colours]\nvalue = \"#12345g\"\nvelue = \"red\"\n",
        &["c:2: \"#12345g\" is no colour", "c:3: no colour is called \"velue\""],
    ),
    (
        "[options]\nnodecount = 30\nnodecuont = 3\n",
        &["c:3: no option is called \"nodecuont\"; did you mean nodecount?"],
    ),
    ("[options]\nnodecount = \"many\"\n", &["c:2: nodecount: "]),
    (
        "[keys]\nsearch = \"x\"\n",
        &["c:2: keys stand in a table of their place: [keys.lists], [keys.hosts], [keys.pane]"],
    ),
    (
        "[keys.lists]\nserach = \"x\"\n",
        &["c:2: no key does \"serach\" where context is \"lists\""],
    ),
    ("[keys.lists]\nsearch = \"<x>\"\n", &["c:2: \"<x>\" has an unknown key"]),
    (
        "[hosts]\na = 1\nb = \"b:6060\"\n",
        &["c:2: a text in quotes is wanted, not a number"],
    ),
    ("theme = \ncolumns = [\"cum\"]\n", &["c:1: "]),
];

fn parse(text: &str) -> Config {
    Config::parse(text, "c", "/home/me")
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    for (text, wanted) in WRONG {
        let problems = parse(text).problems;
        assert_eq!(problems.len(), wanted.len(), "{text:?}: {problems:?}");
        for (problem, wanted) in problems.iter().zip(*wanted) {
            assert!(problem.starts_with(wanted), "{text:?}: {problem}");
        }
    }
}

#[test]
fn what_is_right_holds_beside_what_is_wrong() {
    let config = parse(
        "theme = \nsource_path = [\"~/go\", \"/src\"]\ncolumns = [\"cum\", \"x\"]\n[options]\nx = 1\nnodecount = 7\n\
         focus = \"a|b\"\n[keys.lists]\nsearch = \"<c-s>\"\nx = \"y\"\n[hosts]\na = [\"a:1\", \"b:2\"]\n[colours]\nx = 1\nvalue = \"red\"\n",
    );
    assert_eq!(config.problems.len(), 5, "{:?}", config.problems);
    let options = config.options(Audience::Dashboard);
    assert_eq!((options.node_count, &*options.focus), (7, "a|b"));
    assert_eq!(options.source_path, "/home/me/go:/src");
    let report = config.options(Audience::Report);
    assert_eq!(
        (report.node_count, &*report.focus, &*report.source_path),
        (-1, "", "/home/me/go:/src")
    );
    assert_eq!(config.columns, [ColumnId::Cum]);
    assert_eq!(config.palette.get("value").as_deref(), Some("Red"));
    let mut sources = vec!["x".into(), "a".into()];
    config.name_sources(&mut sources);
    assert_eq!(sources, ["x", "a:1", "b:2"].map(SourceName::from));
}

/// What is printed is a configuration, and the one in force.
#[test]
fn what_is_printed_can_be_read_again() {
    let own = "theme = \"light\"\ncolumns = [\"cum\"]\nsource_path = [\"/a\"]\ntrim_path = [\"/b\"]\n[colours]\nvalue = \"#102030\"\n\
         [options]\ncum = true\nnodecount = 12\nfocus = 'a\"b\\d'\n[hosts]\n\"my host\" = \"h:1\"\n[keys.lists]\nsearch = \"<c-s>z\"\n";
    for text in ["", own] {
        let config = parse(text);
        assert_eq!(config.problems, [] as [String; 0]);
        let printed = print(&config);
        let again = parse(&printed);
        assert_eq!(again.problems, [] as [String; 0], "{printed}");
        assert_eq!(
            print(&again),
            printed.replacen("without a configuration", "as c has it", 1)
        );
        // With every default spelled out it is the same, too.
        let lines = printed.lines().map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.contains(" = ") && !rest.ends_with("\"\"") && !rest.contains("= \"\"  #") => rest,
            _ => line,
        });
        let spelled = parse(&lines.collect::<Vec<_>>().join("\n"));
        assert_eq!(spelled.problems, [] as [String; 0], "{printed}");
    }
    assert!(print(&parse(own)).contains("\nsearch = \"<c-s>z\"  # "));
}

#[test]
fn a_host_is_printed_without_its_password() {
    let config = parse("[hosts]\na = \"http://me:secret@h:1\"\n");
    assert!(!print(&config).contains("secret"));
}
