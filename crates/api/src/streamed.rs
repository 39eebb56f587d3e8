//! A JSON document that is sent while it is made: in bounded memory, at the pace of whoever reads it, and without holding a database
//! connection meanwhile. What goes wrong on the way cuts the connection, so that nobody takes a part for the whole.

use std::io;

use actix_web::HttpResponse;
use actix_web::web::Bytes;
use futures_util::stream::poll_fn;
use serde::Serialize;
use tokio::sync::mpsc;

/// Why nothing more is written.
pub enum Stop {
    /// Nobody reads it any more.
    Gone,
    Failed(kernel::Error),
}

impl From<kernel::Error> for Stop {
    fn from(error: kernel::Error) -> Self {
        Self::Failed(error)
    }
}

/// An object, written member by member.
pub struct Writer {
    to: mpsc::Sender<io::Result<Bytes>>,
    begun: bool,
}

/// Answers with what `write` writes.
pub fn respond(write: impl AsyncFnOnce(&mut Writer) -> Result<(), Stop> + 'static) -> HttpResponse {
    let (to, mut from) = mpsc::channel(1);
    actix_web::rt::spawn(async move {
        let mut writer = Writer { to, begun: false };
        let written = match write(&mut writer).await {
            Ok(()) => writer.send("}".into()).await,
            Err(stop) => Err(stop),
        };
        if let Err(Stop::Failed(error)) = written {
            log::error!("a document was cut off: {error}");
            // If nobody reads any more, nobody needs to be told.
            writer.to.send(Err(io::Error::other("the rest could not be read"))).await.ok();
        }
    });
    HttpResponse::Ok().content_type("application/json").streaming(poll_fn(move |context| from.poll_recv(context)))
}

impl Writer {
    /// Writes a member that is there as a whole.
    pub async fn member(&mut self, name: &str, value: &impl Serialize) -> Result<(), Stop> {
        let mut text = self.named(name);
        text.push_str(&json(value));
        self.send(text).await
    }

    /// Writes a list as it comes, one page after the other until there is none.
    pub async fn list<T: Serialize>(
        &mut self,
        name: &str,
        mut next: impl AsyncFnMut() -> kernel::Result<Option<Vec<T>>>,
    ) -> Result<(), Stop> {
        let mut text = self.named(name);
        text.push('[');
        let mut first = true;
        while let Some(page) = next().await? {
            for item in &page {
                if !std::mem::take(&mut first) {
                    text.push(',');
                }
                text.push_str(&json(item));
            }
            self.send(std::mem::take(&mut text)).await?;
        }
        text.push(']');
        self.send(text).await
    }

    fn named(&mut self, name: &str) -> String {
        let before = if std::mem::replace(&mut self.begun, true) { ',' } else { '{' };
        format!("{before}{}:", json(&name))
    }

    async fn send(&self, text: String) -> Result<(), Stop> {
        self.to.send(Ok(text.into())).await.map_err(|_| Stop::Gone)
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("what is written is plain data")
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;
    use kernel::problem::BUSY;

    use super::*;

    /// Three pages of a list, of which the last one may not be readable.
    async fn written(readable: bool) -> Result<Bytes, ()> {
        let response = respond(async move |writer| {
            writer.member("made", &1).await?;
            let mut pages = [vec![1, 2], vec![], vec![3]].into_iter();
            let next = async || match pages.next() {
                Some(page) if page.contains(&3) && !readable => Err(BUSY.error()),
                page => Ok(page),
            };
            writer.list("pages", next).await?;
            writer.list("none", async || Ok(None::<Vec<i32>>)).await
        });
        to_bytes(response.into_body()).await.map_err(|_| ())
    }

    #[actix_web::test]
    async fn a_document_is_whole_or_cut_off() {
        assert_eq!(written(true).await.unwrap(), r#"{"made":1,"pages":[1,2,3],"none":[]}"#);
        written(false).await.unwrap_err();
    }
}
