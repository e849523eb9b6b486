"""Passwords are made up once, and everything that holds one is made of it."""

import re
from itertools import count

import pytest

from activities.cluster.credentials import filled, make_up
from workflows.models import CredentialPlan

pytestmark = pytest.mark.spec("ENV-017")

DATABASE = CredentialPlan(
    secret="catalyst-service-db",
    made={"password": 32},
    texts={
        "DATABASE_URL": "postgresql://app:{password}@db:5432/app",
        "PGPASSWORD": "{password}",
        "PGHOST": "db",
        "OTHER": "{unknown}",
    },
)


def test_texts_are_made_of_what_is_made_up() -> None:
    assert filled(DATABASE, {}, lambda length: "x" * length) == {
        "password": "x" * 32,
        "DATABASE_URL": f"postgresql://app:{'x' * 32}@db:5432/app",
        "PGPASSWORD": "x" * 32,
        "PGHOST": "db",
        "OTHER": "{unknown}",
    }


def test_what_was_made_up_before_is_kept_and_texts_follow_the_plan() -> None:
    numbers = count()
    first = filled(DATABASE, {}, lambda _: f"made{next(numbers)}")
    texts = {"DATABASE_URL": "postgresql://app:{password}@elsewhere/app"}
    changed = DATABASE.model_copy(update={"texts": texts})
    second = filled(changed, first, lambda _: f"made{next(numbers)}")
    assert second == {
        "password": "made0",
        "DATABASE_URL": "postgresql://app:made0@elsewhere/app",
    }


def test_only_what_is_missing_is_made_up() -> None:
    more = DATABASE.model_copy(update={"made": {"password": 32, "admin": 8}, "texts": {}})
    assert filled(more, {"password": "kept"}, lambda length: "x" * length) == {
        "password": "kept",
        "admin": "x" * 8,
    }


def test_a_password_is_letters_and_digits_and_never_the_same() -> None:
    found = {make_up(32) for _ in range(200)}
    assert len(found) == 200
    assert all(re.fullmatch(r"[A-Za-z0-9]{32}", each) for each in found)
