//! What everybody finds: whoever is accused finds it in no list and no register; everybody else exactly what is theirs.

use std::collections::BTreeSet;

use kernel::Permission;
use kernel::rules::Rules;
use serde_json::Value;

use super::figures;
use super::people::Person;
use super::stored::Stored;
use crate::reports::all;

/// The lists of everybody who may read cases, and the registers of their agencies.
pub async fn agree(people: &[Person], rules: &Rules, stored: &[Stored], told: &str) {
    for reader in people {
        if reader.id.is_some() && !reader.may(Permission::ReadCase) {
            reader.client.get("/v1/cases").await.expect(403);
            continue;
        }
        let theirs = |wanted: &dyn Fn(&Stored) -> bool| -> BTreeSet<String> {
            stored.iter().filter(|it| reader.sees(it, rules) && wanted(it)).map(|it| it.id.to_string()).collect()
        };
        let Some(own) = reader.agency() else {
            assert_eq!(listed(reader, "").await, theirs(&|_| true), "{told}: the list of {}", reader.name);
            continue;
        };
        // The Front and data protection have theirs wherever those are.
        let everywhere = reader.may(Permission::Recommend) || reader.may(Permission::ProtectData);
        let here = |it: &Stored| everywhere || it.handling_agency_id == own;
        for (query, wanted) in [
            ("", theirs(&|it| it.open && here(it))),
            ("&side=receiving", theirs(&|it| it.open && (everywhere || it.receiving_agency_id == own))),
            ("&side=assigned", theirs(&|it| it.open && (everywhere || it.assigned_to == reader.id))),
            ("&side=under", {
                let under = |it: &Stored| here(it) || rules.above(it.handling_agency_id).contains(&own);
                theirs(&|it| it.open && under(it))
            }),
            ("&status=closed", theirs(&|it| it.status.code() == "closed" && here(it))),
        ] {
            assert_eq!(listed(reader, query).await, wanted, "{told}: the list of {}, {query}", reader.name);
        }
        if everywhere {
            continue;
        }
        let register = all(&reader.client, &format!("/v1/agencies/{own}/petition-register?year=2026")).await;
        let registered = ids(&register, "case_id");
        assert_eq!(registered.len(), register.len(), "{told}: {} reads something twice", reader.name);
        let received = theirs(&|it| it.submitted_at.is_some() && it.receiving_agency_id == own);
        assert_eq!(registered, received, "{told}: the register of {}", reader.name);
        for entry in &register {
            figures::of_entry(entry, stored, "receiving", told);
        }
    }
}

async fn listed(reader: &Person, query: &str) -> BTreeSet<String> {
    let list = reader.client.get(&format!("/v1/cases?limit=200{query}")).await.expect(200).json;
    ids(list["items"].as_array().unwrap(), "id")
}

fn ids(items: &[Value], name: &str) -> BTreeSet<String> {
    items.iter().map(|it| it[name].as_str().unwrap().to_owned()).collect()
}
