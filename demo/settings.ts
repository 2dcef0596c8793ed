import { StartupError } from '#platform';

/** Credential of a vendor at the CSE. */
export interface VendorCredential {
  /** Originators it covers: `Clight-*`. */
  readonly originatorPattern: string;
  readonly token: string;
}

export interface FleetSettings {
  readonly cseHttp: URL;
  readonly cseMqtt: URL;
  readonly cseCoap: URL;
  readonly web: URL;
  /** Resource name of the CSEBase. */
  readonly cseName: string;
  /** SP-relative CSE-ID. */
  readonly cseId: string;
  readonly credentials: {
    readonly lighting?: VendorCredential;
    readonly wind?: VendorCredential;
    readonly energy?: VendorCredential;
    readonly chirpstack?: { readonly integration: string; readonly token: string };
    readonly theThingsStack?: { readonly port: number; readonly username: string; readonly password: string };
  };
  /** 1 is real time; 60 plays an hour in a minute. */
  readonly pace: number;
  /** Devices of each kind. */
  readonly containers: number;
  readonly lights: number;
  readonly turbines: number;
  readonly buildings: number;
  /** Messages a second, at most, of all vendors together. */
  readonly rateMax: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws StartupError that names the variable */
export function readFleetSettings(env: Environment): FleetSettings {
  const address = (name: string, fallback: string): URL => {
    const value = env[name] ?? fallback;
    if (!URL.canParse(value)) throw invalid(name, 'a URL');
    return new URL(value);
  };
  const number = (name: string, fallback: number, minimum: number, maximum: number): number => {
    const value = Number(env[name] ?? fallback);
    if (!(value >= minimum && value <= maximum)) throw invalid(name, `a number from ${minimum} to ${maximum}`);
    return value;
  };
  const count = (name: string, fallback: number, maximum: number): number =>
    Math.floor(number(name, fallback, 0, maximum));
  return {
    cseHttp: address('ALZETTE_DEMO_CSE_HTTP', 'http://127.0.0.1:8080'),
    cseMqtt: address('ALZETTE_DEMO_CSE_MQTT', 'mqtt://127.0.0.1:1883'),
    cseCoap: address('ALZETTE_DEMO_CSE_COAP', 'coap://127.0.0.1:5683'),
    web: address('ALZETTE_DEMO_WEB', 'http://127.0.0.1:3000'),
    cseName: env.ALZETTE_DEMO_CSE_NAME ?? 'cse-in',
    cseId: env.ALZETTE_DEMO_CSE_ID ?? '/id-in',
    credentials: credentialsIn(env.ALZETTE_DEMO_CREDENTIALS),
    pace: number('ALZETTE_DEMO_PACE', 60, 0.1, 3600),
    containers: count('ALZETTE_DEMO_CONTAINERS', 220, 10_000),
    lights: count('ALZETTE_DEMO_LIGHTS', 520, 10_000),
    turbines: count('ALZETTE_DEMO_TURBINES', 4, 4),
    buildings: count('ALZETTE_DEMO_BUILDINGS', 8, 8),
    rateMax: number('ALZETTE_DEMO_RATE_MAX', 60, 1, 10_000),
  };
}

function credentialsIn(text: string | undefined): FleetSettings['credentials'] {
  if (text === undefined || text === '') {
    throw new StartupError(
      'ALZETTE_DEMO_CREDENTIALS is missing',
      'The fleet is started by the platform, which issues its credentials; see docs/vendors.',
    );
  }
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('ALZETTE_DEMO_CREDENTIALS', 'JSON'); // never the value: it holds secrets
  }
}

const invalid = (name: string, expected: string): StartupError =>
  new StartupError(`${name} is not valid: expected ${expected}`, `Correct ${name}.`);
