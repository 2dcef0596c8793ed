import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { createSecureContext, type SecureContextOptions, type Server, type TlsOptions } from 'node:tls';
import { type Config, type Log, messageOf, StartupError } from '#platform';

type TlsFiles = Pick<Config['tls'], 'certificateFile' | 'keyFile' | 'clientCaFile'>;

/** Files are looked at this often; a replaced folder or link is noticed as well. */
const lookEveryMs = 1_000;
/** Certificate and key are two files: both have to be there before they are read. */
const settleMs = 250;
const handshakeTimeoutMs = 10_000;

/**
 * The certificate the CSE shows at its TLS doors. It is read again when its files change; files that cannot be used
 * then are logged, and the doors go on with what they had.
 */
export class ServerCertificate {
  readonly #files: TlsFiles;
  readonly #log: Log;
  readonly #servers = new Set<Server>();
  readonly #watched: readonly string[];
  #context: SecureContextOptions;
  #settling: NodeJS.Timeout | undefined;

  /** @throws StartupError that names the setting of the file that is missing, unreadable, or does not fit the others */
  constructor(files: TlsFiles, log: Log) {
    this.#files = files;
    this.#log = log;
    this.#context = readContext(files, log);
    const { certificateFile, keyFile, clientCaFile } = files;
    this.#watched = [certificateFile, keyFile, clientCaFile].filter((path) => path !== null);
    for (const path of this.#watched) {
      watchFile(path, { interval: lookEveryMs, persistent: false }, this.#changed);
    }
  }

  /** What a server is created with. Clients that show nothing, or nothing valid, connect as well and prove nothing by it. */
  get options(): TlsOptions {
    return {
      ...this.#context,
      requestCert: this.#files.clientCaFile !== null,
      rejectUnauthorized: false,
      handshakeTimeout: handshakeTimeoutMs,
    };
  }

  /** Keeps a server's certificate up to date until the server closes. */
  renewFor(server: Server): void {
    this.#servers.add(server);
    server.once('close', () => this.#servers.delete(server));
  }

  close(): void {
    clearTimeout(this.#settling);
    for (const path of this.#watched) unwatchFile(path, this.#changed);
  }

  readonly #changed = (): void => {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#reload(), settleMs).unref();
  };

  #reload(): void {
    try {
      this.#context = readContext(this.#files, this.#log);
      for (const server of this.#servers) server.setSecureContext(this.#context);
      this.#log.info('the TLS certificate was read again');
    } catch (error) {
      this.#log.error({ reason: messageOf(error) }, 'the new TLS certificate cannot be used; the old one stays');
    }
  }
}

/** Certificate, key and authorities, checked against each other. */
function readContext({ certificateFile, keyFile, clientCaFile }: TlsFiles, log: Log): SecureContextOptions {
  const cert = readPem('tls.certificateFile (ALZETTE_TLS_CERTIFICATE_FILE)', certificateFile);
  const key = readPem('tls.keyFile (ALZETTE_TLS_KEY_FILE)', keyFile);
  const certificate = cert.parse('a certificate', (pem) => new X509Certificate(pem));
  const privateKey = key.parse('a private key without a passphrase', (pem): KeyObject => createPrivateKey(pem));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new StartupError(
      `${key.setting}: ${keyFile} is not the key of the certificate in tls.certificateFile, ${certificateFile}`,
      'Name the key that was made with this certificate.',
    );
  }
  if (certificate.validToDate.getTime() <= Date.now()) {
    log.warn({ ended: certificate.validToDate }, 'the TLS certificate has ended; clients will refuse it');
  }
  const authorities =
    clientCaFile === null ? undefined : readPem('tls.clientCaFile (ALZETTE_TLS_CLIENT_CA_FILE)', clientCaFile);
  authorities?.parse('certificates of authorities', (pem) => new X509Certificate(pem));
  const context: SecureContextOptions = {
    cert: cert.pem,
    key: key.pem,
    ...(authorities === undefined ? {} : { ca: authorities.pem }),
    minVersion: 'TLSv1.2',
  };
  cert.parse('a certificate chain TLS can use', () => createSecureContext(context));
  return context;
}

interface PemFile {
  readonly setting: string;
  readonly pem: Buffer;
  /** @throws StartupError when the file does not hold what is expected */
  parse<T>(expected: string, read: (pem: Buffer) => T): T;
}

function readPem(setting: string, path: string | null): PemFile {
  const unusable = (why: string, cause?: unknown): StartupError =>
    new StartupError(`${setting}: ${path} ${why}`, 'Correct the path or the file.', { cause });
  let pem: Buffer;
  try {
    pem = readFileSync(path ?? '');
  } catch (error) {
    throw unusable(`cannot be read: ${messageOf(error)}`, error);
  }
  return {
    setting,
    pem,
    parse(expected, read) {
      try {
        return read(pem);
      } catch (error) {
        throw unusable(`is expected to hold ${expected} in PEM: ${messageOf(error)}`, error);
      }
    },
  };
}
