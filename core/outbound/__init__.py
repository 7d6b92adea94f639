"""The only HTTP client: https to public addresses, one answer within one deadline (see `client`)."""

from core.outbound.addresses import AddressRefused, Network, Refusal, check_url, target_of
from core.outbound.client import Answer, NetworkInsideTransaction, refuse_inside_transaction, request
from core.outbound.wire import Failure, NoAnswer

__all__ = [
    "AddressRefused",
    "Answer",
    "Failure",
    "Network",
    "NetworkInsideTransaction",
    "NoAnswer",
    "Refusal",
    "check_url",
    "refuse_inside_transaction",
    "request",
    "target_of",
]
