# The image of Pagewise: server and indexing job, as one account without rights, on a file system that is only read.
#
#   docker build -t pagewise --build-arg TORCH_INDEX=ADDRESS .    for processors
#   docker build -t pagewise:cuda --build-arg ACCELERATOR=cuda .  for NVIDIA's graphics cards
#
# TORCH_INDEX is the package index of PyTorch's builds for processors; pytorch.org names it ("Get started", pip, CPU).
# The public index of Python's packages has those for graphics cards alone, which are 5 GB larger.
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS build
ARG ACCELERATOR=cpu
ARG TORCH_INDEX=
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN python3 -m venv /venv
WORKDIR /pagewise
COPY requirements.txt constraints.txt ./
RUN set -eu; \
    torch="$(sed -n 's/^\(torch==[0-9.]*\).*/\1/p' requirements.txt)"; \
    if [ "$ACCELERATOR" = cpu ]; then \
        /venv/bin/pip install -q "$torch+cpu" ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} || { \
            echo "PyTorch for processors was not found: add --build-arg TORCH_INDEX=..., as pytorch.org says (pip, CPU)." >&2; \
            exit 1; }; \
    else \
        /venv/bin/pip install -q "$torch"; \
    fi; \
    /venv/bin/pip install -q -r requirements.txt
COPY tools/slim_image.py /tmp/
RUN set -eu; \
    command -v strip >/dev/null \
        || { apt-get update -qq; apt-get install -y -qq --no-install-recommends binutils >/dev/null; }; \
    /venv/bin/python /tmp/slim_image.py /venv/lib/python3.11/site-packages
COPY pyproject.toml CHANGELOG.md ./
COPY storage storage
COPY indexing indexing
COPY server server
# A first index and a first answer: the image is tried, and what they import is compiled. Later nothing can be written,
# and each start would compile it anew. What few need is only tried: it is there, and compiled when it is asked for.
COPY documents/library-handbook.md documents/ferry-timetable-2026.pdf documents/boat-hire-agreement.docx /tmp/documents/
RUN set -eu; export DOCUMENTS_DIR=/tmp/documents INDEX_DIR=/tmp/index EMBED_MODEL=packaged; \
    /venv/bin/python -m indexing; \
    /venv/bin/python -m server ask "What does it cost to become a member of the library?"; \
    /venv/bin/python -m server doctor || true; \
    /venv/bin/python -c "import server.application, server.commands.serve, torch, onnxruntime, cv2"; \
    export PYTHONDONTWRITEBYTECODE=1; \
    /venv/bin/python -c "import storage.vectors.remote, storage.vectors.llama_index, llama_index.embeddings.huggingface"; \
    /venv/bin/python -c "import rapidocr, opentelemetry.exporter.otlp.proto.http.trace_exporter, mcp.server"; \
    rm -rf /tmp/index /tmp/documents

FROM ${PYTHON}
LABEL org.opencontainers.image.title="Pagewise" \
    org.opencontainers.image.description="Answers questions about your own documents and shows the page each statement comes from."
RUN useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin pagewise \
    && install -d -o 10001 -g 10001 -m 0700 /data /data/index /data/models \
    && install -d /documents
COPY --from=build /venv /venv
COPY --from=build /pagewise /pagewise
WORKDIR /pagewise
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    DOCUMENTS_DIR=/documents \
    INDEX_DIR=/data/index \
    HF_HOME=/data/models \
    HOME=/data
USER 10001:10001
VOLUME ["/data"]
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:%s/healthz' % os.environ.get('PORT', '8000'), timeout=4)"]
ENTRYPOINT ["python", "-m"]
CMD ["server"]
