//! All agencies of an installation, in memory: few, rarely changed, needed everywhere.

use std::collections::{HashMap, HashSet};

use deadlines::Office;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::Result;
use kernel::id::AgencyId;
use kernel::rules::Standing;
use kernel::schema::agencies;
use kernel::text::fold;

use super::Agency;
use super::called::{called, meant};

/// All agencies, by code.
#[derive(Clone, Debug, Default)]
pub struct Agencies {
    ordered: Vec<Known>,
    by_id: HashMap<AgencyId, usize>,
    by_code: HashMap<String, usize>,
}

#[derive(Clone, Debug)]
struct Known {
    agency: Agency,
    /// Code and names as people search for them.
    words: String,
    /// Its name as it is compared with what people write.
    called: String,
}

impl Known {
    fn new(agency: Agency) -> Self {
        let words = [&agency.code, &agency.name, &agency.name_en].map(|text| fold(text)).join("\n");
        let called = called(&agency.name);
        Self { agency, words, called }
    }
}

impl Agencies {
    /// Reads the agencies of an installation.
    pub async fn read(conn: &mut AsyncPgConnection) -> Result<Self> {
        let rows: Vec<Agency> = agencies::table.select(Agency::as_select()).load(conn).await?;
        Ok(rows.into_iter().collect())
    }

    /// The agency with this id.
    pub fn get(&self, id: AgencyId) -> Option<&Agency> {
        self.by_id.get(&id).map(|n| &self.ordered[*n].agency)
    }

    /// The agency with this electronic code.
    pub fn by_code(&self, code: &str) -> Option<&Agency> {
        self.by_code.get(code).map(|n| &self.ordered[*n].agency)
    }

    /// All of them, by code.
    pub fn all(&self) -> impl Iterator<Item = &Agency> {
        self.ordered.iter().map(|known| &known.agency)
    }

    /// The hours of those that do not keep the usual ones.
    pub fn offices(&self) -> HashMap<AgencyId, Office> {
        self.all().filter_map(|agency| Some((agency.id, agency.contact.0.office()?))).collect()
    }

    /// Those that receive dossiers for all others.
    pub fn centres(&self) -> HashSet<AgencyId> {
        self.all().filter(|agency| agency.kind.receives_for_all()).map(|agency| agency.id).collect()
    }

    /// What each is in the city.
    pub fn standings(&self) -> HashMap<AgencyId, Standing> {
        let standing = |agency: &Agency| Standing {
            code: agency.code.clone(),
            parent: agency.parent_id,
            remote_area: agency.remote_area,
        };
        self.all().map(|agency| (agency.id, standing(agency))).collect()
    }

    /// Those with this folded text in their code or name, by code; all of them for no text.
    pub fn search(&self, folded: &str) -> impl Iterator<Item = &Agency> {
        self.ordered.iter().filter(move |known| known.words.contains(folded)).map(|known| &known.agency)
    }

    /// Those that somebody may mean who writes so of one, also such as have ended: by its whole name, without accents and capitals, and with
    /// `UBND` and the like written in full or not.
    pub fn called(&self, written: &str) -> Vec<AgencyId> {
        let meant: Vec<String> = meant(written).collect();
        self.ordered.iter().filter(|known| meant.contains(&known.called)).map(|known| known.agency.id).collect()
    }

    /// Adds an agency, or puts it in the place of what it was. The order stays that of the last reading.
    pub(super) fn put(&mut self, agency: Agency) {
        let n = self.by_id.get(&agency.id).copied().unwrap_or(self.ordered.len());
        self.by_id.insert(agency.id, n);
        self.by_code.insert(agency.code.clone(), n);
        let known = Known::new(agency);
        match self.ordered.get_mut(n) {
            Some(old) => *old = known,
            None => self.ordered.push(known),
        }
    }

    /// The agency itself and all those below it.
    pub fn below(&self, id: AgencyId) -> Vec<AgencyId> {
        let all = self.all().map(|agency| agency.id);
        all.filter(|agency| self.line(*agency).any(|above| above.id == id)).collect()
    }

    /// The agency itself and those above it, upwards.
    pub fn line(&self, id: AgencyId) -> impl Iterator<Item = &Agency> {
        std::iter::successors(self.get(id), |agency| self.get(agency.parent_id?))
    }
}

impl FromIterator<Agency> for Agencies {
    fn from_iter<T: IntoIterator<Item = Agency>>(rows: T) -> Self {
        let mut rows: Vec<Agency> = rows.into_iter().collect();
        rows.sort_by(|a, b| a.code.cmp(&b.code));
        let mut all = Self::default();
        rows.into_iter().for_each(|agency| all.put(agency));
        all
    }
}
