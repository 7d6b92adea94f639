"""What a person prefers: the client worked for, the language, the theme. Nobody else may choose it."""

from accounts import queries
from accounts.models import Membership, User
from core.errors import NotFound


def choose_client(*, user: User, public_id: str) -> Membership:
    """Works for this client from the next request on, in every session. Raises NotFound for a client that the person
    does not represent now."""
    membership = queries.memberships_of(user).filter(client__public_id=public_id).first()
    if membership is None:
        raise NotFound
    user.chosen_client = membership.client
    user.save(update_fields=["chosen_client"])
    return membership


def choose_language(*, user: User, language: str) -> None:
    user.language = language
    user.save(update_fields=["language"])


def choose_theme(*, user: User, theme: str) -> None:
    user.theme = theme
    user.save(update_fields=["theme"])
