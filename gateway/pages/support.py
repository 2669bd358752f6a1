"""What page modules share: who may open a page, whether htmx asks, where to go next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway import session
from gateway.security import here
from gateway.services import ServiceProblem
from libs.chassis.access import public

View = TypeVar("View", bound=Callable[..., Any])


def signed_in(view: View) -> View:
    """The page needs an account; whoever has none is asked to sign in and comes back.

    The gateway itself guards nothing else: what an account may see and do is decided by the services.
    """

    @public
    @wraps(view)
    def guarded(*args: Any, **values: Any) -> Any:
        if session.account() is None:
            return redirect(url_for("sign_in.form", return_to=here()), 303)
        return view(*args, **values)

    return cast(View, guarded)


def wants_piece() -> bool:
    """Whether htmx asks, and a piece of page is enough."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


def whole_page(endpoint: str, **values: Any) -> Response:
    """Where a piece will not do: have htmx open the page itself."""
    return Response("", 204, {"HX-Redirect": url_for(endpoint, **values)})


def go(endpoint: str, **values: Any) -> Response:
    """Send the browser to another page by GET, after a form."""
    return redirect(url_for(endpoint, **values), 303)


def page(template: str, status: int = 200, **values: Any) -> tuple[str, int]:
    """A page, or the same with the status of a form that was refused."""
    problem = values.get("problem")
    if isinstance(problem, ServiceProblem) and problem.read_only:
        status = problem.status
    return render_template(template, **values), status


def typed(*names: str, several: tuple[str, ...] = ()) -> dict[str, Any]:
    """What was typed in these fields of the form, without blanks around; a list for each of `several`.

    An empty field is an empty text: `filled` leaves it out.
    """
    form = request.form
    return {name: form.get(name, "").strip() for name in names} | {
        name: form.getlist(name) for name in several
    }


def filled(values: dict[str, Any]) -> dict[str, Any]:
    """The fields that hold something."""
    return {name: value for name, value in values.items() if value not in ("", [], None)}


@contextmanager
def refused(answer: Callable[[ServiceProblem], Any]) -> Iterator[Refused]:
    """Catch the refusal of what the reader typed; any other goes to the error pages.

    with refused(lambda problem: page("form.html", 422, values=values, problem=problem)) as outcome:
        client.send(values)
    return outcome.answer or go("next.page")
    """
    outcome = Refused()
    try:
        yield outcome
    except ServiceProblem as problem:
        if not problem.concerns_input:
            raise
        outcome.answer = answer(problem)


@dataclass
class Refused:
    """How a form went: `answer` is the page that shows the refusal, None where all went well."""

    answer: Any = None
