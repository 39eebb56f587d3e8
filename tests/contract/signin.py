"""Signs the demo accounts in, the way their real counterparts do."""

import base64
import hashlib
import secrets
import sys
import time
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import requests

PASSWORD = "caunoi-demo"
CLIENT_ID = "swagger-ui"
REDIRECT_PATH = "/docs/oauth2-redirect.html"
STEPS = 8  # sign-in page, consent page and the redirects between them; more is a loop
TIMEOUT_SECONDS = 10
# Not the fuzzer's, whose guesses shut it out; believed by a server that takes us for its proxy.
ELSEWHERE = {"X-Forwarded-For": "192.0.2.1"}
YOUNG_SECONDS = 120  # a fifth of an access token's life


class SignedIn:
    """Signed in at once and refreshed from then on; anew where the fuzzer has signed it out."""

    def __init__(self, sign_in, refresh):
        self._sign_in, self._refresh = sign_in, refresh
        self._tokens, self._since = sign_in(), time.monotonic()

    def token(self):
        """An access token that is good for some minutes."""
        if time.monotonic() - self._since > YOUNG_SECONDS:
            try:
                answer = self._refresh(self._tokens["refresh_token"])
                # The fuzzer may have signed it out.
                self._tokens = answer.json() if answer.ok else self._sign_in()
            except Exception as error:  # Schemathesis says that there was one, and not which
                print(f"error: {error}", file=sys.stderr)
                raise
            self._since = time.monotonic()
        return self._tokens["access_token"]


def staff(base_url, username):
    """A member of staff."""

    def refresh(token):
        body = {"refresh_token": token}
        return requests.post(urljoin(base_url, "/v1/sessions/refresh"), json=body, timeout=TIMEOUT_SECONDS)

    return SignedIn(lambda: staff_session(base_url, username), refresh)


def citizen(base_url, flow, username):
    """A citizen."""

    def refresh(token):
        form = {"grant_type": "refresh_token", "client_id": CLIENT_ID, "refresh_token": token}
        return requests.post(urljoin(base_url, flow["tokenUrl"]), data=form, timeout=TIMEOUT_SECONDS)

    return SignedIn(lambda: citizen_session(base_url, flow, username), refresh)


def staff_session(base_url, username):
    """Access and refresh token of a member of staff: user name and password."""
    answer = requests.post(
        urljoin(base_url, "/v1/sessions"),
        json={"username": username, "password": PASSWORD},
        headers=ELSEWHERE,
        timeout=TIMEOUT_SECONDS,
    )
    return _tokens(answer, username)


def citizen_session(base_url, flow, username):
    """Access and refresh token of a citizen: authorization code with PKCE, pages clicked through like in a browser."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    redirect_uri = urljoin(base_url, REDIRECT_PATH)
    state = secrets.token_urlsafe(16)
    question = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": redirect_uri,
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    browser = requests.Session()
    browser.headers.update(ELSEWHERE)
    page = _send(browser, "get", urljoin(base_url, flow["authorizationUrl"]), question)
    for _ in range(STEPS):
        if page.is_redirect:
            target = urljoin(page.url, page.headers["Location"])
            if target.startswith(redirect_uri):
                break
            page = _send(browser, "get", target, {})
        else:
            page = _step(browser, page, username)
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
    return _tokens(answer, username)


def _step(browser, page, username):
    """To the citizens' identity provider, where the page offers the way; else its form is filled in."""
    seen = _Page(page.text)
    if seen.way:
        return _send(browser, "get", urljoin(page.url, seen.way), {})
    fields = seen.fields | {"username": username, "password": PASSWORD}
    return _send(browser, seen.method, urljoin(page.url, seen.action), fields)


def _send(browser, method, url, fields):
    place = {"params": fields} if method == "get" else {"data": fields}
    answer = browser.request(method, url, allow_redirects=False, timeout=TIMEOUT_SECONDS, **place)
    if answer.status_code >= 400:
        raise RuntimeError(f"{method} {url} answered {answer.status_code}: {answer.text[:300]}")
    return answer


def _tokens(answer, username):
    if not answer.ok:
        raise RuntimeError(f"{username} could not sign in: {answer.status_code} {answer.text[:300]}")
    return answer.json()


class _Page(HTMLParser):
    """Of a page, the first link that looks like a button, and the form with its fields as a browser would send them."""

    def __init__(self, html):
        super().__init__()
        self.way, self.method, self.action, self.fields = None, "get", "", {}
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        of = dict(attributes)
        if tag == "a" and "button" in of.get("class", "").split():
            self.way = self.way or of.get("href")
        elif tag == "form":
            self.method, self.action = of.get("method", "get").lower(), of.get("action", "")
        elif tag == "input" and of.get("name"):
            self.fields[of["name"]] = of.get("value", "")
