import { Router } from 'express';
import type { Client } from '#cse/client';
import type { Config, Log, Registry } from '#platform';
import { BrokerListener } from './lorawan/broker.ts';
import { DeviceRegister } from './lorawan/device-register.ts';
import { createFigures } from './lorawan/figures.ts';
import { Intake } from './lorawan/intake.ts';
import { readAgainDoor } from './lorawan/read-again.ts';
import { lorawanWebhooks } from './lorawan/webhooks.ts';

/** Interworking proxies: what speaks another protocol than oneM2M becomes AEs and containers of the CSE. */
export interface Adapters {
  /** Mounted at `/api/adapters`; checks tokens itself. */
  readonly router: Router;
  /** Reads kept messages again; mounted at `/api/adapters` for those who may write to the territory. */
  readonly again: Router;
  /** Connects to the brokers of network servers. */
  start(): void;
  /** Stops listening, stores what was accepted, bounded in time. */
  stop(): Promise<void>;
}

/**
 * @param cse client whose credential covers `Clora-*`; each device acts under its own AE-ID
 */
export function createAdapters(options: {
  readonly config: Pick<Config, 'adapters' | 'cse'>;
  readonly cse: Client;
  readonly log: Log;
  readonly metrics: Registry;
}): Adapters {
  const { config, cse, metrics } = options;
  const log = options.log.child({ room: 'adapters' });
  const integrations = config.adapters.lorawan;
  const figures = createFigures(metrics);
  const register = new DeviceRegister(cse, config.cse.name);
  const intake = new Intake({ cse, register, figures, log });
  const listeners = integrations
    .filter(({ mqtt }) => mqtt !== undefined)
    .map((integration) => new BrokerListener({ integration, intake, figures, log }));
  const router = Router();
  router.use(lorawanWebhooks({ integrations, intake, figures, log }));
  return {
    router,
    again: readAgainDoor({ cse, register, figures }),
    start() {
      for (const listener of listeners) listener.start();
    },
    async stop() {
      await Promise.all(listeners.map((listener) => listener.stop()));
      await intake.stop();
    },
  };
}
