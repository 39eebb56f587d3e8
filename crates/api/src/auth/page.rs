//! The pages that people see when they sign in: Vietnamese first, English beside it, no script, nothing from elsewhere.

use std::fmt::Write as _;
use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::problem::Text;
use reqwest::Url;

const STYLE: &str = "body{font:18px/1.5 system-ui,sans-serif;margin:0;background:#f4f5f7;color:#14213d}\
main{max-width:26rem;margin:6vh auto;padding:2rem;background:#fff;border-radius:.5rem}\
h1{font-size:1.5rem;margin:0 0 1rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}[lang=en]{color:#4a5568;font-size:.9em}\
label{display:block;margin-top:1rem}input{width:100%;box-sizing:border-box;font:inherit;padding:.5rem;border:1px solid #5a6578;\
border-radius:.25rem}button,.button{display:block;box-sizing:border-box;width:100%;margin-top:1.25rem;padding:.75rem;font:inherit;\
text-align:center;text-decoration:none;color:#fff;background:#a4161a;border:0;border-radius:.25rem;cursor:pointer}\
button [lang=en],.button [lang=en]{color:inherit}\
:focus-visible{outline:3px solid #1d4ed8;outline-offset:2px}.alert{padding:.75rem;border-left:4px solid #a4161a;background:#fdecec}";

static STYLE_HASH: LazyLock<String> =
    LazyLock::new(|| format!("'sha256-{}'", STANDARD.encode(digest(&SHA256, STYLE.as_bytes()))));

/// A page under construction.
pub struct Page {
    title: Text,
    main: String,
    /// Where its forms may lead, redirects included.
    form_targets: Vec<String>,
}

impl Page {
    pub fn new(title: Text) -> Self {
        let main = format!("<h1>{}</h1>", both(&title));
        Self { title, main, form_targets: vec!["'self'".to_owned()] }
    }

    /// Lets the answer to a form of this page lead to the site of `address`.
    pub fn leads_to(mut self, address: &str) -> Self {
        if let Ok(url) = Url::parse(address) {
            // An application on a phone has a scheme of its own and no origin.
            let origin = url.origin();
            let site = if origin.is_tuple() { origin.ascii_serialization() } else { format!("{}:", url.scheme()) };
            self.form_targets.push(site);
        }
        self
    }

    /// Says that something went wrong.
    pub fn alert(mut self, words: &Text) -> Self {
        let _ = write!(self.main, "<p class=\"alert\" role=\"alert\">{}</p>", both(words));
        self
    }

    pub fn heading(mut self, words: &Text) -> Self {
        let _ = write!(self.main, "<h2>{}</h2>", both(words));
        self
    }

    pub fn paragraph(mut self, words: &Text) -> Self {
        let _ = write!(self.main, "<p>{}</p>", both(words));
        self
    }

    /// A form for user name and password that carries `ticket` to `action`.
    pub fn sign_in_form(mut self, action: &str, ticket: &str) -> Self {
        let _ = write!(
            self.main,
            "<form method=\"post\" action=\"{action}\"><input type=\"hidden\" name=\"ticket\" value=\"{ticket}\">\
             <label for=\"username\">{username}</label>\
             <input id=\"username\" name=\"username\" autocomplete=\"username\" autocapitalize=\"none\" \
             spellcheck=\"false\" maxlength=\"100\" required>\
             <label for=\"password\">{password}</label>\
             <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" \
             maxlength=\"200\" required><button>{go}</button></form>",
            action = escape(action),
            ticket = escape(ticket),
            username = both(&Text::fixed("Tên đăng nhập", "User name")),
            password = both(&Text::fixed("Mật khẩu", "Password")),
            go = both(&Text::fixed("Đăng nhập", "Sign in")),
        );
        self
    }

    /// A link that looks like a button: it leads to another place and sends nothing.
    pub fn link(mut self, address: &str, words: &Text) -> Self {
        let _ = write!(self.main, "<p><a class=\"button\" href=\"{}\">{}</a></p>", escape(address), both(words));
        self
    }

    /// The page as it is sent.
    pub fn respond(self, status: StatusCode) -> HttpResponse {
        let policy = format!(
            "default-src 'none'; style-src {}; form-action {}; base-uri 'none'; frame-ancestors 'none'",
            *STYLE_HASH,
            self.form_targets.join(" ")
        );
        let html = format!(
            "<!doctype html><html lang=\"vi\"><head><meta charset=\"utf-8\"><title>{} – Cầu Nối</title>\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>{STYLE}</style></head>\
             <body><main>{}</main></body></html>",
            escape(&self.title.vi),
            self.main
        );
        HttpResponse::build(status)
            .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
            .insert_header((header::CONTENT_SECURITY_POLICY, policy))
            .insert_header((header::X_FRAME_OPTIONS, "DENY"))
            .insert_header((header::CONTENT_LANGUAGE, "vi, en"))
            .body(html)
    }
}

/// A page that only says what went wrong.
pub fn refusal(status: StatusCode, words: &Text) -> HttpResponse {
    Page::new(Text::fixed("Không đăng nhập được", "You cannot sign in")).alert(words).respond(status)
}

/// Sends the browser on, by GET whatever it came with (RFC 9700 §4.12).
pub fn redirect(address: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, address)).finish()
}

fn both(words: &Text) -> String {
    format!("{} <span lang=\"en\">{}</span>", escape(&words.vi), escape(&words.en))
}

/// Text as HTML, in an element or in a quoted attribute.
fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_given_to_a_page_becomes_markup() {
        let hostile = "\"><script>alert('x')</script>&";
        let page = Page::new(Text::new(hostile, hostile))
            .sign_in_form(hostile, hostile)
            .link(hostile, &Text::new(hostile, ""));
        assert!(!page.main.contains("<script") && !page.main.contains("\"><s"));
        assert!(page.main.contains("&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;"));
    }

    #[test]
    fn forms_lead_only_where_the_application_is() {
        let page = Page::new(Text::fixed("", "")).leads_to("https://app.example/back?x=1").leads_to("vn.app://back");
        assert_eq!(page.form_targets, ["'self'", "https://app.example", "vn.app:"]);
    }
}
