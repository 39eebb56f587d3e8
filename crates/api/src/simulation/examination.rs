//! From the hand-over to the result in the applicant's hands.

use chrono::{DateTime, Days, TimeDelta, Utc};
use deadlines::{end_of_day, vn_date};
use diesel_async::AsyncPgConnection;
use kernel::{Ctx, Result};
use procedures::consultation::ask::{self, NewConsultation, NewQuestion};
use procedures::consultation::reply::{self, NewOpinion};
use procedures::consultation::{ConsultationId, Opinion};
use procedures::delivery::{DeliveryMethod, NewDelivery, Originals, Recipient, Signature};
use procedures::dossier::Outcome;
use procedures::request::{
    NewResult, Proposal, Reappointment, Reasoned, RefusalGround, StopGround, Stoppage, SupplementNotice,
    SupplementProposal, SupplementRequest, VerificationPlan, VerificationRecord,
};
use procedures::steps;

use super::Scene;
use super::intake::given_up;
use super::life::{Act, Life, Next, Turn, attempt, step};

impl Life<'_> {
    pub(super) async fn start(
        &mut self,
        conn: &mut AsyncPgConnection,
        scene: &Scene<'_>,
        now: DateTime<Utc>,
    ) -> Result<Next> {
        step!(self, scene, conn, &self.deciding.examiner(now), steps::start_processing)?;
        Ok(Some((self.work(scene, self.deciding, now, 20..120)?, Act::Examine)))
    }

    /// Something is missing, others are asked, it is looked at on the spot, it is given up; or a result is proposed.
    pub(super) async fn examine(
        &mut self,
        conn: &mut AsyncPgConnection,
        scene: &Scene<'_>,
        now: DateTime<Utc>,
    ) -> Result<Next> {
        let examiner = self.deciding.examiner(now);
        if self.once(Turn::Supplement, self.deciding.habits.supplement) {
            return self.ask_applicant(conn, scene, &examiner).await;
        }
        if self.once(Turn::Withdrawal, 15) {
            step!(self, scene, conn, &self.applicant(now), steps::request_withdrawal, given_up())?;
            return Ok(Some((self.work(scene, self.deciding, now, 60..480)?, Act::DecideWithdrawal)));
        }
        if self.case(scene)?.consultation.is_some() && self.once(Turn::Consultation, 500) {
            return self.consult(conn, scene, now).await;
        }
        if self.once(Turn::Verification, 100) {
            let subject = "Xác minh thông tin trong hồ sơ tại nơi cư trú.".to_owned();
            let plan = VerificationPlan { appointment_at: None, subject };
            step!(self, scene, conn, &examiner, steps::verify, plan)?;
            return Ok(Some((self.work(scene, self.deciding, now, 120..600)?, Act::RecordVerification)));
        }
        self.proposed_at = self.done_at(scene, now)?;
        let due_at = self.heard.due_at.unwrap_or(now);
        if self.proposed_at >= due_at && self.chance(self.deciding.habits.extension) {
            // In good time: it must be told a day before the old date at the latest.
            let told_at = scene.hours.after(now.max(due_at - TimeDelta::days(3)), TimeDelta::minutes(20))?;
            if deadlines::may_reappoint(due_at, told_at) {
                return Ok(Some((told_at, Act::Reappoint)));
            }
        }
        Ok(Some((self.proposed_at, Act::Propose)))
    }

    /// The officer proposes it, the leader signs it, reception sends it.
    async fn ask_applicant(&mut self, conn: &mut AsyncPgConnection, scene: &Scene<'_>, examiner: &Ctx) -> Result<Next> {
        let SupplementRequest { ground, reason, components } = self.wanting(scene)?;
        let late_reason = Some("Hồ sơ cần thẩm định kỹ mới xác định được phần còn thiếu.".to_owned());
        let what = SupplementProposal { ground, reason, components, late_reason: late_reason.clone() };
        step!(self, scene, conn, examiner, steps::propose_supplement, what)?;
        let leader = self.deciding.leader(self.work(scene, self.deciding, examiner.now, 10..60)?);
        step!(self, scene, conn, &leader, steps::sign_supplement)?;
        let reception = self.receiving.reception(self.work(scene, self.receiving, leader.now, 5..30)?);
        let notice = SupplementNotice { late_reason };
        step!(self, scene, conn, &reception, steps::request_supplement, notice)?;
        Ok(Some(match self.chance(920) {
            true => (self.in_days(scene, reception.now, 1..13)?, Act::Supply),
            // The time for it may end after days off.
            false => (self.in_days(scene, reception.now, 42..50)?, Act::Stop),
        }))
    }

    async fn consult(&mut self, conn: &mut AsyncPgConnection, scene: &Scene<'_>, now: DateTime<Utc>) -> Result<Next> {
        let Some(asked) = &scene.city.construction else { return Ok(Some((now, Act::Examine))) };
        let id = ConsultationId::at(now);
        let question = NewQuestion {
            id: Some(id),
            agency: asked.code.clone(),
            question: "Đề nghị cho ý kiến về quy hoạch chi tiết của khu vực.".to_owned(),
            limit: None,
        };
        let new = NewConsultation { questions: vec![question] };
        step!(self, scene, conn, &self.deciding.examiner(now), ask::consult, &[asked.agency], new)?;
        let rule = self.case(scene)?.consultation.as_ref().map(|rule| (rule.limit, rule.silence_consents));
        let Some((limit, silence_consents)) = rule else { return Ok(None) };
        let rules = &scene.app.rules;
        let due_at = rules.due_at(limit, asked.agency, now)?;
        let in_time = scene.hours.after(now, TimeDelta::minutes(self.rng.i64(60..600)))?;
        if in_time < due_at && self.chance(750) {
            return Ok(Some((in_time, Act::Answer(id))));
        }
        // The timer has told of the silence by the evening of its day.
        let morning = scene.hours.after(end_of_day(vn_date(due_at)), TimeDelta::minutes(self.rng.i64(10..60)))?;
        Ok(Some((morning, if silence_consents { Act::Examine } else { Act::EndConsultation })))
    }

    pub(super) async fn answer(
        &mut self,
        conn: &mut AsyncPgConnection,
        scene: &Scene<'_>,
        now: DateTime<Utc>,
        asked: ConsultationId,
    ) -> Result<Next> {
        let Some(unit) = &scene.city.construction else { return Ok(None) };
        let opinion = if self.chance(800) { Opinion::Agreed } else { Opinion::AgreedOnConditions };
        let new =
            NewOpinion { opinion, words: "Thống nhất với nội dung đề nghị trong hồ sơ.".to_owned() };
        reply::reply(conn, &unit.examiner(now), scene.world(), asked, new, &attempt(now)).await?;
        Ok(Some((self.work(scene, self.deciding, now, 20..120)?, Act::Examine)))
    }

    pub(super) async fn end_consultation(
        &mut self,
        conn: &mut AsyncPgConnection,
        scene: &Scene<'_>,
        now: DateTime<Utc>,
    ) -> Result<Next> {
        let why = Reasoned { reason: "Cơ quan được hỏi không trả lời trong thời hạn.".to_owned() };
        step!(self, scene, conn, &self.deciding.examiner(now), ask::end, why)?;
        Ok(Some((self.work(scene, self.deciding, now, 20..120)?, Act::Examine)))
    }

    pub(super) async fn record_verification(
        &mut self,
        conn: &mut AsyncPgConnection,
        scene: &Scene<'_>,
        now: DateTime<Utc>,
    ) -> Result<Next> {
        let record = VerificationRecord {
            held_at: now - TimeDelta::minutes(30),
            place: "Nơi cư trú của người nộp hồ sơ".to_owned(),
            participants: "Chuyên viên; người nộp hồ sơ".to_owned(),
            findings: "Thông tin phù hợp với hồ sơ đã nộp.".to_owned(),
        };
        step!(self, scene, conn, &self.deciding.examiner(now), steps::record_verification, record)?;
        Ok(Some((self.work(scene, self.deciding, now, 20..120)?, Act::Examine)))
    }

    pub(super) async fn supply(
        &mut self,
        conn: &mut AsyncPgConnection,
        scene: &Scene<'_>,
        now: DateTime<Utc>,
    ) -> Result<Next> {
        self.bring_paper(conn, scene, &self.applicant(now)).await?;
        let then = now + TimeDelta::minutes(5);
        step!(self, scene, conn, &self.receiving.reception(then), steps::confirm_supplement)?;
        Ok(Some((self.work(scene, self.deciding, then, 20..240)?, Act::Examine)))
    }

    pub(super) async fn stop(
        &mut self,
        conn: &mut AsyncPgConnection,
        scene: &Scene<'_>,
        now: DateTime<Utc>,
    ) -> Result<Next> {
        let reason = "Quá thời hạn mà hồ sơ không được bổ sung.".to_owned();
        let why = Stoppage { ground: StopGround::NotSupplemented, reason };
        step!(self, scene, conn, &self.deciding.leader(now), steps::stop, why)?;
        Ok(None)
    }

    pub(super) async fn decide_withdrawal(
        &mut self,
        conn: &mut AsyncPgConnection,
        scene: &Scene<'_>,
        now: DateTime<Utc>,
    ) -> Result<Next> {
        let leader = self.deciding.leader(now);
        if self.chance(850) {
            step!(self, scene, conn, &leader, steps::approve_withdrawal)?;
            return Ok(None);
        }
        let why = Reasoned { reason: "Người nộp hồ sơ đề nghị tiếp tục giải quyết.".to_owned() };
        step!(self, scene, conn, &leader, steps::refuse_withdrawal, why)?;
        Ok(Some((self.work(scene, self.deciding, now, 20..120)?, Act::Examine)))
    }

    pub(super) async fn reappoint(
        &mut self,
        conn: &mut AsyncPgConnection,
        scene: &Scene<'_>,
        now: DateTime<Utc>,
    ) -> Result<Next> {
        let due_date = vn_date(self.proposed_at) + Days::new(3);
        let reason = "Xin lỗi ông/bà: hồ sơ cần thêm thời gian thẩm định.".to_owned();
        step!(self, scene, conn, &self.deciding.leader(now), steps::reappoint, Reappointment { due_date, reason })?;
        Ok(Some((self.proposed_at, Act::Propose)))
    }

    pub(super) async fn propose(
        &mut self,
        conn: &mut AsyncPgConnection,
        scene: &Scene<'_>,
        now: DateTime<Utc>,
    ) -> Result<Next> {
        let (outcome, ground, reason) = self.verdict();
        let proposal = Proposal { outcome, ground, reason };
        step!(self, scene, conn, &self.deciding.examiner(now), steps::propose_result, proposal)?;
        Ok(Some((self.work(scene, self.deciding, now, 15..120)?, Act::Sign)))
    }

    pub(super) async fn sign(
        &mut self,
        conn: &mut AsyncPgConnection,
        scene: &Scene<'_>,
        now: DateTime<Utc>,
    ) -> Result<Next> {
        let leader = self.deciding.leader(now);
        if !self.case(scene)?.immediate && self.once(Turn::SentBack, 30) {
            let why = Reasoned { reason: "Đề nghị làm rõ căn cứ pháp lý.".to_owned() };
            step!(self, scene, conn, &leader, steps::send_back, why)?;
            return Ok(Some((self.work(scene, self.deciding, now, 60..240)?, Act::Propose)));
        }
        let (outcome, ground, reason) = self.verdict();
        let number = format!("{}/{}", self.rng.u32(1..10_000), self.matter.procedure);
        let result = NewResult { outcome, number, ground, reason, document: None };
        step!(self, scene, conn, &leader, steps::issue_result, result)?;
        // Some never come for it.
        if self.chance(40) {
            return Ok(None);
        }
        let fetched_at = match self.chance(600) {
            true => self.work(scene, self.receiving, now, 10..120)?,
            false => self.in_days(scene, now, 1..9)?,
        };
        Ok(Some((fetched_at, Act::Return)))
    }

    /// Drawn when it is first asked for: whoever signs does what was proposed.
    fn verdict(&mut self) -> (Outcome, Option<RefusalGround>, Option<String>) {
        let refusal = self.deciding.habits.refusal;
        let refused = match self.refused {
            Some(refused) => refused,
            None => *self.refused.insert(self.rng.u32(0..1000) < refusal),
        };
        match refused {
            false => (Outcome::Granted, None, None),
            true => {
                let reason = "Không đáp ứng điều kiện theo quy định của thủ tục.".to_owned();
                (Outcome::Refused, Some(RefusalGround::ConditionsNotMet), Some(reason))
            }
        }
    }

    /// What is owed is paid first.
    pub(super) async fn return_result(
        &mut self,
        conn: &mut AsyncPgConnection,
        scene: &Scene<'_>,
        now: DateTime<Utc>,
    ) -> Result<Next> {
        self.pay(conn, scene, now).await?;
        let reception = self.receiving.reception(now + TimeDelta::minutes(2));
        let delivery = self.delivery();
        step!(self, scene, conn, &reception, steps::return_result, delivery)?;
        Ok(None)
    }

    /// Some results are posted, the others fetched; some by somebody whom the applicant has sent.
    fn delivery(&mut self) -> NewDelivery {
        let posted = self.chance(150);
        let sent = !posted && self.chance(80);
        NewDelivery {
            method: Some(if posted { DeliveryMethod::Post } else { DeliveryMethod::Counter }),
            recipient: Some(if sent { Recipient::Representative } else { Recipient::Applicant }),
            recipient_name: sent.then(|| "Người được ủy quyền".to_owned()),
            authorisation: sent.then(|| format!("Giấy ủy quyền số {}", self.rng.u32(1..10_000))),
            signature: (!posted).then_some(Signature::Paper),
            originals: Some(Originals::NoneTaken),
            carrier: posted.then(|| "Bưu điện Việt Nam".to_owned()),
            tracking_number: posted.then(|| format!("EB{:09}VN", self.rng.u32(0..1_000_000_000))),
        }
    }
}
