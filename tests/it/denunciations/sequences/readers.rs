//! What everybody finds: whoever is accused finds it in no list, no register and no figure; everybody else exactly what is theirs.

use std::collections::BTreeSet;

use kernel::Permission;

use super::expected::sees;
use super::people::Person;
use super::stored::Stored;
use crate::reports::{all, figure, figures, report};

/// Lists, registers and figures of those who may read denunciations, and of one who may not.
pub async fn agree(people: &[Person], stored: &[Stored], told: &str) {
    for reader in people {
        if !reader.may(Permission::ReadDenunciation) {
            continue;
        }
        let theirs = |wanted: &dyn Fn(&Stored) -> bool| -> BTreeSet<String> {
            stored.iter().filter(|it| sees(reader, it) && wanted(it)).map(|it| it.id.to_string()).collect()
        };
        for (query, wanted) in [
            ("", theirs(&|it| it.open)),
            ("&status=closed", theirs(&|it| it.status.code() == "closed")),
            ("&status=received", theirs(&|it| it.status.code() == "received")),
        ] {
            let path = format!("/v1/denunciations?limit=200{query}");
            let list = reader.client.get(&path).await.expect(200).json;
            let listed = list["items"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned());
            assert_eq!(listed.collect::<BTreeSet<_>>(), wanted, "{told}: the list of {}, {query}", reader.name);
        }
        // What was received at one's own agency.
        let received = theirs(&|it| Some(it.receiving_agency_id) == reader.agency());
        if received.is_empty() {
            continue;
        }
        let (agency, place) = (reader.agency().unwrap(), format!("{told}: the agency of {}", reader.name));
        let register = all(&reader.client, &format!("/v1/agencies/{agency}/denunciation-register?year=2026")).await;
        let ids: Vec<&str> = register.iter().map(|it| it["denunciation_id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), received.len(), "{place}: {ids:?} are registered");
        assert_eq!(ids.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>(), received, "{place}");
        for entry in &register {
            let pending = entry["result"] == "pending";
            assert_eq!(entry["processed_at"].is_null(), pending, "{place}: {entry}");
        }
        add_up(reader, received.len() as i64, &place).await;
    }
}

async fn add_up(reader: &Person, received: i64, place: &str) {
    let codes = directory::demo::STAFF.iter().map(|known| known.agency);
    let code = codes.into_iter().find(|code| directory::demo::agency_id(code) == reader.agency()).unwrap();
    for period in ["period=2026-Q3", "period=2026-Q4", "period=2026"] {
        let it = report(&reader.client, code, "03-XLD", period).await;
        let [total, carried, new] = figures(&it, ["total", "carried_over_letters", "received_letters"]);
        assert_eq!(total, carried + new, "{place}, {period}");
        assert!(period != "period=2026" || total == received, "{place}: {total} of {received}");
        let [processed, unprocessed] = figures(&it, ["processed", "unprocessed"]);
        assert_eq!(total, processed + unprocessed, "{place}, {period}");
        let [eligible, ineligible] = figures(&it, ["eligible", "ineligible"]);
        assert_eq!(processed, eligible + ineligible, "{place}, {period}");
        let [own, outside, forwarded, transferred] =
            figures(&it, ["own", "out_of_competence", "forwarded", "transferred"]);
        assert_eq!((eligible, outside), (own + outside, forwarded + transferred), "{place}, {period}");
        let it = report(&reader.client, code, "03-KQGQ", period).await;
        let [to_settle, carried, new] = figures(&it, ["to_settle", "to_settle_carried_over", "to_settle_new"]);
        assert_eq!(to_settle, carried + new, "{place}, {period}");
        let [settled, in_progress] = figures(&it, ["settled", "in_progress"]);
        assert_eq!(to_settle, settled + in_progress, "{place}, {period}");
        let [concluded, ended, investigated] = figures(&it, ["concluded", "terminated", "investigated"]);
        assert_eq!(settled, concluded + ended + investigated, "{place}, {period}");
        let [on_time, late] = figures(&it, ["settled_on_time", "settled_late"]);
        assert_eq!(settled, on_time + late, "{place}, {period}");
        let outcomes = ["true", "partly_true", "false", "false_in_bad_faith"];
        let outcomes = outcomes.map(|code| figure(&it, code).unwrap());
        assert_eq!(concluded, outcomes.iter().sum::<i64>(), "{place}, {period}");
        let it = report(&reader.client, code, "04-KQGQ", period).await;
        let [to_execute, executed, executing] = figures(&it, ["to_execute", "executed", "executing"]);
        assert_eq!(to_execute, executed + executing, "{place}, {period}");
    }
}
