"""A corner bakery on Django, with Kept inside: run `python examples/bakery/with_django.py sqlite:///bakery.db`."""

# ruff: noqa: INP001 -- a folder of scripts

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any
from wsgiref.simple_server import make_server

import django
import pages
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

import kept.sync
from kept.errors import KeptError


class KeptErrors:
    """Middleware: one of Kept's errors becomes a page a person can act on."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hand on."""
        return self.answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer an error of Kept's; leave all others."""
        del request
        if not isinstance(error, KeptError):
            return None
        status, body = pages.error_page(error)
        return HttpResponse(body, status=status, headers=pages.ASK_WHO if status == 401 else None)  # noqa: PLR2004 -- HTTP


def make_app(k: kept.sync.Kept, credential: str) -> Any:
    """Return the bakery's app.

    Args:
        k: An open installation.
        credential: Of role *program*, with the right to vouch.
    """

    def customer(request: HttpRequest) -> str:
        return pages.customer(request.headers.get("Authorization", ""))

    @csrf_exempt  # the form's token proves that it was shown, to this visitor, once
    def account(request: HttpRequest) -> HttpResponse:
        with k.person(credential, external=customer(request)) as me:
            if request.method != "POST":
                return HttpResponse(pages.form_page(me.form("account")))
            values = {name: request.POST.getlist(name) for name in request.POST if name != "token"}
            return HttpResponse(pages.receipt_page(me.submit(request.POST.get("token", ""), values)))

    @require_GET
    def show_data(request: HttpRequest) -> HttpResponse:
        with k.person(credential, external=customer(request)) as me:
            return HttpResponse(pages.data_page(me.data()))

    @csrf_exempt
    @require_POST
    def call_customer(request: HttpRequest, number: str) -> HttpResponse:
        del request
        with k.acting(credential) as desk:
            card = desk.read(desk.find(external=number), ["name"], exit="app")
            return JsonResponse({"calling": str(card.name)})  # the mask; the name opens where the loudspeaker is

    @csrf_exempt
    @require_POST
    def fill_basket(request: HttpRequest) -> HttpResponse:
        answer = HttpResponse(pages.page("Your basket", ""))
        answer.set_cookie("basket", request.POST["what"], max_age=7 * 86400)  # leaves only if the browser agreed to it
        return answer

    @csrf_exempt
    @require_POST
    def choose_cookies(request: HttpRequest) -> HttpResponse:
        line = k.cookie_choice(request.POST.getlist("purpose"))
        return HttpResponse(pages.page("Thank you", ""), headers={"Set-Cookie": line})

    urls = ModuleType("bakery_urls")
    urls.urlpatterns = [  # type: ignore[attr-defined]  # a module of urls, as Django wants it
        path("account", account),
        path("me", show_data),
        path("orders/<number>/ready", call_customer),
        path("basket", fill_basket),
        path("cookies", choose_cookies),
    ]
    settings.configure(
        ROOT_URLCONF=urls, MIDDLEWARE=[f"{__name__}.KeptErrors"], ALLOWED_HOSTS=["127.0.0.1", "localhost"]
    )
    django.setup()
    return k.cookies_wsgi(get_wsgi_application(), "basket")


def main(database: str, port: str = "8342") -> None:
    """Open the installation and serve."""
    with kept.sync.open(pages.POLICY, database) as k:
        credential = k.operator("setup").issue_credential("shop", "program", ["orders"], may=["vouch"])
        make_server("127.0.0.1", int(port), make_app(k, credential)).serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main(*sys.argv[1:])
