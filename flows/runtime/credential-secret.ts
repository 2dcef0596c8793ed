import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Key that encrypts the credentials of nodes; made at the first start, readable by the owner alone. Without it the
 * credentials in the flow file are lost, so it belongs in every backup of the folder.
 */
export function credentialSecret(userDir: string): string {
  const path = join(userDir, 'credential-secret');
  try {
    writeFileSync(path, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    chmodSync(path, 0o600);
  }
  const secret = readFileSync(path, 'utf8').trim();
  if (secret.length < 32)
    throw new Error(`${path} is damaged: restore it from a backup, or delete it and enter the credentials again`);
  return secret;
}
