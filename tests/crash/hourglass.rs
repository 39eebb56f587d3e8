//! Limits are days long and a run is minutes: the timers of dossiers that are left alone are moved to moments within
//! the run, whatever is running at those moments.

use std::collections::BTreeMap;
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use tokio::time::sleep;
use uuid::Uuid;

use crate::world::World;

#[derive(QueryableByName)]
struct Moved {
    #[diesel(sql_type = SqlUuid)]
    entity_id: Uuid,
}

const MOVE: &str = "
    UPDATE timers SET fire_at = now() + random() * interval '10 seconds'
    WHERE entity_id = ANY ($1) AND fire_at > now() + interval '1 hour' RETURNING entity_id";

/// Moves timers until the run is over; gives the dossiers whose timers it knows to have moved, and how many of each.
pub async fn turn(world: &World) -> BTreeMap<Uuid, usize> {
    let mut moved = BTreeMap::new();
    while !world.is_over() {
        let asleep = world.asleep.lock().expect("nobody panics with it").clone();
        let still: Vec<Uuid> = asleep.into_iter().filter(|id| !moved.contains_key(id)).collect();
        if let Ok(mut conn) = world.db.conn().await {
            let moving = diesel::sql_query(MOVE).bind::<Array<SqlUuid>, _>(still);
            let rows: QueryResult<Vec<Moved>> = moving.load(&mut conn).await;
            // Without an answer nobody knows: they are counted as left alone, and may have fired.
            rows.unwrap_or_default().into_iter().for_each(|row| *moved.entry(row.entity_id).or_default() += 1);
        }
        sleep(Duration::from_millis(500)).await;
    }
    moved
}
