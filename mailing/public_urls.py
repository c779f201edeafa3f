"""Public paths of mailing (contract.md §3)."""

from django.urls import path

from mailing import public

urlpatterns = [
    path("o/<str:token>.gif", public.opened, name="mail_opened"),
    path("c/<str:token>", public.clicked, name="mail_clicked"),
    path("h/<str:token>", public.trapped, name="mail_trapped"),
    path("u/<str:token>", public.refusal, name="mail_refusal"),
]
