"""What is measured against the whole product as it runs: live updates, the weight of a page, a second start."""

import asyncio
import gzip
import re
import statistics
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from tests.running import RunningPortal

STREAMS, CHANGES = 200, 15
PERSON = "marina@astrapay.example"
LINKED = re.compile(r'(?:href|src)="(/static/[^"]+\.(css|js))"')


def signed_in(portal: RunningPortal) -> httpx.Client:
    """A browser's cookies, as the form gives them."""
    browser = httpx.Client(base_url=portal.url, follow_redirects=True, timeout=30)
    page = browser.get("/login").text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    form = {"login": PERSON, "password": portal.user(PERSON)["password"]}
    browser.post(
        "/login",
        data={**form, "csrfmiddlewaretoken": token.group(1) if token else ""},
        headers={"Referer": f"{portal.url}/login"},
    )
    return browser


def weights(browser: httpx.Client) -> dict[str, float]:
    """Compressed kilobytes of style and script that the list of charges asks for."""
    found = dict(LINKED.findall(browser.get("/charges").text))
    sums = {"css": 0.0, "js": 0.0}
    for path, kind in found.items():
        sums[kind] += len(gzip.compress(browser.get(path).content)) / 1000
    return sums


async def stream(url: str, cookie: str, heard: list[float], ready: asyncio.Event) -> None:
    """One open page: notes the moment of each change it hears."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(f"GET /events HTTP/1.1\r\nHost: {address.netloc}\r\nCookie: {cookie}\r\n\r\n".encode())
    try:
        while line := await reader.readline():
            if line.startswith(b"retry:"):
                ready.set()
            if line.startswith(b"data:") and b'"charge"' in line:
                heard.append(time.perf_counter())
    finally:
        writer.close()


async def live(portal: RunningPortal, cookie: str) -> list[float]:
    """Milliseconds from the API's answer to the last of the open pages, for each change."""
    heard: list[list[float]] = [[] for _ in range(STREAMS)]
    ready = [asyncio.Event() for _ in range(STREAMS)]
    pages = [asyncio.create_task(stream(portal.url, cookie, *each)) for each in zip(heard, ready, strict=True)]
    await asyncio.wait_for(asyncio.gather(*(each.wait() for each in ready)), 30)
    merchant, spent = portal.merchant(), []
    for number in range(1, CHANGES + 1):
        await asyncio.to_thread(merchant.call, "POST", "/v1/dynamic", {"amount": 12.5})
        answered = time.perf_counter()
        while any(len(moments) < number for moments in heard):
            await asyncio.sleep(0.005)
        spent.append((max(moments[number - 1] for moments in heard) - answered) * 1000)
    for page in pages:
        page.cancel()
    return spent


def measure(folder: Path) -> dict[str, float]:
    portal = RunningPortal(folder)
    portal.start()
    portal.stop()
    began = time.perf_counter()
    portal.start()
    second_start = time.perf_counter() - began
    try:
        with closing(signed_in(portal)) as browser:
            cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
            spent = asyncio.run(live(portal, cookie))
            return {
                "second start": second_start,
                "live p50": statistics.median(spent),
                "live max": max(spent),
                **weights(browser),
            }
    finally:
        portal.stop()
