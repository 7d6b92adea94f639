"""The pages of cards, orders and contracts."""

from django.urls import path

from transactions.views import changes, details, lists, operations, sandbox

app_name = "transactions"

urlpatterns = [
    path("transactions/credit-card", lists.CardList.as_view(), name="cards"),
    path("transactions/credit-card/file.csv", lists.CardFile.as_view(), name="card-file"),
    path("transactions/credit-card/<str:card_transaction_id>", details.CardDetail.as_view(), name="card"),
    path("transactions/orders", lists.OrderList.as_view(), name="orders"),
    path("transactions/orders/file.csv", lists.OrderFile.as_view(), name="order-file"),
    path("transactions/orders/<str:order_id>", details.OrderDetail.as_view(), name="order"),
    path("transactions/operations/<str:operation_id>", operations.Confirmation.as_view(), name="operation"),
    path("transactions/operations/<str:operation_id>/actions", operations.Menu.as_view(), name="menu"),
    path("transactions/operations/<str:operation_id>/<str:action>", operations.Operate.as_view(), name="operate"),
    path("transactions/contracts", lists.ContractList.as_view(), name="contracts"),
    path("transactions/contracts/file.csv", lists.ContractFile.as_view(), name="contract-file"),
    path("transactions/contracts/<str:contract_id>", details.ContractDetail.as_view(), name="contract"),
    path(
        "transactions/contracts/<str:contract_id>/deactivate",
        changes.DeactivateContract.as_view(),
        name="deactivate-contract",
    ),
    path(
        "transactions/recurrences/<str:recurrence_id>/cancel",
        changes.CancelRecurrence.as_view(),
        name="cancel-recurrence",
    ),
    path(
        "transactions/recurrences/<str:recurrence_id>/schedules/<str:schedule_id>/cancel",
        changes.CancelSchedule.as_view(),
        name="cancel-schedule",
    ),
    path(
        "transactions/recurrences/<str:recurrence_id>/run-next",
        sandbox.RunNext.as_view(),
        name="run-next",
    ),
    path("transactions/sandbox/<str:operation_id>/<str:event>", sandbox.Simulate.as_view(), name="simulate"),
]
