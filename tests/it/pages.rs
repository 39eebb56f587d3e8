//! Lists: pages that lose nothing, in the order in which things are due, of what the caller may see.

use kernel::Permission;
use procedures::workflow::Status;
use serde_json::Value;

use crate::cast::{Cast, PERMIT_AT_COUNTER, PERMIT_ONLINE, copy};
use crate::harness::{Answer, Client, TestApp};

fn items(answer: &Answer) -> &[Value] {
    answer.json["items"].as_array().unwrap_or_else(|| panic!("no items in {answer:?}"))
}

fn ids(answer: &Answer) -> Vec<String> {
    items(answer).iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Where the next page is, as the `Link` header says.
fn next(answer: &Answer) -> Option<String> {
    let link = answer.headers.get("link")?.to_str().unwrap();
    Some(link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap().to_owned())
}

/// What the caller is given, sorted.
async fn seen(client: &Client, query: &str) -> Vec<String> {
    let mut ids = ids(&client.get(&format!("/v1/dossiers{query}")).await.expect(200));
    ids.sort_unstable();
    ids
}

async fn due(app: &TestApp, id: &str, when: &str) {
    app.sql(&format!("UPDATE dossiers SET next_due_at = '{when}' WHERE id = '{id}'")).await;
}

/// Dossiers like `original`, due on the 1st, the 4th, the 7th … of September, each time `ties` of them.
async fn many(app: &TestApp, original: &str, days: usize, ties: usize) -> Vec<String> {
    let mut made = vec![];
    for n in 0..days * ties {
        let id = copy(app, original).await;
        due(app, &id, &format!("2026-09-{:02}", 1 + n / ties * 3)).await;
        made.push(id);
    }
    made
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_lose_nothing_and_repeat_nothing_while_others_file() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let officer = cast.client("chuyenvien");
    let original = cast.dossier(PERMIT_AT_COUNTER, Status::Accepted).await;
    due(&app, &original, "2026-08-31").await;
    // Four due at the same moment do not fit on one page of three.
    let mut expected = many(&app, &original, 5, 4).await;
    expected.push(original.clone());

    let (mut read, mut late) = (Vec::new(), Vec::new());
    let mut page = officer.get("/v1/dossiers?limit=3").await.expect(200);
    for day in 1.. {
        assert!(items(&page).len() == 3 || next(&page).is_none());
        read.extend(items(&page).to_vec());
        // Filed meanwhile: one for a page that has been read, one for the very last.
        let (before, after) = (copy(&app, &original).await, copy(&app, &original).await);
        due(&app, &before, &format!("2026-08-{day:02}")).await;
        due(&app, &after, &format!("2026-10-{day:02}")).await;
        late.extend([before, after]);
        let Some(link) = next(&page) else { break };
        assert!(link.contains("limit=3") && link.ends_with(page.json["next_cursor"].as_str().unwrap()), "{link}");
        page = officer.get(&link).await.expect(200);
        if read.len() > 100 {
            break;
        }
    }
    assert!(page.json.get("next_cursor").is_none() || read.len() > 100);
    let key =
        |item: &Value| (item["next_due_at"].as_str().unwrap().to_owned(), item["id"].as_str().unwrap().to_owned());
    assert!(read.windows(2).all(|pair| key(&pair[0]) < key(&pair[1])), "in order, and nothing twice");
    let mut read: Vec<String> = read.iter().map(|item| key(item).1).filter(|id| !late.contains(id)).collect();
    read.sort_unstable();
    expected.sort_unstable();
    assert_eq!(read, expected, "nothing that was there all the time is lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_is_good_for_the_list_that_gave_it_and_no_other() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let officer = cast.client("chuyenvien");
    let original = cast.dossier(PERMIT_AT_COUNTER, Status::Accepted).await;
    many(&app, &original, 2, 2).await;
    let page = officer.get("/v1/dossiers?limit=2").await.expect(200);
    let cursor = page.json["next_cursor"].as_str().unwrap();
    let expect = async |client: &Client, query: &str, status: u16| {
        let answer = client.get(&format!("/v1/dossiers?{query}")).await.expect(status);
        assert!(status == 200 || answer.problem() == "page.bad_cursor", "{query}: {}", answer.text);
    };
    expect(officer, &format!("cursor={cursor}"), 200).await;
    expect(officer, &format!("limit=7&cursor={cursor}"), 200).await;
    for filter in
        ["status=accepted", "side=receiving", "side=competent", "agency_id=019b76da-a800-7000-8000-a00000000006"]
    {
        expect(officer, &format!("{filter}&cursor={cursor}"), 400).await;
    }
    for other in ["tiepnhan", "giamdoc", "congdan1"] {
        expect(cast.client(other), &format!("cursor={cursor}"), 400).await;
    }
    for at in [0, cursor.len() / 2, cursor.len() - 2] {
        let other = if &cursor[at..=at] == "A" { "B" } else { "A" };
        expect(officer, &format!("cursor={}{other}{}", &cursor[..at], &cursor[at + 1..]), 400).await;
    }
    expect(officer, &format!("cursor={}", &cursor[..cursor.len() - 4]), 400).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_work_list_shows_what_is_open_unless_a_state_is_asked_for() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let officer = cast.client("chuyenvien");
    let mut open = Vec::new();
    for status in Status::ALL.iter().copied() {
        let id = cast.dossier(PERMIT_ONLINE, status).await;
        // Drafts, and those withdrawn as such, are their citizens' own.
        let filed = !matches!(status, Status::Draft | Status::Withdrawn);
        let expected = if filed { vec![id.clone()] } else { vec![] };
        assert_eq!(seen(officer, &format!("?status={status}")).await, expected, "{status}");
        open.extend(status.is_open().then_some(id));
    }
    open.sort_unstable();
    assert_eq!(seen(officer, "").await, open);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agency_decides_some_dossiers_and_has_received_others() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let here = cast.dossier(PERMIT_AT_COUNTER, Status::Accepted).await;
    // NĐ 118/2025 Art. 14: received here, decided elsewhere.
    let elsewhere = copy(&app, &here).await;
    let decided_by = "(SELECT id FROM agencies WHERE code = 'H26.13.02')";
    app.sql(&format!("UPDATE dossiers SET competent_agency_id = {decided_by} WHERE id = '{elsewhere}'")).await;
    let (ours, theirs) = (cast.client("tiepnhan"), cast.client("badinh"));
    let mut both = [here.clone(), elsewhere.clone()];
    both.sort_unstable();
    assert_eq!(seen(ours, "").await, [here.as_str()]);
    assert_eq!(seen(ours, "?side=competent").await, [here.as_str()]);
    assert_eq!(seen(ours, "?side=receiving").await, both);
    assert_eq!(seen(theirs, "").await, [elsewhere.as_str()]);
    assert_eq!(seen(theirs, "?side=receiving").await, [""; 0]);
    theirs.get(&format!("/v1/dossiers/{elsewhere}")).await.expect(200);
    theirs.get(&format!("/v1/dossiers/{here}")).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_what_is_theirs_to_see() {
    let app = TestApp::new().await;
    let cast = Cast::of(&app).await;
    let online = cast.dossier(PERMIT_ONLINE, Status::Processing).await;
    let draft = cast.dossier(PERMIT_ONLINE, Status::Draft).await;
    let counter = cast.dossier(PERMIT_AT_COUNTER, Status::Processing).await;
    let of_our_agency = format!("?agency_id={}", directory::demo::agency_id("H26.13.01").unwrap());
    let mut open = [online.clone(), counter.clone()];
    open.sort_unstable();
    let mut own = [online.clone(), draft.clone()];
    own.sort_unstable();
    for player in &cast.0 {
        let client = &player.client;
        match player.name {
            "tiepnhan" | "chuyenvien" | "lanhdao" | "motcua" => {
                assert_eq!(seen(client, "").await, open, "{}", player.name)
            }
            // Those who oversee look at one agency at a time, first of all at their own.
            "thanhtra" => {
                assert_eq!(seen(client, &of_our_agency).await, open, "{}", player.name);
                assert_eq!(seen(client, "").await, [""; 0], "{}", player.name);
            }
            "congdan1" => {
                assert_eq!(seen(client, "").await, own, "drafts too");
                assert_eq!(seen(client, "?status=draft").await, [draft.as_str()]);
                assert_eq!(seen(client, &of_our_agency).await, own);
            }
            "congdan2" | "badinh" | "xaydung" | "giamdoc" | "motcua2" | "motcua3" | "chutich" | "chanhthanhtra" => {
                for query in ["", "?status=draft", "?status=processing", "?side=receiving", &of_our_agency] {
                    assert_eq!(seen(client, query).await, [""; 0], "{} with {query}", player.name);
                }
            }
            _ => {
                assert!(!player.may(Permission::ReadDossier), "{}", player.name);
                let refused = client.get(&format!("/v1/dossiers{of_our_agency}")).await.expect(403);
                assert_eq!(refused.problem(), "request.forbidden", "{}", player.name);
            }
        }
    }
}
