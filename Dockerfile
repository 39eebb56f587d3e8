# The program alone, on Debian bookworm. Settings come from the environment: see docker-compose.yml and docs/operations.md.
FROM rust:1.95.0-slim-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev make \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --package api \
    && cp target/release/caunoi /caunoi

FROM debian:12.15-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin caunoi \
    && install --directory --owner caunoi --mode 700 /var/lib/caunoi
COPY --from=build /caunoi /usr/local/bin/caunoi
USER caunoi
ENV BIND=0.0.0.0:8080 DATA_DIR=/var/lib/caunoi
EXPOSE 8080
# SIGTERM finishes what is under way, then stops.
ENTRYPOINT ["caunoi"]
CMD ["serve"]
