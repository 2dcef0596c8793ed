import type { MigrationInterface, QueryRunner } from 'typeorm';

/** References of the subscriptions that belong to a cross-resource subscription, as they name themselves in notifications. */
export class CseCrossMembers1763847500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE cse.cross_window ADD COLUMN members text[] NOT NULL DEFAULT '{}'");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE cse.cross_window DROP COLUMN members');
  }
}
