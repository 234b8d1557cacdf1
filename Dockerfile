# One image for every replica: pinned packages with hashes, no build tools left over, nobody's rights.
FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/focal
COPY requirements.txt ./
RUN pip install --no-deps --require-hashes -r requirements.txt
COPY pyproject.toml README.md manifest.yml ./
COPY bot ./bot
COPY handlers ./handlers
COPY storage ./storage
COPY workspace ./workspace
RUN pip install --no-deps . && useradd --system --no-create-home focal
USER focal
# Focal finishes what it has in hand when it is asked to stop.
STOPSIGNAL SIGTERM
EXPOSE 8080
ENTRYPOINT ["focal"]
CMD ["serve"]
