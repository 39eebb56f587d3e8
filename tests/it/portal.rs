//! The national portal is told each status that a dossier comes to: in their order, until it has taken it, and under the same number
//! when it is told again. The portal is the demo's, a program of its own, or a small server that refuses.

use std::sync::{Arc, Mutex};

use procedures::workflow::Status;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::cast::{Cast, PERMIT_AT_COUNTER, PERMIT_ONLINE};
use crate::harness::{TestApp, until};
use crate::start::gateway::{Gateway, SECRET};

async fn telling(portal: &str) -> TestApp {
    TestApp::with(|flags| {
        flags.national_portal_url = Some(portal.to_owned());
        flags.national_portal_secret = Some(SECRET.to_owned());
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_portal_learns_each_status_once_and_in_order() {
    let partners = Gateway::start();
    let app = telling(&format!("{}/national-portal", partners.url)).await;
    let cast = Cast::of(&app).await;
    let online = cast.dossier(PERMIT_ONLINE, Status::Returned).await;
    let counter = cast.dossier(PERMIT_AT_COUNTER, Status::Rejected).await;
    let told = async |id: &str| {
        let list = reqwest::get(format!("{}/national-portal/statuses/{id}", partners.url)).await.unwrap();
        list.json::<Vec<Value>>().await.unwrap()
    };
    let statuses = async |id: &str| told(id).await.iter().map(|change| change["status"].clone()).collect::<Vec<_>>();
    until(async || statuses(&counter).await == [1, 3]).await;
    assert_eq!(statuses(&online).await, [1, 2, 4, 9, 10], "nothing twice, and no draft");
    let last = told(&online).await.pop().unwrap();
    let dossier = cast.client("congdan1").get(&format!("/v1/dossiers/{online}")).await.expect(200).json;
    assert_eq!((&last["code"], &last["procedure"]), (&dossier["code"], &json!("1.013225")));
    assert_eq!(last["at"], dossier["closed_at"]);
}

/// A portal that takes nothing at first, and what it was told.
async fn stubborn(refusals: usize) -> (String, Arc<Mutex<Vec<Value>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let told: Arc<Mutex<Vec<Value>>> = Arc::default();
    let heard = Arc::clone(&told);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (mut request, mut chunk) = (Vec::new(), [0; 4096]);
            let body = loop {
                let read = stream.read(&mut chunk).await.unwrap();
                request.extend_from_slice(&chunk[..read]);
                let text = String::from_utf8_lossy(&request).into_owned();
                let body = text.split_once("\r\n\r\n").and_then(|(_, body)| serde_json::from_str::<Value>(body).ok());
                if body.is_some() || read == 0 {
                    break body;
                }
            };
            let refused = {
                let mut told = heard.lock().unwrap();
                told.extend(body);
                told.len() <= refusals
            };
            let status = if refused { "503 Service Unavailable" } else { "204 No Content" };
            let answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (url, told)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_taken_is_told_again_and_nothing_passes_it() {
    let (url, told) = stubborn(2).await;
    let app = telling(&url).await;
    let cast = Cast::of(&app).await;
    let id = cast.dossier(PERMIT_ONLINE, Status::Accepted).await;
    until(async || told.lock().unwrap().len() >= 4).await;
    let told = told.lock().unwrap().clone();
    let statuses: Vec<&Value> = told.iter().map(|change| &change["status"]).collect();
    assert_eq!(statuses, [&json!(1), &json!(1), &json!(1), &json!(2)]);
    assert_eq!((&told[0], &told[1]), (&told[2], &told[2]), "the same, under the same number");
    assert_eq!(told[0]["dossier_id"], json!(id));
    assert!(told[2]["number"].as_i64() < told[3]["number"].as_i64());
}
