//! The authorization endpoint (RFC 6749 §4.1): the page on which a person signs in for an application.

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web::{Data, ServiceConfig, get, post, resource};
use actix_web::{HttpRequest, HttpResponse};
use directory::authorization::{self, Request};
use directory::{AccountId, problem as known};
use kernel::problem::{Kind, Text};

use super::browser::Browser;
use super::client::{self, Refusal, back};
use super::form::{Pairs, Params};
use super::page::{Page, redirect, refusal};
use super::sessions;
use super::ticket::Tickets;
use crate::call::Call;
use crate::problem::{Result, status};
use crate::traffic::Traffic;

pub fn configure(config: &mut ServiceConfig) {
    config.service(resource("/authorize").route(get().to(ask)).route(post().to(answer)));
}

/// Shows the sign-in page, or says why it cannot.
async fn ask(call: Call, request: HttpRequest) -> Result<HttpResponse> {
    let settings = &call.app.settings;
    let asked = Params::of_query(request.query_string())
        .map_err(|_| Refusal::Here("?"))
        .and_then(|params| client::request(settings, &params))
        .and_then(|asked| match asked.agency_id.map(|id| call.app.agencies.load().get(id).is_some()) {
            Some(false) => Err(Refusal::There(Box::new(asked), "invalid_request")),
            _ => Ok(asked),
        });
    match asked {
        Ok(asked) => Ok(sign_in_page(&call, &request, asked, StatusCode::OK, None)),
        Err(Refusal::There(asked, error)) => Ok(redirect(&back(settings, &asked, ("error", error)))),
        Err(Refusal::Here(what)) => Ok(refusal(
            StatusCode::BAD_REQUEST,
            &Text::new(
                format!("Ứng dụng đã gửi một yêu cầu không hợp lệ ({what}). Hãy báo cho đơn vị quản lý ứng dụng."),
                format!("The application has sent an invalid request ({what}). Tell those who run it."),
            ),
        )),
    }
}

/// Takes user name and password of a member of staff.
async fn answer(call: Call, request: HttpRequest, traffic: Data<Traffic>, pairs: Pairs) -> Result<HttpResponse> {
    let params = Params::of(pairs.into_inner()).ok();
    let get = |name| params.as_ref().and_then(|params| params.get(name)).unwrap_or_default();
    let Some(asked) = asked(&call, &request, get("ticket")) else { return Ok(expired()) };
    let (username, password) = (get("username").to_owned(), get("password").to_owned());
    match sessions::sign_in(&call, &request, &traffic, username, password).await {
        Ok(account) => {
            let (ctx, agency, id) = (call.ctx.clone(), asked.agency_id, account.id());
            match call.db.run(async move |conn| account.work_for(conn, &ctx, agency).await).await {
                Ok(_) => finish(&call, asked, id).await,
                Err(error) if error.is(&known::AGENCY_NOT_YOURS) => {
                    Ok(redirect(&back(&call.app.settings, &asked, ("error", "access_denied"))))
                }
                Err(error) => Err(error.into()),
            }
        }
        Err(error) if matches!(error.problem.kind, Kind::Unauthenticated | Kind::TooMany) => {
            let Text { vi, en } = &error.problem.title;
            let words = match error.retry_after {
                Some(seconds) => {
                    let minutes = seconds.div_ceil(60);
                    Text::new(
                        format!("{vi}. Thử lại sau {minutes} phút."),
                        format!("{en}. Try again in {minutes} min."),
                    )
                }
                None => Text::new(format!("{vi}."), format!("{en}.")),
            };
            // 401 would need a challenge that no browser can answer here.
            let code =
                if error.is(&known::BAD_CREDENTIALS) { StatusCode::FORBIDDEN } else { status(error.problem.kind) };
            let mut page = sign_in_page(&call, &request, asked, code, Some(words));
            if let Some(seconds) = error.retry_after {
                page.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            }
            Ok(page)
        }
        Err(error) => Err(error.into()),
    }
}

/// What was asked for, if this browser asked for it.
pub(super) fn asked(call: &Call, request: &HttpRequest, ticket: &str) -> Option<Request> {
    let settings = &call.app.settings;
    let browser = Browser::known(request, settings)?;
    tickets(call, &browser).open(ticket)
}

fn tickets<'a>(call: &'a Call, browser: &'a Browser) -> Tickets<'a> {
    Tickets { key: &call.app.settings.secret, page: "sign-in", browser, now: call.ctx.now }
}

/// Sends the person back to the application with a code.
pub(super) async fn finish(call: &Call, asked: Request, account: AccountId) -> Result<HttpResponse> {
    let (ctx, request) = (call.ctx.clone(), asked.clone());
    let code = call.db.run(async move |conn| authorization::grant(conn, &ctx, request, account).await).await?;
    Ok(redirect(&back(&call.app.settings, &asked, ("code", &code))))
}

/// What is shown when form and browser do not belong together, or no longer.
pub(super) fn expired() -> HttpResponse {
    let words = Text::fixed(
        "Lần đăng nhập này đã hết hạn hoặc được bắt đầu ở trình duyệt khác. Hãy quay lại ứng dụng và đăng nhập lại.",
        "This sign-in has expired or was started in another browser. Go back to the application and sign in again.",
    );
    refusal(StatusCode::BAD_REQUEST, &words)
}

fn sign_in_page(
    call: &Call,
    request: &HttpRequest,
    asked: Request,
    status: StatusCode,
    wrong: Option<Text>,
) -> HttpResponse {
    let settings = &call.app.settings;
    let browser = Browser::of(request, settings);
    let application = Text::new(
        format!("Ứng dụng “{}” muốn biết bạn là ai.", asked.client_id),
        format!("The application “{}” wants to know who you are.", asked.client_id),
    );
    let mut page = Page::new(Text::fixed("Đăng nhập", "Sign in")).leads_to(&asked.redirect_uri).paragraph(&application);
    if let Some(wrong) = &wrong {
        page = page.alert(wrong);
    }
    let ticket = tickets(call, &browser).issue(&asked);
    if call.app.auth.provider.is_some() {
        page = page.heading(&Text::fixed("Công dân", "Citizens")).link(
            &format!("/oauth/hand-over?ticket={ticket}"),
            &Text::fixed("Đăng nhập bằng VNeID", "Sign in with VNeID"),
        );
    }
    page = page.heading(&Text::fixed("Cán bộ", "Staff")).sign_in_form("/oauth/authorize", &ticket);
    let mut response = page.respond(status);
    // The cookie's characters are base64url: nothing that could fail.
    let _ = response.add_cookie(&browser.cookie(settings));
    response
}
