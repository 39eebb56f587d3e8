//! The page of the demo's identity provider.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use directory::demo::{CITIZENS, PASSWORD};
use kernel::problem::Text;
use reqwest::Url;
use serde::{Deserialize, Serialize};

use super::browser::Browser;
use super::demo_provider::{DemoProvider, PATH, here};
use super::form::{Pairs, Params};
use super::page::{Page, redirect, refusal};
use super::ticket::Tickets;
use super::{pkce, provider};
use crate::call::Call;
use crate::problem::Result;

/// What its one client asks for.
#[derive(Serialize, Deserialize)]
struct Asked {
    redirect_uri: String,
    state: String,
    nonce: String,
    challenge: String,
}

/// Shows the page on which a citizen signs in.
pub async fn ask(call: Call, request: HttpRequest) -> Result<HttpResponse> {
    let demo = here(&call)?;
    let params = Params::of_query(request.query_string()).ok();
    Ok(match params.and_then(|params| asked(&call, demo, &params)) {
        Some(asked) => page(&call, &request, &asked, StatusCode::OK, None),
        None => nothing_asked(),
    })
}

/// Takes user name and password of a citizen.
pub async fn answer(call: Call, request: HttpRequest, pairs: Pairs) -> Result<HttpResponse> {
    let demo = here(&call)?;
    let params = Params::of(pairs.into_inner()).ok();
    let get = |name| params.as_ref().and_then(|params| params.get(name)).unwrap_or_default();
    let browser = Browser::known(&request, &call.app.settings);
    let asked = browser.and_then(|browser| tickets(&call, &browser).open::<Asked>(get("ticket")));
    let Some(asked) = asked else { return Ok(nothing_asked()) };
    let citizen = CITIZENS.iter().find(|citizen| citizen.username == get("username").to_lowercase());
    let Some(citizen) = citizen.filter(|_| get("password") == PASSWORD) else {
        let wrong = Text::fixed("Sai tên đăng nhập hoặc mật khẩu.", "Wrong user name or password.");
        return Ok(page(&call, &request, &asked, StatusCode::FORBIDDEN, Some(&wrong)));
    };
    let code = demo.grant(citizen, &asked.nonce, &asked.challenge, call.ctx.now);
    let answer = [("code", &code), ("state", &asked.state), ("iss", &demo.issuer)];
    Ok(match Url::parse_with_params(&asked.redirect_uri, answer) {
        Ok(address) => redirect(address.as_str()),
        Err(_) => nothing_asked(),
    })
}

fn asked(call: &Call, demo: &DemoProvider, params: &Params) -> Option<Asked> {
    let get = |name| params.get(name).map(str::to_owned);
    let known = params.get("client_id") == Some(&demo.client.client_id)
        && params.get("redirect_uri") == Some(&provider::callback(&call.app.settings))
        && params.get("response_type") == Some("code")
        && params.get("code_challenge_method") == Some("S256")
        && params.get("code_challenge").is_some_and(pkce::is_challenge);
    let asked = Asked {
        redirect_uri: get("redirect_uri")?,
        state: get("state")?,
        nonce: get("nonce")?,
        challenge: get("code_challenge")?,
    };
    known.then_some(asked)
}

fn page(call: &Call, request: &HttpRequest, asked: &Asked, status: StatusCode, wrong: Option<&Text>) -> HttpResponse {
    let browser = Browser::of(request, &call.app.settings);
    let about = Text::fixed(
        "Trang này thay cho VNeID khi chạy thử: congdan1 hoặc congdan2, mật khẩu caunoi-demo.",
        "This page stands in for VNeID in the demo: congdan1 or congdan2, password caunoi-demo.",
    );
    let mut page =
        Page::new(Text::fixed("VNeID (bản thử)", "VNeID (demo)")).leads_to(&asked.redirect_uri).paragraph(&about);
    if let Some(wrong) = wrong {
        page = page.alert(wrong);
    }
    let ticket = tickets(call, &browser).issue(asked);
    let mut response = page.sign_in_form(&format!("{PATH}/authorize"), &ticket).respond(status);
    // The cookie's characters are base64url: nothing that could fail.
    let _ = response.add_cookie(&browser.cookie(&call.app.settings));
    response
}

fn tickets<'a>(call: &'a Call, browser: &'a Browser) -> Tickets<'a> {
    Tickets { key: &call.app.settings.secret, page: "demo provider", browser, now: call.ctx.now }
}

fn nothing_asked() -> HttpResponse {
    refusal(StatusCode::BAD_REQUEST, &Text::fixed("Yêu cầu đăng nhập không hợp lệ.", "The sign-in request is invalid."))
}
