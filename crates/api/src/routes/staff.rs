//! Staff: who works for which agencies, in which roles.

use actix_web::{HttpRequest, HttpResponse, get, post, put};
use directory::staff::change::{self, Hired};
use directory::staff::list::{self, Filter};
use directory::staff::password_code::{self, PasswordCode};
use directory::{Staff, StaffContent, password};
use kernel::id::StaffId;
use procedures::request::Plain;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::body::Body;
use crate::call::{Call, Id, Parameters, page};
use crate::problem::{Document, Result};
use crate::write::{Answered, Replace, Write, tagged, versioned};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_staff)
        .service(hire_staff)
        .service(set_password)
        .service(get_staff)
        .service(replace_staff)
        .service(deactivate_staff)
        .service(activate_staff)
        .service(reset_password);
}

/// A page of staff.
#[derive(Serialize, ToSchema)]
struct StaffPage {
    #[schema(max_items = 200)]
    items: Vec<Staff>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[schema(max_length = 500)]
    next_cursor: Option<String>,
}

/// A password of one's own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "code": "3v5Zk9Q0m2x8yT1bWc7uRfJ4hNsLpDgAeXoVqKiYtME", "password": "một mật khẩu đủ dài" }))]
struct NewPassword {
    /// As an administrator was given it.
    #[schema(min_length = 1, max_length = 100)]
    code: String,
    #[schema(min_length = 12, max_length = 200, format = Password, pattern = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$")]
    password: String,
}

/// List staff
///
/// Those of one's own agency; for an administrator, of all agencies they look after. By user name.
#[utoipa::path(operation_id = "listStaff", tag = "directory", security(("oauth" = ["staff:read"])), params(Filter),
    responses((status = 200, description = "A page.", body = StaffPage)))]
#[get("/v1/staff")]
async fn list_staff(call: Call, Parameters(filter): Parameters<Filter>, request: HttpRequest) -> Result<HttpResponse> {
    let cursors = call.cursors("staff", &filter);
    let agencies = call.app.agencies.load();
    let body = list::list(&mut *call.db.conn().await?, &call.ctx, &agencies, &cursors, &filter).await?;
    Ok(page(request.path(), request.query_string(), &body))
}

/// Hire a member of staff
///
/// The answer holds a code, good for 24 hours: with it, and nobody else's help, they set a password of their own. An
/// administrator looks after their own agency and all below it; roles that see every agency's dossiers are given at the top.
#[utoipa::path(operation_id = "hireStaff", tag = "directory", request_body = StaffContent,
    security(("oauth" = ["directory:manage"])),
    responses(
        (status = 201, description = "They can set a password and sign in.", body = Hired),
        (status = 409, description = "The user name is taken, or the same request is under way.", body = Document),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[post("/v1/staff")]
async fn hire_staff(write: Write<StaffContent>) -> Result<Answered> {
    write
        .run(async |conn, call, content, attempt| {
            let (agencies, id) = (call.app.agencies.load_full(), StaffId::at(call.ctx.now));
            change::hire(conn, &call.ctx, &agencies, id, content, attempt).await
        })
        .await
}

/// Set a password of one's own
///
/// With a code from an administrator, which works once. All earlier sessions end.
#[utoipa::path(operation_id = "setStaffPassword", tag = "directory", request_body = NewPassword, security((), ("oauth" = [])),
    responses(
        (status = 204, description = "The password is set."),
        (status = 404, description = "There is no such code, or it is used up or too old.", body = Document),
    ))]
#[post("/v1/password-codes/redeem")]
async fn set_password(call: Call, input: Body<NewPassword>) -> Result<HttpResponse> {
    let NewPassword { code, password } = input.0;
    // First whether there is such a code: a password takes its time, and that is not for everybody to spend.
    password_code::find(&mut *call.db.conn().await?, &call.ctx, &code).await?;
    let hash = password::hash(password).await?;
    let ctx = call.ctx.clone();
    call.db.run(async move |conn| password_code::redeem(conn, &ctx, &code, hash).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Read a member of staff
///
/// A colleague, or somebody whom one looks after; also one who was shut out.
#[utoipa::path(operation_id = "getStaff", tag = "directory", security(("oauth" = ["staff:read"])),
    params(("id" = StaffId, Path, description = "Their id.", example = "019b76da-a800-7000-8000-b00000000000")),
    responses(
        (status = 200, description = "The member of staff.", body = Staff),
        (status = 404, description = "There is none, or not for you to know.", body = Document),
    ))]
#[get("/v1/staff/{id}")]
async fn get_staff(call: Call, id: Id<StaffId>, request: HttpRequest) -> Result<HttpResponse> {
    let agencies = call.app.agencies.load();
    let staff = list::read(&mut *call.db.conn().await?, &call.ctx, &agencies, id.0).await?;
    versioned(&request, staff.version, || Ok(staff))
}

/// Change a member of staff
///
/// Makes them what the body says, whole: a role that is not sent is over. Whoever is signed in works with what they had for
/// ten minutes at most. Sent again after a lost answer, the same change is answered again.
#[utoipa::path(operation_id = "replaceStaff", tag = "directory", request_body = StaffContent,
    params(("id" = StaffId, Path, description = "Their id.", example = "019b76da-a800-7000-8000-b40000000000")),
    security(("oauth" = ["directory:manage"])),
    responses(
        (status = 200, description = "The member of staff.", body = Staff),
        (status = 404, description = "There is none.", body = Document),
        (status = 409, description = "The user name is taken.", body = Document),
        (status = 422, description = "The content breaks the schema or a rule.", body = Document),
    ))]
#[put("/v1/staff/{id}")]
async fn replace_staff(id: Id<StaffId>, replace: Replace<StaffContent>) -> Result<HttpResponse> {
    let Replace { call, input, seen } = replace;
    let (db, agencies) = (call.db.clone(), call.app.agencies.load_full());
    let staff = db.run(async move |conn| change::replace(conn, &call.ctx, &agencies, id.0, seen, input).await).await?;
    Ok(tagged(staff.version, &staff))
}

/// Shut a member of staff out
///
/// Their sessions end at once; an access token that was given out lives for ten minutes at most. What they lend is lent no
/// more.
#[utoipa::path(operation_id = "deactivateStaff", tag = "directory", request_body = Plain, security(("oauth" = ["directory:manage"])),
    params(("id" = StaffId, Path, description = "Their id.", example = "019b76da-a800-7000-8000-b40000000001")),
    responses(
        (status = 200, description = "The member of staff.", body = Staff),
        (status = 404, description = "There is none.", body = Document),
        (status = 412, description = "They have changed since the version in If-Match.", body = Document),
    ))]
#[post("/v1/staff/{id}/deactivate")]
async fn deactivate_staff(id: Id<StaffId>, write: Write<Plain>) -> Result<Answered> {
    set_active(id, write, false).await
}

/// Let a member of staff in again
///
/// With the password and the roles that they had.
#[utoipa::path(operation_id = "activateStaff", tag = "directory", request_body = Plain, security(("oauth" = ["directory:manage"])),
    params(("id" = StaffId, Path, description = "Their id.", example = "019b76da-a800-7000-8000-b40000000001")),
    responses(
        (status = 200, description = "The member of staff.", body = Staff),
        (status = 404, description = "There is none.", body = Document),
        (status = 412, description = "They have changed since the version in If-Match.", body = Document),
    ))]
#[post("/v1/staff/{id}/activate")]
async fn activate_staff(id: Id<StaffId>, write: Write<Plain>) -> Result<Answered> {
    set_active(id, write, true).await
}

async fn set_active(id: Id<StaffId>, write: Write<Plain>, active: bool) -> Result<Answered> {
    let seen = write.if_match;
    write
        .run(async move |conn, call, Plain {}, attempt| {
            let agencies = call.app.agencies.load_full();
            change::set_active(conn, &call.ctx, &agencies, id.0, seen, active, attempt).await
        })
        .await
}

/// Reset a password
///
/// Gives out a code, good for 24 hours, with which the member of staff sets a new password. Until then the old one works;
/// an earlier code does not.
#[utoipa::path(operation_id = "resetStaffPassword", tag = "directory", request_body = Plain, security(("oauth" = ["directory:manage"])),
    params(("id" = StaffId, Path, description = "Their id.", example = "019b76da-a800-7000-8000-b40000000002")),
    responses(
        (status = 200, description = "The code.", body = PasswordCode),
        (status = 404, description = "There is none.", body = Document),
    ))]
#[post("/v1/staff/{id}/reset-password")]
async fn reset_password(id: Id<StaffId>, write: Write<Plain>) -> Result<Answered> {
    let seen = write.if_match;
    write
        .run(async move |conn, call, Plain {}, attempt| {
            let agencies = call.app.agencies.load_full();
            change::reset_password(conn, &call.ctx, &agencies, id.0, seen, attempt).await
        })
        .await
}
