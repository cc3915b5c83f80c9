# The server as an image: runs as nobody in particular and writes to no file of its own.
#   docker build --tag referral-system .

FROM docker.io/library/python:3.13-slim-bookworm AS base
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /app


FROM base AS build
COPY requirements.txt .
# The image's own pip fills the environment, so that none has to be in it.
RUN python -m venv --without-pip /venv \
    && python -m pip --python /venv/bin/python install --no-cache-dir --disable-pip-version-check \
        --require-hashes --requirement requirements.txt
COPY . .
# The key is for this step alone: it signs nothing and stays in no layer of the image.
RUN DEBUG=false SECRET_KEY=build-only-build-only-build-only-build-only DATABASE_URL=sqlite://:memory: \
        /venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && /venv/bin/python -m compileall -q config users referrals


FROM base
RUN groupadd --gid 10001 app \
    && useradd --uid 10001 --gid app --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin app \
    && install --directory --owner app --group app /data
COPY --from=build /venv /venv
COPY --from=build /app /app
# Workers prove that they live by touching a file: in memory, for the root file system is read-only.
ENV PATH=/venv/bin:$PATH HOST=0.0.0.0 PORT=8000 GUNICORN_CMD_ARGS=--worker-tmp-dir=/dev/shm
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["/app/deploy/healthcheck.sh"]
ENTRYPOINT ["/app/deploy/entrypoint.sh"]
CMD ["gunicorn", "--config", "config/server/gunicorn.py"]
