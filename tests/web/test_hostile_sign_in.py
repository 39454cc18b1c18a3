"""Guessing passwords with many hands at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from tests.web.conftest import PASSWORD, Browser
from web import db
from web.auth.accounts import create_account
from web.auth.attempts import PER_LOGIN
from web.config import Config

GUESSES = 12


def test_guesses_sent_at_once_are_no_more_than_guesses_sent_one_by_one(on_both: Flask) -> None:
    config: Config = on_both.extensions["tapak.config"]
    with db.transaction(on_both.extensions["tapak.engine"]) as session:
        create_account(session, config=config, login="ani", name="Ani", password=PASSWORD, now=db.clock(session))
    prepared = []
    for _ in range(GUESSES):
        client = on_both.test_client()
        assert isinstance(client, Browser)
        prepared.append((client, client.token()))

    def guess(pair: tuple[Browser, str]) -> int:
        client, token = pair
        return client.post("/masuk", data={"csrf_token": token, "login": "ani", "password": "salah"}).status_code

    with ThreadPoolExecutor(GUESSES) as hands:
        answers = sorted(hands.map(guess, prepared))
    assert answers == [422] * PER_LOGIN + [429] * (GUESSES - PER_LOGIN)
