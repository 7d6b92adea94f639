"""The project: settings, URL roots, servers. It imports every room; no room imports it."""

from astrapay_portal.celery import app as celery_app

__all__ = ["celery_app"]
