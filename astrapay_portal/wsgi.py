"""Pages and API. `asgi.py` hands them to threads that run this application."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "astrapay_portal.settings")

application = get_wsgi_application()
import_module(settings.ROOT_URLCONF)
gc.collect()
gc.freeze()  # what was loaded stays: looking it through again and again stopped a request for a tenth of a second
