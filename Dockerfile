# One image for every process; docker-compose.yml says which command is which.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
COPY requirements/production.lock requirements/
RUN pip install --no-cache-dir -r requirements/production.lock
COPY . .
# neither step reads a database or a real key
RUN python -m smartbis.local compile-messages \
 && DEBUG=1 SMARTBIS_SURFACE=platform HASHED_STATIC=yes STATIC_ROOT=/app/collected \
    DATABASE_URL=postgresql://none@none/none \
    python manage.py collectstatic --no-input --verbosity 0 --ignore redoc --ignore rest_framework \
 && python -m compileall -q --invalidation-mode unchecked-hash .

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data --create-home smartbis
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HASHED_STATIC=yes STATIC_ROOT=/app/collected DATA_DIR=/data MEDIA_ROOT=/data/media
USER smartbis
VOLUME /data
EXPOSE 8000
# SIGTERM lets requests in flight end
STOPSIGNAL SIGTERM
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "4", "--respawn-failed-workers", "--no-ws", "smartbis.wsgi:application"]
