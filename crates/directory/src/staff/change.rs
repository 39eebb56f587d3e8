//! Hiring and changing staff.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection};
use kernel::id::{AgencyId, StaffId};
use kernel::idempotency::{Answer, Attempt, Kept};
use kernel::journal::{Audience, Entry};
use kernel::json::Json;
use kernel::problem::{Error, FieldError, INVALID, STALE, Text as Words};
use kernel::record::{Also, Record, nothing_late};
use kernel::schema::{sessions, staff};
use kernel::text::has_control;
use kernel::timers::Timers;
use kernel::{Ctx, Result, Role};
use serde::Serialize;
use utoipa::ToSchema;

use super::password_code::{self, PasswordCode};
use super::reach::Reach;
use super::{Posting, Staff, StaffContent, StaffEvent, StaffPart, by_id, by_username};
use crate::problem::{STAFF_NOT_FOUND, USERNAME_TAKEN};
use crate::{Agencies, password};

/// A member of staff to be, with a password already and roles at one agency, from today on.
#[derive(Clone)]
pub struct NewStaff {
    pub id: StaffId,
    pub username: String,
    pub name: String,
    /// From [`crate::password::hash`].
    pub password_hash: String,
    pub roles: Vec<Role>,
    pub agency: AgencyId,
}

/// A new member of staff, and what lets them in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Hired {
    #[schema(value_type = super::Staff)]
    pub staff: Staff,
    pub password_code: PasswordCode,
}

/// Adds a member of staff who has a password.
///
/// # Errors
/// [`USERNAME_TAKEN`]; [`INVALID`] when the user name or the roles cannot be.
pub async fn create(conn: &mut AsyncPgConnection, ctx: &Ctx, new: NewStaff) -> Result<Staff> {
    check(&new)?;
    let NewStaff { id, username, name, password_hash, roles, agency } = new;
    let valid_from = deadlines::vn_date(ctx.now);
    let posting = |role| Posting { agency_id: agency, role, valid_from, valid_to: None };
    let roles = roles.into_iter().map(posting).collect();
    let staff = Staff::new(id, 1, true, StaffContent { username, name, title: None, agency_id: agency, roles });
    add(conn, ctx, staff.clone(), password_hash).await?;
    Ok(staff)
}

/// Adds somebody whose content is known to be good.
pub(crate) async fn add(conn: &mut AsyncPgConnection, ctx: &Ctx, staff: Staff, password_hash: String) -> Result<()> {
    insert(conn, ctx, staff, password_hash, vec![], None).await
}

/// Adds a member of staff, who will set a password of their own.
///
/// # Errors
/// [`USERNAME_TAKEN`]; out of the actor's reach; [`INVALID`] with everything else that is wrong.
pub async fn hire(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    known: &Agencies,
    id: StaffId,
    content: StaffContent,
    attempt: &Attempt,
) -> Result<Answer> {
    allowed(known, ctx, None, &content)?;
    let staff = Staff::new(id, 1, true, content);
    let (code, issued) = password_code::issue(ctx, id);
    let hired = Hired { staff: staff.clone(), password_code: code };
    let body = serde_json::to_string(&hired).expect("staff are plain data");
    let answer = Answer { status: 201, version: 1, location: Some(format!("/v1/staff/{id}")), body };
    let kept = Some(attempt.keep(&answer, ctx.now));
    insert(conn, ctx, staff, password::NOBODY.to_owned(), vec![issued], kept).await?;
    Ok(answer)
}

/// Makes a member of staff what `content` says, if the version is still the one that the caller has seen; see
/// [`crate::agency::change::replace`].
///
/// # Errors
/// [`STAFF_NOT_FOUND`], [`STALE`], [`USERNAME_TAKEN`]; out of the actor's reach; [`INVALID`] with everything else.
pub async fn replace(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    known: &Agencies,
    id: StaffId,
    seen: Option<i32>,
    content: StaffContent,
) -> Result<Staff> {
    let old = reached(conn, ctx, known, id).await?;
    if old.content() == content {
        return Ok(old);
    }
    current(&old, seen)?;
    allowed(known, ctx, Some(&old), &content)?;
    let staff = Staff::new(id, old.version + 1, old.active, content);
    let event = changed(&old, &staff);
    update(conn, ctx, &old, Next::new(staff.clone(), event)).await?;
    Ok(staff)
}

/// Lets an account in or shuts it out, with all its sessions. Nothing happens when it is so already.
///
/// # Errors
/// [`STAFF_NOT_FOUND`], [`STALE`]; out of the actor's reach.
pub async fn set_active(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    known: &Agencies,
    id: StaffId,
    seen: Option<i32>,
    active: bool,
    attempt: &Attempt,
) -> Result<Answer> {
    let old = reached(conn, ctx, known, id).await?;
    current(&old, seen)?;
    if old.active == active {
        return Ok(answer(&old, &old));
    }
    let mut next = activity(ctx, &old, active);
    let answer = answer(&next.staff, &next.staff);
    next.answer = Some(attempt.keep(&answer, ctx.now));
    update(conn, ctx, &old, next).await?;
    Ok(answer)
}

/// Gives out a code for a new password. The old one works until that is used.
///
/// # Errors
/// [`STAFF_NOT_FOUND`], [`STALE`]; out of the actor's reach.
pub async fn reset_password(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    known: &Agencies,
    id: StaffId,
    seen: Option<i32>,
    attempt: &Attempt,
) -> Result<Answer> {
    let old = reached(conn, ctx, known, id).await?;
    current(&old, seen)?;
    let (code, issued) = password_code::issue(ctx, id);
    let staff = Staff { version: old.version + 1, ..old.clone() };
    let answer = answer(&staff, &code);
    let kept = Some(attempt.keep(&answer, ctx.now));
    let next = Next { also: vec![issued], answer: kept, ..Next::new(staff, StaffEvent::PasswordReset {}) };
    update(conn, ctx, &old, next).await?;
    Ok(answer)
}

/// Gives the account another password and ends its sessions: who knew the old one is out.
///
/// # Errors
/// [`STAFF_NOT_FOUND`]; a conflict when the account changed at the same time.
pub async fn set_password(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    username: &str,
    password_hash: String,
) -> Result<()> {
    let old = by_username(conn, username).await?;
    put_password(conn, ctx, old, password_hash).await
}

pub(super) async fn put_password(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    old: Staff,
    password_hash: String,
) -> Result<()> {
    let staff = Staff { version: old.version + 1, ..old.clone() };
    let also = vec![end_sessions(ctx, old.id), password_code::withdraw(old.id)];
    let next =
        Next { also, password_hash: Some(password_hash), ..Next::new(staff, StaffEvent::PasswordChanged {}) };
    update(conn, ctx, &old, next).await
}

/// Lets the account sign in again. Nothing happens when it may already.
///
/// # Errors
/// [`STAFF_NOT_FOUND`]; a conflict when the account changed at the same time.
pub async fn activate(conn: &mut AsyncPgConnection, ctx: &Ctx, username: &str) -> Result<()> {
    switch(conn, ctx, username, true).await
}

/// Shuts the account out and ends its sessions. Nothing happens when it is out already.
///
/// # Errors
/// [`STAFF_NOT_FOUND`]; a conflict when the account changed at the same time.
pub async fn deactivate(conn: &mut AsyncPgConnection, ctx: &Ctx, username: &str) -> Result<()> {
    switch(conn, ctx, username, false).await
}

async fn switch(conn: &mut AsyncPgConnection, ctx: &Ctx, username: &str, active: bool) -> Result<()> {
    match by_username(conn, username).await? {
        old if old.active == active => Ok(()),
        old => update(conn, ctx, &old, activity(ctx, &old, active)).await,
    }
}

/// How many of a file's staff were hired, changed, and found as it wanted them.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// User names, each with the code that sets a password.
    pub hired: Vec<(String, PasswordCode)>,
    pub changed: usize,
    pub unchanged: usize,
}

/// Hires or changes many: all of them or none. A dry run does neither. `contents` come with what they were made from.
///
/// # Errors
/// The first that cannot be, by user name; [`STALE`] when it was changed since.
pub async fn import(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    known: &Agencies,
    contents: Vec<(StaffId, Option<Staff>, StaffContent)>,
    dry_run: bool,
) -> Result<Imported, (String, Error)> {
    let mut under_way = String::new();
    let done = conn
        .transaction::<_, Error, _>(async |conn| {
            let mut imported = Imported::default();
            for (id, old, content) in contents {
                under_way.clone_from(&content.username);
                allowed(known, ctx, old.as_ref(), &content)?;
                let Some(old) = old else {
                    let username = content.username.clone();
                    let (code, issued) = password_code::issue(ctx, id);
                    imported.hired.push((username, code));
                    if !dry_run {
                        let staff = Staff::new(id, 1, true, content);
                        insert(conn, ctx, staff, password::NOBODY.to_owned(), vec![issued], None).await?;
                    }
                    continue;
                };
                if old.content() == content {
                    imported.unchanged += 1;
                    continue;
                }
                imported.changed += 1;
                let staff = Staff::new(id, old.version + 1, old.active, content);
                if !dry_run {
                    let event = changed(&old, &staff);
                    update(conn, ctx, &old, Next::new(staff, event)).await?;
                }
            }
            Ok(imported)
        })
        .await;
    done.map_err(|error| (under_way, error))
}

/// The account, if the actor looks after all that it has.
async fn reached(conn: &mut AsyncPgConnection, ctx: &Ctx, known: &Agencies, id: StaffId) -> Result<Staff> {
    let staff = by_id(conn, id).await?.ok_or_else(|| STAFF_NOT_FOUND.error())?;
    Reach::managed(known, &ctx.actor).covers(&staff.content())?;
    Ok(staff)
}

fn current(old: &Staff, seen: Option<i32>) -> Result<()> {
    match seen {
        Some(seen) if seen != old.version => Err(STALE.error().extra("version", old.version)),
        _ => Ok(()),
    }
}

fn answer(staff: &Staff, body: &impl Serialize) -> Answer {
    let body = serde_json::to_string(body).expect("staff are plain data");
    Answer { status: 200, version: staff.version, location: None, body }
}

fn activity(ctx: &Ctx, old: &Staff, active: bool) -> Next {
    let staff = Staff { version: old.version + 1, active, ..old.clone() };
    let (event, also) = match active {
        true => (StaffEvent::Activated {}, vec![]),
        false => (StaffEvent::Deactivated {}, vec![end_sessions(ctx, old.id), password_code::withdraw(old.id)]),
    };
    Next { also, ..Next::new(staff, event) }
}

fn changed(old: &Staff, new: &Staff) -> StaffEvent {
    let parts = [
        (StaffPart::Username, old.username != new.username),
        (StaffPart::Name, old.name != new.name),
        (StaffPart::Title, old.title != new.title),
        (StaffPart::Agency, old.agency_id != new.agency_id),
        (StaffPart::Roles, old.roles != new.roles),
    ];
    let parts = parts.into_iter().filter_map(|(part, differs)| differs.then_some(part)).collect();
    StaffEvent::Changed { parts, roles: (old.roles != new.roles).then(|| new.roles.0.clone()) }
}

/// An account as its row holds it.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = staff, treat_none_as_null = true)]
struct Row {
    id: StaffId,
    version: i32,
    username: String,
    name: String,
    title: Option<String>,
    agency_id: AgencyId,
    postings: Json<Vec<Posting>>,
    agencies: Vec<AgencyId>,
    roles: Vec<Role>,
    active: bool,
}

impl From<Staff> for Row {
    fn from(staff: Staff) -> Self {
        let Staff { id, version, username, name, title, agency_id, roles: postings, active } = staff;
        let mut agencies: Vec<AgencyId> = postings.0.iter().map(|posting| posting.agency_id).collect();
        agencies.push(agency_id);
        agencies.sort_unstable();
        agencies.dedup();
        let standing = postings.0.iter().filter(|held| held.agency_id == agency_id && held.valid_to.is_none());
        let roles = standing.map(|held| held.role).collect();
        Self { id, version, username, name, title, agency_id, postings, agencies, roles, active }
    }
}

async fn insert(
    conn: &mut AsyncPgConnection,
    ctx: &Ctx,
    staff: Staff,
    password_hash: String,
    also: Vec<Also>,
    answer: Option<Kept>,
) -> Result<()> {
    let event = StaffEvent::Created { agency_id: staff.agency_id, roles: staff.roles.0.clone() };
    let entry = entry(ctx, &staff, &event, vec![]);
    let change = diesel::insert_into(staff::table)
        .values((Row::from(staff), staff::password_hash.eq(password_hash)))
        .returning((staff::version, nothing_late()));
    Record { change, also, entry, timers: Timers::None, answer }.write(conn, taken).await.map(drop)
}

/// The next version of an account, and what comes with it.
struct Next {
    staff: Staff,
    password_hash: Option<String>,
    also: Vec<Also>,
    event: StaffEvent,
    answer: Option<Kept>,
}

impl Next {
    fn new(staff: Staff, event: StaffEvent) -> Self {
        Self { staff, password_hash: None, also: vec![], event, answer: None }
    }
}

async fn update(conn: &mut AsyncPgConnection, ctx: &Ctx, old: &Staff, next: Next) -> Result<()> {
    let Next { staff, password_hash, also, event, answer } = next;
    let entry = entry(ctx, &staff, &event, audience(old));
    let change = diesel::update(staff::table.filter(staff::id.eq(old.id)).filter(staff::version.eq(old.version)))
        .set((Row::from(staff), password_hash.map(|hash| staff::password_hash.eq(hash))))
        .returning((staff::version, nothing_late()));
    Record { change, also, entry, timers: Timers::None, answer }.write(conn, taken).await.map(drop)
}

fn taken(constraint: &str) -> Option<Error> {
    (constraint == "staff_username_key").then(|| USERNAME_TAKEN.error())
}

fn audience(staff: &Staff) -> Audience {
    vec![staff.id.0, staff.agency_id.0]
}

fn entry(ctx: &Ctx, staff: &Staff, event: &StaffEvent, before: Audience) -> Entry {
    Entry::new(ctx, staff.id.0, Some(staff.agency_id.0), event, (before, audience(staff)))
}

fn end_sessions(ctx: &Ctx, id: StaffId) -> Also {
    let open = sessions::table.filter(sessions::staff_id.eq(id)).filter(sessions::ended_at.is_null());
    Box::new(diesel::update(open).set(sessions::ended_at.eq(ctx.now)))
}

/// Whether the actor may make somebody so, and it makes sense: agencies exist, staff are no citizens, a role ends after it
/// begins and is not held twice at once.
fn allowed(known: &Agencies, ctx: &Ctx, old: Option<&Staff>, content: &StaffContent) -> Result<()> {
    let mut wrong = Vec::new();
    let no_agency = Words::fixed("không có cơ quan này", "there is no such agency");
    if known.get(content.agency_id).is_none() {
        wrong.push(FieldError::new("/agency_id", "unknown", no_agency.clone()));
    }
    for (n, posting) in content.roles.iter().enumerate() {
        let at = |member: &str| format!("/roles/{n}/{member}");
        if known.get(posting.agency_id).is_none() {
            wrong.push(FieldError::new(at("agency_id"), "unknown", no_agency.clone()));
        }
        if posting.role == Role::Citizen {
            let words = Words::fixed("không phải vai trò của cán bộ", "is no role of staff");
            wrong.push(FieldError::new(at("role"), "roles", words));
        }
        if posting.valid_to.is_some_and(|last| last < posting.valid_from) {
            let words = Words::fixed("không được trước ngày bắt đầu", "must not be before the first day");
            wrong.push(FieldError::new(at("valid_to"), "before_valid_from", words));
        }
        if content.roles[..n].iter().any(|earlier| overlap(earlier, posting)) {
            let words = Words::fixed("đã có trong cùng thời gian", "is held already at the same time");
            wrong.push(FieldError::new(format!("/roles/{n}"), "duplicate", words));
        }
    }
    INVALID.unless_none(wrong)?;
    let reach = Reach::managed(known, &ctx.actor);
    old.map_or(Ok(()), |old| reach.covers(&old.content()))?;
    reach.covers(content)
}

fn overlap(one: &Posting, other: &Posting) -> bool {
    let ends_before = |one: &Posting, other: &Posting| one.valid_to.is_some_and(|last| last < other.valid_from);
    (one.agency_id, one.role) == (other.agency_id, other.role) && !ends_before(one, other) && !ends_before(other, one)
}

/// A user name is typed on any keyboard and read out over the telephone: small letters, digits, `.`, `_`, `-`.
fn check(new: &NewStaff) -> Result<()> {
    let mut wrong = Vec::new();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    if !(2..=32).contains(&new.username.len()) || !new.username.chars().all(plain) {
        let rule = Words::fixed(
            "Tên đăng nhập gồm 2–32 ký tự a–z, 0–9, '.', '_', '-'.",
            "A user name has 2 to 32 characters of a–z, 0–9, '.', '_', '-'.",
        );
        wrong.push(FieldError::new("/username", "pattern", rule));
    }
    if new.name.trim().is_empty() || new.name.chars().count() > 200 || has_control(&new.name) {
        let rule = Words::fixed("Họ tên gồm 1–200 ký tự.", "A name has 1 to 200 characters.");
        wrong.push(FieldError::new("/name", "length", rule));
    }
    if new.roles.is_empty() || new.roles.contains(&Role::Citizen) {
        let rule = Words::fixed("Cần ít nhất một vai trò của cán bộ.", "At least one role of staff is needed.");
        wrong.push(FieldError::new("/roles", "roles", rule));
    }
    INVALID.unless_none(wrong)
}
