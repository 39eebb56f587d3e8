//! Sessions: staff sign in with user name and password; who has a session keeps it going, ends it, asks who they are.

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use directory::sign_in::Attempt;
use directory::{Account, AccountId, NewSession, session};
use kernel::id::AgencyId;
use kernel::{Actor, Permission, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::token::{self, Tokens};
use crate::body::Body;
use crate::call::Call;
use crate::problem::{Document, Language, Result, UNAUTHENTICATED};
use crate::traffic::Traffic;

/// The application that holds sessions opened here, in tokens and in refresh tokens.
const DIRECT: &str = "direct";

/// Adds the operations of this file.
pub fn configure(config: &mut ServiceConfig) {
    config.service(create_session).service(refresh_session).service(end_session).service(get_me);
}

/// What staff sign in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "username": "tiepnhan", "password": "caunoi-demo" }))]
struct Credentials {
    #[schema(min_length = 1, max_length = 100)]
    username: String,
    #[schema(min_length = 1, max_length = 200, format = Password, pattern = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$")]
    password: String,
    /// Which of their agencies to act for; the main one when absent. `GET /v1/me` names them.
    agency_id: Option<AgencyId>,
}

/// A refresh token as it was given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "refresh_token": "AZrC1HsevVKcMw1_bw9MEZ3vF0o0Yk5m0p2mCq8s5rX7dBvJ1tq0H3wYv2u6aT9mZGlyZWN0" }))]
struct RefreshInput {
    #[schema(min_length = 1, max_length = 400)]
    refresh_token: String,
}

/// Tokens (RFC 6749 §5.1).
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "access_token": "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwOi8vMTI3LjAuMC4xIn0.c2ln",
    "token_type": "Bearer", "expires_in": 600,
    "refresh_token": "AZrC1HsevVKcMw1_bw9MEZ3vF0o0Yk5m0p2mCq8s5rX7dBvJ1tq0H3wYv2u6aT9mZGlyZWN0"
}))]
pub(super) struct TokenAnswer {
    /// Send it as `Authorization: Bearer …`.
    #[schema(max_length = 8000)]
    access_token: String,
    #[schema(max_length = 10, pattern = "^Bearer$")]
    token_type: &'static str,
    /// Seconds until the access token expires.
    #[schema(minimum = 0, maximum = 600)]
    expires_in: i64,
    /// Gives the next pair of tokens, once. Keep it secret.
    #[schema(max_length = 400)]
    refresh_token: String,
}

impl TokenAnswer {
    /// The tokens of a session.
    pub fn new(call: &Call, session: NewSession) -> Self {
        let (access_token, expires_in) = token::issue(&call.app, &session, call.ctx.now);
        Self { access_token, token_type: "Bearer", expires_in, refresh_token: session.refresh_token }
    }
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "019b76da-a800-7000-8000-b00000000000", "kind": "staff", "name": "Lê Thu Hà",
    "roles": ["reception_officer"], "permissions": ["dossier:receive", "dossier:read"],
    "agency": { "id": "019b76da-a800-7000-8000-a00000000006", "code": "H26.13.01", "name": "Ủy ban nhân dân phường Hoàn Kiếm" },
    "agencies": [
        { "id": "019b76da-a800-7000-8000-a00000000006", "code": "H26.13.01", "name": "Ủy ban nhân dân phường Hoàn Kiếm" }
    ]
}))]
struct Me {
    id: Uuid,
    #[schema(max_length = 10, pattern = "^(staff|citizen)$")]
    kind: &'static str,
    #[schema(max_length = 200)]
    name: String,
    #[schema(max_items = 20)]
    roles: Vec<Role>,
    /// What the roles allow, and what colleagues have lent; on which rows is decided where they are read.
    #[schema(max_items = 50)]
    permissions: Vec<Permission>,
    /// For staff: the agency they act for.
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<AgencyName>,
    /// For staff: the agencies where they have a role today, and can sign in for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    agencies: Vec<AgencyName>,
}

/// An agency, by name.
#[derive(Serialize, ToSchema)]
struct AgencyName {
    id: AgencyId,
    #[schema(max_length = 50)]
    code: String,
    /// In the caller's language.
    #[schema(max_length = 300)]
    name: String,
}

/// Sign in (staff)
///
/// Opens a session with user name and password, for one agency. Ten failures within 15 minutes shut a user name out for
/// the rest of them, on all replicas. Citizens sign in through `/oauth/authorize`.
#[utoipa::path(
    tag = "sessions", operation_id = "createSession", request_body = Credentials, security((), ("oauth" = [])),
    responses(
        (status = 200, description = "Signed in.", body = TokenAnswer),
        (status = 403, description = "There is no role at this agency today.", body = Document),
    )
)]
#[post("/v1/sessions")]
async fn create_session(
    call: Call,
    request: HttpRequest,
    traffic: Data<Traffic>,
    input: Body<Credentials>,
) -> Result<web::Json<TokenAnswer>> {
    let Credentials { username, password, agency_id } = input.0;
    let account = sign_in(&call, &request, &traffic, username, password).await?;
    let ctx = call.ctx.clone();
    let session = call.db.run(async move |conn| session::open(conn, &ctx, &account, agency_id, DIRECT).await).await?;
    Ok(web::Json(TokenAnswer::new(&call, session)))
}

/// Signs a member of staff in. The password is checked without holding a database connection.
pub(super) async fn sign_in(
    call: &Call,
    request: &HttpRequest,
    traffic: &Traffic,
    username: String,
    password: String,
) -> kernel::Result<Account> {
    let (app, ctx, address) = (call.app.clone(), call.ctx.clone(), traffic.address(request));
    let begin = async move |conn: &mut _| Attempt::begin(conn, &ctx, &app.settings.secret, &username, address).await;
    let success = call.db.run(begin).await?.verify(password).await?;
    call.db.run(async move |conn| Ok(Account::Staff(success.conclude(conn).await?))).await
}

/// Refresh a session
///
/// Exchanges the refresh token for a new pair of tokens, with the roles and delegations of now: what has ended since is over
/// within ten minutes. The old refresh token works for 30 more seconds, in case the answer is lost; used later than that, it
/// ends the session, as somebody must have a copy.
#[utoipa::path(
    tag = "sessions", operation_id = "refreshSession", request_body = RefreshInput, security((), ("oauth" = [])),
    responses((status = 200, description = "The next pair of tokens.", body = TokenAnswer))
)]
#[post("/v1/sessions/refresh")]
async fn refresh_session(call: Call, input: Body<RefreshInput>) -> Result<web::Json<TokenAnswer>> {
    let (app, ctx, token) = (call.app.clone(), call.ctx.clone(), input.0.refresh_token);
    let refresh = async move |conn: &mut _| session::refresh(conn, &ctx, &app.settings.secret, &token, None).await;
    let session = call.db.run(refresh).await?;
    Ok(web::Json(TokenAnswer::new(&call, session)))
}

/// Sign out
///
/// Ends the session of the access token: its refresh token works no longer. The access token itself expires within ten
/// minutes.
#[utoipa::path(
    tag = "sessions", operation_id = "endSession", security(("oauth" = [])),
    responses((status = 204, description = "The session is over."))
)]
#[delete("/v1/sessions/current")]
async fn end_session(call: Call, request: HttpRequest, tokens: Data<Tokens>) -> Result<HttpResponse> {
    let settings = &call.app.settings;
    let token =
        request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let session =
        tokens.identify(&settings.keys, &settings.public_url, token.unwrap_or_default(), call.ctx.now)?.session;
    let ctx = call.ctx.clone();
    call.db.run(async move |conn| session::end(conn, &ctx, session).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Who am I
///
/// The account behind the access token, with the roles and permissions that the token gives, and the agencies for which one
/// could sign in.
#[utoipa::path(
    tag = "sessions", operation_id = "getMe", security(("oauth" = [])),
    responses((status = 200, description = "The account.", body = Me))
)]
#[get("/v1/me")]
async fn get_me(call: Call) -> Result<web::Json<Me>> {
    let id = match call.ctx.actor {
        Actor::Staff { id, .. } => AccountId::Staff(id),
        Actor::Citizen(id) => AccountId::Citizen(id),
        Actor::Anonymous | Actor::System => return Err(UNAUTHENTICATED.error().into()),
    };
    let account = id.load(&mut *call.db.conn().await?).await?.ok_or_else(|| UNAUTHENTICATED.error())?;
    let actor = &call.ctx.actor;
    let known = call.app.agencies.load();
    let name = |id| {
        let agency = known.get(id)?;
        let name = match call.language {
            Language::Vi => agency.name.clone(),
            Language::En => agency.name_en.clone(),
        };
        Some(AgencyName { id, code: agency.code.clone(), name })
    };
    let agencies = match &account {
        Account::Staff(staff) => staff.agencies_on(deadlines::vn_date(call.ctx.now)),
        Account::Citizen(_) => vec![],
    };
    let roles = match actor {
        Actor::Staff { roles, .. } => roles.clone(),
        _ => vec![Role::Citizen],
    };
    Ok(web::Json(Me {
        id: account.uuid(),
        kind: actor.kind(),
        name: account.name().to_owned(),
        roles,
        permissions: token::permissions(actor).collect(),
        agency: actor.agency().and_then(name),
        agencies: agencies.into_iter().filter_map(name).collect(),
    }))
}
