//! Texts to begin from: of the city and of the commune.

use complaints::CaseKind;
use complaints::template::write;
use complaints::template::{NewAnswerTemplate, TemplateId};
use complaints::workflow::CaseAction;
use diesel_async::AsyncPgConnection;
use kernel::Role;
use kernel::idempotency::Attempt;
use kernel::problem::Result;

use super::{fixed, officer};
use crate::app::App;

/// The kind of their ids, as the contract's examples name them.
const TEMPLATES: u8 = 0xc5;

const ANSWER: &str = "Kính gửi {sender}. {agency} đã nhận đơn {code} ngày {received_on} về việc: {subject}. Qua kiểm tra: \
                      {kết quả kiểm tra, có căn cứ}. Việc đã làm: {biện pháp, ngày hoàn thành}. Nếu không đồng ý, ông/bà có quyền \
                      {quyền tiếp theo}.";
const GUIDE: &str = "Kính gửi {sender}. Nội dung đơn ngày {received_on} thuộc thẩm quyền của {cơ quan} theo {căn cứ}; ông/bà gửi \
                     đơn đến {địa chỉ, điện thoại}.";
const SUPPLEMENT: &str = "Kính gửi {sender}. Để xem xét đơn {code}, đề nghị ông/bà gửi thêm {giấy tờ}, vì {lý do}.";

pub async fn load(app: &App, conn: &mut AsyncPgConnection) -> Result<()> {
    let now = app.clock.now();
    let city = officer("chutich", Role::HeadOfAgency, now)?;
    let commune = officer("lanhdao", Role::Leader, now)?;
    for (n, maker, kind, action, name, body) in [
        (1, &city, CaseKind::Petition, CaseAction::Answer, "Trả lời kiến nghị", ANSWER),
        (2, &commune, CaseKind::Petition, CaseAction::Guide, "Hướng dẫn đến cơ quan có thẩm quyền", GUIDE),
        (3, &commune, CaseKind::Complaint, CaseAction::RequestSupplement, "Đề nghị bổ sung", SUPPLEMENT),
    ] {
        let id = TemplateId(fixed(TEMPLATES, n));
        let new = NewAnswerTemplate { kind, action, name: name.to_owned(), body: body.to_owned() };
        write::make(conn, maker, id, new, &Attempt::new(None, "DEMO", "template", id.0, &[n])).await?;
    }
    Ok(())
}
