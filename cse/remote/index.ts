import type { Config, Log } from '#platform';
import type { Asker } from '../access/access.ts';
import type { Names } from '../address.ts';
import type { Targets } from '../notifications/targets.ts';
import type { RequestPrimitive } from '../primitive.ts';
import type { Answer } from '../procedures/call.ts';
import type { Store } from '../store/store.ts';
import type { CommittedChange } from '../store/write.ts';
import { Directory } from './directory.ts';
import { Links } from './link.ts';
import { PeerTokens } from './peer-tokens.ts';
import { Registration } from './registration.ts';

const remoteCseType = 16;

/** What this CSE has to do with others. */
export interface Remote {
  readonly directory: Directory;
  readonly links: Links;
  /** Requests that are being passed on; one that comes back goes round in a circle. */
  readonly passing: Set<string>;
  readonly registration: Registration;
}

export interface RemoteOptions {
  readonly config: Config;
  readonly names: Names;
  readonly store: Store;
  readonly targets: Targets;
  readonly log: Log;
  readonly perform: (request: RequestPrimitive, asker: Asker) => Promise<Answer>;
  readonly setInfrastructureCse: (cseId: string) => Promise<void>;
  readonly observe: (observer: (change: CommittedChange) => void) => void;
}

export function createRemote(options: RemoteOptions): Remote {
  const { config, names, store, targets, log, perform, observe, setInfrastructureCse } = options;
  const { registrar, peers, forwardTimeoutSeconds } = config.cse;
  const directory = new Directory(store, names, registrar.url === null ? undefined : `/${registrar.id}`);
  const configured = new Map<string, string>();
  if (registrar.url !== null) configured.set(`/${registrar.id}`, registrar.url);
  for (const { id, url } of peers) if (url !== undefined) configured.set(`/${id}`, url);
  const links = new Links({
    directory,
    tokens: new PeerTokens(config.cse, log),
    targets,
    configured,
    timeoutMs: forwardTimeoutSeconds * 1000,
  });
  const self: Asker = { originator: names.cseId, authenticated: true, registered: true };
  const registration = new Registration({
    names,
    store,
    directory,
    links,
    log,
    registrarName: registrar.name,
    lifetimeSeconds: registrar.lifetimeSeconds,
    setInfrastructureCse,
    performHere: (request) => perform(request, self),
  });
  observe(({ resource, kind, modified }) => {
    if (resource.ty !== remoteCseType) return;
    directory.forget();
    const ofRegistrar = resource.attributes.csi === directory.registrar;
    const descendantsChanged = kind !== 'updated' || Object.hasOwn(modified ?? {}, 'dcse');
    if (!ofRegistrar && descendantsChanged) registration.renew();
  });
  return { directory, links, passing: new Set(), registration };
}
