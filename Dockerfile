# Front-end packages and Python packages are built apart; the image holds neither npm nor a compiler.
FROM node:22-slim AS front-end
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim AS packages
COPY requirements/runtime.txt ./
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r runtime.txt

FROM python:3.11-slim AS assets
WORKDIR /app
COPY --from=packages /venv /venv
COPY --from=front-end /usr/local/bin/node /usr/local/bin/node
COPY --from=front-end /app/node_modules node_modules
COPY . .
ENV STATIC_DIR=/static
RUN /venv/bin/python manage.py assets && /venv/bin/python manage.py messages --compile-only

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /app portal
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
COPY --from=assets /app/locale locale
COPY --from=assets /static /static
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 STATIC_DIR=/static DATA_DIR=/data
RUN mkdir /data && chown portal /data && python -m compileall -q /app
VOLUME /data
USER portal
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["python", "-c", "import http.client as h; c = h.HTTPConnection('localhost', 8000, timeout=2); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
CMD ["granian", "astrapay_portal.asgi:application", "--interface", "asginl", "--host", "0.0.0.0", "--workers", "2", "--respawn-failed-workers", "--workers-kill-timeout", "3", "--log-level", "warning"]
