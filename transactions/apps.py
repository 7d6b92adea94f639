from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TransactionsConfig(AppConfig):
    name = "transactions"
    verbose_name = _("Transactions")

    def ready(self) -> None:
        from gateways import notices
        from transactions.actions import disputes, outcomes
        from transactions.messages import describe_messages

        notices.register("card.review", outcomes.handle_review_notice)
        notices.register("card.chargeback", disputes.handle_chargeback_notice)
        notices.register("card.chargeback.outcome", disputes.handle_outcome_notice)
        describe_messages()
        self.register_pages()

    def register_pages(self) -> None:
        from accounts.permissions import Module, read
        from core.web.modules import Entry, register
        from transactions.test_data import register_test_data

        cards = Entry(
            url_name="transactions:cards",
            label=_("Transactions"),
            icon="credit-card",
            group=_("Cards"),
            permission=read(Module.CREDIT_CARD),
            position=20,
            description=_("Payments by card, what was captured and what went back"),
        )
        orders = Entry(
            url_name="transactions:orders",
            label=pgettext_lazy("heading", "Orders"),
            icon="list-details",
            group=_("Cards"),
            permission=read(Module.CREDIT_CARD),
            position=23,
            description=_("Orders of every method with their operations"),
        )
        contracts = Entry(
            url_name="transactions:contracts",
            label=_("Saved cards"),
            icon="repeat",
            group=_("Cards"),
            permission=read(Module.CREDIT_CARD),
            position=24,
            description=_("Contracts of cards that customers let you keep, and what is charged again and again"),
        )
        for entry in (cards, orders, contracts):
            register(entry)
        register_test_data()
