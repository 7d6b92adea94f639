"""Pages and API. `asgi.py` hands them to threads that run this application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "astrapay_portal.settings")

application = get_wsgi_application()
