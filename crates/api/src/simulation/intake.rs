//! Until somebody examines it: filing, papers, acceptance, the fee, the hand-over.

use chrono::{DateTime, TimeDelta, Utc};
use diesel_async::AsyncPgConnection;
use directory::citizen;
use kernel::files::MediaType;
use kernel::{Actor, Ctx, Result};
use procedures::attachment::{AttachmentId, NewAttachment};
use procedures::catalogue::{Case, Fee};
use procedures::clock::timeliness_of;
use procedures::dossier::{Channel, DossierId, load};
use procedures::fee::order::{self, NewFeeLine, NewFeeOrder};
use procedures::fee::payment::{self, NewPayment};
use procedures::fee::{FeeOrderId, PaymentMethod};
use procedures::file::{self, NewDossier, Principal, Ways};
use procedures::request::{Reasoned, Rejection, RejectionGround, SupplementGround, SupplementRequest};
use procedures::request::{Withdrawal, WithdrawalGround};
use procedures::steps::{self, Target};
use procedures::upload::{self, Addition};
use procedures::workflow::Status;

use super::life::{Act, Life, Next, Turn, attempt, step};
use super::{Scene, people};
use crate::demo::{PAPER, papers, papers_arrive};
use crate::routes::steps::code_prefix;

fn minutes(n: i64) -> TimeDelta {
    TimeDelta::minutes(n)
}

impl Life<'_> {
    pub(super) async fn file(
        &mut self,
        conn: &mut AsyncPgConnection,
        scene: &Scene<'_>,
        now: DateTime<Utc>,
    ) -> Result<Next> {
        if !self.channel.is_reception() {
            let system = Ctx { actor: Actor::System, now };
            let account = citizen::recognise(conn, &system, people::identity(self.person, &scene.issuer)).await?;
            self.account = Some(account.id);
        }
        let (procedure, case) =
            scene.catalogue.choose(self.matter.procedure, self.matter.case, deadlines::vn_date(now))?;
        self.procedure = Some(procedure.id);
        self.id = DossierId::at(now);
        let ways = Ways {
            receiving: self.receiving.agency,
            competent: self.deciding.agency,
            support: None,
            return_point: None,
        };
        let new = self.declared(scene, case);
        let principal = Principal::Oneself(Some(new.applicant.identity_number.clone()));
        let filed = file::file(conn, &self.applicant(now), scene.world(), ways, principal, new, &attempt(now)).await?;
        self.hear(&filed)?;
        papers_arrive(conn, &self.applicant(now + minutes(1)), self.id).await?;
        if self.channel == Channel::Counter {
            if self.chance(10) {
                step!(self, scene, conn, &self.receiving.reception(now + minutes(2)), steps::withdraw, given_up())?;
                return Ok(None);
            }
            return self.accept(conn, scene, now + minutes(5)).await;
        }
        // Some never send what they have begun.
        if self.account.is_some() && self.chance(25) {
            return Ok(None);
        }
        self.submit(conn, scene, now + minutes(3)).await
    }

    fn declared(&self, scene: &Scene<'_>, case: &Case) -> NewDossier {
        let papers = case.components.iter().filter(|component| component.required);
        let mut form = serde_json::Map::new();
        if self.matter.procedure == "1.013225" {
            form.insert("floors".to_owned(), (1 + self.person % 6).into());
            form.insert("area_m2".to_owned(), (40 + self.person % 160).into());
        }
        NewDossier {
            id: Some(self.id),
            procedure: self.matter.procedure.to_owned(),
            case: self.matter.case.to_owned(),
            agency: self.receiving.code.clone(),
            competent_agency: None,
            support_agency: None,
            return_agency: None,
            channel: Some(self.channel),
            representation_id: None,
            applicant: people::applicant(self.person),
            form,
            attachments: papers.map(|component| paper(scene, &component.code)).collect(),
            reused: Vec::new(),
        }
    }

    async fn submit(&mut self, conn: &mut AsyncPgConnection, scene: &Scene<'_>, now: DateTime<Utc>) -> Result<Next> {
        step!(self, scene, conn, &self.applicant(now), steps::submit)?;
        Ok(Some((self.work(scene, self.receiving, now, 20..420)?, Act::Receive)))
    }

    pub(super) async fn receive(
        &mut self,
        conn: &mut AsyncPgConnection,
        scene: &Scene<'_>,
        now: DateTime<Utc>,
    ) -> Result<Next> {
        let reception = self.receiving.reception(now);
        if self.once(Turn::Intake, self.receiving.habits.supplement) {
            let what = self.wanting(scene)?;
            step!(self, scene, conn, &reception, steps::request_intake_supplement, what)?;
            // Who supplies nothing is rejected when the time for it is over, by nobody.
            return match self.chance(850) {
                true => Ok(Some((self.in_days(scene, now, 1..11)?, Act::SupplyAtIntake))),
                false => Ok(None),
            };
        }
        if self.chance(12) {
            step!(self, scene, conn, &self.applicant(now), steps::withdraw, given_up())?;
            return Ok(None);
        }
        if self.chance(15) {
            let reason = "Hồ sơ trùng với hồ sơ đã nộp trước đó.".to_owned();
            let why = Rejection { ground: RejectionGround::Duplicate, reason, competent_agency: None };
            step!(self, scene, conn, &reception, steps::propose_rejection, why.clone())?;
            let head = self.receiving.head(self.work(scene, self.receiving, now, 10..60)?);
            step!(self, scene, conn, &head, steps::reject, why, None)?;
            return Ok(None);
        }
        self.accept(conn, scene, now).await
    }

    pub(super) async fn supply_at_intake(
        &mut self,
        conn: &mut AsyncPgConnection,
        scene: &Scene<'_>,
        now: DateTime<Utc>,
    ) -> Result<Next> {
        // Who comes too late finds it rejected.
        let system = Ctx { actor: Actor::System, now };
        let dossier = load(conn, &system, self.id).await?;
        if dossier.status != Status::IntakeSupplement {
            (self.heard.status, self.heard.timeliness) = (dossier.status, timeliness_of(&dossier, now));
            return Ok(None);
        }
        self.bring_paper(conn, scene, &self.applicant(now)).await?;
        self.submit(conn, scene, now + minutes(3)).await
    }

    async fn accept(&mut self, conn: &mut AsyncPgConnection, scene: &Scene<'_>, now: DateTime<Utc>) -> Result<Next> {
        let reception = self.receiving.reception(now);
        let prefix = code_prefix(scene.app, &reception);
        step!(self, scene, conn, &reception, steps::accept, &prefix)?;
        self.order_fee(conn, scene, now + minutes(1)).await?;
        let case = self.case(scene)?;
        let here = self.receiving.agency == self.deciding.agency;
        Ok(Some(match case.immediate && here {
            true => (self.done_at(scene, now)?, Act::Sign),
            false => (self.work(scene, self.receiving, now, 10..90)?, Act::HandOver),
        }))
    }

    /// Most pay at once, at the counter in cash; the others before they get the result.
    async fn order_fee(&mut self, conn: &mut AsyncPgConnection, scene: &Scene<'_>, now: DateTime<Utc>) -> Result<()> {
        let Some(fee) = fee(self.case(scene)?, self.channel) else { return Ok(()) };
        let (code, by_pages) = (fee.code.clone(), fee.pages.is_some());
        let (id, attempt) = (FeeOrderId::at(now), attempt(now));
        let pages = by_pages.then(|| self.rng.u16(1..=12));
        let line = NewFeeLine { fee: code, quantity: 1, pages };
        let target = Target { id: self.id, if_match: None, attempt: &attempt };
        let new = NewFeeOrder { id: Some(id), lines: vec![line] };
        order::order(conn, &self.receiving.reception(now), scene.world(), target, new).await?;
        self.owed = Some(id);
        if self.chance(850) { self.pay(conn, scene, now + minutes(2)).await } else { Ok(()) }
    }

    pub(super) async fn pay(
        &mut self,
        conn: &mut AsyncPgConnection,
        scene: &Scene<'_>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let Some(order) = self.owed.take() else { return Ok(()) };
        let method = match self.channel {
            Channel::Counter => PaymentMethod::Cash,
            Channel::Post => PaymentMethod::Postal,
            Channel::Online | Channel::Kiosk => PaymentMethod::BankTransfer,
        };
        let proof_id = if method == PaymentMethod::Cash { None } else { Some(self.prove(conn, scene, now).await?) };
        let new = NewPayment { id: None, method, transaction: format!("BL-{order}"), proof_id };
        let attempt = attempt(now);
        let target = Target { id: self.id, if_match: None, attempt: &attempt };
        payment::record(conn, &self.receiving.reception(now), scene.world(), target, order, new).await.map(drop)
    }

    /// Sends the bank's or the postal firm's paper.
    async fn prove(&self, conn: &mut AsyncPgConnection, scene: &Scene<'_>, now: DateTime<Utc>) -> Result<AttachmentId> {
        let applicant = self.applicant(now);
        papers::transfer(conn, &applicant, scene.catalogue, self.id, &attempt(now)).await
    }

    pub(super) async fn hand_over(
        &mut self,
        conn: &mut AsyncPgConnection,
        scene: &Scene<'_>,
        now: DateTime<Utc>,
    ) -> Result<Next> {
        let reception = self.receiving.reception(now);
        step!(self, scene, conn, &reception, steps::hand_over, None)?;
        // Some hand-overs are given back, and made again.
        if self.chance(8) {
            let then = self.work(scene, self.deciding, now, 10..60)?;
            let why = Reasoned { reason: "Thiếu phiếu kiểm soát quá trình giải quyết.".to_owned() };
            step!(self, scene, conn, &self.deciding.examiner(then), steps::refuse_hand_over, why)?;
            return Ok(Some((self.work(scene, self.receiving, then, 10..60)?, Act::HandOver)));
        }
        Ok(Some(match self.case(scene)?.immediate {
            true => (self.done_at(scene, now)?, Act::Sign),
            false => (self.work(scene, self.deciding, now, 30..240)?, Act::Start),
        }))
    }

    /// One more paper, declared and sent.
    pub(super) async fn bring_paper(&self, conn: &mut AsyncPgConnection, scene: &Scene<'_>, who: &Ctx) -> Result<()> {
        let component = wanted(self.case(scene)?);
        let new = Addition::Upload(paper(scene, &component));
        upload::declare(conn, who, scene.catalogue, self.id, new, &attempt(who.now)).await?;
        papers_arrive(conn, &self.applicant(who.now + minutes(1)), self.id).await
    }

    /// What is asked for when something is missing.
    pub(super) fn wanting(&self, scene: &Scene<'_>) -> Result<SupplementRequest> {
        Ok(SupplementRequest {
            ground: SupplementGround::Incomplete,
            reason: "Thành phần hồ sơ chưa đầy đủ, đề nghị bổ sung.".to_owned(),
            components: vec![wanted(self.case(scene)?)],
        })
    }
}

/// What those say who want it no more.
pub(super) fn given_up() -> Withdrawal {
    Withdrawal { ground: WithdrawalGround::NoLongerNeeded, reason: None }
}

/// A paper that no database of the State gives in its place.
fn wanted(case: &Case) -> String {
    let own = case.components.iter().find(|component| component.required && component.data_source.is_none());
    own.map(|component| component.code.clone()).unwrap_or_default()
}

fn paper(scene: &Scene<'_>, component: &str) -> NewAttachment {
    NewAttachment {
        id: None,
        component: component.to_owned(),
        file_name: format!("{component}.pdf"),
        media_type: MediaType::Pdf,
        size: PAPER.len() as i64,
        sha256: scene.paper,
    }
}

/// What has to be paid on a channel, if anything.
fn fee(case: &Case, channel: Channel) -> Option<&Fee> {
    case.fees(channel).iter().find(|fee| fee.amount > 0)
}
