import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, until } from '../support/wait.ts';
import { startCse, type TestCse, type TestCseOptions } from './support.ts';

/** CSEs of one service provider, each with its own database and credentials for its neighbours. */
export interface Network extends AsyncDisposable {
  /** Starts a CSE below another one, and waits until it is registered there. */
  below(registrar: Member, id: string, options?: MemberOptions): Promise<Member>;
  /** Starts the IN-CSE; first of all. */
  infrastructure(options?: MemberOptions): Promise<Member>;
}

export interface Member extends TestCse {
  /** CSE-ID without the slash. */
  readonly id: string;
  readonly port: number;
  /** Address of this CSE's <remoteCSE> at its registrar. */
  readonly csr: string;
  /** Ends it, as a machine that is switched off would; its database stays. */
  switchOff(): Promise<void>;
  /** Starts it again on the same database and port. */
  switchOn(): Promise<void>;
}

export interface MemberOptions {
  readonly env?: Record<string, string>;
  /** CSEs that will register here. */
  readonly children?: readonly string[];
  readonly type?: 'MN' | 'ASN';
  /** Opens further doors, before the CSE registers. */
  readonly opened?: (member: Member) => Promise<void>;
  /** False: it is not waited for, as it is not expected. */
  readonly registers?: boolean;
}

const waitMs = 15_000;

export function network(): Network {
  const folder = mkdtempSync(join(tmpdir(), 'alzette-network-'));
  const members: Member[] = [];
  const tokenFile = (holder: string, peer: string): string => join(folder, `${holder}-for-${peer}`);

  async function start(id: string, env: Record<string, string>, options: MemberOptions, registrar?: Member) {
    const port = await freePort();
    const settings = {
      ALZETTE_CSE_ID: id,
      ALZETTE_CSE_NAME: `base-${id}`,
      ALZETTE_CSE_PORT: String(port),
      ALZETTE_CSE_POINTS_OF_ACCESS: JSON.stringify([`http://127.0.0.1:${port}`]),
      ALZETTE_CSE_PEERS: JSON.stringify(
        (options.children ?? []).map((child) => ({ id: child, tokenFile: tokenFile(id, child) })),
      ),
      ...env,
      ...options.env,
    };
    const started: TestCseOptions = { env: settings };
    let running = await startCse({ ...started, keepDatabase: true });
    const { database } = running;
    let on = true;
    const member: Member = {
      ...running,
      id,
      port,
      csr: registrar === undefined ? '' : `/base-${registrar.id}/${id}`,
      async switchOff() {
        on = false;
        await running.cse.stop();
      },
      async switchOn() {
        running = await startCse({ ...started, database });
        on = true;
        running.cse.join();
      },
      async [Symbol.asyncDispose]() {
        if (on) await running.cse.stop();
        await database.close();
      },
    };
    members.push(member);
    return member;
  }

  return {
    infrastructure: (options = {}) => start('in', { ALZETTE_CSE_TYPE: 'IN' }, options),
    async below(registrar, id, options = {}) {
      const { token } = await registrar.cse.credentials.issue({ originator: `/${id}`, label: id });
      writeFileSync(tokenFile(id, registrar.id), token);
      const env = {
        ALZETTE_CSE_TYPE: options.type ?? 'MN',
        ALZETTE_CSE_REGISTRAR_URL: registrar.url,
        ALZETTE_CSE_REGISTRAR_ID: registrar.id,
        ALZETTE_CSE_REGISTRAR_TOKEN_FILE: tokenFile(id, registrar.id),
      };
      const member = await start(id, env, options, registrar);
      const issued = await member.cse.credentials.issue({ originator: `/${registrar.id}`, label: registrar.id });
      writeFileSync(tokenFile(registrar.id, id), issued.token);
      await options.opened?.(member);
      member.cse.join();
      if (options.registers !== false) {
        const mirror = `/base-${id}/${registrar.id}`;
        const registered = async () =>
          (await registrar.send('GET', member.csr)).rsc === 2000 && (await member.send('GET', mirror)).rsc === 2000;
        await until(registered, {
          timeoutMs: waitMs,
          what: `the registration of ${id}`,
        });
      }
      return member;
    },
    async [Symbol.asyncDispose]() {
      for (const member of members.reverse()) await member[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
