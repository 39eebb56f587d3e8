//! Keyset pages: a cursor says where the last page ended, signed and bound to the list it came from.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::problem::Result;

/// One page of a list.
#[derive(Debug, Serialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Send it as `cursor` to get the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

crate::problems! {
    BAD_CURSOR = Malformed "page.bad_cursor" {
        "Con trỏ trang không dùng được", "The page cursor cannot be used";
        "Con trỏ chỉ dùng được cho đúng danh sách và bộ lọc đã trả nó. Bắt đầu lại không có cursor.",
        "A cursor works only for the list and the filters that gave it. Start again without one."
    }
}

/// How many items a page has at most: 1 to 200, and 50 when nobody says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16")]
pub struct Limit(u16);

impl Limit {
    /// As many as there can be on one page.
    pub const MOST: Self = Self(200);

    /// As a number of rows.
    pub fn rows(self) -> u16 {
        self.0
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}

impl TryFrom<u16> for Limit {
    type Error = &'static str;

    fn try_from(limit: u16) -> Result<Self, Self::Error> {
        if (1..=Self::MOST.0).contains(&limit) { Ok(Self(limit)) } else { Err("limit must be from 1 to 200") }
    }
}

/// Signs and checks cursors of one list: `list` names the operation, its filters and the caller.
pub struct Cursors<'a> {
    pub key: &'a hmac::Key,
    pub list: String,
}

const TAG: usize = 16;

impl Cursors<'_> {
    /// The page of the first `limit` of `rows`; the query asked for one more, to know whether there is a next page.
    pub fn page<T, P: Serialize>(&self, mut rows: Vec<T>, limit: usize, position: impl Fn(&T) -> P) -> Page<T> {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = if more { rows.last().map(|last| self.seal(&position(last))) } else { None };
        Page { items: rows, next_cursor }
    }

    fn seal<P: Serialize>(&self, position: &P) -> String {
        let mut bytes = serde_json::to_vec(position).expect("a position is plain data");
        let tag = self.sign(&bytes);
        bytes.extend_from_slice(&tag.as_ref()[..TAG]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Where the cursor says the last page ended.
    pub fn open<P: DeserializeOwned>(&self, cursor: &str) -> Result<P> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| BAD_CURSOR.error())?;
        let (position, tag) =
            bytes.len().checked_sub(TAG).map(|at| bytes.split_at(at)).ok_or_else(|| BAD_CURSOR.error())?;
        if aws_lc_rs::constant_time::verify_slices_are_equal(&self.sign(position).as_ref()[..TAG], tag).is_err() {
            return Err(BAD_CURSOR.error());
        }
        serde_json::from_slice(position).map_err(|_| BAD_CURSOR.error())
    }

    fn sign(&self, position: &[u8]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(self.key);
        context.update(self.list.as_bytes());
        context.update(&[0]);
        context.update(position);
        context.sign()
    }
}
