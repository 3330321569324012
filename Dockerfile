# The service in a small image: nothing but Node, the built program and what it needs at run time. It runs without root
# and writes nowhere, so the root file system may be read-only.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Without scripts: the build follows by itself, and Node is here already.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npx tsc -p tsconfig.build.json && rm -f dist/.tsbuildinfo && npm prune --omit=dev --ignore-scripts

FROM node:24-bookworm-slim
# In a container loopback reaches nobody. Who is answered is up to http.tokens in the configuration.
ENV NODE_ENV=production HTTP_HOST=0.0.0.0
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY maps ./maps
COPY schemas ./schemas
USER node
EXPOSE 8080
# Of the processes that answer HTTP (serve, intake).
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.HTTP_PORT || 8080}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/main.js"]
CMD ["serve"]
