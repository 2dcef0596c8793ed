import { EntitySchema, type MigrationInterface, type QueryRunner } from 'typeorm';
import type { RoomSchema } from '#platform';
import type { Role, Scope } from './principal.ts';

export interface Account {
  id: string;
  /** As typed at creation; compared without case. */
  name: string;
  passwordHash: string;
  roles: Role[];
  language: string;
  createdAt: Date;
}

export const AccountEntity = new EntitySchema<Account>({
  name: 'account',
  schema: 'identity',
  columns: {
    id: { type: 'uuid', primary: true, generated: 'uuid' },
    name: { type: 'text' },
    passwordHash: { type: 'text', name: 'password_hash' },
    roles: { type: 'text', array: true },
    language: { type: 'text' },
    createdAt: { type: 'timestamptz', name: 'created_at', createDate: true },
  },
});

export interface MachineToken {
  id: string;
  name: string;
  /** SHA-256 of the token; the token is random enough not to need more. */
  hash: Buffer;
  scopes: Scope[];
  createdAt: Date;
}

export const MachineTokenEntity = new EntitySchema<MachineToken>({
  name: 'machine_token',
  schema: 'identity',
  columns: {
    id: { type: 'uuid', primary: true, generated: 'uuid' },
    name: { type: 'text' },
    hash: { type: 'bytea' },
    scopes: { type: 'text', array: true },
    createdAt: { type: 'timestamptz', name: 'created_at', createDate: true },
  },
});

class IdentityAccounts1763800003000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA identity');
    await runner.query(`CREATE TABLE identity.account (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL, password_hash text NOT NULL,
      roles text[] NOT NULL, language text NOT NULL, created_at timestamptz NOT NULL DEFAULT now())`);
    await runner.query('CREATE UNIQUE INDEX account_name ON identity.account (lower(name))');
    await runner.query(`CREATE TABLE identity.machine_token (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL UNIQUE, hash bytea NOT NULL UNIQUE,
      scopes text[] NOT NULL, created_at timestamptz NOT NULL DEFAULT now())`);
    // The columns express-session's PostgreSQL store expects.
    await runner.query(`CREATE TABLE identity.session (
      sid varchar PRIMARY KEY, sess json NOT NULL, expire timestamp(6) NOT NULL)`);
    await runner.query('CREATE INDEX session_expire ON identity.session (expire)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA identity CASCADE');
  }
}

export const schema: RoomSchema = {
  entities: [AccountEntity, MachineTokenEntity],
  migrations: [IdentityAccounts1763800003000],
};
