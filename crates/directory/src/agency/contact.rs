//! How an agency is reached. Every agency owes the public a hotline and an advice line (QĐ 891/QĐ-UBND, 2018).

use std::sync::Arc;

use deadlines::{Calendar, Office, OpeningHours, Reception};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How an agency is reached. All of it is public.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Contact {
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Số 42 phố Hàng Trống, phường Hoàn Kiếm, Hà Nội", min_length = 1, max_length = 500)]
    pub address: Option<String>,
    /// Where its door is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// When it is open, on every working day: 08:00–12:00 and 13:30–17:30 when absent. Limits in working hours go by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opening_hours: Option<OpeningHours>,
    /// When they are open on Saturdays too, by a decision of its own. People are received then; no limit counts the day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saturday_hours: Option<OpeningHours>,
    /// For complaints about how one was treated.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "1022", min_length = 3, max_length = 20, pattern = r"^\+?[0-9][0-9 .-]{2,18}$")]
    pub hotline: Option<String>,
    /// For questions about procedures.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "1900 1009", min_length = 3, max_length = 20, pattern = r"^\+?[0-9][0-9 .-]{2,18}$")]
    pub advice_line: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "hoankiem@hanoi.example", min_length = 3, max_length = 254, format = "email")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        example = "https://hoankiem.hanoi.example",
        min_length = 10,
        max_length = 200,
        pattern = r"^https://[!-~]+$"
    )]
    pub website: Option<String>,
}

impl Contact {
    /// When people are received there: in the usual hours where it says nothing of its own.
    pub fn reception(&self, calendar: &Arc<Calendar>) -> Reception {
        Reception {
            calendar: Arc::clone(calendar),
            hours: self.opening_hours.clone().unwrap_or_default(),
            saturdays: self.saturday_hours.clone(),
        }
    }

    /// The hours that its limits go by, where they are not the usual ones. Receiving on a Saturday makes it no working day.
    pub(super) fn office(&self) -> Option<Office> {
        let office = Office { hours: self.opening_hours.clone()?, ..Office::default() };
        Some(office).filter(|office| *office != Office::default())
    }
}

/// The head of an agency, by office and name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Head {
    #[schema(example = "Trịnh Thu Giang", min_length = 1, max_length = 200)]
    pub name: String,
    #[schema(example = "Chủ tịch", min_length = 1, max_length = 200)]
    pub title: String,
}

/// A place on the map (WGS 84), in degrees.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Place {
    #[schema(example = 21.0287, minimum = -90, maximum = 90)]
    pub latitude: f64,
    #[schema(example = 105.8506, minimum = -180, maximum = 180)]
    pub longitude: f64,
}
