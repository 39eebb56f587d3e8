//! What its denouncer withdraws, all of it or a part, and what is settled all the same (Luật Tố cáo Art. 33).

use ::denunciations::workflow::DenunciationAction::*;
use serde_json::{Value, json};

use super::{follow, new, of_two, path, said, send, walk};
use crate::cast::Cast;
use crate::harness::{Answer, TestApp};

async fn withdraw(app: &TestApp, code: &str) -> Answer {
    let wish = json!({ "receipt_code": code, "words": "Tôi xin rút tố cáo." });
    app.anonymous().post("/v1/denouncer/withdraw", wish).await
}

async fn withdraw_part(app: &TestApp, code: &str, contents: &[u16]) -> Answer {
    let wish = json!({ "receipt_code": code, "contents": contents, "words": "Tôi xin rút nội dung này." });
    app.anonymous().post("/v1/denouncer/withdraw-part", wish).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_ends_it_only_as_whoever_decides_says() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, new()).await;
    let head = cast.client("chanhthanhtra");
    head.post(&path(&id, Terminate), said(Terminate)).await.expect(409);
    // Settled all the same, on each of the grounds of the law, and on no other.
    for ground in ["signs_of_violation", "under_threat", "slander", "others_go_on"] {
        withdraw(&app, &code).await.expect(200);
        let why = json!({ "ground": ground, "reason": "Theo kết quả đã kiểm tra." });
        let goes_on = head.post(&path(&id, RefuseWithdrawal), why.clone()).await.expect(200).json;
        assert_eq!((&goes_on["status"], &goes_on["withdrawal_asked_at"]), (&json!("received"), &Value::Null));
        head.post(&path(&id, RefuseWithdrawal), why).await.expect(409);
    }
    withdraw(&app, &code).await.expect(200);
    let other = json!({ "ground": "no_grounds", "reason": "Theo kết quả đã kiểm tra." });
    assert_eq!(head.post(&path(&id, RefuseWithdrawal), other).await.expect(422).wrong(), ["/ground"].into());
    assert_eq!(walk(&cast, &id, &[Terminate]).await["status"], "terminated");
    let over = withdraw(&app, &code).await.expect(409);
    assert_eq!(over.problem(), "denunciation.over");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_what_is_withdrawn_in_part_the_rest_is_settled_in_the_same_time() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, of_two()).await;
    let head = cast.client("chanhthanhtra");
    let accepted = walk(&cast, &id, &[Accept, Assign]).await;
    head.post(&path(&id, SettleRest), said(SettleRest)).await.expect(409);
    for (contents, wrong) in [(&[2][..], "/contents/0"), (&[1, 1][..], "/contents/1"), (&[0, 1][..], "/contents")] {
        assert_eq!(withdraw_part(&app, &code, contents).await.expect(422).wrong(), [wrong].into());
    }
    let asked = withdraw_part(&app, &code, &[1]).await.expect(200).json;
    assert_eq!((&asked["withdrawal_of"], &asked["withdrawn"]), (&json!([1]), &Value::Null));
    // A part is no reason to end all of it.
    head.post(&path(&id, Terminate), said(Terminate)).await.expect(409);
    let rest = walk(&cast, &id, &[SettleRest]).await;
    assert_eq!(
        (&rest["withdrawn"], &rest["withdrawal_of"], &rest["status"]),
        (&json!([1]), &Value::Null, &json!("verifying"))
    );
    assert_eq!(rest["clocks"], accepted["clocks"], "no limit is another");
    assert_eq!(follow(&app.anonymous(), &code).await.expect(200).json["withdrawn"], json!([1]));
    // What is withdrawn stands no more, and what is left is withdrawn as a whole.
    assert_eq!(withdraw_part(&app, &code, &[1]).await.expect(422).wrong(), ["/contents/0"].into());
    assert_eq!(withdraw_part(&app, &code, &[0]).await.expect(422).wrong(), ["/contents"].into());
    // Its places mean the same when something is taken out of it.
    let fewer = json!({ "subject": "Tố cáo nhận tiền", "contents": ["Một cán bộ yêu cầu đưa tiền."] });
    assert_eq!(head.post(&path(&id, Redact), fewer).await.expect(422).wrong(), ["/contents"].into());
    assert_eq!(walk(&cast, &id, &[Report, Conclude]).await["withdrawn"], json!([1]));
    assert_eq!(withdraw_part(&app, &code, &[0]).await.expect(409).problem(), "denunciation.over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_is_settled_all_the_same_where_it_was_withdrawn_under_threat() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let (code, id) = send(&app, &cast, of_two()).await;
    withdraw_part(&app, &code, &[0]).await.expect(200);
    let goes_on = walk(&cast, &id, &[RefuseWithdrawal]).await;
    assert_eq!((&goes_on["withdrawal_asked_at"], &goes_on["withdrawn"]), (&Value::Null, &Value::Null));
    // What was said last counts: all of it after a part, a part after all of it.
    withdraw_part(&app, &code, &[0]).await.expect(200);
    withdraw(&app, &code).await.expect(200);
    withdraw_part(&app, &code, &[1]).await.expect(200);
    assert_eq!(walk(&cast, &id, &[SettleRest]).await["withdrawn"], json!([1]));
    withdraw(&app, &code).await.expect(200);
    assert_eq!(walk(&cast, &id, &[Terminate]).await["status"], "terminated");
}
