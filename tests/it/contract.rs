//! The committed contract is the one the program serves.

use std::collections::BTreeMap;

use crate::architecture::sources;

#[test]
fn the_committed_contract_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/openapi.json");
    let fresh = format!("{:#}\n", api::contract::document());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &fresh).expect("openapi.json can be written");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == fresh, "openapi/openapi.json is not current: UPDATE=1 cargo test -p it contract");
}

/// Two types of one name would be one schema of the contract, and whichever came last would speak for both.
#[test]
fn every_schema_has_a_name_of_its_own() {
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for source in sources() {
        for name in schemas(&source.code()) {
            if let Some(other) = known.insert(name.clone(), source.path.clone()) {
                panic!("{name} is declared in {other} and in {}", source.path);
            }
        }
    }
    for declared in ["Step", "Status", "Dossier", "Agency"] {
        assert!(known.contains_key(declared), "the scan finds {declared}: {known:?}");
    }
}

/// The names under which types declare a schema: derived, or as an enum of codes.
fn schemas(code: &str) -> Vec<String> {
    let (mut names, mut derives, mut renamed) = (Vec::new(), false, None);
    let mut in_enum = false;
    for line in code.lines().map(str::trim) {
        let words: Vec<&str> =
            line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty()).collect();
        in_enum |= line.starts_with("text_enum!") || line.starts_with("kernel::text_enum!");
        derives |= line.contains("derive(") && words.contains(&"ToSchema");
        if let Some(name) = line.strip_prefix("#[schema(as = ") {
            renamed = name.split(')').next().map(str::to_owned);
        }
        match words[..] {
            [name, ..] if in_enum && line.contains('{') && !line.contains("text_enum!") => {
                names.push(name.to_owned());
                in_enum = false;
            }
            ["pub", "struct" | "enum", name, ..]
            | ["pub", "crate", "struct" | "enum", name, ..]
            | ["struct", name, ..]
                if derives =>
            {
                names.push(renamed.take().unwrap_or_else(|| name.to_owned()));
                derives = false;
            }
            _ => {}
        }
    }
    names
}
