# Two stages: build the wheels, then a small image that runs them as an unprivileged user.
FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml requirements.lock README.md LICENSE ./
COPY bot bot
COPY knowledge knowledge
RUN pip wheel --no-cache-dir -w /wheels -c requirements.lock '.[postgres]'

FROM python:3.11-slim
# Pillow's own font has not even ü and –; fribidi lays out what runs from right to left
RUN apt-get update && apt-get install -y --no-install-recommends fonts-dejavu-core libfribidi0 \
    && rm -rf /var/lib/apt/lists/*
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links /wheels 'acne-bot[postgres]' \
    && useradd --create-home --uid 10001 bot \
    && mkdir /state && chown bot /state
USER bot
ENV STATE_DIR=/state PYTHONUNBUFFERED=1
# the image is not built from a knowledge base that does not check
RUN python -m bot check
VOLUME /state
# run with: docker run --read-only --tmpfs /tmp -v acne-state:/state -e TELEGRAM_BOT_TOKEN ...
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/live', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["python", "-m", "bot", "run"]
