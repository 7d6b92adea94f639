"""Whoever runs the demo is told how its people sign in."""

import json
from pathlib import Path

from astrapay_portal.demo import people
from astrapay_portal.embedded.portal import sign_ins


def test_the_sign_in_of_the_staff_is_printed_with_those_of_the_clients(tmp_path: Path) -> None:
    demo = tmp_path / "demo.json"
    demo.write_text(json.dumps(people.sign_ins("http://localhost:8000", {})))
    assert f"  {people.STAFF}  {people.PASSWORD}" in sign_ins(demo, "http://localhost:8000")
