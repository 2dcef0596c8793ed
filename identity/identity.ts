import { createHash, randomBytes } from 'node:crypto';
import { type IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import connectPgSimple from 'connect-pg-simple';
import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import session from 'express-session';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { type Config, type Database, type Log, Refusal } from '#platform';
import { hashPassword, passwordMatches } from './password.ts';
import { holds, type Principal, type Role, type Scope } from './principal.ts';
import { AccountEntity, MachineTokenEntity } from './schema.ts';
import { type PageLanguage, signInPage } from './sign-in-page.ts';

declare module 'express-serve-static-core' {
  interface Request {
    /** Who is asking; absent: nobody has signed in. Filled by `identity.session`. */
    principal?: Principal;
  }
}

declare module 'express-session' {
  interface SessionData {
    accountId: string;
  }
}

export interface Identity {
  /** Fills `request.principal` from the session cookie or a bearer token, and refuses forged cross-site requests. */
  readonly session: RequestHandler;
  /** `/sign-in` and `/sign-out`. */
  readonly router: Router;
  /** Lets through who holds the role or scope; sends persons without a session to the sign-in page. */
  require(right: Role | Scope): RequestHandler;
  /** The same identification for WebSocket upgrades, which pass no middleware. */
  principalOf(request: IncomingMessage): Promise<Principal | undefined>;
  /** Creates an account unless the name exists. @returns whether it was created */
  ensureAccount(account: { name: string; password: string; roles: Role[]; language: string }): Promise<boolean>;
  /** Gives a machine a new token, which replaces its former one; shown here once, stored hashed. */
  issueMachineToken(machine: { name: string; scopes: Scope[] }): Promise<string>;
  stop(): Promise<void>;
}

const hour = 3_600_000;

/**
 * @param options.sessionSecret signs the session cookies
 * @param options.territoryName shown on the sign-in page
 */
export function createIdentity(options: {
  config: Config;
  database: Database;
  log: Log;
  sessionSecret: string;
  territoryName: string;
}): Identity {
  const { config, database, log, sessionSecret, territoryName } = options;
  const accounts = database.orm.getRepository(AccountEntity);
  const tokens = database.orm.getRepository(MachineTokenEntity);
  const Store = connectPgSimple(session);
  const store = new Store({
    pool: database.pool,
    schemaName: 'identity',
    tableName: 'session',
    pruneSessionInterval: 900,
  });
  const loadSession = session({
    store,
    secret: sessionSecret,
    name: 'alzette',
    resave: false,
    saveUninitialized: false,
    rolling: true,
    cookie: {
      httpOnly: true,
      sameSite: 'lax',
      secure: config.web.publicUrl?.startsWith('https:') ?? false,
      maxAge: 12 * hour,
    },
  });
  // Per address against guessing, per name and address so that a stranger cannot lock somebody else out.
  const byAddress = new RateLimiterMemory({ points: 60, duration: 60 });
  const byName = new RateLimiterMemory({ points: 8, duration: 60 });
  const unknownAccountHash = hashPassword(randomBytes(16).toString('hex'));

  async function ofAccount(id: string): Promise<Principal | undefined> {
    const account = await accounts.findOneBy({ id });
    if (account === null) return undefined;
    return { id, name: account.name, kind: 'person', roles: account.roles, scopes: [], language: account.language };
  }

  async function ofToken(token: string): Promise<Principal | undefined> {
    const found = await tokens.findOneBy({ hash: sha256(token) });
    if (found === null) return undefined;
    return { id: found.id, name: found.name, kind: 'machine', roles: [], scopes: found.scopes, language: 'fr' };
  }

  async function identify(
    request: IncomingMessage & { session?: { accountId?: string } },
  ): Promise<Principal | undefined> {
    const bearer = /^Bearer ([\w.~+/=-]{1,512})$/i.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) return ofToken(bearer);
    const id = request.session?.accountId;
    return id === undefined ? undefined : ofAccount(id);
  }

  const router = express.Router();
  router.get('/sign-in.css', (_, response) => {
    response.set('Cache-Control', 'no-cache').sendFile(join(import.meta.dirname, 'sign-in.css'));
  });
  router.get('/sign-in', (request, response) => {
    showSignIn(response, 200, {
      language: pageLanguage(request),
      next: localPath(request.query.next),
      name: '',
      problem: undefined,
    });
  });
  router.post(
    '/sign-in',
    express.urlencoded({ extended: false, limit: '8kb', parameterLimit: 10 }),
    async (request, response) => {
      const form = request.body as Record<string, unknown>;
      const name = typeof form.name === 'string' ? form.name.slice(0, 200) : '';
      const password = typeof form.password === 'string' ? form.password.slice(0, 1000) : '';
      const view = { language: form.language === 'en' ? 'en' : 'fr', next: localPath(form.next), name } as const;
      const address = request.ip ?? '';
      try {
        await byAddress.consume(address);
        await byName.consume(`${address} ${name.toLowerCase()}`);
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        log.warn({ address }, 'sign-in attempts are being slowed down');
        response.set('Retry-After', String(Math.ceil(error.msBeforeNext / 1000)));
        return showSignIn(response, 429, { ...view, problem: 'throttled' });
      }
      const account = await accounts
        .createQueryBuilder('account')
        .where('lower(account.name) = lower(:name)', { name })
        .getOne();
      // The same work for a name that does not exist, so that time tells nothing.
      const matches = await passwordMatches(password, account?.passwordHash ?? (await unknownAccountHash));
      if (account === null || !matches) return showSignIn(response, 401, { ...view, problem: 'refused' });
      await new Promise<void>((resolve, reject) =>
        request.session.regenerate((error) => (error ? reject(error) : resolve())),
      );
      request.session.accountId = account.id;
      // Stored before the answer leaves: the page it leads to is asked for as soon as its headers arrive.
      await new Promise<void>((resolve, reject) =>
        request.session.save((error) => (error ? reject(error) : resolve())),
      );
      response.redirect(303, view.next);
    },
  );
  router.post('/sign-out', async (request, response) => {
    await new Promise<void>((resolve, reject) =>
      request.session.destroy((error) => (error ? reject(error) : resolve())),
    );
    response.clearCookie('alzette').redirect(303, '/sign-in');
  });

  function showSignIn(
    response: Response,
    status: number,
    view: { language: PageLanguage; next: string; name: string; problem: 'refused' | 'throttled' | undefined },
  ): void {
    response
      .status(status)
      .set('Cache-Control', 'no-store')
      .type('html')
      .send(signInPage({ ...view, territory: territoryName }));
  }

  return {
    router,
    session(request, response, next) {
      loadSession(request, response, (error?: unknown) => {
        if (error !== undefined && error !== null) return next(error);
        identify(request).then((principal) => {
          if (principal !== undefined) request.principal = principal;
          next(principal?.kind === 'machine' || isSameSite(request) ? undefined : forged);
        }, next);
      });
    },
    require: (right) => (request, response, next) => {
      if (request.principal === undefined) {
        if (request.method === 'GET' && request.accepts(['json', 'html']) === 'html') {
          return response.redirect(303, `/sign-in?next=${encodeURIComponent(request.originalUrl)}`);
        }
        return next(new Refusal(401, 'sign-in-needed', 'sign in, or send an Authorization header with a bearer token'));
      }
      if (!holds(request.principal, right)) {
        return next(
          new Refusal(
            403,
            'not-permitted',
            `this needs the right "${right}", which ${request.principal.name} does not hold`,
          ),
        );
      }
      next();
    },
    principalOf(request) {
      return new Promise((resolve, reject) => {
        // express-session only reads the request here; the response object satisfies its signature.
        loadSession(request as Request, new ServerResponse(request) as Response, (error?: unknown) =>
          error !== undefined && error !== null ? reject(error) : identify(request).then(resolve, reject),
        );
      });
    },
    async ensureAccount({ name, password, roles, language }) {
      const existing = await accounts
        .createQueryBuilder('account')
        .where('lower(account.name) = lower(:name)', { name })
        .getCount();
      if (existing > 0) return false;
      await accounts.insert({ name, passwordHash: await hashPassword(password), roles, language });
      return true;
    },
    async issueMachineToken({ name, scopes }) {
      const token = randomBytes(32).toString('base64url');
      await tokens.upsert({ name, scopes, hash: sha256(token) }, ['name']);
      return token;
    },
    async stop() {
      await store.close();
    },
  };
}

const forged = new Refusal(403, 'cross-site-request', 'this request comes from another site and was not carried out');

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Whether a request that changes something was sent by a page of ours. Browsers always say where a request comes from;
 * programs that say nothing hold no cookie of a person.
 */
function isSameSite(request: Request): boolean {
  if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return true;
  const site = request.get('Sec-Fetch-Site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = request.get('Origin');
  return origin === undefined || origin === `${request.protocol}://${request.get('Host')}`;
}

/** Only paths of this server: an address of another one would make the sign-in page an accomplice. */
function localPath(next: unknown): string {
  if (typeof next !== 'string' || next.length > 2000) return '/hypervision/';
  const base = 'http://local.invalid';
  return next.startsWith('/') && URL.parse(next, base)?.origin === base ? next : '/hypervision/';
}

function pageLanguage(request: Request): PageLanguage {
  if (request.query.lang === 'en' || request.query.lang === 'fr') return request.query.lang;
  return request.acceptsLanguages('fr', 'en') === 'en' ? 'en' : 'fr';
}
