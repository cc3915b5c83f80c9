"""One-time codes, tokens and keys are neither stored nor logged."""

import json
import logging

import pytest
from django.apps import apps
from django.conf import settings
from django.core import serializers

from config.tests.api_client import Client

pytestmark = pytest.mark.django_db


def everything() -> str:
    rows = [row for model in apps.get_models() for row in model.objects.all()]
    return json.dumps(serializers.serialize("python", rows), default=str)


def test_codes_tokens_and_keys_are_stored_and_logged_nowhere(
    phone, sent_code, caplog, monkeypatch, capsys
):
    """Exercises everything, mistakes included, with a code that can't occur by chance."""
    code = "71938426"
    monkeypatch.setattr("users.limits.policy.Pair.digits", lambda *_, **__: len(code))
    monkeypatch.setattr("users.login.challenges.one_time_password", lambda nonce, digits: code)
    caplog.set_level(logging.INFO)
    client, answers = Client(), []
    sent = client.request_code(phone)
    ticket = sent.json().pop("ticket")
    answers.append(client.request_code(phone))
    answers.append(client.request_code(phone, ticket=ticket))
    stored = everything()
    assert phone not in stored  # a phone is recorded at its first login, not before
    answers.append(client.confirm(phone, "0000"))
    answers.append(client.confirm(phone, "12345678", ticket=ticket))
    pair = client.confirm(phone, code, ticket=ticket).json()
    assert pair.pop("is_new_user") is True
    assert pair.pop("expires_in") == 600
    client.use(pair["access"])
    answers += [client.profile(), client.call("GET", "auth/sessions/")]
    newer = client.refresh(pair["refresh"]).json()
    assert newer.pop("expires_in") == 600
    answers += [client.refresh("x"), client.call("POST", "auth/token/verify/", {"token": "x"})]
    stored += everything()
    client.call("POST", "auth/logout/")
    answers.append(client.refresh(newer["refresh"]))
    printed = capsys.readouterr()
    places = {
        "database": stored,
        "log": caplog.text + printed.out + printed.err,
        "answers": "".join(answer.content.decode() for answer in answers),
    }
    secrets = [code, ticket, *pair.values(), *newer.values()]
    secrets += [settings.SECRET_KEY, settings.OTP_KEY, settings.JWT_SIGNING_KEY]
    for place, text in places.items():
        for secret in secrets:
            assert secret not in text, place
    assert phone not in places["log"]


def test_the_keys_all_differ():
    assert len({settings.SECRET_KEY, settings.OTP_KEY, settings.JWT_SIGNING_KEY}) == 3


def test_the_same_nonce_gives_other_codes_under_another_key(settings):
    from users.digests import digest, one_time_password

    before = digest("phone"), one_time_password("nonce", 8)
    settings.OTP_KEY = "another-key-another-key-another-key"
    assert digest("phone") != before[0]
    assert one_time_password("nonce", 8) != before[1]
