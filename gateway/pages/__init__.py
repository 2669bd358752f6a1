"""The pages, a family a module. A route reads the form, asks the services, renders or redirects."""

from gateway.pages import (
    about,
    causes,
    components,
    defis,
    demo_mail,
    follows,
    home,
    language,
    moderation,
    notices,
    people,
    proposals,
    results,
    sign_in,
    territories,
    voting,
)

BLUEPRINTS = (
    home.blueprint,
    voting.blueprint,
    results.blueprint,
    proposals.blueprint,
    sign_in.blueprint,
    moderation.blueprint,
    notices.blueprint,
    follows.blueprint,
    language.blueprint,
    demo_mail.blueprint,
    components.blueprint,
    *territories.BLUEPRINTS,
    *defis.BLUEPRINTS,
    *causes.BLUEPRINTS,
    *people.BLUEPRINTS,
    *about.BLUEPRINTS,
)
