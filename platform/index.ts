/** The kernel: everything a room may lean on. It knows no room. */
export { type Config, configSchema, isLoopback, readConfig, settingRows } from './config.ts';
export { type Database, openDatabase, type RoomSchema, withTransaction } from './database.ts';
export { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';
export { messageOf, Refusal, StartupError, systemErrorCode } from './errors.ts';
export { createEvents, type Events } from './events.ts';
export { Feed, type FeedAppend, type FeedBatch, type FeedEntry, feedBatchJson, readFeedQuery } from './feed.ts';
export { freePort } from './free-port.ts';
export { isRunning, lockDataDir } from './instance-lock.ts';
export { createJobs, type Jobs } from './jobs.ts';
export { Lifecycle } from './lifecycle.ts';
export { createLog, type Log } from './log.ts';
export { Counter, createMetrics, Gauge, Histogram, type Registry } from './metrics.ts';
export { installationSecret } from './secrets.ts';
export type { CsePeer, TokenIssuer } from './settings/cse.ts';
export type { LorawanIntegration } from './settings/index.ts';
export { type CommuneProperties, readTerritoryProfile, type TerritoryProfile } from './territory-profile.ts';
export {
  type BuildOptions,
  type BuildResult,
  buildWebApplication,
  buildWhenRun,
  builtDirOf,
  type WebApplication,
} from './web/application.ts';
export { builtPages } from './web/pages.ts';
export { sendJson } from './web/send-json.ts';
export { cannotListen, createWebServer, listen, type ReadinessCheck, type WebServer } from './web-server.ts';
