//! What there is, read from the database when all is quiet.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::schema::{
    agencies, answer_templates, appointment_hours, appointments, archive_items, assessments, attachments, citizens,
    consents, data_breaches, delegations, dossier_serials, dossiers, external_dossiers, fee_orders, fonds, imports,
    inspections, journal, journal_head, organisations, papers, payments, recomputations, register_entries,
    representations, reviews, staff, tickets, timers,
};
use uuid::Uuid;

use crate::matters;
use crate::world::Outcome;

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = dossiers)]
pub struct Dossier {
    pub id: Uuid,
    pub version: i32,
    pub status: String,
    pub code: Option<String>,
    pub form: serde_json::Value,
    pub receiving_agency_id: Uuid,
    pub accepted_at: Option<DateTime<Utc>>,
    pub hand_over_due_at: Option<DateTime<Utc>>,
}

impl Dossier {
    /// Accepted, and not yet in the hands of whoever decides it.
    pub fn waits_for_hand_over(&self) -> bool {
        self.status == "accepted" && self.hand_over_due_at.is_some()
    }
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = journal)]
pub struct Entry {
    pub number: Option<i64>,
    pub entity_id: Uuid,
    pub entity_version: i32,
    pub event_kind: String,
}

impl Entry {
    /// Whether a timer wrote it.
    pub fn is_fired(&self) -> bool {
        self.event_kind.ends_with("deadline_passed")
    }
}

/// Everything that the run is held to.
pub struct Books {
    pub dossiers: HashMap<Uuid, Dossier>,
    /// In the journal's order.
    pub entries: Vec<Entry>,
    pub size: i64,
    /// The versions of all that is no dossier: accounts and recomputations.
    pub others: Vec<(Uuid, i32)>,
    /// How many papers of a dossier have arrived.
    pub papers: HashMap<Uuid, usize>,
    /// Papers that were declared and have not arrived.
    pub waiting: Vec<Uuid>,
    /// The last serial given by each unit on each day.
    pub serials: HashMap<(Uuid, NaiveDate), i64>,
    /// Every payment, with its dossier, its order, and whether that is settled by it.
    pub payments: Vec<(Uuid, Uuid, bool)>,
    /// Of each dossier in the register, the book by agency and year, and its number.
    pub register: HashMap<Uuid, ((Uuid, i16), i32)>,
    pub matters: Vec<matters::Row>,
    /// The dossiers that still have a timer set.
    pub timers: Vec<Uuid>,
}

impl Books {
    pub async fn read(conn: &mut AsyncPgConnection) -> Outcome<Self> {
        let rows: Vec<Dossier> = dossiers::table.select(Dossier::as_select()).load(conn).await?;
        let entries = journal::table.order(journal::number).select(Entry::as_select()).load(conn).await?;
        let mut others: Vec<(Uuid, i32)> = staff::table.select((staff::id, staff::version)).load(conn).await?;
        let citizens: Vec<(Uuid, i32)> = citizens::table.select((citizens::id, citizens::version)).load(conn).await?;
        others.extend(citizens);
        others.extend(agencies::table.select((agencies::id, agencies::version)).load::<(Uuid, i32)>(conn).await?);
        others.extend(
            delegations::table.select((delegations::id, delegations::version)).load::<(Uuid, i32)>(conn).await?,
        );
        let organised = organisations::table.select((organisations::id, organisations::version));
        others.extend(organised.load::<(Uuid, i32)>(conn).await?);
        let represented = representations::table.select((representations::id, representations::version));
        others.extend(represented.load::<(Uuid, i32)>(conn).await?);
        others.extend(tickets::table.select((tickets::id, tickets::version)).load::<(Uuid, i32)>(conn).await?);
        let given = appointments::table.select((appointments::id, appointments::version));
        others.extend(given.load::<(Uuid, i32)>(conn).await?);
        let offers = appointment_hours::table.select((appointment_hours::id, appointment_hours::version));
        others.extend(offers.load::<(Uuid, i32)>(conn).await?);
        let assessed = assessments::table.select((assessments::id, assessments::version));
        others.extend(assessed.load::<(Uuid, i32)>(conn).await?);
        others.extend(reviews::table.select((reviews::id, reviews::version)).load::<(Uuid, i32)>(conn).await?);
        let imported = external_dossiers::table.select((external_dossiers::id, external_dossiers::version));
        others.extend(imported.load::<(Uuid, i32)>(conn).await?);
        others.extend(imports::table.select((imports::id, imports::version)).load::<(Uuid, i32)>(conn).await?);
        // A paper has entries of its own once its owner hides it.
        others.extend(papers::table.select((papers::id, papers::version)).load::<(Uuid, i32)>(conn).await?);
        others.extend(fonds::table.select((fonds::id, fonds::version)).load::<(Uuid, i32)>(conn).await?);
        let files = archive_items::table.select((archive_items::id, archive_items::version));
        others.extend(files.load::<(Uuid, i32)>(conn).await?);
        let orders = recomputations::table.select((recomputations::id, recomputations::version));
        others.extend(orders.load::<(Uuid, i32)>(conn).await?);
        let templates = answer_templates::table.select((answer_templates::id, answer_templates::version));
        others.extend(templates.load::<(Uuid, i32)>(conn).await?);
        let inspected = inspections::table.select((inspections::id, inspections::version));
        others.extend(inspected.load::<(Uuid, i32)>(conn).await?);
        others.extend(consents::table.select((consents::id, consents::version)).load::<(Uuid, i32)>(conn).await?);
        let breaches = data_breaches::table.select((data_breaches::id, data_breaches::version));
        others.extend(breaches.load::<(Uuid, i32)>(conn).await?);
        let matters = matters::rows(conn).await?;
        others.extend(matters.iter().map(|row| (row.id, row.version)));
        let arrived = attachments::table.filter(attachments::stored_at.is_not_null());
        let mut papers = HashMap::new();
        for dossier in arrived.select(attachments::dossier_id).load::<Uuid>(conn).await? {
            *papers.entry(dossier).or_default() += 1;
        }
        let serials: Vec<(Uuid, NaiveDate, i32)> = dossier_serials::table.load(conn).await?;
        let settled = payments::applied.and(fee_orders::status.eq("paid"));
        let paid = payments::table
            .inner_join(fee_orders::table.on(fee_orders::id.eq(payments::order_id)))
            .filter(payments::method.eq("gateway"))
            .select((payments::dossier_id, payments::order_id, settled));
        let register = register_entries::table.select((
            register_entries::dossier_id,
            ((register_entries::agency_id, register_entries::year), register_entries::number),
        ));
        let waiting = attachments::table.filter(attachments::stored_at.is_null()).select(attachments::dossier_id);
        Ok(Self {
            dossiers: rows.into_iter().map(|row| (row.id, row)).collect(),
            entries,
            matters,
            size: journal_head::table.select(journal_head::size).first(conn).await?,
            others,
            papers,
            waiting: waiting.load(conn).await?,
            serials: serials.into_iter().map(|(unit, day, last)| ((unit, day), last.into())).collect(),
            payments: paid.load(conn).await?,
            register: register.load(conn).await?.into_iter().collect(),
            timers: timers::table.select(timers::entity_id).load(conn).await?,
        })
    }
}
