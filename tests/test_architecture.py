"""Rules of the house that no single test of a feature would notice (docs/architecture.md)."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import Model

from core.errors import REGISTRY, DomainError
from core.outbound import NetworkInsideTransaction
from gateways import calls

ROOT = Path(__file__).parent.parent
FLOORS = ("core", "accounts", "webhooks", "gateways", "transactions", "charges", "astrapay_portal")


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT), ast.parse(path.read_text())


def test_rooms_import_only_downwards() -> None:
    command = [Path(sys.executable).parent / "lint-imports"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert run.returncode == 0, run.stdout + run.stderr


def test_relations_between_models_keep_the_order_of_rooms() -> None:
    """A relation named by a text makes no import, so import-linter does not see it."""
    upwards = [
        f"{model.__name__} → {field.related_model.__name__}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model
        if -1 < floor_of(model) < floor_of(field.related_model)
    ]
    assert upwards == []


def floor_of(model: type[Model] | str) -> int:
    name = "" if isinstance(model, str) else model._meta.app_label
    return FLOORS.index(name) if name in FLOORS else -1


@pytest.mark.django_db
def test_no_gateway_is_asked_inside_a_transaction() -> None:
    with transaction.atomic(), pytest.raises(NetworkInsideTransaction), calls.pix():
        raise AssertionError("the gateway was reached")


def test_nobody_listens_to_signals() -> None:
    """An action says what happens; a reader of it must not have to look for listeners."""
    heard = [
        f"{path}:{node.lineno}"
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and {"signals", "dispatch"} & set(str(node.module).split("."))
    ]
    assert heard == []


def test_every_refusal_has_one_code_and_a_message() -> None:
    def kinds(error: type[DomainError]) -> Iterator[type[DomainError]]:
        for kind in error.__subclasses__():
            yield kind
            yield from kinds(kind)

    for kind in kinds(DomainError):
        if kind.__module__.partition(".")[0] in FLOORS:
            assert REGISTRY[kind.code].status == kind.status
            assert str(kind.message)


def test_actions_save_named_fields() -> None:
    """A whole row written back would undo what somebody else changed in between. The staff's form of a client writes
    all that it shows."""
    whole = [
        f"{path}:{call.lineno}"
        for path, tree in sources()
        if "actions" in path.parts
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "save"
        if not {"update_fields", "force_insert"} & {keyword.arg for keyword in call.keywords}
    ]
    assert [place for place in whole if not place.startswith("accounts/actions/clients.py")] == []


def test_files_stay_short() -> None:
    long = {
        str(path): lines for path, _tree in sources() if (lines := len((ROOT / path).read_text().splitlines())) > 400
    }
    assert long == {}


def test_actions_take_their_facts_by_name() -> None:
    """A call reads as what it does, and a new fact cannot slip into another one's place."""
    positional = [
        f"{path}:{function.name}"
        for path, tree in sources()
        if "actions" in path.parts
        for function in tree.body
        if isinstance(function, ast.FunctionDef) and any(each.arg == "actor" for each in function.args.args)
        if not function.name.startswith("_")
    ]
    assert positional == []
