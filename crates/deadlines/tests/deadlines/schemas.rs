//! The contract is made from these types: every one of them says what it means and how far it goes.

use deadlines::{Clock, Day, Deadline, Event, Limit, MAX_AMOUNT, MAX_EVENTS, MAX_STEPS};
use serde_json::{Value, to_value};
use utoipa::{PartialSchema, ToSchema};

/// The schema of a type and of everything it refers to.
fn schemas<T: ToSchema>() -> Vec<(String, Value)> {
    let mut schemas = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut schemas);
    schemas.into_iter().map(|(name, schema)| (name, to_value(schema).unwrap())).collect()
}

/// Every subschema that is neither a reference nor a choice.
fn leaves<'a>(path: String, schema: &'a Value, found: &mut Vec<(String, &'a Value)>) {
    found.push((path.clone(), schema));
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        leaves(format!("{path}.{name}"), property, found);
    }
    for (index, variant) in schema["oneOf"].as_array().into_iter().flatten().enumerate() {
        leaves(format!("{path}[{index}]"), variant, found);
    }
    if schema["items"].is_object() {
        leaves(format!("{path}[]"), &schema["items"], found);
    }
}

#[test]
fn everything_is_described_and_limited() {
    let mut all = schemas::<Deadline>();
    all.extend(schemas::<Clock>());
    all.extend(schemas::<Day>());
    all.extend(schemas::<deadlines::Office>());
    all.extend(schemas::<deadlines::CalendarRow>());
    all.extend(schemas::<deadlines::Timeliness>());
    let mut found = Vec::new();
    for (name, schema) in &all {
        leaves(name.clone(), schema, &mut found);
    }
    assert!(found.len() > 50, "{}", found.len());
    for (path, schema) in found {
        let is = |kind: &str| schema["type"] == kind;
        let has = |key: &str| !schema[key].is_null();
        assert!(!schema["type"].is_array(), "{path} may be absent, but not null");
        assert!(!is("integer") || has("minimum") && has("maximum"), "{path} has no limits");
        assert!(!is("array") || has("maxItems"), "{path} has no limit");
        let closed = has("maxLength") || has("format") || has("enum");
        assert!(!is("string") || closed, "{path} has no length: {schema}");
    }
}

#[test]
fn what_comes_in_has_no_room_for_unknown_fields() {
    let mut all = schemas::<Clock>();
    all.extend(schemas::<deadlines::Office>());
    all.extend(schemas::<deadlines::CalendarRow>());
    let mut found = Vec::new();
    for (name, schema) in &all {
        leaves(name.clone(), schema, &mut found);
    }
    let objects = found.into_iter().filter(|(_, schema)| schema["type"] == "object");
    let open = objects.filter(|(_, schema)| {
        let full = schema["maxProperties"] == schema["required"].as_array().map_or(0, Vec::len);
        schema["additionalProperties"] != false && !full
    });
    assert_eq!(open.count(), 0);
}

#[test]
fn limits_are_those_the_code_keeps() {
    let amount = &to_value(Limit::schema()).unwrap()["properties"]["amount"];
    assert_eq!(amount["maximum"], MAX_AMOUNT);
    let events = &to_value(Clock::schema()).unwrap()["properties"]["events"];
    assert_eq!(events["maxItems"], MAX_EVENTS);
    let explanation = &to_value(Deadline::schema()).unwrap()["properties"]["explanation"];
    assert_eq!(explanation["maxItems"], MAX_STEPS);
    let extend = &to_value(Event::schema()).unwrap()["oneOf"][3]["properties"];
    assert_eq!(extend["amount"]["maximum"], MAX_AMOUNT);
}
