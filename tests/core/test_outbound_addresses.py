"""Addresses that may be called, and the many ways to write one that may not: decided on what a name resolves to."""

import socket
from ipaddress import ip_address, ip_network

import pytest

from core import outbound
from core.outbound import AddressRefused, Refusal, check_url
from core.outbound.addresses import first_allowed, is_public, target_of, unwrapped

LOOPBACK = (ip_network("127.0.0.0/8"),)
PUBLIC = "93.184.216.34"


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com",
        "https://hooks.example.com/pix?a=1#part",
        "HTTPS://Hooks.Example.com:443/",
        "https://hooks.example.com.:8443/",
        "https://loja.example.com:1024/ç",
        "https://são.example.com/",
        f"https://{PUBLIC}/",
        "https://[2606:4700:4700::1111]/",
        "https://[2606:4700:4700::1111]:65535/",
        "https://[64:ff9b::5db8:d822]/",
    ],
)
def test_an_https_address_of_a_public_server_is_allowed(url: str, names: dict[str, list[str]]) -> None:
    names |= {"hooks.example.com": [PUBLIC], "loja.example.com": [PUBLIC], "xn--so-sia.example.com": [PUBLIC]}
    check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example.com",
        "//hooks.example.com/",
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "https:/hooks.example.com/",
        "https:///hooks",
        "https://",
        "https://user@hooks.example.com/",
        "https://user:secret@hooks.example.com/",
        "https://@hooks.example.com/",
        "https://hooks.example.com\\@127.0.0.1/",
        "https://hooks.example.com /",
        "https://hooks.example.com/\r\nHost: x",
        "https://hooks.example.com/\x00",
        " https://hooks.example.com/",
        "https://hooks..example.com/",
        "https://.example.com/",
        "https://%31%32%37.0.0.1/",
        "https://hooks.example.com%00.evil.com/",
        "https://①②⑦.0.0.1/",
        "https://[::1%25eth0]/",
        "https://[::1/",
        "https://" + "a" * 64 + ".com/",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:80/",
        "https://hooks.example.com:22/",
        "https://hooks.example.com:1023/",
        "https://hooks.example.com:65536/",
        "https://hooks.example.com:x/",
        "https://hooks.example.com:-1/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://127.0.0.1./",
        "https://2130706433/",
        "https://017700000001/",
        "https://0177.0.0.1/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0x7f.1/",
        "https://93.184.55330/",
        "https://0/",
        "https://0.0.0.0/",
        "https://10.0.0.1/",
        "https://172.16.0.1/",
        "https://192.168.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://192.0.0.1/",
        "https://192.0.2.1/",
        "https://192.88.99.1/",
        "https://198.18.0.1/",
        "https://224.0.0.1/",
        "https://240.0.0.1/",
        "https://255.255.255.255/",
        "https://[::]/",
        "https://[::1]/",
        "https://[::127.0.0.1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:a00:1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[64:ff9b:1::1]/",
        "https://[2002:7f00:1::]/",
        "https://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
        "https://[2001:db8::1]/",
        "https://[3fff::1]/",
        "https://[fc00::1]/",
        "https://[fe80::1]/",
        "https://[fec0::1]/",
        "https://[ff02::1]/",
        "https://localhost/",
        "https://LOCALHOST./",
        "https://intranet.example.com/",
        "https://six.example.com/",
    ],
)
def test_every_other_form_of_address_is_refused_when_saved_and_when_called(
    url: str, names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    names |= {
        "hooks.example.com": [PUBLIC],
        "intranet.example.com": ["10.1.2.3", "::ffff:192.168.0.1"],
        "six.example.com": ["fe80::1%eth0"],
    }
    with pytest.raises(AddressRefused) as refused:
        check_url(url)
    assert str(refused.value) == str(refused.value.refusal.label)
    monkeypatch.setattr(socket, "socket", None)
    with pytest.raises(AddressRefused):
        outbound.request("GET", url, headers={}, content=None, deadline_seconds=5, largest_answer=0)


def test_inside_allowed_networks_any_port_and_wrapping_passes(names: dict[str, list[str]]) -> None:
    for url in ("https://localhost:80/", "https://127.1.2.3:1/", "https://[::ffff:127.0.0.1]:22/"):
        check_url(url, LOOPBACK)
    with pytest.raises(AddressRefused):
        check_url("https://10.0.0.1/", LOOPBACK)
    with pytest.raises(AddressRefused):
        check_url("http://localhost/", LOOPBACK)
    with pytest.raises(AddressRefused):
        check_url("https://2130706433/", LOOPBACK)


@pytest.mark.parametrize(
    ("wrapped", "real"),
    [
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("64:ff9b::a00:1", "10.0.0.1"),
        ("2002:a00:1::1", "10.0.0.1"),
        ("2001:0:4136:e378:8000:63bf:f5ff:fffe", "10.0.0.1"),
        ("2606:4700:4700::1111", "2606:4700:4700::1111"),
        ("10.0.0.1", "10.0.0.1"),
    ],
)
def test_the_ipv4_address_inside_an_ipv6_one_is_judged(wrapped: str, real: str) -> None:
    assert unwrapped(ip_address(wrapped)) == ip_address(real)


def test_a_private_port_of_a_public_address_is_named_as_the_reason() -> None:
    with pytest.raises(AddressRefused) as refused:
        first_allowed([ip_address("10.0.0.1"), ip_address(PUBLIC)], 25)
    assert refused.value.refusal is Refusal.PORT
    assert is_public(ip_address(PUBLIC))


def test_the_host_header_names_an_ipv6_host_in_brackets() -> None:
    assert target_of("https://[2606:4700:4700::1111]:8443/").authority == "[2606:4700:4700::1111]:8443"
    assert target_of("https://hooks.example.com:443/").authority == "hooks.example.com"
