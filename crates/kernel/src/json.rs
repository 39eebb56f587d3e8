//! A typed value in a `jsonb` column.

use diesel::deserialize::{FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{Output, ToSql};
use diesel::sql_types::Jsonb;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A value as compact JSON with the members of every object in the order of their names: the same bytes for the same
/// value, from wherever it comes.
pub fn canonical(value: &serde_json::Value) -> Vec<u8> {
    let mut sorted = value.clone();
    sorted.sort_all_objects();
    sorted.to_string().into_bytes()
}

/// `T` as JSON in the database; in answers it looks like `T` itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, AsExpression, FromSqlRow)]
#[diesel(sql_type = Jsonb)]
#[serde(transparent)]
pub struct Json<T: std::fmt::Debug>(pub T);

impl<T: Serialize + std::fmt::Debug> ToSql<Jsonb, Pg> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> diesel::serialize::Result {
        use std::io::Write;
        // The binary form of jsonb begins with its version.
        out.write_all(&[1])?;
        serde_json::to_writer(out, &self.0)?;
        Ok(diesel::serialize::IsNull::No)
    }
}

impl<T: DeserializeOwned + std::fmt::Debug> FromSql<Jsonb, Pg> for Json<T> {
    fn from_sql(value: PgValue<'_>) -> diesel::deserialize::Result<Self> {
        match value.as_bytes() {
            [1, json @ ..] => Ok(Self(serde_json::from_slice(json)?)),
            _ => Err("jsonb of another version".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn the_same_value_has_the_same_bytes() {
        let texts = [r#"{"b": [1, {"z": null, "a": "\u0061"}], "a": 1.50}"#, r#"{"a":1.5,"b":[1,{"a":"a","z":null}]}"#];
        let bytes = texts.map(|text| canonical(&serde_json::from_str(text).expect("JSON")));
        assert_eq!(String::from_utf8_lossy(&bytes[0]), texts[1]);
        assert_eq!(bytes[0], bytes[1]);
    }
}
