//! The kinds of file that citizens and officers may hand in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use super::FilesError;
use crate::id::enum_schema;

macro_rules! media_types {
    ($($(#[doc = $about:literal])+ $name:ident = $mime:literal, $extension:literal;)+) => {
        /// A media type on the allow-list (RFC 6838 name). Everything else is refused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum MediaType {
            $($(#[doc = $about])+ #[serde(rename = $mime)] $name,)+
        }

        impl MediaType {
            /// The whole allow-list.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The name for `Content-Type`, without parameters.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $mime),+ }
            }

            /// The usual file name extension, without the dot.
            pub fn extension(self) -> &'static str {
                match self { $(Self::$name => $extension),+ }
            }
        }
    };
}

media_types! {
    /// Portable Document Format (ISO 32000).
    Pdf = "application/pdf", "pdf";
    /// JPEG photograph or scan.
    Jpeg = "image/jpeg", "jpg";
    /// Portable Network Graphics.
    Png = "image/png", "png";
    /// WebP image.
    Webp = "image/webp", "webp";
    /// TIFF scan, one or many pages.
    Tiff = "image/tiff", "tif";
    /// Word document without macros (ECMA-376).
    Docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx";
    /// Excel workbook without macros (ECMA-376).
    Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx";
    /// OpenDocument text (ISO/IEC 26300).
    Odt = "application/vnd.oasis.opendocument.text", "odt";
    /// Plain text in UTF-8.
    Text = "text/plain", "txt";
    /// Comma-separated values in UTF-8.
    Csv = "text/csv", "csv";
    /// MP4 video, for field reports.
    Mp4 = "video/mp4", "mp4";
}

impl MediaType {
    /// Whether its files are ZIP packages.
    pub(super) fn is_package(self) -> bool {
        matches!(self, Self::Docx | Self::Xlsx | Self::Odt)
    }

    /// Whether its files are text. Nothing in the bytes tells these types apart.
    pub(super) fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Csv)
    }
}

impl PartialSchema for MediaType {
    fn schema() -> RefOr<Schema> {
        enum_schema(Self::ALL.iter().map(|allowed| allowed.as_str()), "A media type that is taken in.")
    }
}

impl ToSchema for MediaType {}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for MediaType {
    type Err = FilesError;

    /// Reads a `Content-Type`: case and parameters do not matter (RFC 9110 §8.3.1), except that text must be UTF-8.
    fn from_str(text: &str) -> Result<Self, FilesError> {
        let mut parts = text.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let refused = || FilesError::TypeNotAllowed { found: text.chars().take(100).collect() };
        let found = Self::ALL.iter().find(|allowed| allowed.as_str().eq_ignore_ascii_case(name)).ok_or_else(refused)?;
        let other_charset = parts.filter_map(|parameter| parameter.split_once('=')).any(|(name, value)| {
            name.eq_ignore_ascii_case("charset") && !value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        });
        if other_charset { Err(refused()) } else { Ok(*found) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_http_writes_them() {
        for allowed in MediaType::ALL {
            assert_eq!(allowed.as_str().parse::<MediaType>().unwrap(), *allowed);
            assert_eq!(serde_json::to_value(allowed).unwrap(), allowed.as_str());
        }
        assert_eq!("Text/CSV; charset=\"UTF-8\"".parse::<MediaType>().unwrap(), MediaType::Csv);
        for refused in ["", "application/zip", "image/svg+xml", "text/html", "text/plain; charset=windows-1258"] {
            assert_eq!(refused.parse::<MediaType>().unwrap_err().code(), "file.type_not_allowed", "{refused}");
        }
    }
}
