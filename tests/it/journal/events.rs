//! What lies in a journal must stay readable for ever. `tests/fixtures/events` holds an event of every kind and version
//! as it was stored; a changed shape gets a new version and a new fixture, and the old ones stay.

use std::collections::BTreeMap;
use std::path::Path;

use directory::Posting;
use directory::citizen::CitizenEvent;
use directory::staff::{StaffEvent, StaffPart};
use kernel::Role;
use kernel::id::AgencyId;
use kernel::journal::Event;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// The stored events of an entity, by kind and version.
fn fixtures(entity: &str) -> BTreeMap<(String, i16), String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/events");
    let files = std::fs::read_dir(directory).unwrap().map(|file| file.unwrap().path());
    let stored = files.map(|file| {
        let (kind, version) =
            file.file_stem().unwrap().to_str().unwrap().rsplit_once(".v").expect("<kind>.v<version>.json");
        ((kind.to_owned(), version.parse().unwrap()), std::fs::read_to_string(&file).unwrap().trim_end().to_owned())
    });
    stored.filter(|((kind, _), _)| kind.starts_with(&format!("{entity}."))).collect()
}

/// The variants of an enum, as serde names them to whoever asks for one that it does not have.
fn variants<T: DeserializeOwned>() -> Vec<String> {
    let complaint = serde_json::from_str::<T>("\"?\"").err().expect("no such variant").to_string();
    let quoted = complaint.split('`').skip(1).step_by(2).skip(1);
    quoted.map(str::to_owned).collect()
}

#[test]
fn every_stored_event_is_still_read() {
    still_read::<procedures::event::Event>();
    still_read::<complaints::event::Event>();
    still_read::<complaints::template::TemplateEvent>();
    still_read::<complaints::inspection::InspectionEvent>();
    still_read::<denunciations::event::Event>();
    still_read::<privacy::consent::ConsentTold>();
    still_read::<privacy::breach::BreachEvent>();
    still_read::<procedures::recomputation::Event>();
    still_read::<directory::agency::change::AgencyEvent>();
    still_read::<procedures::catalogue::publish::ProcedureEvent>();
    still_read::<procedures::queue::TicketEvent>();
    still_read::<procedures::appointment::AppointmentEvent>();
    still_read::<procedures::appointment::hours::HoursEvent>();
    still_read::<procedures::assessment::AssessmentEvent>();
    still_read::<directory::delegation::DelegationEvent>();
    still_read::<directory::representation::RepresentationEvent>();
    still_read::<directory::organisation::OrganisationEvent>();
    still_read::<procedures::review::ReviewEvent>();
    still_read::<procedures::import::event::ExternalDossierEvent>();
    still_read::<procedures::import::event::ImportEvent>();
    still_read::<procedures::paper::PaperEvent>();
    still_read::<procedures::archive::FondsEvent>();
    still_read::<procedures::archive::item::ArchiveEvent>();
}

fn still_read<E: Event + DeserializeOwned>() {
    for ((kind, version), stored) in fixtures(E::ENTITY) {
        let event: E = serde_json::from_str(&stored).unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(event.kind(), kind);
        assert!(version <= event.version(), "{kind}: version {version} is still to come");
        if version == event.version() {
            let now = serde_json::to_string(&event).unwrap();
            assert_eq!(now, stored, "{kind} has another shape now: that is version {}", version + 1);
        }
    }
}

#[test]
fn every_event_has_a_fixture_of_each_version() {
    assert!(variants::<procedures::event::Event>().contains(&"accepted".to_owned()));
    have_fixtures::<procedures::event::Event>();
    have_fixtures::<complaints::event::Event>();
    have_fixtures::<complaints::template::TemplateEvent>();
    have_fixtures::<complaints::inspection::InspectionEvent>();
    have_fixtures::<denunciations::event::Event>();
    have_fixtures::<privacy::consent::ConsentTold>();
    have_fixtures::<privacy::breach::BreachEvent>();
    have_fixtures::<procedures::recomputation::Event>();
    have_fixtures::<directory::agency::change::AgencyEvent>();
    have_fixtures::<procedures::catalogue::publish::ProcedureEvent>();
    have_fixtures::<procedures::queue::TicketEvent>();
    have_fixtures::<procedures::appointment::AppointmentEvent>();
    have_fixtures::<procedures::appointment::hours::HoursEvent>();
    have_fixtures::<procedures::assessment::AssessmentEvent>();
    have_fixtures::<directory::delegation::DelegationEvent>();
    have_fixtures::<directory::representation::RepresentationEvent>();
    have_fixtures::<directory::organisation::OrganisationEvent>();
    have_fixtures::<procedures::review::ReviewEvent>();
    have_fixtures::<procedures::import::event::ExternalDossierEvent>();
    have_fixtures::<procedures::import::event::ImportEvent>();
    have_fixtures::<procedures::paper::PaperEvent>();
    have_fixtures::<procedures::archive::FondsEvent>();
    have_fixtures::<procedures::archive::item::ArchiveEvent>();
}

fn have_fixtures<E: Event + DeserializeOwned>() {
    let (fixtures, variants) = (fixtures(E::ENTITY), variants::<E>());
    let kind_of = |variant: &String| format!("{}.{variant}", E::ENTITY);
    for variant in &variants {
        let kind = kind_of(variant);
        let first = fixtures.get(&(kind.clone(), 1)).unwrap_or_else(|| panic!("{kind} has no fixture"));
        let latest = serde_json::from_str::<E>(first).unwrap().version();
        for version in 1..=latest {
            assert!(fixtures.contains_key(&(kind.clone(), version)), "{kind} has no fixture of version {version}");
        }
    }
    assert!(fixtures.keys().all(|(kind, _)| variants.iter().any(|variant| *kind == kind_of(variant))));
}

/// An event of every kind. Accounts tell little: their events are known by their kind alone.
fn of_staff() -> Vec<StaffEvent> {
    let after = |event: &StaffEvent| match event {
        StaffEvent::Created { .. } => Some(StaffEvent::Changed {
            parts: vec![StaffPart::Name, StaffPart::Roles],
            roles: Some(vec![posting(Role::Leader)]),
        }),
        StaffEvent::Changed { .. } => Some(StaffEvent::PasswordReset {}),
        StaffEvent::PasswordReset {} => Some(StaffEvent::PasswordChanged {}),
        StaffEvent::PasswordChanged {} => Some(StaffEvent::Activated {}),
        StaffEvent::Activated {} => Some(StaffEvent::Deactivated {}),
        StaffEvent::Deactivated {} => None,
    };
    let roles = vec![posting(Role::ReceptionOfficer), Posting { valid_to: None, ..posting(Role::Leader) }];
    let first = StaffEvent::Created { agency_id: AgencyId(Uuid::from_u128(7)), roles };
    std::iter::successors(Some(first), after).collect()
}

fn posting(role: Role) -> Posting {
    let day = |text: &str| text.parse().unwrap();
    Posting {
        agency_id: AgencyId(Uuid::from_u128(7)),
        role,
        valid_from: day("2026-01-01"),
        valid_to: Some(day("2026-12-31")),
    }
}

fn of_citizens() -> Vec<CitizenEvent> {
    let after = |event: &CitizenEvent| match event {
        CitizenEvent::Registered {} => Some(CitizenEvent::Updated {}),
        CitizenEvent::Updated {} => Some(CitizenEvent::Erased { rule: "account".to_owned() }),
        CitizenEvent::Erased { .. } => None,
    };
    std::iter::successors(Some(CitizenEvent::Registered {}), after).collect()
}

fn stored<E: Event>(events: &[E]) -> BTreeMap<(String, i16), String> {
    let stored = |event: &E| ((event.kind().to_owned(), event.version()), serde_json::to_string(event).unwrap());
    events.iter().map(stored).collect()
}

#[test]
fn events_of_accounts_are_stored_as_they_always_were() {
    let (now, known) = (stored(&of_staff()), fixtures("staff"));
    for (event, as_stored) in &now {
        assert_eq!(known.get(event), Some(as_stored), "{event:?}");
    }
    assert!(known.keys().all(|(kind, version)| now.keys().any(|(known, latest)| kind == known && version <= latest)));
    assert_eq!(stored(&of_citizens()), fixtures("citizen"));
}
