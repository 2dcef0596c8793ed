/** Client library of the CSE: requests, notifications and the change feed over HTTP, MQTT, WebSocket and CoAP. */
export type { Change, ChangeBatch, ChangesQuery } from './changes.ts';
export {
  type CallOptions,
  type Client,
  type ClientOptions,
  type ClientRequest,
  createClient,
  type RetrieveParameters,
} from './client.ts';
export type { Notification, NotificationHandler } from './notification.ts';
export { ClientSaturated, CseBusy, CseRefusal, CseUnreachable } from './refusal.ts';
export { type ExportedResource, exportSubtree, importSubtree } from './subtree.ts';
export type { ListenAddress } from './transport.ts';
