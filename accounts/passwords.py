"""The portal's password rule beside Django's own (PORTAL.md 6): upper, lower, digit and special character."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class FourKindsValidator:
    def validate(self, password: str, user: object = None) -> None:
        kinds = (str.isupper, str.islower, str.isdigit, lambda character: not character.isalnum())
        if not all(any(kind(character) for character in password) for kind in kinds):
            raise ValidationError(self.get_help_text(), code="password_kinds")

    def get_help_text(self) -> str:
        return _("Use an upper-case and a lower-case letter, a digit and a special character.")
