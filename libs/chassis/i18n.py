"""French first, English complete.

Sentences stand in the code in English and in `translations/<language>/LC_MESSAGES/*.po` in French: `messages.po`, and
where there are many, one file for each family of pages. The `.po` files are read directly: nothing has to be compiled,
so a catalogue can be neither missing nor stale.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import cast

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, Domain, get_locale

from libs.chassis.errors import Sentence

LANGUAGES = ("fr", "en")
"""The languages that are complete, the default first."""
_AS_WRITTEN = NullTranslations()


class Catalogues(Domain):  # type: ignore[misc]
    """The `.po` files of several folders, merged; later folders win."""

    def __init__(self, folders: list[Path]) -> None:
        super().__init__([str(folder) for folder in folders])
        self._by_language = {language: read_catalogues(folders, language) for language in LANGUAGES}

    def get_translations(self) -> NullTranslations:
        """The catalogue of the language in use; outside a request, the sentences as they are."""
        locale = get_locale()
        return self.in_language(locale.language if locale else "en")

    def in_language(self, language: str) -> NullTranslations:
        """The catalogue of `language`; the sentences as they are for one that has none."""
        return self._by_language.get(language, _AS_WRITTEN)


class _Babel(Babel):  # type: ignore[misc]
    """Flask-Babel with these catalogues: its own default domain can only be named, and reads compiled files."""

    def __init__(self, app: Flask, catalogues: Catalogues) -> None:
        self._catalogues = catalogues
        super().__init__(app, default_locale=LANGUAGES[0], locale_selector=language_of_request)

    @property
    def domain_instance(self) -> Catalogues:
        return self._catalogues


def read_catalogues(folders: list[Path], language: str) -> NullTranslations:
    """The messages of every catalogue in `language` of every folder."""
    merged = Translations()
    for path in (
        path for folder in folders for path in sorted((folder / language / "LC_MESSAGES").glob("*.po"))
    ):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        translations = Translations(compiled)
        merged.add(translations, merge=True)
        # Merging copies the messages and forgets how this language counts.
        merged.plural = translations.plural
    return merged


def configure_languages(app: Flask, folders: list[Path]) -> Catalogues:
    """Give the app its catalogues, chosen for each request by `language_of_request`."""
    catalogues = Catalogues(folders)
    _Babel(app, catalogues)
    app.extensions["maillage.catalogues"] = catalogues
    return catalogues


def language_of_request() -> str:
    """The language chosen by the app for this request (`g.language`), else by the browser, else French."""
    if not has_request_context():
        return LANGUAGES[0]
    chosen = g.get("language")
    return chosen or request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def translate(app: Flask, sentence: str) -> str:
    """The sentence in the language of the request, its places filled if it is a `Sentence`."""
    catalogues = cast(Catalogues, app.extensions["maillage.catalogues"])
    translations = catalogues.get_translations()
    if isinstance(sentence, Sentence):
        translated = str(translations.gettext(sentence.message))
        return translated.format(**sentence.places) if sentence.places else translated
    return str(translations.gettext(sentence))
