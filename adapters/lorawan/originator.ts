import { type Client, CseRefusal } from '#cse/client';

/** JSON of a request's content. */
type Content = NonNullable<Parameters<Client['request']>[0]['pc']>;

const create = 1;
const retrieve = 2;
const update = 3;

interface OnBehalf {
  /** @throws CseRefusal and what `Client.request` throws */
  create(to: string, ty: number, pc: Content): Promise<Content>;
  retrieve(to: string): Promise<Content>;
  update(to: string, pc: Content): Promise<Content>;
}

/**
 * Requests of one device over the adapter's shared connection: the adapter's credential covers all of them
 * (`Clora-*`), each acts under its own name, so that the CSE's access control and the feed tell devices apart.
 */
export const as = (cse: Client, fr: string): OnBehalf => {
  const send = async (request: Parameters<Client['request']>[0]): Promise<Content> => {
    const response = await cse.request({ ...request, fr });
    if (response.rsc >= 3000) {
      const dbg = response.pc?.['m2m:dbg'];
      throw new CseRefusal(response.rsc, {
        ...(typeof dbg === 'string' ? { dbg } : {}),
        rqi: response.rqi,
        to: request.to,
      });
    }
    const resource = Object.values(response.pc ?? {})[0];
    return typeof resource === 'object' && resource !== null && !Array.isArray(resource) ? resource : {};
  };
  return {
    create: (to, ty, pc) => send({ op: create, to, ty, pc }),
    retrieve: (to) => send({ op: retrieve, to }),
    update: (to, pc) => send({ op: update, to, pc }),
  };
};
