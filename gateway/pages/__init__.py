"""The pages, a family a module. A route reads the form, asks the services, renders or redirects."""

from gateway.pages import (
    components,
    demo_mail,
    home,
    language,
    moderation,
    notices,
    proposals,
    results,
    sign_in,
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
    language.blueprint,
    demo_mail.blueprint,
    components.blueprint,
)
