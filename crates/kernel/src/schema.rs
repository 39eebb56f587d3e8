//! The tables as Diesel sees them. `tests` holds this file against the migrated database.

use diesel::{allow_tables_to_appear_in_same_query, joinable, table};

table! { installation (id) { id -> Bool, demo -> Bool, created_at -> Timestamptz } }

table! {
    journal (position) {
        number -> Nullable<Int8>, position -> Int8, entity_kind -> Text, entity_id -> Uuid, entity_version -> Int4,
        agency_id -> Nullable<Uuid>, actor_kind -> Text, actor_id -> Nullable<Uuid>, event_kind -> Text,
        event_version -> Int2, event -> Text, occurred_at -> Timestamptz, recorded_at -> Timestamptz,
        seen_before -> Array<Uuid>, seen_after -> Array<Uuid>, leaf -> Nullable<Bytea>,
        delegation_id -> Nullable<Uuid>,
    }
}
table! { journal_head (id) { id -> Bool, size -> Int8, edge -> Bytea, partitioned_to -> Int8 } }
table! { journal_followers (name) { name -> Text, next_number -> Int8 } }
table! { checkpoints (size) { size -> Int8, root -> Bytea, signed -> Text, made_at -> Timestamptz } }
table! {
    timers (entity_id, kind) {
        entity_id -> Uuid, kind -> Text, entity_kind -> Text, fire_at -> Timestamptz, attempts -> Int2,
    }
}
table! {
    idempotency (key) {
        key -> Bytea, fingerprint -> Bytea, answer -> Bytea, late -> Nullable<Text>, kept_until -> Timestamptz,
        alone -> Bool,
    }
}
table! { reference_data (kind) { kind -> Text, version -> Int8 } }
table! { calendars (version) { version -> Text, country -> Text, loaded_at -> Timestamptz } }
table! {
    calendar_days (calendar_version, date) {
        calendar_version -> Text, date -> Date, kind -> Text, name -> Text, source -> Text, confidence -> Text,
    }
}
table! {
    clock_rules (kind, stage, variant, valid_from) {
        kind -> Text, stage -> Text, variant -> Text, valid_from -> Date, valid_to -> Date, amount -> Int4,
        unit -> Text, start_event -> Text, extension_amount -> Nullable<Int4>, extension_max -> Nullable<Int2>,
        extension_reason -> Nullable<Text>, source -> Text, mark -> Text, note -> Nullable<Text>,
    }
}

table! {
    agencies (id) {
        id -> Uuid, version -> Int4, code -> Text, name -> Text, name_en -> Text, kind -> Text,
        parent_id -> Nullable<Uuid>, valid_from -> Date, valid_to -> Nullable<Date>, contact -> Jsonb,
        remote_area -> Bool,
    }
}
table! {
    staff (id) {
        id -> Uuid, version -> Int4, username -> Text, name -> Text, password_hash -> Text, roles -> Array<Text>,
        agency_id -> Uuid, active -> Bool, title -> Nullable<Text>, postings -> Jsonb,
        agencies -> Array<Uuid>, folded -> Text, let_in_at -> Nullable<Timestamptz>,
    }
}
table! { password_codes (staff_id) { staff_id -> Uuid, hash -> Bytea, expires_at -> Timestamptz } }
table! {
    delegations (id) {
        id -> Uuid, version -> Int4, agency_id -> Uuid, delegator_id -> Uuid, delegate_id -> Uuid,
        permissions -> Nullable<Array<Text>>, document -> Text, valid_from -> Date, valid_to -> Date, made_by_id -> Uuid,
        made_at -> Timestamptz, revoked_by_id -> Nullable<Uuid>, revoked_at -> Nullable<Timestamptz>,
    }
}
table! {
    citizens (id) {
        id -> Uuid, issuer -> Text, subject -> Text, name -> Text, identity_number -> Nullable<Text>, version -> Int4,
        looked_at -> Timestamptz,
    }
}
table! {
    sessions (id) {
        id -> Uuid, staff_id -> Nullable<Uuid>, citizen_id -> Nullable<Uuid>, token_hash -> Bytea,
        previous_hash -> Nullable<Bytea>, refreshed_at -> Timestamptz, expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>, agency_id -> Nullable<Uuid>,
    }
}
table! {
    authorizations (hash) {
        hash -> Bytea, kind -> Text, client_id -> Text, redirect_uri -> Text, client_state -> Text, challenge -> Text,
        secrets -> Nullable<Bytea>, staff_id -> Nullable<Uuid>, citizen_id -> Nullable<Uuid>, expires_at -> Timestamptz,
        agency_id -> Nullable<Uuid>,
    }
}
table! { sign_in_failures (subject) { subject -> Bytea, failures -> Int4, window_ends_at -> Timestamptz } }

table! {
    procedures (id) {
        id -> Uuid, version -> Int4, code -> Text, valid_from -> Date, valid_to -> Date, name -> Text, name_en -> Text,
        field -> Text, content -> Jsonb, publication -> Nullable<Jsonb>, repeal -> Nullable<Jsonb>,
    }
}
table! {
    dossiers (id) {
        id -> Uuid, version -> Int4, status -> Text, open -> Bool, procedure_id -> Uuid, case_code -> Text,
        channel -> Text, receiving_agency_id -> Uuid, competent_agency_id -> Uuid, applicant_id -> Nullable<Uuid>,
        created_by -> Uuid, content_hash -> Bytea, applicant -> Jsonb, form -> Jsonb, code -> Nullable<Text>,
        clock -> Nullable<Jsonb>, clock_stands -> Bool, original_due_at -> Nullable<Timestamptz>, statutory_due_at -> Nullable<Timestamptz>,
        due_at -> Nullable<Timestamptz>, next_due_at -> Timestamptz, submitted_at -> Nullable<Timestamptz>,
        accepted_at -> Nullable<Timestamptz>, finished_at -> Nullable<Timestamptz>, closed_at -> Nullable<Timestamptz>,
        outcome -> Nullable<Text>, result_number -> Nullable<Text>, intake_supplements -> Int2,
        state_before -> Nullable<Text>, proposed_outcome -> Nullable<Text>, hand_over_due_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}
table! {
    attachments (id) {
        id -> Uuid, dossier_id -> Uuid, component -> Text, file_name -> Text, media_type -> Text, size -> Int8,
        sha256 -> Bytea, declared_at -> Timestamptz, stored_at -> Nullable<Timestamptz>, purpose -> Text,
        digitisation -> Text, paper_id -> Nullable<Uuid>, source_code -> Nullable<Text>,
        revoked_at -> Nullable<Timestamptz>, replaced_by -> Nullable<Uuid>,
    }
}
table! {
    papers (id) {
        id -> Uuid, version -> Int4, owner_number -> Text, owner_id -> Nullable<Uuid>, origin -> Text, dossier_id -> Uuid,
        dossier_code -> Nullable<Text>, procedure_id -> Uuid, paper_type -> Nullable<Text>,
        national_type -> Nullable<Text>, number -> Nullable<Text>, summary -> Nullable<Text>, issuer -> Nullable<Text>,
        issuer_agency_id -> Nullable<Uuid>, signer -> Nullable<Text>, issue_date -> Nullable<Date>,
        valid_from -> Nullable<Date>, valid_to -> Nullable<Date>, scope -> Nullable<Text>, signature -> Nullable<Jsonb>,
        ocr -> Nullable<Jsonb>, digitised_by -> Nullable<Uuid>, digitised_at -> Nullable<Timestamptz>, hidden -> Bool,
        kept_at -> Nullable<Timestamptz>, organisation_id -> Nullable<Uuid>,
    }
}
table! {
    look_ups (id) {
        id -> Uuid, dossier_id -> Uuid, version -> Int4, component -> Text, source -> Text, outcome -> Text, data -> Nullable<Jsonb>,
        asked_by -> Uuid, asked_at -> Timestamptz, disputed_at -> Nullable<Timestamptz>,
    }
}
table! { remarks (dossier_id, version) { dossier_id -> Uuid, version -> Int4, ground -> Nullable<Text>, words -> Text } }
table! {
    supplements (dossier_id, version) {
        dossier_id -> Uuid, version -> Int4, ground -> Text, reason -> Text, components -> Array<Text>,
        proposed_at -> Timestamptz, notice_due_at -> Nullable<Timestamptz>, late_reason -> Nullable<Text>,
        sent_at -> Nullable<Timestamptz>, due_at -> Nullable<Timestamptz>, lapsed_at -> Nullable<Timestamptz>,
        closed_at -> Nullable<Timestamptz>,
    }
}
table! {
    verifications (dossier_id, version) {
        dossier_id -> Uuid, version -> Int4, held_at -> Timestamptz, place -> Text, participants -> Text, findings -> Text,
    }
}
table! {
    fee_orders (id) {
        id -> Uuid, dossier_id -> Uuid, kind -> Text, lines -> Jsonb, amount -> Int8, status -> Text,
        document -> Nullable<Text>, pay_by -> Nullable<Date>, ordered_at -> Timestamptz,
        settled_at -> Nullable<Timestamptz>,
    }
}
table! {
    payments (id) {
        id -> Uuid, dossier_id -> Uuid, order_id -> Uuid, method -> Text, transaction -> Text, amount -> Int8,
        applied -> Bool, status -> Text, paid_at -> Timestamptz, recorded_at -> Timestamptz,
        statement -> Nullable<Jsonb>, refund_transaction -> Nullable<Text>, refund_statement -> Nullable<Jsonb>,
        refunded_at -> Nullable<Timestamptz>, proof_id -> Nullable<Uuid>,
    }
}
table! {
    dossier_agencies (dossier_id, agency_id, part) { dossier_id -> Uuid, agency_id -> Uuid, part -> Text, waits -> Bool }
}
table! {
    corrections (id) {
        id -> Uuid, dossier_id -> Uuid, opened_at -> Timestamptz, reason -> Text, wrong_number -> Text,
        right_number -> Nullable<Text>, closed_at -> Nullable<Timestamptz>,
    }
}
table! {
    consultations (id) {
        id -> Uuid, dossier_id -> Uuid, agency_id -> Uuid, status -> Text, question -> Text, asked_at -> Timestamptz,
        due_at -> Timestamptz, silence_consents -> Bool, opinion -> Nullable<Text>, words -> Nullable<Text>,
        closed_at -> Nullable<Timestamptz>,
    }
}
table! {
    earlier_forms (dossier_id, version) {
        dossier_id -> Uuid, version -> Int4, replaced_at -> Timestamptz, applicant -> Jsonb, form -> Jsonb,
    }
}
table! {
    deliveries (dossier_id) {
        dossier_id -> Uuid, version -> Int4, returned_at -> Timestamptz, method -> Text, recipient -> Text,
        recipient_name -> Nullable<Text>, authorisation -> Nullable<Text>, signature -> Nullable<Text>,
        originals -> Nullable<Text>, carrier -> Nullable<Text>, tracking_number -> Nullable<Text>,
    }
}
table! { receipts (dossier_id, version) { dossier_id -> Uuid, version -> Int4, signed -> Text } }
table! {
    tickets (id) {
        id -> Uuid, version -> Int4, agency_id -> Uuid, day -> Date, field -> Text, number -> Text, status -> Text,
        counter -> Nullable<Int2>, calls -> Int2, issued_at -> Timestamptz, called_at -> Nullable<Timestamptz>,
        closed_at -> Nullable<Timestamptz>, appointment_at -> Nullable<Timestamptz>,
    }
}
table! { ticket_draws (subject) { subject -> Bytea, draws -> Int4, bound -> Int4, window_ends_at -> Timestamptz } }
table! {
    appointment_hours (id) {
        id -> Uuid, version -> Int4, agency_id -> Uuid, slot_minutes -> Int2, days_ahead -> Int2, fields -> Jsonb,
        closed_dates -> Array<Date>,
    }
}
table! {
    appointment_slots (agency_id, field, starts_at) {
        agency_id -> Uuid, field -> Text, starts_at -> Timestamptz, taken -> Int2, capacity -> Int2,
    }
}
table! {
    appointments (id) {
        id -> Uuid, version -> Int4, agency_id -> Uuid, citizen_id -> Nullable<Uuid>, status -> Text, field -> Text,
        day -> Date, starts_at -> Timestamptz, name -> Text, phone -> Text, ticket_id -> Nullable<Uuid>,
        booked_at -> Timestamptz, closed_at -> Nullable<Timestamptz>,
    }
}
table! {
    centre_criteria (version, code) {
        version -> Text, code -> Text, position -> Int2, kind -> Text, name -> Text, name_en -> Text, source -> Text,
        mark -> Text,
    }
}
table! {
    assessments (id) {
        id -> Uuid, version -> Int4, agency_id -> Uuid, period -> Text, status -> Text, criteria_version -> Text,
        answers -> Jsonb, met -> Nullable<Int2>, applicable -> Nullable<Int2>, created_at -> Timestamptz,
        submitted_at -> Nullable<Timestamptz>,
    }
}
table! { assessment_files (assessment_id, sha256) { assessment_id -> Uuid, sha256 -> Bytea, stored_at -> Timestamptz } }
table! { ticket_serials (agency_id, day) { agency_id -> Uuid, day -> Date, last -> Int4 } }
table! { dossier_serials (agency_id, day) { agency_id -> Uuid, day -> Date, last -> Int4 } }
table! { register_serials (agency_id, year) { agency_id -> Uuid, year -> Int2, last -> Int4 } }
table! {
    register_entries (dossier_id) {
        dossier_id -> Uuid, agency_id -> Uuid, year -> Int2, month -> Int2, number -> Int4,
    }
}

table! {
    recomputations (id) {
        id -> Uuid, version -> Int4, status -> Text, calendar_version -> Text, reason -> Text, ordered_by -> Uuid,
        created_at -> Timestamptz,
    }
}
table! {
    recomputation_progress (recomputation_id) {
        recomputation_id -> Uuid, agency_id -> Uuid, dossier_id -> Uuid, examined -> Int4, later -> Int4,
        unchanged -> Int4, earlier -> Int4, not_computed -> Int4,
    }
}

table! {
    imports (id) {
        id -> Uuid, version -> Int4, source -> Text, sha256 -> Bytea, started_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}
table! { import_progress (import_id) { import_id -> Uuid, position -> Int8, line -> Int8, report -> Jsonb } }
table! {
    external_dossiers (id) {
        id -> Uuid, version -> Int4, source -> Text, source_key -> Text, channel -> Nullable<Text>,
        started_at -> Timestamptz, due_at -> Nullable<Timestamptz>, ended_at -> Nullable<Timestamptz>, import_id -> Uuid,
    }
}
table! {
    external_events (dossier_id, source_key) {
        dossier_id -> Uuid, source_key -> Text, activity -> Text, occurred_at -> Timestamptz,
    }
}
table! {
    fonds (id) {
        id -> Uuid, version -> Int4, agency_id -> Uuid, name -> Text, from_year -> Int2, to_year -> Nullable<Int2>,
    }
}
table! {
    archive_items (id) {
        id -> Uuid, version -> Int4, fonds_id -> Uuid, agency_id -> Uuid, dossier_id -> Nullable<Uuid>, code -> Text,
        title -> Text, ended_on -> Date, digitised -> Bool, retention_rule -> Text, retention_years -> Nullable<Int2>,
        transfer_due_on -> Date, review_due_on -> Nullable<Date>, transferred_on -> Nullable<Date>,
        minutes_number -> Nullable<Text>, transferred_by -> Nullable<Uuid>,
    }
}
table! {
    reviews (id) {
        id -> Uuid, version -> Int4, agency_id -> Uuid, procedure_id -> Nullable<Uuid>, procedure_code -> Nullable<Text>,
        document_number -> Nullable<Text>, plan_year -> Int2, title -> Text, reason -> Text, status -> Text,
        hourly_rate -> Jsonb, proposals -> Jsonb, proposed_saving -> Int8, accepted_saving -> Int8,
        opened_at -> Timestamptz, submitted_at -> Nullable<Timestamptz>, decided_at -> Nullable<Timestamptz>,
    }
}

table! {
    organisations (id) {
        id -> Uuid, version -> Int4, kind -> Text, number -> Text, name -> Text, address -> Text, phone -> Nullable<Text>,
        email -> Nullable<Text>,
    }
}
table! {
    representations (id) {
        id -> Uuid, version -> Int4, organisation_id -> Nullable<Uuid>, principal_number -> Nullable<Text>,
        representative_number -> Text, representative_name -> Text, basis -> Text, procedures -> Nullable<Array<Text>>,
        document -> Text, valid_from -> Date, valid_to -> Nullable<Date>, confirmed_by_id -> Nullable<Uuid>,
        made_at -> Timestamptz, revoked_at -> Nullable<Timestamptz>,
    }
}
// Views, of which PostgreSQL does not know what is never null.
table! {
    acting_for (representation_id) {
        representation_id -> Nullable<Uuid>, citizen_id -> Nullable<Uuid>, principal_id -> Nullable<Uuid>,
        organisation_id -> Nullable<Uuid>, basis -> Nullable<Text>, procedures -> Nullable<Array<Text>>,
        valid_from -> Nullable<Date>, valid_to -> Nullable<Date>,
    }
}
table! {
    represented_dossiers (dossier_id) {
        citizen_id -> Nullable<Uuid>, dossier_id -> Nullable<Uuid>, valid_from -> Nullable<Date>, valid_to -> Nullable<Date>,
    }
}
table! { dossier_organisations (dossier_id) { dossier_id -> Uuid, organisation_id -> Uuid } }

table! {
    cases (id) {
        id -> Uuid, version -> Int4, kind -> Text, declared_kind -> Text, level -> Int2, status -> Text, open -> Bool,
        channel -> Text, receiving_agency_id -> Uuid, handling_agency_id -> Uuid, sender_id -> Nullable<Uuid>,
        created_by -> Uuid, content_hash -> Bytea, people -> Jsonb, words -> Jsonb, facts -> Jsonb,
        barred -> Array<Uuid>, code -> Nullable<Text>, basis -> Nullable<Jsonb>, clocks -> Jsonb,
        next_due_at -> Timestamptz, assigned_to -> Nullable<Uuid>, origin_id -> Nullable<Uuid>,
        state_before -> Nullable<Text>, escalation -> Int2, marks -> Jsonb, outcome -> Nullable<Text>,
        submitted_at -> Nullable<Timestamptz>, accepted_at -> Nullable<Timestamptz>, finished_at -> Nullable<Timestamptz>,
        closed_at -> Nullable<Timestamptz>, created_at -> Timestamptz,
    }
}
table! {
    case_remarks (case_id, version) { case_id -> Uuid, version -> Int4, ground -> Nullable<Text>, words -> Text }
}
table! {
    case_answers (case_id, version) {
        case_id -> Uuid, version -> Int4, outcome -> Text, number -> Nullable<Text>, words -> Text,
        given_at -> Timestamptz, given_by -> Uuid,
    }
}
table! { case_notes (id) { id -> Uuid, case_id -> Uuid, author_id -> Uuid, words -> Text, made_at -> Timestamptz } }
table! {
    case_dialogues (case_id, version) {
        case_id -> Uuid, version -> Int4, held_at -> Timestamptz, place -> Text, outcome -> Nullable<Text>,
        minutes -> Nullable<Text>,
    }
}
table! {
    case_files (id) {
        id -> Uuid, case_id -> Uuid, purpose -> Text, file_name -> Text, media_type -> Text, size -> Int8,
        sha256 -> Bytea, declared_at -> Timestamptz, declared_by -> Uuid, stored_at -> Nullable<Timestamptz>,
    }
}
table! {
    answer_templates (id) {
        id -> Uuid, version -> Int4, agency_id -> Uuid, kind -> Text, action -> Text, name -> Text, body -> Text,
        retired_at -> Nullable<Timestamptz>,
    }
}
table! {
    inspections (id) {
        id -> Uuid, version -> Int4, agency_id -> Uuid, inspected_id -> Uuid, surprise -> Bool, subject -> Text,
        planned_on -> Date, case_id -> Nullable<Uuid>, status -> Text, findings -> Jsonb, conclusion -> Nullable<Text>,
        number -> Nullable<Text>, cancelled_for -> Nullable<Text>, next_due_on -> Nullable<Date>, held_on -> Nullable<Date>,
        planned_at -> Timestamptz, concluded_at -> Nullable<Timestamptz>, closed_at -> Nullable<Timestamptz>,
    }
}
table! { case_serials (agency_id, year) { agency_id -> Uuid, year -> Int4, last -> Int4 } }

table! { leaving_files (sha256) { sha256 -> Bytea, asked_at -> Timestamptz, going_at -> Nullable<Timestamptz> } }
table! {
    data_accesses (id) {
        id -> Uuid, staff_id -> Uuid, agency_id -> Uuid, citizen_id -> Nullable<Uuid>, entity_kind -> Text, entity_id -> Uuid,
        through -> Text, hour -> Timestamptz, read_at -> Timestamptz,
    }
}
table! {
    consents (id) {
        id -> Uuid, version -> Int4, citizen_id -> Uuid, purpose -> Text, given -> Bool, words_version -> Int4,
        changed_at -> Timestamptz,
    }
}
table! {
    consent_events (consent_id, version) {
        consent_id -> Uuid, version -> Int4, given -> Bool, words_version -> Int4, happened_at -> Timestamptz,
    }
}
table! {
    data_breaches (id) {
        id -> Uuid, version -> Int4, agency_id -> Uuid, status -> Text, detected_at -> Timestamptz,
        registered_at -> Timestamptz, registered_by -> Uuid, happened -> Text, categories -> Array<Text>, people -> Int4,
        measures -> Text, notify_due_at -> Timestamptz, source -> Text, mark -> Text, overdue_told -> Bool,
        authority_notified_at -> Nullable<Timestamptz>, authority_document -> Nullable<Text>,
        people_notified_at -> Nullable<Timestamptz>, people_notified_by -> Nullable<Text>,
        closed_at -> Nullable<Timestamptz>, conclusion -> Nullable<Text>, unfounded -> Bool,
    }
}

joinable!(acting_for -> organisations (organisation_id));
joinable!(attachments -> dossiers (dossier_id));
joinable!(consultations -> dossiers (dossier_id));
joinable!(deliveries -> dossiers (dossier_id));
joinable!(import_progress -> imports (import_id));
joinable!(inspections -> cases (case_id));
joinable!(delegations -> staff (delegator_id));
joinable!(password_codes -> staff (staff_id));
joinable!(dossiers -> procedures (procedure_id));
joinable!(register_entries -> dossiers (dossier_id));
joinable!(recomputation_progress -> recomputations (recomputation_id));
allow_tables_to_appear_in_same_query!(recomputations, recomputation_progress);
allow_tables_to_appear_in_same_query!(acting_for, organisations, representations, citizens);
allow_tables_to_appear_in_same_query!(delegations, staff, password_codes);
allow_tables_to_appear_in_same_query!(
    dossiers,
    attachments,
    fee_orders,
    payments,
    consultations,
    dossier_agencies,
    corrections,
    procedures,
    remarks,
    supplements,
    verifications,
    agencies,
    journal
);
allow_tables_to_appear_in_same_query!(dossiers, register_entries, deliveries);
allow_tables_to_appear_in_same_query!(imports, import_progress);
joinable!(papers -> attachments (id));
allow_tables_to_appear_in_same_query!(papers, attachments);
allow_tables_to_appear_in_same_query!(cases, case_remarks, case_answers, journal);
allow_tables_to_appear_in_same_query!(cases, inspections);
allow_tables_to_appear_in_same_query!(dossiers, archive_items);
joinable!(consent_events -> consents (consent_id));
allow_tables_to_appear_in_same_query!(consents, consent_events);

// Apart from the rest, each with a role of its own.
table! {
    denunciations.denunciations (id) {
        id -> Uuid, version -> Int4, kind -> Text, status -> Text, open -> Bool, channel -> Text,
        receiving_agency_id -> Uuid, handling_agency_id -> Uuid, assigned_to -> Nullable<Uuid>, receipt_hash -> Bytea,
        words -> Jsonb, accused -> Jsonb, barred -> Array<Uuid>, code -> Text, received_on -> Date, clocks -> Jsonb,
        next_due_at -> Timestamptz, state_before -> Nullable<Text>, marks -> Jsonb, outcome -> Nullable<Text>,
        received_at -> Timestamptz, accepted_at -> Nullable<Timestamptz>, finished_at -> Nullable<Timestamptz>,
        closed_at -> Nullable<Timestamptz>, superior_agency_id -> Nullable<Uuid>, escalation -> Int2,
    }
}
table! {
    denunciations.messages (denunciation_id, version) {
        denunciation_id -> Uuid, version -> Int4, part -> Text, ground -> Nullable<Text>, words -> Text,
        said_at -> Timestamptz,
    }
}
table! {
    denunciations.identity_requests (id) {
        id -> Uuid, denunciation_id -> Uuid, reason -> Text, requested_by -> Uuid, requested_at -> Timestamptz,
        approved_by -> Nullable<Uuid>, approved_at -> Nullable<Timestamptz>, open_until -> Nullable<Timestamptz>,
        refused_by -> Nullable<Uuid>, refused_at -> Nullable<Timestamptz>, refusal -> Nullable<Text>,
    }
}
table! {
    denunciations.files (denunciation_id, number) {
        denunciation_id -> Uuid, number -> Int4, media_type -> Text, size -> Int8, sha256 -> Bytea, upload_hash -> Bytea,
        upload_until -> Timestamptz, declared_at -> Timestamptz, stored_at -> Nullable<Timestamptz>,
        released_at -> Nullable<Timestamptz>, released_by -> Nullable<Uuid>,
    }
}
table! { denunciations.serials (agency_id, year) { agency_id -> Uuid, year -> Int4, last -> Int4 } }
table! { vault.keys (id) { id -> Uuid, key_id -> Text, wrapped -> Bytea } }
table! { vault.secrets (id, part) { id -> Uuid, part -> Text, sealed -> Bytea } }
