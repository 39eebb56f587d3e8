//! Roles, permissions, and the one table that joins them.

use crate::text_enum;

text_enum! {
    /// What somebody is employed or registered as.
    Role {
        Citizen = "citizen",
        /// Receives dossiers and hands out results at the one-stop shop.
        ReceptionOfficer = "reception_officer",
        /// Examines dossiers.
        ProcessingOfficer = "processing_officer",
        /// Signs results.
        Leader = "leader",
        /// Answers for a centre or agency.
        HeadOfAgency = "head_of_agency",
        /// Checks how duties are done.
        Inspector = "inspector",
        /// The Fatherland Front: supervision by the people.
        Front = "front",
        DataProtectionOfficer = "data_protection_officer",
        Administrator = "administrator",
    }
}

text_enum! {
    /// What one may do, where the rows allow it. The contract names these as scopes.
    Permission {
        /// File dossiers of one's own, add papers, withdraw.
        FileDossier = "dossier:file",
        /// Receive dossiers: at the counter, accept, refuse, hand out results.
        ReceiveDossier = "dossier:receive",
        /// Answer for the one-stop shop: refuse at intake, ask for papers a second time, decide withdrawals.
        ApproveIntake = "dossier:approve-intake",
        /// Examine dossiers and propose what is asked or decided.
        ProcessDossier = "dossier:process",
        /// Sign results, and what is asked of applicants.
        SignDossier = "dossier:sign",
        /// Read dossiers: one's own, or those of one's agency.
        ReadDossier = "dossier:read",
        /// Read the dossiers of every agency.
        OverseeDossiers = "dossier:oversee",
        /// Keep the archive register of one's agency.
        KeepArchive = "archive:keep",
        /// Run the counters of one's centre: when it gives appointments, and how many.
        RunCounters = "counter:run",
        /// File the self-assessment of one's centre.
        AssessCentre = "centre:assess",
        /// Found and change agencies, hire and change staff: one's own agency and all below it.
        ManageDirectory = "directory:manage",
        /// See one's colleagues, and who stands in for whom.
        ReadStaff = "staff:read",
        /// Delegate to a colleague what one may oneself.
        Delegate = "staff:delegate",
        /// Name deputies for the staff of one's agency.
        NameDeputies = "staff:name-deputies",
        /// Register organisations and confirm, from the papers, who acts for whom.
        ConfirmRepresentation = "representation:confirm",
        /// Publish and repeal procedures.
        PublishProcedure = "procedure:publish",
        /// Review procedures and regulations, and propose to simplify them, at one's agency.
        ProposeReview = "review:propose",
        /// Decide what one's agency proposes to simplify.
        DecideReview = "review:decide",
        /// Order deadlines to be computed anew when a calendar has changed.
        RecomputeDeadlines = "deadline:recompute",
        /// Read the journal's checkpoints.
        ReadCheckpoints = "journal:read",
        /// Send complaints, petitions, feedback and requests of one's own.
        FileCase = "case:file",
        /// Take cases in: register letters, ask for what is missing, guide, transfer and forward.
        ReceiveCase = "case:receive",
        /// Verify cases and report on them.
        ProcessCase = "case:process",
        /// Answer for cases: accept, refuse, assign, decide, answer.
        DecideCase = "case:decide",
        /// Read cases: one's own, or those of one's agency.
        ReadCase = "case:read",
        /// See what is overdue at one's agency and at those below it.
        SuperviseCases = "case:supervise",
        /// Read the cases of every agency.
        OverseeCases = "case:oversee",
        /// Send recommendations of the people's supervision, and take or return the answers.
        Recommend = "case:recommend",
        /// Settle requests of those whose personal data is kept.
        ProtectData = "case:protect-data",
        /// See and decide what is done with one's own personal data.
        SteerOwnData = "data:own",
        /// Register breaches of personal data at one's agency and those below it, for data protection at any; tell who must be told.
        HandleBreaches = "data:breaches",
        /// Read who has read whose identity, and what is to be erased next.
        OverseeData = "data:oversee",
        /// Inspect how public duties are done: one's own agency and those below it, for inspectors any.
        RunInspections = "inspection:run",
        /// Report what one's agency has put right after an inspection.
        Remedy = "inspection:remedy",
        /// Read denunciations of one's agency, and those that one verifies: never who denounces.
        ReadDenunciation = "denunciation:read",
        /// Take denunciations in, check them, and verify those that one is named for.
        ProcessDenunciation = "denunciation:process",
        /// Answer for denunciations: accept, refuse, assign, conclude.
        DecideDenunciation = "denunciation:decide",
        /// Ask to know who denounces, and read it where somebody else has allowed that.
        OpenIdentity = "identity:open",
        /// Allow somebody else to read who denounces.
        ApproveIdentity = "identity:approve",
    }
}

/// What a role may do.
pub const fn permissions_of(role: Role) -> &'static [Permission] {
    use Permission::*;
    match role {
        Role::Citizen => &[FileDossier, ReadDossier, FileCase, ReadCase, SteerOwnData],
        Role::ReceptionOfficer => &[
            ReceiveDossier,
            ReadDossier,
            KeepArchive,
            ReadStaff,
            Delegate,
            ConfirmRepresentation,
            ReceiveCase,
            ReadCase,
        ],
        // Whoever carries procedures out is to propose their amendment (NĐ 63/2010 Art. 20(6)).
        Role::ProcessingOfficer => {
            &[ProcessDossier, ReadDossier, ReadStaff, Delegate, ProposeReview, ProcessCase, ReadCase]
        }
        Role::Leader => {
            &[SignDossier, ReadDossier, RunCounters, ReadStaff, Delegate, DecideReview, DecideCase, ReadCase, Remedy]
        }
        Role::HeadOfAgency => &[
            ReadDossier,
            ApproveIntake,
            KeepArchive,
            RunCounters,
            AssessCentre,
            ReadStaff,
            Delegate,
            NameDeputies,
            DecideReview,
            ReadCheckpoints,
            DecideCase,
            ReadCase,
            SuperviseCases,
            HandleBreaches,
            RunInspections,
            Remedy,
            ReadDenunciation,
            DecideDenunciation,
            ApproveIdentity,
        ],
        // Inspectors verify, conclude and recommend (LKN Art. 25, as amended by 136/2025/QH15).
        Role::Inspector => &[
            ReadDossier,
            OverseeDossiers,
            ReadStaff,
            Delegate,
            ReadCheckpoints,
            ReadCase,
            ProcessCase,
            OverseeCases,
            RunInspections,
            ReadDenunciation,
            ProcessDenunciation,
            OpenIdentity,
        ],
        Role::Front => &[ReadStaff, Delegate, ReadCheckpoints, Recommend, ReadCase],
        Role::DataProtectionOfficer => {
            &[ReadStaff, Delegate, ReadCheckpoints, ProtectData, HandleBreaches, OverseeData, ReadCase]
        }
        // Among them the unit that controls procedures: it publishes and reviews them (NĐ 63/2010 Art. 5(3), 27(2)).
        Role::Administrator => &[
            ManageDirectory,
            ReadStaff,
            Delegate,
            PublishProcedure,
            ProposeReview,
            RecomputeDeadlines,
            ReadCheckpoints,
        ],
    }
}

impl Permission {
    /// Whether it can be lent. What is lent is never lent on, whoever stands in gives nobody roles or
    /// deputies, and who denounces is for two people to know and not for those who stand in for them.
    pub const fn is_lendable(self) -> bool {
        !matches!(
            self,
            Self::ManageDirectory | Self::Delegate | Self::NameDeputies | Self::OpenIdentity | Self::ApproveIdentity
        )
    }

    /// What it allows, for people.
    pub const fn about(self) -> &'static str {
        match self {
            Self::FileDossier => "File dossiers of one's own, add papers, withdraw",
            Self::ReceiveDossier => "Receive dossiers: at the counter, accept, refuse, hand out results",
            Self::ApproveIntake => {
                "Answer for the one-stop shop: refuse at intake, ask for papers a second time, decide withdrawals"
            }
            Self::ProcessDossier => "Examine dossiers and propose what is asked or decided",
            Self::SignDossier => "Sign results, and what is asked of applicants",
            Self::ReadDossier => "Read dossiers: one's own, or those of one's agency",
            Self::OverseeDossiers => "Read the dossiers of every agency",
            Self::KeepArchive => "Keep the archive register of one's agency",
            Self::RunCounters => "Run the counters of one's centre: when it gives appointments, and how many",
            Self::AssessCentre => "File the self-assessment of one's centre",
            Self::ManageDirectory => {
                "Found and change agencies, hire and change staff: one's own agency and all below it"
            }
            Self::ReadStaff => "See one's colleagues, and who stands in for whom",
            Self::Delegate => "Delegate to a colleague what one may oneself",
            Self::NameDeputies => "Name deputies for the staff of one's agency",
            Self::ConfirmRepresentation => "Register organisations and confirm, from the papers, who acts for whom",
            Self::PublishProcedure => "Publish and repeal procedures",
            Self::ProposeReview => "Review procedures and regulations, and propose to simplify them, at one's agency",
            Self::DecideReview => "Decide what one's agency proposes to simplify",
            Self::RecomputeDeadlines => "Order deadlines to be computed anew when a calendar has changed",
            Self::ReadCheckpoints => "Read the journal's checkpoints",
            Self::FileCase => "Send complaints, petitions, feedback and requests of one's own",
            Self::ReceiveCase => {
                "Take cases in: register letters, ask for what is missing, guide, transfer and forward"
            }
            Self::ProcessCase => "Verify cases and report on them",
            Self::DecideCase => "Answer for cases: accept, refuse, assign, decide, answer",
            Self::ReadCase => "Read cases: one's own, or those of one's agency",
            Self::SuperviseCases => "See what is overdue at one's agency and at those below it",
            Self::OverseeCases => "Read the cases of every agency",
            Self::Recommend => "Send recommendations of the people's supervision, and take or return the answers",
            Self::ProtectData => "Settle requests of those whose personal data is kept",
            Self::SteerOwnData => "See and decide what is done with one's own personal data",
            Self::HandleBreaches => {
                "Register breaches of personal data at one's agency and those below it, for data protection at any; tell who must be told"
            }
            Self::OverseeData => "Read who has read whose identity, and what is to be erased next",
            Self::RunInspections => {
                "Inspect how public duties are done: one's own agency and those below it, for inspectors any"
            }
            Self::Remedy => "Report what one's agency has put right after an inspection",
            Self::ReadDenunciation => {
                "Read denunciations of one's agency, and those that one verifies: never who denounces"
            }
            Self::ProcessDenunciation => "Take denunciations in, check them, and verify those that one is named for",
            Self::DecideDenunciation => "Answer for denunciations: accept, refuse, assign, conclude",
            Self::OpenIdentity => "Ask to know who denounces, and read it where somebody else has allowed that",
            Self::ApproveIdentity => "Allow somebody else to read who denounces",
        }
    }
}
