FROM rust:1-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN cargo build --release --locked

FROM debian:stable-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
COPY --from=build /source/target/release/probity /usr/local/bin/probity
# A run catches SIGTERM and deletes what it created; `docker stop --time` must be above `reserve_seconds` of the profile.
USER nobody
ENTRYPOINT ["probity"]
