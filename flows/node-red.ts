import type { IncomingMessage, RequestListener, Server } from 'node:http';

/** The part of Node-RED's interface that we rely on (it ships no types). */
export interface Message {
  _msgid?: string;
  topic?: unknown;
  payload?: unknown;
  [name: string]: unknown;
}

export interface NodeStatus {
  readonly fill?: 'red' | 'green' | 'yellow' | 'blue' | 'grey';
  readonly shape?: 'ring' | 'dot';
  readonly text?: string;
}

export interface Node {
  readonly id: string;
  readonly type: string;
  readonly name?: string;
  /** Id of the tab. */
  readonly z?: string;
  /** Input handlers that will say when they are done; 0 for old nodes, whose work ends when the handler returns. */
  readonly _expectedDoneCount: number;
  /** Input handlers: none once the node is closed. */
  readonly _inputCallback: unknown;
  readonly _inputCallbacks: unknown;
  /** The tab as it runs. */
  readonly _flow: { getNode(id: string): Node | null | undefined };
  send(message: Message | (Message | Message[] | null)[]): void;
  status(status: NodeStatus | Record<string, never>): void;
  error(message: unknown, about?: Message): void;
  warn(message: unknown): void;
  log(message: unknown): void;
  on(event: 'input', handler: InputHandler): void;
  on(event: 'close', handler: (removed: boolean, done: () => void) => void): void;
}

export type Done = (error?: Error) => void;
export type InputHandler = (message: Message, send: Node['send'], done: Done) => void;

/** Properties of a node as the flow file holds them. */
export type NodeProperties = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

export interface ReceiveEvent {
  readonly msg: Message;
  readonly destination: { readonly id: string; readonly node: Node };
}

export interface RouteEvent {
  readonly msg: Message;
  readonly source: { readonly id: string; readonly node: Node };
  readonly destination: { readonly id: string };
}

export interface DeliverEvent extends ReceiveEvent {
  readonly source: { readonly id: string; readonly node: Node };
}

export interface CompleteEvent {
  readonly msg: Message;
  readonly error?: unknown;
  readonly node: { readonly id: string; readonly node: Node };
}

export interface Hooks {
  add(name: `preRoute.${string}`, hook: (event: RouteEvent) => void): void;
  add(name: `preDeliver.${string}`, hook: (event: DeliverEvent) => void): void;
  add(name: `onReceive.${string}` | `postReceive.${string}`, hook: (event: ReceiveEvent) => void): void;
  add(name: `onComplete.${string}`, hook: (event: CompleteEvent) => void): void;
  remove(name: string): void;
}

export interface LogRecord {
  readonly level: number;
  readonly msg: unknown;
  readonly id?: string;
  readonly type?: string;
  readonly name?: string;
  readonly z?: string;
}

export interface AdminRequest extends IncomingMessage {
  /** Below the root of the editor. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface AdminResponse {
  status(code: number): AdminResponse;
  json(body: unknown): void;
}

type AdminHandler = (request: AdminRequest, response: AdminResponse, next: (error?: unknown) => void) => void;

export interface AdminApp extends RequestListener {
  get(path: string, ...handlers: AdminHandler[]): void;
  post(path: string, ...handlers: AdminHandler[]): void;
}

/** What a node module is handed. */
export interface Red<House = unknown> {
  readonly nodes: {
    createNode(node: Node, properties: NodeProperties): void;
    getNode(id: unknown): Node | null;
    registerType(type: string, build: (this: Node, properties: NodeProperties) => void, options?: object): void;
  };
  readonly auth: { needsPermission(permission: string): AdminHandler };
  readonly httpAdmin: AdminApp;
  readonly settings: { readonly alzette: House };
  readonly util: { generateId(): string; cloneMessage<T>(message: T): T };
  /** Text of the node's catalogue in the language of the runtime. */
  _(key: string, values?: Readonly<Record<string, unknown>>): string;
}

/** The embedded application. */
export interface Runtime {
  init(server: Server, settings: Readonly<Record<string, unknown>>): void;
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly hooks: Hooks;
  readonly log: { addHandler(handler: { emit(event: 'log', record: LogRecord): void }): void; readonly ERROR: number };
  readonly httpAdmin: RequestListener;
  readonly httpNode: RequestListener;
  readonly events: {
    on(event: 'flows:stopping' | 'flows:started', listener: () => void): void;
    once(event: 'flows:started', listener: () => void): void;
  };
  readonly nodes: { getNode(id: string): Node | null | undefined };
}
