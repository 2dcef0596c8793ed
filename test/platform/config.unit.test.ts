import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { readConfig, StartupError, settingRows } from '#platform';

function withFile<T>(content: string, use: (path: string) => T): T {
  const path = join(tmpdir(), `alzette-${process.pid}.yaml`);
  writeFileSync(path, content);
  try {
    return use(path);
  } finally {
    rmSync(path);
  }
}

function refusal(env: Record<string, string>): StartupError {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof StartupError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('the configuration', () => {
  it('listens on loopback when nobody says anything', () => {
    const config = readConfig({});
    expect([config.host, config.web.port, config.cse.port, config.mqtt.port, config.coap.port]).to.deep.equal([
      '127.0.0.1',
      3000,
      8080,
      1883,
      5683,
    ]);
  });

  it('takes the file over the default and the environment over the file', () => {
    withFile('web: { port: 4000 }\ncse: { port: 4001 }\n', (path) => {
      const config = readConfig({ ALZETTE_CONFIG: path, ALZETTE_CSE_PORT: '4002' });
      expect([config.web.port, config.cse.port]).to.deep.equal([4000, 4002]);
    });
  });

  const refused: Record<string, { env: Record<string, string>; says: string }> = {
    'a port that is no number': {
      env: { ALZETTE_WEB_PORT: 'http' },
      says: 'web.port (ALZETTE_WEB_PORT): must be integer',
    },
    'a port out of range': {
      env: { ALZETTE_WEB_PORT: '70000' },
      says: 'web.port (ALZETTE_WEB_PORT): must be <= 65535',
    },
    'a variable nobody knows': {
      env: { ALZETTE_WEB_PROT: '3000' },
      says: 'ALZETTE_WEB_PROT: this variable is not known',
    },
    'an unknown security mode': { env: { ALZETTE_CSE_SECURITY: 'none' }, says: 'expected one of token, open' },
    'open security on a public address': {
      env: { ALZETTE_CSE_SECURITY: 'open', ALZETTE_HOST: '0.0.0.0' },
      says: 'may only listen on loopback',
    },
    'open security on a public address of the encrypted doors': {
      env: {
        ALZETTE_CSE_SECURITY: 'open',
        ALZETTE_TLS_HOST: '0.0.0.0',
        ALZETTE_TLS_CERTIFICATE_FILE: 'c.pem',
        ALZETTE_TLS_KEY_FILE: 'k.pem',
      },
      says: 'ALZETTE_TLS_HOST is 0.0.0.0',
    },
    'a certificate without its key': {
      env: { ALZETTE_TLS_CERTIFICATE_FILE: 'c.pem' },
      says: 'tls.keyFile (ALZETTE_TLS_KEY_FILE): a PEM file is expected',
    },
    'a key without its certificate': {
      env: { ALZETTE_TLS_KEY_FILE: 'k.pem' },
      says: 'tls.certificateFile (ALZETTE_TLS_CERTIFICATE_FILE): a PEM file is expected',
    },
    'authorities of clients without a certificate': {
      env: { ALZETTE_TLS_CLIENT_CA_FILE: 'a.pem' },
      says: 'tls.certificateFile (ALZETTE_TLS_CERTIFICATE_FILE): a PEM file is expected',
    },
    'a file that does not exist': { env: { ALZETTE_CONFIG: '/nowhere.yaml' }, says: 'cannot be read' },
  };
  for (const [what, { env, says }] of Object.entries(refused)) {
    it(`refuses ${what}`, () => {
      expect(refusal(env).message).to.contain(says);
    });
  }

  it('makes the paths of the TLS files absolute', () => {
    const { tls } = readConfig({ ALZETTE_TLS_CERTIFICATE_FILE: 'c.pem', ALZETTE_TLS_KEY_FILE: '/etc/k.pem' });
    expect(tls).to.deep.equal({
      certificateFile: resolve('c.pem'),
      keyFile: '/etc/k.pem',
      clientCaFile: null,
      host: null,
      csePort: 8443,
      mqttPort: 8883,
    });
  });

  it('names every unknown key of the file with its path', () => {
    const { message } = withFile('web: { prot: 1 }\nmqt: 2\n', (path) => refusal({ ALZETTE_CONFIG: path }));
    expect(message).to.contain('web.prot: this setting is not known');
    expect(message).to.contain('mqt: this setting is not known');
  });

  it('never repeats the value of a secret', () => {
    const { message } = refusal({ DATABASE_URL: 'mysql://root:hunter2@db/x' });
    expect(message).to.contain('DATABASE_URL');
    expect(message).not.to.contain('hunter2');
  });

  it('is described, setting by setting, in docs/configuration.md', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8');
    const described = new Set(page.match(/\b(?:ALZETTE_[A-Z0-9_]+|DATABASE_URL)\b/g));
    const known = new Set(['ALZETTE_CONFIG', ...settingRows().map(({ setting }) => setting.env)]);
    expect([...described.symmetricDifference(known)]).to.deep.equal([]);
  });
});
