//! Personal data (Luật 91/2025/QH15, NĐ 356/2025/NĐ-CP): what it is used for and on which ground, who has agreed to what, and what
//! went wrong with it. In reading order:
//!
//! - [`purpose`]: for what, on which ground, as data
//! - [`consent`]: what citizens agree to, and withdraw
//! - [`access`]: who has read whose identity
//! - [`breach`]: the register of breaches, with the hours in which the authority is to be told
//! - [`problem`]: what can go wrong

pub mod access;
pub mod breach;
pub mod consent;
pub mod problem;
pub mod purpose;

use kernel::text_enum;

text_enum! {
    /// What personal data is of. Luật 91/2025/QH15 counts data on breaches of the law, images of identity cards and signing in with
    /// an electronic identity among what is sensitive.
    DataCategory {
        Name = "name",
        IdentityNumber = "identity_number",
        /// Address, telephone, mail.
        Contact = "contact",
        /// Papers and images of them.
        Documents = "documents",
        /// What somebody has written, and was answered.
        Content = "content",
        Payments = "payments",
        /// How somebody uses what the city offers: signing in, reading.
        Usage = "usage",
        /// Health, breaches of the law, beliefs and what else the law names.
        Sensitive = "sensitive",
    }
}
