"""Refusals and failures as pages, in the reader's language; as a short notice where htmx asked for a piece of page."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from flask import Flask, Response, make_response, redirect, render_template, request, url_for
from flask_babel import LazyString
from flask_babel import gettext as translated
from flask_babel import lazy_gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from gateway import session
from gateway.security import here
from gateway.services import ServiceProblem

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """A title that says what happened, and what the reader can do about it."""

    title: LazyString
    advice: LazyString


PAGES = {
    400: ErrorPage(
        _("This form could not be read"),
        _("It may have stayed open for too long. Go back, reload the page and try again."),
    ),
    403: ErrorPage(
        _("This page is not open to you"),
        _("Your account does not have the role that it needs. If it should, ask the coordinator."),
    ),
    404: ErrorPage(
        _("There is nothing at this address"),
        _("The link may be old, or have lost a piece on the way. The consultations are on the home page."),
    ),
    405: ErrorPage(
        _("This page cannot be opened that way"),
        _("Start again from the home page."),
    ),
    409: ErrorPage(
        _("This is not possible now"),
        _("Something changed in the meantime. Go back and reload the page to see how things stand."),
    ),
    413: ErrorPage(
        _("That is too long for us"),
        _("More was sent than this page can read. Shorten it and send it again."),
    ),
    429: ErrorPage(
        _("That was a lot at once"),
        _("Wait a minute, then try again. Nothing was lost."),
    ),
    500: ErrorPage(
        _("Something broke on our side"),
        _("It is in our logs, and nothing you did is the cause. Try again in a moment."),
    ),
    503: ErrorPage(
        _("This part of the site is resting"),
        _("The service behind this page does not answer for now. Try again in a few minutes."),
    ),
}


RETRY_AFTER = "120"
"""Seconds after which a page that is resting is worth another try."""


def configure_errors(app: Flask) -> None:
    """Answer every exception with a page."""
    app.register_error_handler(CSRFError, _on_stale_form)
    app.register_error_handler(ServiceProblem, _on_service_problem)
    app.register_error_handler(HTTPException, _on_http_exception)
    app.register_error_handler(Exception, _on_bug)
    app.after_request(_say_when)


def _say_when(response: Response) -> Response:
    if response.status_code == 503:
        response.headers.setdefault("Retry-After", RETRY_AFTER)
    return response


def error_page(status: int, detail: str = "") -> Response:
    """The page of `status`, with the service's own sentence where there is one."""
    page = PAGES.get(status) or PAGES[400 if status < 500 else 500]
    partial = request.headers.get("HX-Request") == "true"
    template = "errors/notice.html" if partial else "errors/page.html"
    response = make_response(render_template(template, page=page, status=status, detail=detail), status)
    if partial:
        response.headers["HX-Retarget"] = "#notices"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def _on_stale_form(_error: CSRFError) -> Response:
    return error_page(400)


def _on_http_exception(error: HTTPException) -> AnyResponse:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    response = error_page(status)
    response.headers.extend(
        (name, value) for name, value in error.get_headers() if name in ("Allow", "Retry-After")
    )
    return response


def _on_service_problem(problem: ServiceProblem) -> AnyResponse:
    if problem.status == 401:
        return _begin_again()
    if problem.read_only:
        return error_page(503, problem.detail)
    if problem.status >= 500:
        log.warning("service failed", code=problem.code, status=problem.status)
        return error_page(503)
    # That a role is missing, the page says in words; the service only knows the role's code.
    detail = problem.detail if problem.code != "access.role" else ""
    return error_page(problem.status, translated(detail) if detail else "")


def _begin_again() -> AnyResponse:
    """The reader's token no longer works, or the page needs an account: forget the one, ask for the other."""
    if session.account() is None and session.visitor() is not None:
        session.forget_visitor()
        target = here()
    else:
        session.sign_out()
        target = url_for("sign_in.form", return_to=here())
    if request.headers.get("HX-Request") == "true":
        return make_response("", 204, {"HX-Redirect": target})
    return redirect(target, 303)


def _on_bug(error: Exception) -> Response:
    log.error("unexpected error", exc_info=error)
    return error_page(500)
