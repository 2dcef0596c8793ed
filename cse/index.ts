/** The oneM2M Common Services Entity. Other rooms import this and nothing deeper. */
export { type CoapBinding, startCoapBinding } from './bindings/coap/index.ts';
export { type MqttBinding, startMqttBinding } from './bindings/mqtt/index.ts';
export { ServerCertificate } from './bindings/tls/server-certificate.ts';
export { attachWebSocketBinding } from './bindings/websocket/index.ts';
export { createCse } from './create-cse.ts';
export {
  type AttributeDescription,
  asyncApi,
  describedTypes,
  describeType,
  exampleOf,
  type Meaning,
  openApi,
  reference,
  schemaDocument,
  type TypeDescription,
  type TypeSummary,
  type Whereabouts,
} from './description/index.ts';
export type {
  Credential,
  Credentials,
  Cse,
  CseOptions,
  HttpBinding,
  Load,
  Notifications,
  OperatorRule,
  Proof,
} from './interface.ts';
export {
  type FilterCriteria,
  type Json,
  type JsonObject,
  type NotificationSender,
  type Operation,
  type OperationName,
  operation,
  type RequestPrimitive,
  type ResponsePrimitive,
  type Session,
} from './primitive.ts';
export { responseStatus, type StatusCode, type StatusName, statusName } from './response-status.ts';
export { schema } from './store/schema.ts';
