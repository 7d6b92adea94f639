"""What the pages of webhooks promise."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import Client, Membership, Role, User
from accounts.permissions import Module
from core import clock
from core.actor import Actor
from tests.charges.conftest import make_charge, pay
from tests.charges.factories import browser_of
from tests.conftest import actor_for
from tests.rows import everything
from tests.webhooks.conftest import TYPE, claim_all, make_endpoint, outcome, tell
from webhooks.actions import delivery
from webhooks.details import SNIPPETS
from webhooks.models import Delivery, Endpoint
from webhooks.states import DeliveryStatus, EndpointStatus

URL = "https://8.8.8.8/pix"


def person_of(client: Client, *modules: Module, withheld: list[str] | None = None) -> User:
    user = User.objects.create_user(email=f"{uuid.uuid4().hex}@loja.example", first_name="Marina")
    membership = Membership.objects.create(user=user, client=client)
    for module in modules:
        Role.objects.create(membership=membership, module=module, withheld=withheld or [])
    return user


@pytest.fixture
def marina(shop: Client) -> Browser:
    return browser_of(person_of(shop, Module.WEBHOOK, Module.CHARGES))


@pytest.fixture
def reader(shop: Client) -> Browser:
    return browser_of(person_of(shop, Module.WEBHOOK, withheld=["write", "export"]))


def form(**fields: str) -> dict[str, str]:
    return {"key": str(uuid.uuid4()), **fields}


def secret_on(page: Any) -> str:
    found = re.search(r'id="secret">(whsec_[A-Za-z0-9+/=]+)<', page.content.decode())
    assert found
    return found[1]


def test_a_webhook_is_made_and_its_secret_is_shown_once(marina: Browser) -> None:
    sent = form(url=URL, event_type=TYPE, active="on", description="Loja")
    page = marina.post("/webhook/new", sent)
    secret = secret_on(page)
    endpoint = Endpoint.objects.get()
    assert endpoint.keys_at(clock.now()) == [secret]
    assertRedirects(marina.post("/webhook/new", sent), f"/webhook/{endpoint.endpoint_id}")
    assert Endpoint.objects.count() == 1
    assertNotContains(marina.get(f"/webhook/{endpoint.endpoint_id}"), "whsec_" + secret[6:])


@pytest.mark.parametrize("url", ["http://8.8.8.8/", "https://127.0.0.1/", "https://10.0.0.1/", "https://8.8.8.8:22/"])
def test_a_form_says_at_the_field_why_an_address_is_refused(marina: Browser, url: str) -> None:
    page = marina.post("/webhook/new", form(url=url, event_type=TYPE))
    assert page.status_code == 422
    assert page.context["form"].errors["url"]
    assert not Endpoint.objects.exists()


def test_an_address_is_judged_while_it_is_typed_and_nothing_is_made(marina: Browser, operator: Actor) -> None:
    typed = form(url="http://loja.example.com/", event_type=TYPE, check="url")
    made = make_endpoint(operator, "https://well.example.com/").endpoint
    for address in ("/webhook/new", f"/webhook/{made.endpoint_id}/edit"):
        answer = marina.post(address, typed)
        assertContains(answer, "begins with https://", count=1)
        assertNotContains(answer, "<h1")
        assertNotContains(marina.post(address, {**typed, "url": "https://loja.example.com/"}), "err")
    assert Endpoint.objects.get().url == made.url


def test_the_list_shows_health_and_filters_by_part_of_the_url(marina: Browser, operator: Actor) -> None:
    well = make_endpoint(operator, "https://well.example.com/").endpoint
    ill = make_endpoint(operator, "https://ill.example.com/").endpoint
    Endpoint.objects.filter(pk=ill.pk).update(failing_since=clock.now())
    page = marina.get("/webhook")
    assertContains(page, "failing since")
    assertContains(page, well.url)
    filtered = marina.get("/webhook?url=ILL.", headers={"HX-Request": "true"})
    assertContains(filtered, ill.url)
    assertNotContains(filtered, well.url)
    assertNotContains(filtered, "<html")


def test_an_endpoint_is_edited_switched_and_deleted(marina: Browser, endpoint: Endpoint) -> None:
    address = f"/webhook/{endpoint.endpoint_id}"
    assert marina.get(f"{address}/edit").status_code == 200
    marina.post(f"{address}/edit", form(url=URL, event_type="PIX_OUTBOUND", active="on"))
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.event_type) == (URL, "PIX_OUTBOUND")
    for act, status in (("deactivate", EndpointStatus.INACTIVE), ("activate", EndpointStatus.ACTIVE)):
        assertRedirects(marina.post(f"{address}/{act}"), address)
        assert Endpoint.objects.get().status == status
    assert marina.get(f"{address}/delete").status_code == 200
    assertRedirects(marina.post(f"{address}/delete", form()), "/webhook")
    assert marina.get(address).status_code == 404


def test_rotating_shows_the_new_secret_once_and_keeps_the_old_one_for_a_day(marina: Browser, operator: Actor) -> None:
    issued = make_endpoint(operator)
    address = f"/webhook/{issued.endpoint.endpoint_id}"
    assert marina.get(f"{address}/secret").status_code == 200
    new = secret_on(marina.post(f"{address}/secret", form()))
    assert Endpoint.objects.get().keys_at(clock.now()) == [new, issued.secret]
    assertContains(marina.get(address), "two secrets until")


def test_a_delivery_opens_with_every_request_and_answer(marina: Browser, operator: Actor, endpoint: Endpoint) -> None:
    event = tell(operator, userReference="pedido-1", name="<b>São João</b>")
    facts = {"ended_at": clock.now(), "response": "<script>maintenance</script>", "address": "8.8.8.8"}
    delivery.conclude([outcome(call, 503, **facts) for call in claim_all()])
    row = Delivery.objects.get()
    page = marina.get(f"/webhook/{endpoint.endpoint_id}?delivery={row.delivery_id}")
    for text in (event.event_id, "pedido-1", "503", "&lt;script&gt;maintenance", "&lt;b&gt;São João", "8.8.8.8"):
        assertContains(page, text)
    assertNotContains(page, "<script>maintenance")
    assertContains(page, "Nothing was delivered since")


def test_the_whole_repair_from_the_page(marina: Browser, operator: Actor, endpoint: Endpoint) -> None:
    address = f"/webhook/{endpoint.endpoint_id}"
    tell(operator)
    row = Delivery.objects.get()
    Delivery.objects.update(status=DeliveryStatus.FAILED, next_attempt_at=None)
    assert marina.post(f"/webhook/deliveries/{row.delivery_id}/resend").status_code == 302
    assert [call.delivery_id for call in claim_all()] == [row.pk]
    assertRedirects(marina.post(f"{address}/test"), address)
    assert [call.number for call in claim_all()] == [1]
    Delivery.objects.update(asked_at=None, lease_until=None)
    assert marina.get(f"{address}/recover").status_code == 200
    since = (clock.now() - timedelta(hours=4)).strftime("%Y-%m-%dT%H:%M")
    page = marina.post(f"{address}/recover", form(since=since), follow=True)
    assertContains(page, "1 message is sent again")
    refused = marina.post(f"{address}/recover", form(since="2020-01-01T00:00"))
    assert refused.status_code == 422


def test_a_reader_sees_everything_and_may_change_nothing(reader: Browser, operator: Actor) -> None:
    endpoint = make_endpoint(operator).endpoint
    tell(operator)
    row = Delivery.objects.get()
    address = f"/webhook/{endpoint.endpoint_id}"
    for page in (reader.get("/webhook"), reader.get(address)):
        assert page.status_code == 200
        assertNotContains(page, "Rotate")
        assertNotContains(page, "Deactivate")
    before = everything()
    for path in ("edit", "delete", "secret", "recover"):
        assert reader.get(f"{address}/{path}").status_code == 403
    for path in ("edit", "delete", "secret", "recover", "activate", "deactivate", "test"):
        assert reader.post(f"{address}/{path}", form()).status_code == 403
    assert reader.post(f"/webhook/deliveries/{row.delivery_id}/resend").status_code == 403
    assert everything() == before


def test_another_client_s_webhook_does_not_exist(marina: Browser, stranger: Client) -> None:
    foreign = actor_for(stranger)
    endpoint = make_endpoint(foreign).endpoint
    tell(foreign)
    row = Delivery.objects.get()
    address = f"/webhook/{endpoint.endpoint_id}"
    before = everything()
    for path in ("", "/edit", "/delete", "/secret", "/recover"):
        assert marina.get(address + path).status_code == 404
    for path in ("/edit", "/delete", "/secret", "/recover", "/activate", "/deactivate", "/test"):
        assert marina.post(address + path, form()).status_code == 404, path
    assert marina.post(f"/webhook/deliveries/{row.delivery_id}/resend").status_code == 404
    assertNotContains(marina.get("/webhook"), endpoint.url)
    assert everything() == before


def test_the_page_of_a_charge_shows_what_was_sent_for_it(marina: Browser, shop: Client, operator: Actor) -> None:
    endpoint = make_endpoint(operator).endpoint
    charge = pay(make_charge(operator))
    assertContains(marina.get(f"/charges/{charge.txid}"), endpoint.url)
    blind = browser_of(person_of(shop, Module.CHARGES))
    assertNotContains(blind.get(f"/charges/{charge.txid}"), endpoint.url)


def test_a_snippet_is_shown_for_each_of_five_languages(marina: Browser, endpoint: Endpoint) -> None:
    page = marina.get(f"/webhook/{endpoint.endpoint_id}")
    assert list(SNIPPETS) == ["Python", "JavaScript", "PHP", "Java", "C#"]
    for language in SNIPPETS:
        assertContains(page, f"<summary>{language}</summary>")
