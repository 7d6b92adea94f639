from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ChargesConfig(AppConfig):
    name = "charges"
    verbose_name = pgettext_lazy("heading", "Charges")

    def ready(self) -> None:
        from charges.actions import med, payments, refunds
        from charges.messages import describe_messages
        from gateways import notices
        from transactions.actions.disputes import register_room
        from transactions.actions.follow_ups import register_refund
        from transactions.links import ProductPage, register_page
        from transactions.states import DisputeType, PaymentMethod

        notices.register("pix.received", payments.handle_pix_notice)
        notices.register("pix.refund", refunds.handle_refund_notice)
        notices.register("pix.med", med.handle_med_notice)
        notices.register("pix.med.decision", med.handle_decision_notice)
        register_room(DisputeType.MED, med.Meds())
        register_refund(PaymentMethod.PIX, refunds.refund_operation)
        register_page(PaymentMethod.PIX, ProductPage("charges:detail", _("Pix charge")))
        describe_messages()
        self.register_pages()

    def register_pages(self) -> None:
        from accounts.permissions import Module, read
        from charges.test_data import register_test_data
        from core.web.modules import Entry, register

        charges = Entry(
            url_name="charges:list",
            label=pgettext_lazy("heading", "Charges"),
            icon="receipt",
            group=_("Receive"),
            permission=read(Module.CHARGES),
            position=10,
            description=_("Pix charges with QR code, their payments and refunds"),
        )
        static_codes = Entry(
            url_name="charges:static-qr",
            label=_("Static QR"),
            icon="qrcode",
            group=_("Receive"),
            permission=read(Module.CHARGES),
            position=11,
            description=_("Make a code for a counter or a poster, and read any Pix code"),
        )
        register(charges)
        register(static_codes)
        register_test_data()
