"""A confirmation page; the answer is a POST to the same address."""

from dataclasses import asdict, dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse


@dataclass(frozen=True)
class Question:
    """The question, what confirming does, the button and its colour, and the way back."""

    title: Any
    meaning: Any
    button: Any
    variant: str
    back: str

    def page(self, request: HttpRequest) -> HttpResponse:
        context = {**admin.site.each_context(request), **asdict(self)}
        return TemplateResponse(request, "users/admin/question.html", context)
