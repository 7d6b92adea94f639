"""States of a membership (STATES.md 12)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MembershipStatus(TextChoices):
    INVITED = "INVITED", _("Invited")
    ACTIVE = "ACTIVE", _("Active")
    INACTIVE = "INACTIVE", _("Inactive")
    REMOVED = "REMOVED", _("Removed")


MEMBERSHIP_TRANSITIONS = {
    MembershipStatus.INVITED: {MembershipStatus.ACTIVE, MembershipStatus.REMOVED},
    MembershipStatus.ACTIVE: {MembershipStatus.INACTIVE, MembershipStatus.REMOVED},
    MembershipStatus.INACTIVE: {MembershipStatus.ACTIVE, MembershipStatus.REMOVED},
    MembershipStatus.REMOVED: set(),
}
