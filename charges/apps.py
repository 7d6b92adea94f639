from django.apps import AppConfig


class ChargesConfig(AppConfig):
    name = "charges"

    def ready(self) -> None:
        from charges.actions import payments, refunds
        from gateways import notices

        notices.register("pix.received", payments.handle_pix_notice)
        notices.register("pix.refund", refunds.handle_refund_notice)
