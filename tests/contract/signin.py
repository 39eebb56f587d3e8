"""Signs the demo accounts in, the way their real counterparts do."""

import base64
import hashlib
import secrets
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import requests

PASSWORD = "caunoi-demo"
CLIENT_ID = "swagger-ui"
REDIRECT_PATH = "/docs/oauth2-redirect.html"
STEPS = 8  # sign-in page, consent page and the redirects between them; more is a loop
TIMEOUT_SECONDS = 10


def staff_token(base_url, username):
    """An access token for a member of staff: user name and password."""
    answer = requests.post(
        urljoin(base_url, "/v1/sessions"),
        json={"username": username, "password": PASSWORD},
        timeout=TIMEOUT_SECONDS,
    )
    return _access_token(answer, username)


def citizen_token(base_url, flow, username):
    """An access token for a citizen: OIDC authorization code with PKCE, forms filled in like a browser."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    redirect_uri = urljoin(base_url, REDIRECT_PATH)
    state = secrets.token_urlsafe(16)
    question = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": redirect_uri,
        "scope": " ".join(flow.get("scopes", {})),
        "state": state,
        "nonce": secrets.token_urlsafe(16),
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    browser = requests.Session()
    page = _send(browser, "get", urljoin(base_url, flow["authorizationUrl"]), question)
    for _ in range(STEPS):
        if page.is_redirect:
            target = urljoin(page.url, page.headers["Location"])
            if target.startswith(redirect_uri):
                break
            page = _send(browser, "get", target, {})
        else:
            form = _Form(page.text)
            form.fill(username, PASSWORD)
            page = _send(browser, form.method, urljoin(page.url, form.action), form.fields)
    else:
        raise RuntimeError(f"{username}: the identity provider never came back, last at {page.url}")
    reply = parse_qs(urlsplit(target).query)
    if reply.get("state") != [state] or "code" not in reply:
        raise RuntimeError(f"{username}: the identity provider answered {reply}")
    answer = browser.post(
        urljoin(base_url, flow["tokenUrl"]),
        data={
            "grant_type": "authorization_code",
            "client_id": CLIENT_ID,
            "code": reply["code"][0],
            "code_verifier": verifier,
            "redirect_uri": redirect_uri,
        },
        timeout=TIMEOUT_SECONDS,
    )
    return _access_token(answer, username)


def _send(browser, method, url, fields):
    place = {"params": fields} if method == "get" else {"data": fields}
    answer = browser.request(method, url, allow_redirects=False, timeout=TIMEOUT_SECONDS, **place)
    if answer.status_code >= 400:
        raise RuntimeError(f"{method} {url} answered {answer.status_code}: {answer.text[:300]}")
    return answer


def _access_token(answer, username):
    if not answer.ok:
        raise RuntimeError(f"{username} could not sign in: {answer.status_code} {answer.text[:300]}")
    return answer.json()["access_token"]


class _Form(HTMLParser):
    """The first form of a page, with its fields as a browser would send them."""

    def __init__(self, html):
        super().__init__()
        self.method, self.action, self.fields = "get", "", {}
        self._inside = self._done = False
        self.feed(html)

    def fill(self, username, password):
        for name, value in (("username", username), ("password", password)):
            if name in self.fields:
                self.fields[name] = value

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form" and not self._done:
            self._inside = True
            self.method, self.action = attrs.get("method", "get").lower(), attrs.get("action", "")
        elif self._inside and tag in ("input", "button", "select") and attrs.get("name"):
            self.fields.setdefault(attrs["name"], attrs.get("value", ""))

    def handle_endtag(self, tag):
        if tag == "form" and self._inside:
            self._inside, self._done = False, True
