"""What every page promises: headers, form tokens, no way out, errors as pages, routes declared, weight."""

from __future__ import annotations

import html
import re
import uuid

import httpx
import pytest

from gateway.edge.routes import ROUTES, compose, routes, service_of
from gateway.errors import PAGES
from gateway.security import local_path
from libs.chassis.access import declared_access
from libs.chassis.settings import SettingsError

PAGES_FOR_ALL = (
    "/",
    "/consultations/territoires",
    "/consultations/territoires/results",
    "/consultations/territoires/results/proposals",
    "/consultations/territoires/propose",
    "/sign-in",
    "/sign-in/link?token=x",
    "/components",
    "/nowhere",
)


def text(response) -> str:
    return html.unescape(response.get_data(as_text=True))


@pytest.mark.parametrize("path", PAGES_FOR_ALL)
def test_nothing_comes_from_elsewhere_and_nothing_is_inline(browser, path):
    answer = browser.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    page = answer.get_data(as_text=True)
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=|hx-on", page)
    # Nothing that a page loads; it may name another site, as a licence asks for.
    assert not re.search(r'src="(?:https?:)?//|<link[^>]+href="(?:https?:)?//', page)


@pytest.mark.parametrize("path", PAGES_FOR_ALL)
def test_a_page_is_kept_by_nobody_and_differs_by_reader(browser, path):
    answer = browser.get(path)
    assert answer.headers["Cache-Control"] == "no-store"
    assert {"Cookie", "Accept-Language", "HX-Request"} <= set(answer.vary)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", PAGES_FOR_ALL)
def test_a_page_with_all_it_loads_weighs_at_most_150_kb(browser, app, path):
    page = browser.get(path).get_data()
    loaded = set(re.findall(rb"/static/([^?\"]+)\?v=", page))
    files = app.extensions["maillage.static"]
    weight = len(page) + sum(len(files[name.decode()].compressed) for name in loaded)
    assert loaded
    assert weight < 150_000


@pytest.mark.parametrize("path", PAGES_FOR_ALL)
def test_every_link_of_a_page_leads_somewhere(browser, app, path):
    page = text(browser.get(path))
    for link in set(re.findall(r'(?:href|action)="(/[^"#]*)', page)):
        adapter = app.url_map.bind("localhost")
        assert any(adapter.test(link.partition("?")[0], method=method) for method in ("GET", "POST")), link


def test_every_form_token_is_checked(app, browser):
    unsafe = [rule for rule in app.url_map.iter_rules() if rule.methods & {"POST", "PUT", "PATCH", "DELETE"}]
    assert len(unsafe) >= 12
    for rule in unsafe:
        with app.test_request_context():
            places = {name: _something(rule._converters[name]) for name in rule.arguments}
            _, path = rule.build(places) or ("", "")
        assert app.test_client().post(path).status_code == 400, rule


def _something(converter) -> object:
    """A value that a place of an address takes."""
    kind = type(converter).__name__
    return {"UUIDConverter": uuid.UUID(int=1), "IntegerConverter": 1}.get(kind, "territoires")


def test_the_token_may_come_in_the_header_that_htmx_sends(browser):
    answer = browser.client.post(
        "/language", data={"language": "en"}, headers={"X-CSRFToken": browser.token()}
    )
    assert answer.status_code == 303


def test_every_route_declares_who_may_call_it(app):
    for rule in app.url_map.iter_rules():
        declared_access(app, rule.endpoint)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "evil",
        "/ok\nSet-Cookie: a=b",
        " /",
        "",
        None,
    ],
)
def test_a_target_elsewhere_is_replaced_by_the_home_page(target):
    assert local_path(target) == "/"


def test_a_path_of_this_site_is_kept_with_its_query():
    assert local_path("/consultations/territoires/results?order=top") == (
        "/consultations/territoires/results?order=top"
    )


def test_neither_signing_in_nor_changing_language_leads_elsewhere(browser):
    page = text(browser.get("/sign-in?return_to=https://evil.example/"))
    assert re.search(r'name="return_to" value="/"', page)
    assert 'value="https://evil.example/"' not in page
    answer = browser.post("/language", {"language": "en", "return_to": "//evil.example"})
    assert answer.headers["Location"] == "/"


def test_after_a_refused_form_the_language_switch_leads_back_to_its_page(browser):
    page = text(
        browser.post(
            "/sign-in/link", {"token": "used"}, headers={"Referer": "http://localhost/sign-in/link?token=a"}
        )
    )
    assert 'name="return_to" value="/sign-in/link?token=a"' in page
    page = text(
        browser.post("/sign-in/link", {"token": "used"}, headers={"Referer": "http://evil.example/x"})
    )
    assert 'name="return_to" value="/"' in page


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(new_browser):
    browser = new_browser(secure_cookies=True)
    cookie = browser.get("/").headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Secure"} <= {part.strip() for part in cookie.split(";")}


def test_the_cookie_of_somebody_signed_in_amid_a_series_fits_in_a_cookie(browser):
    browser.consent()
    browser.get("/consultations/territoires")
    browser.sign_in()
    browser.consent()
    browser.get("/consultations/territoires")
    assert len(browser.client.get_cookie("maillage").value) < 3000


def test_a_very_long_draft_does_not_burst_the_cookie(browser):
    words = " ".join(f"{number:x}" for number in range(10_000))
    browser.post("/consultations/territoires/propose", {"text": words, "seen_similar": "1"})
    assert len(browser.client.get_cookie("maillage").value) < 3000


def test_a_secret_that_could_be_guessed_is_refused(make_app):
    with pytest.raises(SettingsError, match="MAILLAGE_GATEWAY_SECRET"):
        make_app(secret="short")


@pytest.mark.parametrize("status", sorted(set(PAGES) - {405}))
def test_a_refusal_of_a_service_is_a_page_in_the_readers_language(browser, english, backend, refusal, status):
    backend.broken = refusal(status, "some.code", "")
    answer = browser.get("/consultations/territoires/results")
    assert answer.status_code == (503 if status >= 500 else status)
    assert '<html lang="fr">' in text(answer)
    assert str(PAGES[answer.status_code].title) in text(english.get("/consultations/territoires/results"))


def test_the_services_own_sentence_stands_on_the_page(browser, backend, refusal):
    backend.broken = refusal(429, "too_many", "Vingt propositions par heure au plus.")
    assert "Vingt propositions par heure au plus." in text(browser.get("/"))


def _late(_request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("three seconds are over")


@pytest.mark.parametrize(
    "answer",
    [
        _late,
        lambda _: httpx.Response(200, text="<html>"),
        lambda _: httpx.Response(502, text="Bad gateway"),
        lambda _: httpx.Response(500, json=["not a problem"]),
    ],
    ids=["too late", "not JSON", "a proxy's page", "no problem document"],
)
def test_a_service_that_answers_nonsense_or_too_late_is_said_to_rest(make_app, answer):
    app = make_app(transport=httpx.MockTransport(answer))
    page = app.test_client().get("/", headers={"Accept-Language": "fr"})
    assert page.status_code == 503
    assert "se repose" in text(page)


def test_a_service_that_is_not_there_is_said_to_rest(make_app):
    app = make_app(transport=httpx.HTTPTransport(), services_url="http://127.0.0.1:9")
    assert app.test_client().get("/").status_code == 503


def test_an_unexpected_failure_is_a_page_and_tells_nothing_of_its_cause(browser, app):
    def explode(*_args):
        raise RuntimeError("a secret detail")

    app.view_functions["home.index"] = explode
    explode.__access__ = declared_access(app, "components.gallery")
    answer = browser.get("/")
    assert answer.status_code == 500
    assert "secret detail" not in text(answer)
    assert "cassé de notre côté" in text(answer)


def test_a_form_that_is_too_long_is_refused_as_a_page(browser):
    answer = browser.post("/sign-in", {"email": "a" * 100_000})
    assert answer.status_code == 413
    assert "trop long" in text(answer)


def test_health_is_answered(browser):
    assert browser.get("/livez").status_code == 200
    assert browser.get("/readyz").status_code == 200


def test_a_path_goes_to_the_service_of_its_prefix():
    assert service_of("/api/consultation/v1/consultations") == "consultation"
    assert service_of("/api/identity/.well-known/jwks.json") == "identity"
    assert service_of("/api/unknown") == "gateway"
    assert service_of("/") == "gateway"


def test_the_defis_of_an_operator_stand_under_its_own_path_and_no_others():
    table = routes(("op1", "op10"))
    assert service_of("/api/territories/op1/v1/defis", table) == "defis_op1"
    assert service_of("/api/territories/op10/v1/defis", table) == "defis_op10"
    assert service_of("/api/territories/op2/v1/defis", table) == "gateway"
    assert service_of("/api/territories/op1/v1/defis") == "gateway", "nobody is served unless named"
    assert service_of("/api/notifications/v1/inbox", table) == "notifications"


def test_a_composition_that_lacks_a_service_is_refused_at_once():
    with pytest.raises(LookupError, match="defis_op2"):
        compose({route.service: (lambda environ, start: []) for route in routes(("op1",))}, ("op1", "op2"))
    with pytest.raises(LookupError, match="consultation"):
        compose(
            {
                route.service: (lambda environ, start: [])
                for route in ROUTES
                if route.service != "consultation"
            }
        )
