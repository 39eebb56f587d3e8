//! The committed contract is the one the program serves.

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
