from django.apps import AppConfig


class TransactionsConfig(AppConfig):
    name = "transactions"

    def ready(self) -> None:
        from gateways import notices
        from transactions.actions import disputes, outcomes
        from transactions.messages import describe_messages

        notices.register("card.review", outcomes.handle_review_notice)
        notices.register("card.chargeback", disputes.handle_chargeback_notice)
        notices.register("card.chargeback.outcome", disputes.handle_outcome_notice)
        describe_messages()
