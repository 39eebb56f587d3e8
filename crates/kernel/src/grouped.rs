//! Rows of many parents, by parent.

use std::collections::HashMap;

use uuid::Uuid;

/// What belongs to each id, in the order in which it comes.
pub fn grouped<T>(rows: impl IntoIterator<Item = (Uuid, T)>) -> HashMap<Uuid, Vec<T>> {
    let mut all = HashMap::<Uuid, Vec<T>>::new();
    for (id, row) in rows {
        all.entry(id).or_default().push(row);
    }
    all
}
