"""A local https server with a throw-away authority, and with all the bad manners that a receiver can have."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Behaviour = Callable[[ssl.SSLSocket, threading.Event], None]
NOW = datetime.now(UTC)


@dataclass(frozen=True)
class Authority:
    """A certificate authority. `file` is its certificate in PEM."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    file: Path

    def server_context(self, folder: Path, *hosts: str, expired: bool = False) -> ssl.SSLContext:
        """What a server needs to prove that it is one of the hosts."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _unsigned("localhost", key, issuer=self.certificate.subject)
            .not_valid_after(NOW - timedelta(days=1) if expired else NOW + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([_general_name(host) for host in hosts]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
                critical=False,
            )
            .sign(self.key, hashes.SHA256())
        )
        chain = folder / f"server-{certificate.serial_number}.pem"
        chain.write_bytes(_pem(key) + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context


def make_authority(folder: Path) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tests")])
    certificate = (
        _unsigned("Tests", key, issuer=name)
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_may_sign_certificates(), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "authority.pem"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return Authority(key, certificate, file)


@dataclass
class Receiver:
    """A running server. `requests` are the bytes of each head that arrived, `connections` counts what was accepted."""

    port: int
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    def url(self, path: str = "/hook", host: str = "localhost") -> str:
        return f"https://{host}:{self.port}{path}"


@contextmanager
def serving(
    context: ssl.SSLContext, behave: Behaviour, *, reads: bool = True, keeps: bool = False
) -> Iterator[Receiver]:
    """A server on 127.0.0.1 that reads a request, unless told not to, and then does what `behave` says. One that
    `keeps` the connection reads the next request from it."""
    listening = socket.create_server(("127.0.0.1", 0))
    receiver = Receiver(listening.getsockname()[1])
    stopped = threading.Event()

    def answer(accepted: socket.socket) -> None:
        with accepted, suppress(OSError), context.wrap_socket(accepted, server_side=True) as connection:
            if reads:
                receiver.requests.append(request_of(connection))
            behave(connection, stopped)
            while keeps and (request := request_of(connection)).strip():
                receiver.requests.append(request)
                behave(connection, stopped)

    def accept() -> None:
        with suppress(OSError):
            while True:
                accepted, _ = listening.accept()
                receiver.connections += 1
                threads.append(threading.Thread(target=answer, args=(accepted,)))
                threads[-1].start()

    threads = [threading.Thread(target=accept)]
    threads[0].start()
    try:
        yield receiver
    finally:
        stopped.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for thread in threads:
            thread.join(5)


def replying(head: str, body: bytes = b"") -> Behaviour:
    def behave(connection: ssl.SSLSocket, stopped: threading.Event) -> None:
        connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)

    return behave


def dripping(start: bytes, drop: bytes) -> Behaviour:
    """Sends `drop` every 50 ms for as long as the other side listens."""

    def behave(connection: ssl.SSLSocket, stopped: threading.Event) -> None:
        connection.sendall(start)
        while not stopped.wait(0.05):
            connection.sendall(drop)

    return behave


def silent(connection: ssl.SSLSocket, stopped: threading.Event) -> None:
    stopped.wait(10)


def request_of(connection: ssl.SSLSocket) -> bytes:
    """The head and, as far as its Content-Length says, the body. Nothing of a request whose sender was killed."""
    received = b""
    while b"\r\n\r\n" not in received and (part := connection.recv(65536)):
        received += part
    head, end_of_head, body = received.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0]) and (part := connection.recv(65536)):
        body += part
    if not end_of_head or (lengths and len(body) < int(lengths[0])):
        return b""
    return head + b"\r\n\r\n" + body


def _unsigned(name: str, key: ec.EllipticCurvePrivateKey, issuer: x509.Name) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=2))
    )


def _may_sign_certificates() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
